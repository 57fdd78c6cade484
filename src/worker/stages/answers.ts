import type { Tensor2D } from '@tensorflow/tfjs-core';
import { bestOfN, bestOfNKl } from '../../algorithms/bestOfN';
import { sample, type Rollout } from '../../algorithms/rollouts';
import type { Answer, PromptRecord } from '../../core/bundle';
import { mix } from '../../core/rng';
import { packBatch, promptAndResponse } from '../../nn/batch';
import type { ParameterSet } from '../../nn/types';
import type { Prompt, Task, UtilityWeights } from '../../tasks/types';
import { utility } from '../../tasks/utility';
import type { Scope } from '../scope';

/** Responses that are written in one go. */
const CHUNK = 64;

/** A response to a prompt, as tokens. */
export interface Written {
  readonly prompt: Prompt;
  readonly response: Int32Array;
  readonly finished: boolean;
}

/** How a policy answers, where it is more than to sample once. */
export interface Answering {
  /** What the policy is given for a prompt: some methods train it to be asked for a kind of response. */
  readonly ask?: (prompt: ArrayLike<number>) => readonly number[];
  /** It writes so many responses and gives the one of the highest reward. */
  readonly best?: { readonly n: number; readonly score: (items: readonly Rollout[]) => Promise<Float32Array> };
}

/** One response to each prompt at the temperature of rollouts. `samplesPerPrompt`: so many to each, side by side. */
export async function answersOn(
  scope: Scope,
  policy: ParameterSet,
  prompts: readonly Prompt[],
  key: number,
  { ask = plain, best }: Answering = {},
  samplesPerPrompt = 1,
): Promise<Written[]> {
  const { config, task, engine, gate } = scope;
  const options = { temperature: config.rl.temperature, maxNewTokens: task.maxResponseTokens };
  const written: Written[] = [];
  for (let from = 0; from < prompts.length; from += CHUNK) {
    await gate.pass();
    const chunk = prompts.slice(from, from + CHUNK);
    const repeated = chunk.flatMap((prompt) => new Array<Prompt>(samplesPerPrompt).fill(prompt));
    const asked = repeated.map((prompt) => prompt.tokens);
    const generations = best
      ? (await bestOfN(engine, policy, asked, { ...options, key: mix(key, from), n: best.n }, best.score)).map(({ response, finished }) => ({ tokens: response, finished }))
      : await sample(engine, policy, chunk.map((prompt) => ask(prompt.tokens)), {
          ...options, key, firstRow: from * samplesPerPrompt, samplesPerPrompt,
        });
    generations.forEach((g, i) => written.push({ prompt: repeated[i]!, response: g.tokens, finished: g.finished }));
  }
  return written;
}

const plain = (prompt: ArrayLike<number>): readonly number[] => Array.from(prompt);

/** What the policy and the reference say of responses. */
export interface Likelihood {
  /** log pi(y|x) - log pi_SFT(y|x) of each response at the sampling temperature: k1, nats per response. */
  readonly kl: number[];
  /** Mean entropy of the policy's next-token distribution over all response tokens, nats. */
  readonly entropy: number;
}

/** KL to the reference and entropy on given responses. */
export async function likelihoodOf(
  scope: Scope,
  policy: ParameterSet,
  reference: ParameterSet,
  answers: readonly Written[],
  { ask = plain, best }: Answering = {},
): Promise<Likelihood> {
  const { engine, config } = scope;
  const kl: number[] = [];
  let [entropies, tokens] = [0, 0];
  for (let from = 0; from < answers.length; from += CHUNK) {
    await scope.gate.pass();
    const chunk = answers.slice(from, from + CHUNK);
    const own = await read(policy, ask, ['logp', 'entropy']);
    const frozen = await read(reference, plain, ['logp']);
    for (let b = 0; b < chunk.length; b++) {
      const length = chunk[b]!.response.length;
      let sum = 0;
      for (let s = 0; s < length; s++) {
        sum += own.logp[b * own.scored + s]! - frozen.logp[b * frozen.scored + s]!;
        entropies += own.entropy[b * own.scored + s]!;
      }
      tokens += length;
      kl.push(sum);
    }
    async function read(params: ParameterSet, prepared: typeof ask, outputs: readonly ('logp' | 'entropy')[]) {
      const batch = packBatch(chunk.map(({ prompt, response }) => promptAndResponse(prepared(prompt.tokens), response)));
      const forward = await engine.forward(params, batch, { outputs, temperature: config.rl.temperature });
      const values = async (tensor: Tensor2D | undefined): Promise<Float32Array> => Float32Array.from((await tensor?.data()) ?? []);
      const [logp, entropy] = [await values(forward.outputs.logp), await values(forward.outputs.entropy)];
      forward.dispose();
      return { logp, entropy, scored: batch.scored };
    }
  }
  // The best of n is not a sample of the policy: its KL is known in another way.
  return { kl: best ? kl.map(() => bestOfNKl(best.n)) : kl, entropy: entropies / Math.max(1, tokens) };
}

export function toPromptRecord(task: Task, prompt: Prompt): PromptRecord {
  return {
    id: prompt.id,
    topic: prompt.topic,
    words: task.vocabulary.decode(prompt.tokens),
    facts: prompt.facts.map((fact) => ({
      slot: fact.slot,
      value: fact.value,
      importance: fact.importance,
      spans: fact.spans.map(([from, to]): [number, number] => [from, to]),
    })),
  };
}

export function toAnswer(task: Task, { prompt, response, finished }: Written, weights: UtilityWeights, score?: number): Answer {
  const check = task.check(prompt, response);
  // The end-of-text token is not shown.
  const words = finished ? response.subarray(0, response.length - 1) : response;
  return {
    words: task.vocabulary.decode(words),
    finished,
    check: {
      covered: [...check.covered],
      invented: check.invented,
      stumbles: check.stumbles,
      words: check.words,
      marks: check.marks.map((mark) => ({ ...mark })),
    },
    gold: utility(prompt, check, weights),
    ...(score === undefined ? {} : { score }),
  };
}
