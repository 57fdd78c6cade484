import { SCORES, TOKEN } from '../core/tokens';
import { packBatch, type Sequence } from './batch';
import type { Engine, ParameterSet } from './types';

/** The two answers of a judge that compares. */
export const CHOICE_IDS: readonly number[] = [TOKEN.one, TOKEN.two];
/** The ten answers of a judge that scores, from 1 to 10. */
export const SCORE_IDS: readonly number[] = Array.from({ length: SCORES }, (_, i) => TOKEN.score1 + i);

/** P("1") / (P("1") + P("2")) after each sequence. [N] */
export async function chooseFirst(
  engine: Engine,
  params: ParameterSet,
  sequences: readonly Sequence[],
): Promise<Float32Array> {
  const logp = await answerLogp(engine, params, sequences, CHOICE_IDS);
  return Float32Array.from(sequences, (_, i) => 1 / (1 + Math.exp(logp[2 * i + 1]! - logp[2 * i]!)));
}

/** Probabilities of the scores 1 to 10 after each sequence, adding up to 1: the softmax over the ten. N of [10] */
export async function scoreDistributions(
  engine: Engine,
  params: ParameterSet,
  sequences: readonly Sequence[],
): Promise<Float32Array[]> {
  const logp = await answerLogp(engine, params, sequences, SCORE_IDS);
  return sequences.map((_, i) => {
    const row = logp.subarray(SCORES * i, SCORES * (i + 1));
    const most = row.reduce((a, b) => Math.max(a, b));
    const weights = row.map((value) => Math.exp(value - most));
    const total = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / total);
  });
}

/** Log-probabilities of the given ids after each sequence. [N, ids] */
async function answerLogp(
  engine: Engine,
  params: ParameterSet,
  sequences: readonly Sequence[],
  choices: readonly number[],
): Promise<Float32Array> {
  const forward = await engine.forward(params, packBatch(sequences, { scored: 1 }), { outputs: ['choiceLogp'], choices });
  const logp = await forward.outputs.choiceLogp!.data<'float32'>();
  forward.dispose();
  return logp;
}
