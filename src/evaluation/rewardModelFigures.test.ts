import { describe, expect, it } from 'vitest';
import { meanInterval, wilsonInterval } from '../core/stats';
import golden from './golden/armFigures.json';
import { rewardModelFigures, type Preferences, type ScoredPair } from './rewardModelFigures';

const pair = (margin: number, label: number, gold: 0 | 0.5 | 1, rest: Partial<ScoredPair> = {}): ScoredPair =>
  ({ margin, label, gold, words: [3, 3], copied: [0, 0], ...rest });

/**
 * Five pairs by hand.                        agrees with label, gold   longer   copies more
 *   margin  2, label .9, gold 1: a           1, 1                      a        b
 *   margin -1, label .8, gold 0: b           0, 1                      b        b
 *   margin  1, label .5, gold 0: a           1/2, 0                    a        same
 *   margin  0, label .2, gold 1: tie         1/2, 1/2                  a        a
 *   margin -3, label .1, gold 1/2: b         1, 1/2                    same     a
 */
const PAIRS = [
  pair(2, 0.9, 1, { words: [5, 3], copied: [0.2, 0.5] }),
  pair(-1, 0.8, 0, { words: [2, 4], copied: [0, 0.25] }),
  pair(1, 0.5, 0, { words: [6, 3], copied: [0.5, 0.5] }),
  pair(0, 0.2, 1, { words: [3, 1], copied: [1, 0] }),
  pair(-3, 0.1, 0.5, { copied: [1, 0.75] }),
];

const shares = ({ rewardModel, labels, gold }: Preferences): unknown[] => [rewardModel, labels, gold].map((of) => of && [of.value, of.n]);

describe('reward model figures of five pairs by hand', () => {
  const figures = rewardModelFigures(PAIRS);

  it('accuracy counts ties half', () => {
    expect(figures.n).toBe(5);
    expect(figures.accuracy).toEqual({ value: 3 / 5, ci: wilsonInterval(3, 5), n: 5, over: 'pairs' });
    expect(figures.goldAccuracy).toEqual({ value: 3 / 5, ci: wilsonInterval(3, 5), n: 5, over: 'pairs' });
  });

  it('margins are towards the side that the label prefers', () => {
    // 2, -1, 0, 3; the undecided pair has no side.
    expect(figures.margin).toEqual({ value: 1, ci: meanInterval([2, -1, 0, 3]), n: 4, over: 'pairs' });
    expect(figures.marginSd).toBeCloseTo(Math.sqrt((1 + 4 + 1 + 4) / 3), 12);
  });

  it('biases stand beside those of labels and gold', () => {
    // Longer: the model picks a, b, a where a, b, a is longer; labels a, a and b; gold a, b, b and a.
    expect(shares(figures.prefersLonger)).toEqual([[1, 3], [1 / 3, 3], [3 / 4, 4]]);
    // Copying: model a (no), b (yes), b (no); labels a (no), a (no), b (no), b (no); gold a (no), b (yes), a (yes).
    expect(shares(figures.prefersCopying)).toEqual([[1 / 3, 3], [0, 4], [2 / 3, 3]]);
  });

  it('no order was seen, so no position bias is given', () => {
    expect(figures.position).toBeUndefined();
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });
});

it('agrees with numpy on 200 pairs (golden)', () => {
  const { pairs, ...expected } = golden.rewardModel;
  const figures = rewardModelFigures(pairs as unknown as ScoredPair[]);
  expect(figures.accuracy.value).toBeCloseTo(expected.accuracy, 12);
  expect(figures.goldAccuracy.value).toBeCloseTo(expected.goldAccuracy, 12);
  expect(figures.ece).toBeCloseTo(expected.ece, 12);
  expect(figures.brier.value).toBeCloseTo(expected.brier, 12);
  expect(figures.margin!.value).toBeCloseTo(expected.margin, 12);
  expect(figures.marginSd).toBeCloseTo(expected.marginSd, 12);
  for (const figure of ['prefersLonger', 'prefersCopying'] as const) {
    (shares(figures[figure]) as [number, number][]).forEach(([value, n], i) => {
      expect(value).toBeCloseTo(expected[figure][i]![0]!, 12);
      expect(n).toBe(expected[figure][i]![1]);
    });
  }
});

describe('calibration', () => {
  it('is perfect where labels come as often as the model says, and not where its margins are three times as large', () => {
    // sigmoid(ln 4) = .8: four labels of five agree.
    const pairs = Array.from({ length: 50 }, (_, i) => pair(Math.log(4), i % 5 === 0 ? 0 : 1, 1));
    expect(rewardModelFigures(pairs).ece).toBeCloseTo(0, 12);
    const bold = pairs.map((one) => ({ ...one, margin: 3 * one.margin }));
    expect(rewardModelFigures(bold).ece).toBeCloseTo(64 / 65 - 0.8, 12);
    expect(rewardModelFigures(bold).accuracy).toEqual(rewardModelFigures(pairs).accuracy);
  });
});

describe('position bias of a model of pairs', () => {
  it('is read off both orders', () => {
    // First slot twice; the same response twice; second slot twice; first slot twice; unasked.
    const raw = [[0.9, 0.7], [0.8, 0.1], [0.4, 0.2], [0.6, 0.6]] as const;
    const { position } = rewardModelFigures([...raw.map((both) => pair(1, 1, 1, { raw: both })), pair(1, 1, 1)]);
    expect(position!.samePosition).toMatchObject({ value: 3 / 4, n: 4 });
    expect(position!.prefersFirst).toMatchObject({ value: 2 / 3, n: 3 });
    expect(position!.samePick).toMatchObject({ value: 1 / 4, n: 4 });
    expect(position!.meanFirst).toMatchObject({ n: 4, over: 'pairs' });
    expect(position!.meanFirst.value).toBeCloseTo((0.8 + 0.45 + 0.3 + 0.6) / 4, 12);
  });

  it('shows in the mean where no pick changes', () => {
    const { position } = rewardModelFigures([pair(1, 1, 1, { raw: [0.9, 0.3] }), pair(-1, 1, 1, { raw: [0.4, 0.9] })]);
    expect(position!.samePosition).toMatchObject({ value: 0 });
    expect(position!.prefersFirst).toBeUndefined();
    expect(position!.meanFirst.value).toBeCloseTo(0.625, 12);
  });
});

it('leaves out what has no answer, and refuses what cannot be measured', () => {
  const figures = rewardModelFigures([pair(1, 0.5, 1), pair(-1, 0.5, 0)]);
  expect(figures.margin).toBeUndefined();
  expect(figures.prefersLonger).toEqual({});
  expect(() => rewardModelFigures([pair(1, 1, 1)])).toThrow(RangeError);
  expect(() => rewardModelFigures([pair(1, 1, 1), pair(NaN, 1, 1)])).toThrow(RangeError);
});
