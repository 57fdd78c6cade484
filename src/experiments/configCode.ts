import { CommandError, configOfOptions, readOptions, type CommandOptions } from '../core/command';
import { FILE_PLACE, LLM_PLACE, withPlainLabels } from '../core/commandText';
import { ARM_FIELDS, ConfigError, DEFAULT_CONFIG, givenArms, parseConfig, withoutOffArms, type ExperimentConfig } from '../core/config';
import { FIELD_LIST, SECTIONS } from '../core/fields';
import { outsideScorerOf } from '../core/outsideScores';
import { shellWords } from '../core/shell';
import { parseSweep, sweepPoints } from '../core/sweep';
import { PAGE_ARMS } from './armEditing';
import { blockedArm, verdictTrouble } from './armSettings';

/**
 * The experiment as code, out and in: JSON, or the command of `npm run experiment`. What is pasted is hostile until it has been
 * read here: it gives valid settings or says what is wrong, and never throws.
 */

/** Most characters that are read: a run with samples may have megabytes. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;
/** Most of a command: 8 arms with all their settings have about 30,000. */
const MOST_COMMAND = 256 * 1024;
/** Problems and notes that are named one by one, and the most characters of each: they quote what was pasted. */
const MOST_NAMED = 12;
const MOST_SENTENCE = 300;

/** Settings that were read, and a sentence for all that was not taken. */
export interface CodeRead {
  readonly config: ExperimentConfig;
  /** Axes of a sweep, `path=values` each; none where it is no sweep. They are checked by themselves. */
  readonly sweeps: readonly string[];
  readonly notes: readonly string[];
}

/** Why nothing was read, a sentence each. */
export interface CodeRefused {
  readonly problems: readonly string[];
}

export type CodeResult = CodeRead | CodeRefused;

/** The settings as JSON; of a sweep with its axes. Reading gives the same again. */
export function configJson(config: ExperimentConfig, sweeps: readonly string[] = []): string {
  return JSON.stringify(sweeps.length > 0 ? { config, sweep: sweeps } : config, null, 2);
}

/** Reads settings, a sweep or a run as JSON, or a command. */
export function readCode(text: string): CodeResult {
  if (text.length > MOST_CHARACTERS) return refused(`This text has more than ${MOST_CHARACTERS / 1024 / 1024} million characters.`);
  const start = text.trimStart();
  if (start === '') return refused('There is nothing to read.');
  return start.startsWith('{') || start.startsWith('[') ? readSettingsJson(text) : readCommand(text);
}

function refused(...problems: readonly string[]): CodeRefused {
  return { problems: few(problems) };
}

function few(sentences: readonly string[]): readonly string[] {
  const cut = sentences.slice(0, MOST_NAMED).map((sentence) => (sentence.length > MOST_SENTENCE ? `${sentence.slice(0, MOST_SENTENCE)}…` : sentence));
  return sentences.length > MOST_NAMED ? [...cut, `And ${sentences.length - MOST_NAMED} more.`] : cut;
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError || error instanceof CommandError) return error.problems;
  return [error instanceof Error ? error.message : String(error)];
}

/** The axes of a sweep as they stand for themselves. @throws Error on an axis that is none, or too many points */
function checkSweeps(sweeps: readonly string[]): void {
  sweepPoints(sweeps.map(parseSweep));
}

// JSON

type Found = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Found => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Settings, a sweep (`{ config, sweep }`) or a run, as JSON. Names that are not known are left out and said. */
export function readSettingsJson(text: string): CodeResult {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return refused(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (Array.isArray(found)) {
    if (found.length !== 1) return refused(`This is a list of ${found.length}: paste one of them.`);
    [found] = found as unknown[];
  }
  if (!isObject(found)) return refused('This JSON is neither settings nor a run of this page.');
  const { config: inner, sweep, recordedAt } = found;
  const notes: string[] = [];
  if (isObject(inner)) {
    if (recordedAt !== undefined) notes.push('This is a run: its settings are taken, nothing else of it.');
    else notes.push(...unknownNotes(Object.keys(found).filter((name) => name !== 'config' && name !== 'sweep')));
  }
  const sweeps = isObject(inner) && recordedAt === undefined && sweep !== undefined ? sweep : [];
  if (!Array.isArray(sweeps) || !sweeps.every((axis) => typeof axis === 'string')) return refused('sweep is not a list of texts such as "seed=1..3".');
  const known = knownPart(isObject(inner) ? inner : found);
  if (Object.keys(known.part).every((name) => name === 'version')) return refused('This JSON is neither settings nor a run of this page.');
  try {
    const config = withPlainLabels(parseConfig(known.part));
    checkSweeps(sweeps);
    const missing = FIELD_LIST.length - known.named;
    if (missing > 0) notes.push(`${missing} ${missing === 1 ? 'setting is' : 'settings are'} not named and ${missing === 1 ? 'takes its default' : 'take their defaults'}.`);
    return { config, sweeps, notes: few([...unknownNotes(known.unknown), ...notes]) };
  } catch (error) {
    return refused(...problemsOf(error));
  }
}

function unknownNotes(names: readonly string[]): string[] {
  return names.map((name) => `Ignored, as there is no such setting: ${name.length > 60 ? `${name.slice(0, 60)}…` : name}.`);
}

const ARM_NAMES: readonly string[] = ['id', 'label', 'feedback', 'set', 'off'];
const ARM_PATHS: readonly string[] = ARM_FIELDS.map(({ path }) => path);

/** What of an object has a known name, made anew, and the paths of what has not. */
function pick(found: Found, names: readonly string[], place: string): { readonly part: Found; readonly unknown: string[] } {
  return {
    part: Object.fromEntries(names.flatMap((name) => (Object.hasOwn(found, name) ? [[name, found[name]]] : []))),
    unknown: Object.keys(found).filter((name) => !names.includes(name)).map((name) => `${place}${name}`),
  };
}

/** What of settings has a known name, and what has not; `named`: how many settings it names. Whether values fit is for the schema. */
function knownPart(found: Found): { readonly part: Found; readonly unknown: readonly string[]; readonly named: number } {
  const { part, unknown } = pick(found, ['version', 'arms', ...Object.keys(SECTIONS)], '');
  const known: Record<string, unknown> = { ...part };
  let named = 0;
  for (const [section, fields] of Object.entries(SECTIONS)) {
    const own = part[section];
    if (!isObject(own)) continue;
    const picked = pick(own, Object.keys(fields), `${section}.`);
    known[section] = picked.part;
    unknown.push(...picked.unknown);
    named += Object.keys(picked.part).length;
  }
  if (Array.isArray(part['arms'])) {
    known['arms'] = (part['arms'] as unknown[]).map((arm, i) => {
      const picked = knownArm(arm, i);
      unknown.push(...picked.unknown);
      return picked.part;
    });
  }
  return { part: known, unknown, named };
}

function knownArm(arm: unknown, index: number): { readonly part: unknown; readonly unknown: readonly string[] } {
  if (!isObject(arm)) return { part: arm, unknown: [] };
  const { part, unknown } = pick(arm, ARM_NAMES, `arms.${index}.`);
  const { set, ...rest } = part;
  if (!isObject(set)) return { part, unknown };
  const own = pick(set, ARM_PATHS, `arms.${index}.set.`);
  // No settings of its own and an empty list of them are the same: a command has but one of the two.
  return { part: Object.keys(own.part).length === 0 ? rest : { ...rest, set: own.part }, unknown: [...unknown, ...own.unknown] };
}

// Commands

/** What may stand before the options. */
const STARTS: readonly (readonly string[])[] = [['npm', 'run', 'experiment', '--'], ['node', 'scripts/run.mjs', 'scripts/experiment.ts']];
const SILENT: ReadonlySet<string> = new Set(['-s', '--silent']);

/** A command of `npm run experiment`, or its options alone. */
function readCommand(text: string): CodeResult {
  if (text.length > MOST_COMMAND) return refused(`This is no JSON, and too long for a command: ${MOST_COMMAND / 1024} thousand characters are the most.`);
  try {
    const { args, variables } = withoutStart(shellWords(text));
    const options = readOptions(args);
    if (options.config !== undefined) return refused(`The command begins with the settings of the file ${options.config.slice(0, 60)}, which is not here: paste what is in it.`);
    const config = withPlainLabels(configOfOptions(options));
    checkSweeps(options.sweep);
    return { config, sweeps: options.sweep, notes: few([...variables.map((name) => `Ignored: ${name}.`), ...ignoredOptions(options)]) };
  } catch (error) {
    return refused(...problemsOf(error));
  }
}

/** @throws CommandError where it begins as no command of this page */
function withoutStart(words: readonly string[]): { readonly args: readonly string[]; readonly variables: readonly string[] } {
  // Variables of the environment are named, never their values: one of them is a key.
  const variables = words.slice(0, words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word))).map((word) => `${word.slice(0, Math.min(60, word.indexOf('=')))} in front of the command`);
  const rest = words.slice(variables.length).filter((word, i) => i > 3 || !SILENT.has(word));
  if (rest[0]?.startsWith('--')) return { args: rest, variables };
  const start = STARTS.find((one) => one.every((word, i) => rest[i] === word));
  if (start) return { args: rest.slice(start.length), variables };
  if (rest.join(' ') === 'npm run experiment') return { args: [], variables };
  throw new CommandError(['This is neither JSON nor a command that begins with "npm run experiment --".']);
}

/** What of a command says nothing about the settings. */
function ignoredOptions({ out, list, ...options }: CommandOptions): string[] {
  const model = (['llm', 'llm-url', 'llm-price', 'llm-cap'] as const).filter((name) => options[name] !== undefined);
  return [
    ...(out === undefined ? [] : ['Ignored: --out. Runs of this page are saved from the page.']),
    ...(list ? ['Ignored: --list.'] : []),
    ...(model.length === 0 ? [] : [`Ignored: ${model.map((name) => `--${name}`).join(', ')}. Here the language model is the one that is set up under Labelers.`]),
  ];
}

/** What a command of these settings leaves out, a sentence each. */
export function commandNotes(all: ExperimentConfig): string[] {
  const config = withoutOffArms(all);
  const scorers = new Set(config.arms.map((arm) => outsideScorerOf(config, arm)));
  const given = givenArms(config).map(({ label }) => label);
  return [
    ...(config.run.task === 'file' ? [`The task is a file of yours: put its name in the place of ${FILE_PLACE}.`] : []),
    ...(scorers.has('llm') ? [`A language model scores responses: put a provider and a model in the place of ${LLM_PLACE}, and the key into the environment variable LLM_API_KEY. Keys are in no command.`] : []),
    ...(scorers.has('page-llm') ? ['A language model in this page scores responses. It does not run in Node: there, choose one behind a URL (--set ai.labeler=llm).'] : []),
    ...(given.length > 0 ? [`${given.join(', ')}: trained on labels of the labeler lab, which are in no command, so this cannot be run in Node.`] : []),
  ];
}

/** What the page has when code is pasted into it. */
export interface PageState {
  /** Whether a file of the visitor's is at hand. */
  readonly file: boolean;
}

/**
 * The settings as this page can hold them: no more arms than it has room for, and a file as the task only where there is one.
 * What runs badly is said, but is the visitor's to choose.
 */
export function fitToPage(read: CodeRead, { file }: PageState): CodeResult {
  const { arms, run } = read.config;
  if (arms.length > PAGE_ARMS) return refused(`These settings have ${arms.length} arms, and this page has room for ${PAGE_ARMS}. Node runs them all.`);
  const notes = [...read.notes];
  let { config } = read;
  if (run.task === 'file' && !file) {
    config = { ...config, run: { ...run, task: DEFAULT_CONFIG.run.task } };
    notes.push('The task is a file, which no text brings along: the forum posts take its place. To keep it, give the file under "Your own data" first.');
  }
  const given = givenArms(config);
  if (given.length > 0) notes.push(`${given.map(({ label }) => label).join(', ')}: trained on labels of the labeler lab, which no text brings along.`);
  const blocked = blockedArm(config);
  if (blocked) notes.push(`${blocked.arm.label} cannot run as it is set. ${blocked.trouble}`);
  const noVerdict = verdictTrouble(config);
  if (noVerdict !== undefined) notes.push(noVerdict);
  return { ...read, config, notes };
}
