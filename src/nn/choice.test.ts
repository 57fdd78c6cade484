import { describe, expect, it } from 'vitest';
import { PURPOSE, streamKey } from '../core/rng';
import { SCORES, TOKEN } from '../core/tokens';
import { chooseFirst, SCORE_IDS, scoreDistributions } from './choice';
import { loadCpuEngine } from './cpu/loadNode';
import { initialParameters } from './init';
import { layoutOf } from './layout';

const SHAPE = { vocab: 48, width: 16, layers: 1, heads: 4, positions: 16, valueHeads: 1 };

describe('answers of a judge', async () => {
  const engine = await loadCpuEngine();
  const params = engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), streamKey(1, PURPOSE.test)));
  const sequences = [[40, 41, TOKEN.rate], [42, 43, 44, TOKEN.rate]].map((tokens) => ({ tokens, scoreFrom: tokens.length - 1 }));

  it('are the softmax over the answers that count, of the output at the last token', async () => {
    const all = Array.from({ length: 16 }, (_, id) => id);
    for (const [i, sequence] of sequences.entries()) {
      const forward = await engine.forward(
        params,
        { rows: 1, length: sequence.tokens.length, tokens: Int32Array.from(sequence.tokens), start: Int32Array.of(0), end: Int32Array.of(sequence.tokens.length), scoreFrom: Int32Array.of(sequence.scoreFrom), scored: 1 },
        { outputs: ['choiceLogp'], choices: all.map((id) => TOKEN.one + id) },
      );
      const weight = Array.from(await forward.outputs.choiceLogp!.data(), Math.exp);
      forward.dispose();
      const [one, two, ...scores] = weight;
      const total = scores.slice(0, SCORES).reduce((a, b) => a + b);
      const [pFirst] = await chooseFirst(engine, params, [sequence]);
      expect(pFirst).toBeCloseTo(one! / (one! + two!), 5);
      const distribution = (await scoreDistributions(engine, params, sequences))[i]!;
      expect(distribution).toHaveLength(SCORES);
      distribution.forEach((p, score) => expect(p).toBeCloseTo(scores[score]! / total, 5));
    }
  });

  it('have ten scores with ids of their own', () => {
    expect(SCORE_IDS).toHaveLength(SCORES);
    expect(new Set([...SCORE_IDS, TOKEN.one, TOKEN.two, TOKEN.good]).size).toBe(SCORES + 3);
  });
});
