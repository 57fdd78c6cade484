import type { Label } from '../core/preferences';
import { SCORES, TOKEN } from '../core/tokens';
import { packBatch, promptAndResponse, type Sequence } from '../nn/batch';
import { chooseFirst, scoreDistributions } from '../nn/choice';
import type { Engine, ParameterSet } from '../nn/types';
import type { JudgedPair, Labeler, LabelerIdentity, LabelOptions, Scorer, Words } from './types';

/**
 * A small judge: two parameter sets of one shape. `lm` is a language model of the domain; `judge` started from it and
 * learned to answer which of two responses is better, and how good one is. The judge reads
 *   post <first> response 1 <second> response 2 <choose>    or    post <first> response <rate>
 * and sees at each response token how surprised `lm` was by it.
 */
export interface JudgeModel {
  readonly lm: ParameterSet;
  readonly judge: ParameterSet;
}

/** Surprise is cut off here, nats: beyond it a token is simply wrong. */
const SURPRISE_CAP = 6;
/** Brings surprise to the scale of an embedding entry. */
const SURPRISE_SCALE = 0.5;
/** Pairs that are read in one go. */
const CHUNK = 32;

/** Per-token surprise of the language model at each response, min(cap, -log p) scaled. */
export async function surprise(
  engine: Engine,
  lm: ParameterSet,
  items: readonly { prompt: Words; response: Words }[],
): Promise<Float32Array[]> {
  const batch = packBatch(items.map(({ prompt, response }) => promptAndResponse(prompt, response)));
  const forward = await engine.forward(lm, batch, { outputs: ['logp'] });
  const logp = await forward.outputs.logp!.data();
  const result = items.map(({ response }, b) =>
    Float32Array.from(
      { length: response.length },
      (_, s) => SURPRISE_SCALE * Math.min(SURPRISE_CAP, -logp[b * batch.scored + s]!),
    ),
  );
  forward.dispose();
  return result;
}

/** A response as the judge sees it. */
interface Read {
  readonly response: Words;
  readonly surprise: Float32Array;
}

/** What the judge reads to compare. */
export function judgeSequence(prompt: Words, first: Read, second: Read): Sequence {
  const tokens = [
    ...Array.from(prompt), TOKEN.first, ...Array.from(first.response), TOKEN.second, ...Array.from(second.response),
    TOKEN.choose,
  ];
  const extra = new Float32Array(tokens.length);
  extra.set(first.surprise, prompt.length + 1);
  extra.set(second.surprise, prompt.length + 1 + first.response.length + 1);
  // Nothing is scored but the last token; the post is named as the prompt so that both orders can share it.
  return { tokens, extra, scoreFrom: prompt.length };
}

/** What the judge reads to score. */
export function scoreSequence(prompt: Words, { response, surprise: surprised }: Read): Sequence {
  const tokens = [...Array.from(prompt), TOKEN.first, ...Array.from(response), TOKEN.rate];
  const extra = new Float32Array(tokens.length);
  extra.set(surprised, prompt.length + 1);
  return { tokens, extra, scoreFrom: prompt.length };
}

/** P(a score drawn from the one is higher than one drawn from the other), equal scores counting half. */
export function higherScore(one: Float32Array, other: Float32Array): number {
  let probability = 0;
  for (let i = 0; i < SCORES; i++) {
    for (let j = 0; j <= i; j++) probability += one[i]! * other[j]! * (i === j ? 0.5 : 1);
  }
  return probability;
}

/** Which response of a pair is better, by the scores that a labeler gave to each. */
export function labelOfScores(labeler: string, { id }: Pick<JudgedPair, 'id'>, one: Float32Array, other: Float32Array): Label {
  const pA = higherScore(one, other);
  return { pairId: id, labeler, pA, raw: [pA], parsed: true };
}

/** How a judge is asked about a pair: to choose, in one order or both, or to score each response apart. */
export type JudgeQuestion = { readonly ask: 'choice'; readonly bothOrders: boolean } | { readonly ask: 'scores' };

/** The judge as an AI labeler, which also scores single responses. */
export function createJudgeLabeler(
  engine: Engine,
  model: JudgeModel,
  identity: LabelerIdentity,
  question: JudgeQuestion,
): Labeler & Scorer {
  async function choices(pairs: readonly JudgedPair[], bothOrders: boolean): Promise<Label[]> {
    // Both responses, and both orders, of a pair in one batch: its post is then read once.
    const items = pairs.flatMap(({ prompt, responses }) =>
      responses.map((response) => ({ prompt: prompt.tokens, response })));
    const surprises = await surprise(engine, model.lm, items);
    const [a, b] = [0, 1].map((side) =>
      pairs.map((pair, i) => ({ response: pair.responses[side as 0 | 1], surprise: surprises[2 * i + side]! })));
    const ask = (first: typeof a, second: typeof a): Sequence[] =>
      pairs.map((pair, i) => judgeSequence(pair.prompt.tokens, first![i]!, second![i]!));
    const answers = await chooseFirst(engine, model.judge, [...ask(a, b), ...(bothOrders ? ask(b, a) : [])]);
    const aFirst = answers.subarray(0, pairs.length);
    const bFirst = bothOrders ? answers.subarray(pairs.length) : undefined;
    return pairs.map((pair, i) => ({
      pairId: pair.id,
      labeler: identity.id,
      // Both distributions over the same response, averaged.
      pA: bFirst ? (aFirst[i]! + (1 - bFirst[i]!)) / 2 : aFirst[i]!,
      raw: bFirst ? [aFirst[i]!, bFirst[i]!] : [aFirst[i]!],
      parsed: true,
    }));
  }

  async function score(items: readonly { readonly prompt: Words; readonly response: Words }[]): Promise<Float32Array[]> {
    const scores: Float32Array[] = [];
    for (let from = 0; from < items.length; from += 2 * CHUNK) {
      const part = items.slice(from, from + 2 * CHUNK);
      const surprises = await surprise(engine, model.lm, part);
      const sequences = part.map(({ prompt, response }, i) => scoreSequence(prompt, { response, surprise: surprises[i]! }));
      scores.push(...(await scoreDistributions(engine, model.judge, sequences)));
    }
    return scores;
  }

  async function scorePairs(pairs: readonly JudgedPair[]): Promise<Label[]> {
    const scores = await score(pairs.flatMap(({ prompt, responses }) =>
      responses.map((response) => ({ prompt: prompt.tokens, response }))));
    return pairs.map((pair, i) => labelOfScores(identity.id, pair, scores[2 * i]!, scores[2 * i + 1]!));
  }

  return {
    identity,
    score,
    async *label(pairs: readonly JudgedPair[], { budget = pairs.length, signal }: LabelOptions = {}) {
      const wanted = pairs.slice(0, budget);
      for (let from = 0; from < wanted.length; from += CHUNK) {
        signal?.throwIfAborted();
        const chunk = wanted.slice(from, from + CHUNK);
        yield* await (question.ask === 'choice' ? choices(chunk, question.bothOrders) : scorePairs(chunk));
      }
    },
  };
}
