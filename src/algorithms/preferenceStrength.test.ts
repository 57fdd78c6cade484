import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { applyStrength, preferenceStrength, type PreferenceStrength, type StrengthTreatment } from './preferenceStrength';
import { accuracy, type LabelledPair } from './rewardModel';

const pairOf = (pA: number): LabelledPair => ({ prompt: [1], responses: [[2], [3]], pA });
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe('preference strength', () => {
  it('is mean and deviation of the lead of the side that the label prefers, and the mean belief in the first', () => {
    // Three models, four pairs: the label of the second prefers the other side, that of the last neither.
    const [first, second, agreed, tie] = preferenceStrength(
      [[1, 1, -2, 4], [3, 3, -2, 4], Float32Array.of(8, 8, -2, -2)], [1, 0.2, 0, 0.5],
    ) as [PreferenceStrength, PreferenceStrength, PreferenceStrength, PreferenceStrength];
    expect([first.mean, second.mean, agreed.mean, tie.mean]).toEqual([4, -4, 2, 0]);
    // ((1-4)^2 + (3-4)^2 + (8-4)^2) / 3 = 26 / 3.
    for (const { deviation } of [first, second]) expect(deviation).toBeCloseTo(Math.sqrt(26 / 3), 12);
    expect(agreed.deviation).toBe(0);
    expect(tie.deviation).toBeCloseTo(Math.sqrt(8), 12);
    expect(first.pA).toBeCloseTo((sigmoid(1) + sigmoid(3) + sigmoid(8)) / 3, 12);
    expect(second.pA).toBe(first.pA);
    expect(agreed.pA).toBeCloseTo(sigmoid(-2), 12);
  });

  it('refuses no model, and margins that are not of the pairs', () => {
    expect(() => preferenceStrength([], [1])).toThrow(RangeError);
    expect(() => preferenceStrength([[1, 2], [1]], [1, 0])).toThrow(RangeError);
    expect(() => applyStrength([pairOf(1)], [], { treatment: 'drop', share: 0.2 })).toThrow(/0 strengths for 1 pairs/);
  });
});

describe('treating pairs by strength', () => {
  const pairs = [1, 0.9, 0, 0.5, 0.3].map(pairOf);
  const strengths = preferenceStrength([[2, -1, -3, 1, 0.5], [4, -3, -1, 1, 0.7]], pairs.map(({ pA }) => pA));
  const treat = (
    treatment: StrengthTreatment, share = 0.4,
  ): { labels: number[]; margins: (number | undefined)[]; changed: number } => {
    const { pairs: treated, changed } = applyStrength(pairs, strengths, { treatment, share });
    return { labels: treated.map(({ pA }) => pA), margins: treated.map(({ margin }) => margin), changed };
  };
  const none = [undefined, undefined, undefined, undefined, undefined];

  it('keeps, drops or turns round the weakest, and leaves the order', () => {
    expect(strengths.map(({ mean }) => mean)).toEqual([3, -2, 2, 0, -0.6]);
    expect(treat('keep')).toEqual({ labels: [1, 0.9, 0, 0.5, 0.3], margins: none, changed: 0 });
    expect(treat('drop')).toEqual({ labels: [1, 0, 0.5], margins: none.slice(2), changed: 2 });
    expect(treat('flip')).toEqual({ labels: [1, 1 - 0.9, 0, 0.5, 0.7], margins: none, changed: 2 });
    // The third weakest prefers neither side: turned round it is what it was.
    expect(treat('flip', 0.6).changed).toBe(2);
    expect(treat('drop', 0)).toEqual(treat('keep'));
    expect(treat('drop', 1).labels).toEqual([]);
  });

  it('softens all labels, or gives all a margin that is never below 0', () => {
    const soft = treat('soft');
    expect(soft.labels).toEqual(strengths.map(({ pA }) => pA));
    expect(soft).toMatchObject({ margins: none, changed: 5 });
    expect(treat('margin')).toEqual({ labels: [1, 0.9, 0, 0.5, 0.3], margins: [3, 0, 2, 0, 0], changed: 2 });
  });

  it('does not touch the pairs it was given', () => {
    for (const treatment of ['keep', 'drop', 'flip', 'soft', 'margin'] as const) treat(treatment);
    expect(pairs).toEqual([1, 0.9, 0, 0.5, 0.3].map(pairOf));
  });
});

describe.each([1, 2, 3])('planted noise, seed %i', (seed) => {
  // True leads of deviation 2, seen by five models with errors of deviation 1; three labels in ten are turned round.
  const COUNT = 800;
  const draw = new Stream(streamKey(seed, PURPOSE.test));
  const leads = Array.from({ length: COUNT }, () => 2 * draw.normal());
  const pairs = leads.map((lead) => pairOf(Number(lead > 0 !== draw.chance(0.3))));
  const margins = Array.from({ length: 5 }, () => leads.map((lead) => lead + draw.normal()));
  const right = (treated: readonly LabelledPair[]): number => {
    const truth = new Map(pairs.map(({ responses }, i) => [responses, leads[i]!]));
    return accuracy(treated.map(({ responses }) => truth.get(responses)!), treated.map(({ pA }) => pA));
  };
  const before = right(pairs);
  const strengths = preferenceStrength(margins, pairs.map(({ pA }) => pA));
  // The control: strengths that know nothing.
  const random = strengths.map((strength) => ({ ...strength, mean: draw.normal() }));
  // Dropping a fifth at random moves the share of right labels by sqrt(0.7 0.3 / COUNT / 4), one standard deviation.
  const chance = 4 * Math.sqrt((0.7 * 0.3) / COUNT / 4);

  it('dropping the weakest fifth makes labels right more often, dropping any fifth does not', () => {
    expect(Math.abs(before - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / COUNT));
    expect(right(applyStrength(pairs, strengths, { treatment: 'drop', share: 0.2 }).pairs)).toBeGreaterThan(before + 0.12);
    expect(Math.abs(right(applyStrength(pairs, random, { treatment: 'drop', share: 0.2 }).pairs) - before)).toBeLessThan(chance);
  });

  it('turning the weakest fifth round helps more still, turning any fifth round does harm', () => {
    expect(right(applyStrength(pairs, strengths, { treatment: 'flip', share: 0.2 }).pairs)).toBeGreaterThan(before + 0.15);
    expect(right(applyStrength(pairs, random, { treatment: 'flip', share: 0.2 }).pairs)).toBeLessThan(before);
  });

  it('softened labels lean towards the truth where hard ones were wrong', () => {
    const { pairs: soft } = applyStrength(pairs, strengths, { treatment: 'soft', share: 0 });
    expect(right(soft)).toBeGreaterThan(before + 0.15);
  });
});
