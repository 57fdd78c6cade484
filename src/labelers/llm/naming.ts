import type { Asked, LabelerInfo } from '../../core/labReport';
import { samplesOf } from './cost';
import { defaultPrompt, digest, promptVersion, type PromptSpec } from './prompt';
import type { Provider } from './providers';
import { defaultScorePrompt, scorePromptVersion, type ScorePrompt } from './scorePrompt';
import { normaliseBaseUrl } from './transport';
import type { Rung } from './types';

/** What of a model's settings tells two of its rows apart. */
export interface AskedBy {
  readonly model: string;
  readonly prompt: PromptSpec;
  readonly rung: 'auto' | Rung;
  readonly bothOrders: boolean;
  readonly samples: number;
}

/** All settings that a label depends on. */
export interface Settings extends AskedBy {
  readonly provider: Pick<Provider, 'baseUrl' | 'quirks'>;
  readonly temperature: number;
  readonly seed: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Longest part of a name that is the model's: some servers name a model by the path of its file. */
const LONGEST_MODEL = 150;

const RUNG_NAMES: Readonly<Record<Rung, string>> = {
  logprobs: 'log-probabilities', structured: 'JSON answers', choice: 'bare choices',
};

/** A model's name for ids: some servers name it by the path of its file, and ids are kept in files that limit them. */
export function modelSlug(model: string): string {
  return model.toLowerCase().replace(/[^a-z0-9.]+/g, '-').slice(0, 100);
}

/** Where a model ran, as the beginning of a sentence. @param inPage it needed no network */
export function llmOrigin({ name }: Pick<Provider, 'name'>, inPage: boolean): string {
  return `A language model ${inPage ? `that ran in this page (${name}), so that nothing left it` : `asked over the network (${name})`}`;
}

/** 16 hexadecimal digits. @throws LlmError of kind `address` */
export function settingsDigest({ provider, model, prompt, rung, bothOrders, samples, temperature, seed, body }: Settings): string {
  // What a preset adds to every request changes replies as much as what a visitor adds.
  const { baseUrl, quirks } = provider;
  return digest(JSON.stringify([
    normaliseBaseUrl(baseUrl), model, promptVersion(prompt), rung, bothOrders, samples, temperature, seed, body, quirks,
  ]));
}

/** How a model was asked, for files and charts. @param rung how its answers were read; undefined where none was. */
export function askedHow(settings: Settings, rung: Rung | undefined): Asked {
  const { prompt, samples } = settings;
  return {
    detail: prompt.detail,
    exemplars: prompt.exemplars.length,
    chainOfThought: prompt.chainOfThought,
    samples: rung ? samplesOf({ prompt, rung, samples }) : samples,
    ...(rung && { rung }),
    settings: settingsDigest({ ...settings, prompt: { ...prompt, exemplars: [] } }),
  };
}

/** The model's name and what is unusual about how it is asked: "gpt-x, base prompt, 3 exemplars, chain of thought". */
export function llmName({ model, prompt, rung, bothOrders, samples }: AskedBy): string {
  const { kind, detail, exemplars, chainOfThought } = prompt;
  const original = defaultPrompt(kind, detail);
  const edited = (['preamble', 'rationaleRequest', 'ending', 'structuredEnding'] as const).some((part) => prompt[part] !== original[part]);
  return [
    shortened(model),
    ...(detail === 'base' ? ['base prompt'] : []),
    ...(edited ? ['edited words'] : []),
    ...(exemplars.length > 0 ? [`${exemplars.length} exemplar${exemplars.length === 1 ? '' : 's'}`] : []),
    ...(chainOfThought ? ['chain of thought'] : []),
    ...(samples > 1 ? [`${samples} samples`] : []),
    ...(bothOrders ? [] : ['one order']),
    ...(rung === 'auto' ? [] : [RUNG_NAMES[rung]]),
  ].join(', ');
}

/** All settings that a score depends on. */
export interface ScoreSettings extends Omit<Settings, 'prompt' | 'bothOrders'> {
  readonly prompt: ScorePrompt;
}

/** 16 hexadecimal digits, never those of a comparing labeler. @throws LlmError of kind `address` */
export function scoreSettingsDigest({ provider, model, prompt, rung, samples, temperature, seed, body }: ScoreSettings): string {
  const { baseUrl, quirks } = provider;
  return digest(JSON.stringify([
    'scores', normaliseBaseUrl(baseUrl), model, scorePromptVersion(prompt), rung, samples, temperature, seed, body, quirks,
  ]));
}

/** The model's name, that it scores, and what is unusual about how it is asked: "gpt-x by scores, base prompt". */
export function scorerName({ model, prompt, rung, samples }: Omit<AskedBy, 'prompt' | 'bothOrders'> & { readonly prompt: ScorePrompt }): string {
  const original = defaultScorePrompt(prompt.kind, prompt.detail);
  const edited = (['preamble', 'ending', 'structuredEnding'] as const).some((part) => prompt[part] !== original[part]);
  return [
    `${shortened(model)} by scores`,
    ...(prompt.detail === 'base' ? ['base prompt'] : []),
    ...(edited ? ['edited words'] : []),
    ...(samples > 1 ? [`${samples} samples`] : []),
    ...(rung === 'auto' ? [] : [rung === 'choice' ? 'bare scores' : RUNG_NAMES[rung]]),
  ].join(', ');
}

function shortened(model: string): string {
  return model.length > LONGEST_MODEL ? `${model.slice(0, LONGEST_MODEL)}…` : model;
}

/**
 * A name that no other labeler has. Two settings may differ in what a name does not tell, such as the words of a prompt:
 * the later one's then ends in the digest that its id ends in.
 */
export function distinctName({ id, name }: Pick<LabelerInfo, 'id' | 'name'>, others: readonly Pick<LabelerInfo, 'id' | 'name'>[]): string {
  return others.some((other) => other.id !== id && other.name === name) ? `${name} (${id.slice(-8)})` : name;
}
