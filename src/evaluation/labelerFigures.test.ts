import { describe, expect, it } from 'vitest';
import type { HumanPair } from '../core/humanPairs';
import type { Label } from '../core/preferences';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { wilsonInterval } from '../core/stats';
import golden from './golden/labelerFigures.json';
import { agreementMatrix, cohensKappa, labelerFigures, mostDisputed, peopleAsJudge } from './labelerFigures';

/** Responses of so many words, as people prefer them. */
const pair = (id: string, people: number, words: [number, number] = [2, 1]): HumanPair => ({
  id, people, prompt: 'Why?', responses: [Array(words[0]).fill('a').join(' '), Array(words[1]).fill('b').join(' ')],
});
const label = (pairId: string, raw: readonly number[], rest: Partial<Label> = {}): Label => ({
  pairId, labeler: 'x', raw, parsed: true, pA: raw.length === 2 ? (raw[0]! + 1 - raw[1]!) / 2 : raw[0]!, ...rest,
});

/**
 * Six pairs by hand. The columns: people, words, raw answers -> pA, pick, agreement.
 *   p1  1    3:1  .9 .2 -> .85  first   1
 *   p2  0    1:4  .6 .8 -> .40  second  1
 *   p3  1    2:5  .3 .9 -> .20  second  0
 *   p4  1/2  2:1  1  0  -> 1    first   1/2
 *   p5  0    2:2  .7 .7 -> .50  tie     1/2
 *   p6  1    1:2  could not be read: tie 1/2
 */
const PAIRS = [
  pair('p1', 1, [3, 1]), pair('p2', 0, [1, 4]), pair('p3', 1, [2, 5]), pair('p4', 0.5, [2, 1]), pair('p5', 0, [2, 2]), pair('p6', 1, [1, 2]),
];
const LABELS = [
  label('p1', [0.9, 0.2], { costUsd: 0.01, latencyMs: 200 }),
  label('p2', [0.6, 0.8], { costUsd: 0.03, latencyMs: 400 }),
  label('p3', [0.3, 0.9]),
  label('p4', [1, 0]),
  label('p5', [0.7, 0.7]),
  label('p6', [0.5, 0.5], { parsed: false }),
];

describe('figures of six pairs by hand', () => {
  const figures = labelerFigures(PAIRS, LABELS);

  it('agreement counts ties half and keeps unread replies in n', () => {
    expect(figures.agreement).toEqual({ value: 3.5 / 6, n: 6, over: 'pairs', ci: wilsonInterval(3.5, 6) });
    expect([figures.n, figures.parsed]).toEqual([6, 5 / 6]);
  });

  it('kappa', () => {
    // Picks of the first: labeler 1 + 0 + 0 + 1 + 1/2 + 1/2 = 3 of 6; people 1 + 0 + 1 + 1/2 + 0 + 1 = 3.5 of 6.
    // By chance 1/2 * 3.5/6 + 1/2 * 2.5/6 = 1/2; observed 3.5/6 = 7/12. (7/12 - 1/2) / (1/2) = 1/6.
    expect(figures.kappa!.value).toBeCloseTo(1 / 6, 12);
    expect(figures.kappa!.ci[0]).toBeLessThan(1 / 6);
    expect(figures.kappa!.ci[1]).toBeGreaterThan(1 / 6);
  });

  it('swapping', () => {
    // Same response in both orders: p1 yes, p2 no (first slot twice .6 .8), p3 yes (second shown first, .9), p4 yes,
    // p5 no (.7 .7), p6 ties, 1/2: 3.5 of 6. Same slot: p2, p5: 2 of 6, both the first slot.
    expect(figures.samePick).toMatchObject({ value: 3.5 / 6, n: 6 });
    expect(figures.samePosition).toMatchObject({ value: 2 / 6, n: 6 });
    expect(figures.prefersFirst).toMatchObject({ value: 1, n: 2 });
  });

  it('length', () => {
    // Decided by the labeler with different lengths: p1 longer, p2 longer, p3 longer (second), p4 longer: 4 of 4.
    expect(figures.prefersLonger).toMatchObject({ value: 1, n: 4 });
    // By people: p1 longer, p2 longer, p3 shorter, p6 shorter; p4 is a tie, p5 of equal length: 2 of 4.
    expect(figures.peoplePreferLonger).toMatchObject({ value: 0.5, n: 4 });
  });

  it('calibration', () => {
    // Confidences .85, .6, .8, 1, .5, .5 with agreement 1, 1, 0, 1/2, 1/2, 1/2. Bins of width .05 from .5:
    // [.5, .55): two of .5, agreement .5, gap 0. [.6, .65): gap .4. [.8, .85): gap .8. [.85, .9): gap .15. [.95, 1]: gap .5.
    expect(figures.reliability.map(({ from, confidence, agreement }) => [from, confidence, agreement.value, agreement.n])).toEqual([
      [0.5, 0.5, 0.5, 2], [0.6, 0.6, 1, 1], [0.8, 0.8, 0, 1], [0.85, expect.closeTo(0.85, 12), 1, 1], [0.95, 1, 0.5, 1],
    ]);
    expect(figures.ece).toBeCloseTo((0.4 + 0.8 + 0.15 + 0.5) / 6, 12);
    // Squares: .15^2, .4^2, .8^2, .5^2, .5^2, .5^2.
    expect(figures.brier.value).toBeCloseTo((0.0225 + 0.16 + 0.64 + 0.75) / 6, 12);
  });

  it('cost and time are of the labels that say them', () => {
    expect([figures.costPer1000, figures.secondsPer1000]).toEqual([20, 300]);
  });
});

describe('figures', () => {
  it('match numpy on 120 random labels (golden)', () => {
    const pairs = golden.people.map((people, i) => pair(`${i}`, people));
    const figures = labelerFigures(pairs, golden.pA.map((p, i) => label(`${i}`, [p])));
    expect(figures.agreement.value).toBeCloseTo(golden.agreement, 12);
    expect(figures.kappa!.value).toBeCloseTo(golden.kappa, 12);
    expect(figures.ece).toBeCloseTo(golden.ece, 12);
    expect(figures.brier.value).toBeCloseTo(golden.brier, 12);
    expect(figures.reliability.map(({ from, confidence, agreement }) => [Math.round((from - 0.5) * 20), agreement.n, confidence, agreement.value]))
      .toEqual((golden.bins as [number, number, number, number][]).map(([k, n, c, a]) => [k, n, expect.closeTo(c, 12) as number, expect.closeTo(a, 12) as number]));
    // One order was asked: nothing can be said about position.
    expect(figures).not.toHaveProperty('samePick');
    expect(figures).not.toHaveProperty('samePosition');
    expect(figures).not.toHaveProperty('costPer1000');
  });

  it('turn round with the sides and do not depend on the order of labels', () => {
    const turned = PAIRS.map((one): HumanPair => ({ ...one, people: 1 - one.people, responses: [one.responses[1], one.responses[0]] }));
    const turnedLabels = LABELS.map((one) => ({ ...one, pA: 1 - one.pA, raw: [one.raw[1]!, one.raw[0]!] }));
    const [a, b] = [labelerFigures(PAIRS, LABELS), labelerFigures(turned, [...turnedLabels].reverse())];
    for (const key of ['agreement', 'samePick', 'samePosition', 'prefersFirst', 'prefersLonger', 'peoplePreferLonger'] as const) expect(b[key]).toEqual(a[key]);
    expect(b.kappa!.value).toBeCloseTo(a.kappa!.value, 12);
    expect(b.ece).toBeCloseTo(a.ece, 12);
    expect(b.brier.value).toBeCloseTo(a.brier.value, 12);
  });

  it('of soft people: the pick against their majority, calibration against their share', () => {
    const pairs = [pair('a', 0.75), pair('b', 0.25)];
    const figures = labelerFigures(pairs, [label('a', [0.75]), label('b', [0.25])]);
    expect([figures.agreement.value, figures.ece, figures.brier.value]).toEqual([1, 0, 0]);
  });

  it('refuse labels that do not fit', () => {
    expect(() => labelerFigures(PAIRS, LABELS.slice(0, 1))).toThrow(/two labels/);
    expect(() => labelerFigures(PAIRS, [LABELS[0]!, label('p9', [1])])).toThrow(/p9, which is not among/);
    expect(() => labelerFigures(PAIRS, [LABELS[0]!, LABELS[0]!])).toThrow(/two labels are of pair p1/);
  });
});

describe("Cohen's kappa", () => {
  it('of a table has the published value, and about the interval of the large-sample formula', () => {
    // The example of R's statpsych::ci.kappa (Fleiss & Paik): counts 31, 12, 4, 58; kappa .6757, interval [.5317, .8196].
    const cells: [number, number, number][] = [[0, 0, 31], [0, 1, 12], [1, 0, 4], [1, 1, 58]];
    const rows = cells.flatMap(([a, b, n]) => Array.from({ length: n }, () => [a, b] as const));
    const { value, ci } = cohensKappa(rows.map(([a]) => a), rows.map(([, b]) => b))!;
    expect(value).toBeCloseTo(0.6756757, 7);
    expect(Math.abs(ci[0] - 0.5317)).toBeLessThan(0.03);
    expect(Math.abs(ci[1] - 0.8196)).toBeLessThan(0.03);
  });

  it('is 1, 0 and -1 where it has to be, and absent where both always say the same', () => {
    const s = new Stream(streamKey(3, PURPOSE.test));
    const a = Array.from({ length: 3000 }, () => Number(s.chance(0.7)));
    const b = Array.from({ length: 3000 }, () => Number(s.chance(0.7)));
    expect(cohensKappa(a, a)!.value).toBe(1);
    expect(cohensKappa([0, 1, 0, 1], [1, 0, 1, 0])!.value).toBe(-1);
    // Its standard error is about 1 / sqrt(3000).
    expect(Math.abs(cohensKappa(a, b)!.value)).toBeLessThan(0.075);
    expect(cohensKappa([1, 1, 1], [1, 1, 1])).toBeUndefined();
  });
});

describe('several judges', () => {
  const judges = [
    peopleAsJudge(PAIRS.slice(0, 3)),
    { id: 'x', labels: LABELS },
    { id: 'y', labels: [label('p1', [0.1]), label('p2', [0.2])] },
    { id: 'z', labels: [] },
  ];

  it('agree over the pairs that both judged', () => {
    const { judges: ids, cells } = agreementMatrix(judges);
    expect(ids).toEqual(['people', 'x', 'y', 'z']);
    // People first, second, first; x first, second, second, ...; y second, second.
    expect(cells.map((row) => row.map((cell) => cell && [cell.value, cell.n]))).toEqual([
      [undefined, [2 / 3, 3], [1 / 2, 2], undefined],
      [[2 / 3, 3], undefined, [1 / 2, 2], undefined],
      [[1 / 2, 2], [1 / 2, 2], undefined, undefined],
      [undefined, undefined, undefined, undefined],
    ]);
  });

  it('dispute most where two drawn at random differ most often', () => {
    // p1: 1, .85, .1: couples differ by .15, .9 and 1 - (.85 * .1 + .15 * .9) = .78: mean .61.
    // p2: 0, .4, .2: .4, .2 and 1 - (.08 + .48) = .44: mean 1.04 / 3. p3: 1, .2: .8.
    const disputes = mostDisputed(judges, 2);
    expect(disputes.map(({ pairId, disagreement }) => [pairId, disagreement])).toEqual([
      ['p3', expect.closeTo(0.8, 12)], ['p1', expect.closeTo(0.61, 12)],
    ]);
    expect(disputes[1]!.opinions).toEqual({ people: 1, x: expect.closeTo(0.85, 12) as number, y: 0.1 });
    expect(mostDisputed(judges, 9).map(({ pairId }) => pairId)).toEqual(['p3', 'p1', 'p2']);
  });
});
