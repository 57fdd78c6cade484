import { sample } from '../../algorithms/rollouts';
import type { Answer, PromptRecord } from '../../core/bundle';
import { responseMaskArray } from '../../losses';
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

/** One response to each prompt at the temperature of rollouts. */
export async function answersOn(
  scope: Scope,
  policy: ParameterSet,
  prompts: readonly Prompt[],
  key: number,
): Promise<Written[]> {
  const { config, task, engine, gate } = scope;
  const written: Written[] = [];
  for (let from = 0; from < prompts.length; from += CHUNK) {
    await gate.pass();
    const chunk = prompts.slice(from, from + CHUNK);
    const generations = await sample(engine, policy, chunk.map((prompt) => prompt.tokens), {
      temperature: config.rl.temperature,
      maxNewTokens: task.maxResponseTokens,
      key,
      firstRow: from,
    });
    generations.forEach((g, i) => written.push({ prompt: chunk[i]!, response: g.tokens, finished: g.finished }));
  }
  return written;
}

/** log pi(y|x) - log pi_SFT(y|x) of each response at the sampling temperature: k1, nats per response. */
export async function sequenceKl(
  scope: Scope,
  policy: ParameterSet,
  reference: ParameterSet,
  answers: readonly Written[],
): Promise<number[]> {
  const { engine, config } = scope;
  const result: number[] = [];
  for (let from = 0; from < answers.length; from += CHUNK) {
    await scope.gate.pass();
    const chunk = answers.slice(from, from + CHUNK);
    const batch = packBatch(chunk.map(({ prompt, response }) => promptAndResponse(prompt.tokens, response)));
    const [logp, referenceLogp] = [
      await logProbabilities(policy),
      await logProbabilities(reference),
    ];
    async function logProbabilities(params: ParameterSet): Promise<Float32Array> {
      const forward = await engine.forward(params, batch, { outputs: ['logp'], temperature: config.rl.temperature });
      const values = Float32Array.from(await forward.outputs.logp!.data());
      forward.dispose();
      return values;
    }
    const mask = responseMaskArray(chunk.map(({ response }) => response.length), batch.scored);
    for (let b = 0; b < chunk.length; b++) {
      let kl = 0;
      for (let i = b * batch.scored; i < (b + 1) * batch.scored; i++) kl += mask[i]! * (logp[i]! - referenceLogp[i]!);
      result.push(kl);
    }
  }
  return result;
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
