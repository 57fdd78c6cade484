import { describe, expect, it } from 'vitest';
import type { Label } from '../core/preferences';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { agreement, annotatorAgreement, labelerRecord, positionBias, toContest } from './alignment';
import { PLAIN, randomPairs, testPair, testTask } from './testing/testTask';
import { agreementProbability, goldVerdict, type Contest } from './verdicts';

const config = (seed = 1, annotators = 5) => ({ run: { task: 'tldr' as const, seed, exact: true }, gold: PLAIN, evaluation: { annotators } });
const pairs = randomPairs(400);
const contests = pairs.map((pair) => toContest(testTask, pair));
const labelled = (pA: (contest: Contest, i: number) => number, rest: Partial<Label> = {}): Label[] =>
  contests.map((contest, i) => ({ pairId: contest.id, labeler: 'x', pA: pA(contest, i), raw: [], parsed: true, ...rest }));
const identity = { id: 'x', name: 'the labeler', kind: 'judge' as const, origin: 'made up' };
const record = (labels: readonly Label[], jury = config()) => labelerRecord(identity, testTask, pairs, labels, jury);

describe('agreement', () => {
  it('is of the argmax; ties on either side and unread replies count half', () => {
    const of = (pA: number, verdict: 0 | 0.5 | 1, parsed = true): number => agreement({ pA, parsed }, verdict);
    expect([of(0.51, 1), of(1, 1), of(0.49, 0), of(0.9, 0), of(0, 1)]).toEqual([1, 1, 1, 0, 0]);
    expect([of(0.5, 1), of(0.9, 0.5), of(0.5, 0.5), of(0.9, 1, false)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(of((0.7 + (1 - 0.7 + 1e-16)) / 2, 1)).toBe(0.5);
  });
});

describe('labeler record', () => {
  const gold = (contest: Contest): number => goldVerdict(contest, testTask.goldWeights);

  it('of a labeler that copies gold agrees with gold but for ties, and less with people', () => {
    const { alignment, n, parsed, labels } = record(labelled(gold));
    const ties = contests.filter((contest) => gold(contest) === 0.5).length;
    expect(alignment.gold).toMatchObject({ value: 1 - ties / 2 / 400, n: 400, over: 'pairs' });
    expect(alignment.majority.value).toBeLessThan(alignment.gold.value);
    expect(alignment.annotator.value).toBeLessThan(alignment.majority.value);
    expect([n, parsed, labels.length]).toEqual([400, 1, 400]);
  });

  it('turns round with the labels', () => {
    const right = record(labelled(gold)).alignment;
    const wrong = record(labelled((contest) => 1 - gold(contest))).alignment;
    for (const against of ['annotator', 'majority', 'gold'] as const) {
      expect(right[against].value + wrong[against].value).toBeCloseTo(1, 12);
    }
  });

  it('of a coin is near one half, of a constant tie exactly', () => {
    const stream = new Stream(streamKey(1, PURPOSE.test));
    const coin = record(labelled(() => Number(stream.chance(0.5)))).alignment;
    for (const { value } of Object.values(coin)) expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
    for (const { value } of Object.values(record(labelled(() => 0.5)).alignment)) expect(value).toBe(0.5);
  });

  it('keeps unread replies in n', () => {
    const labels = labelled(gold).map((label, i) => (i % 4 === 0 ? { ...label, pA: 0.5, parsed: false } : label));
    const { alignment, n, parsed } = record(labels);
    expect([n, parsed, alignment.gold.n]).toEqual([400, 0.75, 400]);
    expect(alignment.gold.value).toBeLessThan(0.9);
    expect(alignment.gold.value).toBeGreaterThan(0.8);
  });

  it('takes labels that stopped early, adds up cost, and refuses labels of other pairs', () => {
    const labels = labelled(gold, { costUsd: 0.25 });
    expect(record(labels.slice(0, 8))).toMatchObject({ n: 8, costUsd: 2, alignment: { gold: { n: 8 } } });
    expect(() => record([labels[1]!])).toThrow(/not of pair 0/);
    expect(() => record([])).toThrow(/labelled nothing/);
  });

  it('depends on the jury, not on the order of asking', () => {
    expect(record(labelled(gold))).toEqual(record(labelled(gold)));
    expect(record(labelled(gold), config(2)).alignment.majority).not.toEqual(record(labelled(gold)).alignment.majority);
    expect(record(labelled(gold), config(2)).alignment.gold).toEqual(record(labelled(gold)).alignment.gold);
  });
});

describe('position bias', () => {
  const raw = (...answers: [number, number][]) => answers.map((r) => ({ raw: r }));

  it('is the share of pairs whose same slot wins twice', () => {
    const found = positionBias(raw([0.9, 0.8], [0.2, 0.3], [0.7, 0.6], [0.9, 0.1], [0.4, 0.9], [0.5, 0.9], [0.5, 0.5], [1, 0]));
    expect(found.samePosition).toMatchObject({ value: 3 / 8, n: 8, over: 'pairs' });
    expect(found.prefersFirst).toBe(2 / 3);
  });

  it('is absent where no order was swapped, and names no slot where none won', () => {
    expect(positionBias([{ raw: [0.9] }, { raw: [] }])).toEqual({});
    expect(positionBias([{ raw: [0.9] }, { raw: [1, 1] }])).toMatchObject({ samePosition: { n: 1 }, prefersFirst: 1 });
    const even = positionBias(raw([0.9, 0.1]));
    expect(even.samePosition?.value).toBe(0);
    expect(Object.keys(even)).toEqual(['samePosition']);
  });
});

describe('annotator agreement', () => {
  const measure = (factors = PLAIN) => annotatorAgreement(contests, { task: testTask, seed: 1, factors });

  it('is the closed form for readers who are all alike', () => {
    const task = { reader: () => ({ name: 'x', weights: testTask.goldWeights, slotTaste: {}, scale: 1.5 }) };
    const contest = toContest(testTask, testPair('x', 'f1', 'f3'));
    const p = 1 / (1 + Math.exp(-0.75));
    expect(agreementProbability(contest, { task, seed: 1, factors: PLAIN })).toBeCloseTo(p * p + (1 - p) ** 2, 12);
  });

  it('is one half on equal texts and where nobody cares, high where all care a lot', () => {
    const equal = toContest(testTask, testPair('x', 'f1 uh', 'f1 uh'));
    expect(agreementProbability(equal, { task: testTask, seed: 1, factors: PLAIN })).toBeCloseTo(0.5, 12);
    expect(measure({ coverage: 0, invention: 0, stumble: 0, length: 0 }).value).toBeCloseTo(0.5, 12);
    expect(measure({ coverage: 50, invention: 50, stumble: 50, length: 50 }).value).toBeGreaterThan(0.85);
    expect(measure().value).toBeLessThan(0.85);
  });

  it('is what drawn votes of two annotators give', () => {
    const { value, n, over, ci } = measure();
    expect([n, over]).toEqual([400, 'pairs']);
    expect(ci[0]).toBeLessThan(value);
    // Labels by one annotator against verdicts of another.
    let same = 0;
    const rounds = 10;
    for (let seed = 1; seed <= rounds; seed++) {
      const jury = { task: testTask, size: 1, factors: PLAIN };
      const one = annotatorLabels({ ...jury, seed: 100 + seed });
      same += record(one, config(seed)).alignment.annotator.value / rounds;
    }
    expect(Math.abs(same - value)).toBeLessThan(0.03);
  });

  function annotatorLabels(jury: { task: typeof testTask; size: number; seed: number; factors: typeof PLAIN }): Label[] {
    const stream = new Stream(streamKey(jury.seed, PURPOSE.test));
    return labelled((contest) => {
      const reader = jury.task.reader('fresh', 1_000_000 + stream.int(1000));
      return Number(stream.chance(preferenceOf(reader, contest)));
    });
  }

  function preferenceOf(reader: ReturnType<typeof testTask.reader>, { prompt, a, b }: Contest): number {
    const value = (check: Contest['a']): number =>
      prompt.facts.reduce(
        (sum, { slot, importance }) =>
          sum + (check.covered.includes(slot) ? reader.weights.coverage * importance * reader.slotTaste[slot]! : 0),
        0,
      ) -
      reader.weights.invention * check.invented -
      reader.weights.stumble * check.stumbles -
      reader.weights.length * check.words;
    return 1 / (1 + Math.exp(-reader.scale * (value(a) - value(b))));
  }
});
