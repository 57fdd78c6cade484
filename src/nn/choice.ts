import { TOKEN } from '../core/tokens';
import { packBatch, type Sequence } from './batch';
import type { Engine, ParameterSet } from './types';

/** The two answers of a judge. */
export const CHOICE_IDS: readonly number[] = [TOKEN.one, TOKEN.two];

/** P("1") / (P("1") + P("2")) after each sequence. [N] */
export async function chooseFirst(
  engine: Engine,
  params: ParameterSet,
  sequences: readonly Sequence[],
): Promise<Float32Array> {
  const forward = await engine.forward(params, packBatch(sequences, { scored: 1 }), {
    outputs: ['choiceLogp'],
    choices: CHOICE_IDS,
  });
  const logp = await forward.outputs.choiceLogp!.data();
  const pFirst = Float32Array.from(sequences, (_, i) => 1 / (1 + Math.exp(logp[2 * i + 1]! - logp[2 * i]!)));
  forward.dispose();
  return pFirst;
}
