import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { wilsonInterval } from '../core/stats';
import { goldWeights } from '../tasks/utility';
import { toContest } from './alignment';
import { PLAIN, randomPairs, testPair, testTask } from './testing/testTask';
import { goldVerdict, juryVerdict, type Contest, type Jury } from './verdicts';
import { winRate, winRateByGold, winRateByJury, type Bout } from './winRate';

const jury = (size: number, seed = 1): Jury => ({ task: testTask, size, seed, factors: PLAIN });
const contest = (id: string, a: string, b: string): Contest => toContest(testTask, testPair(id, a, b));
const repeat = (count: number, a: string, b: string): Contest[] =>
  Array.from({ length: count }, (_, i) => contest(`c${i}`, a, b));
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const swapped = ({ a, b, ...rest }: Contest): Contest => ({ ...rest, a: b, b: a });

describe('verdicts', () => {
  it('by gold follow the utility, and equal utilities are a tie', () => {
    const weights = testTask.goldWeights;
    expect(goldVerdict(contest('x', 'f0 f1', 'f0'), weights)).toBe(1);
    expect(goldVerdict(contest('x', 'f0 f7', 'f0'), weights)).toBe(0);
    expect(goldVerdict(contest('x', 'f0', 'f0'), weights)).toBe(0.5);
    // Another fact of the same worth.
    expect(goldVerdict(contest('x', 'f1', 'f2'), weights)).toBe(0.5);
  });

  it('by gold turn round when the visitor turns the weights round', () => {
    const wordy = contest('x', 'f1 and and and', 'f1');
    expect(goldVerdict(wordy, goldWeights(testTask.goldWeights, PLAIN))).toBe(0);
    expect(goldVerdict(wordy, goldWeights(testTask.goldWeights, { ...PLAIN, length: -1 }))).toBe(1);
  });

  it('of a jury change with the factors too', () => {
    const contests = repeat(200, 'f1 and and and and and and', 'f1');
    const share = (factors: typeof PLAIN): number => winRateByJury(contests, { ...jury(5), factors }).raw.value;
    expect(share({ ...PLAIN, length: 8 })).toBeLessThan(0.05);
    expect(share({ ...PLAIN, length: -2 })).toBeGreaterThan(0.6);
  });

  it('of a jury are a fixed function of seed, size and contest', () => {
    const contests = randomPairs(60).map((pair) => toContest(testTask, pair));
    const verdicts = (j: Jury): number[] => contests.map((c) => juryVerdict(c, j));
    expect(verdicts(jury(5))).toEqual(verdicts(jury(5)));
    expect([...contests].reverse().map((c) => juryVerdict(c, jury(5)))).toEqual(verdicts(jury(5)).reverse());
    expect(verdicts(jury(5, 2))).not.toEqual(verdicts(jury(5)));
  });

  it('of a jury on equal texts are ties, always', () => {
    for (const size of [1, 4, 5]) expect(repeat(50, 'f0 f1 uh', 'f0 f1 uh').map((c) => juryVerdict(c, jury(size)))).toEqual(
      Array.from({ length: 50 }, () => 0.5),
    );
  });

  it('of a jury follow the Bradley-Terry probabilities of identical readers', () => {
    // Everybody alike: P(vote for a) = sigmoid(1.5 * (0.95 - 0.45)), one fact of 1 against one of 0.5.
    const alike: Jury = {
      ...jury(1),
      task: { reader: () => ({ name: 'x', weights: testTask.goldWeights, slotTaste: {}, scale: 1.5 }) },
    };
    const p = sigmoid(0.75);
    const n = 4000;
    const contests = repeat(n, 'f1', 'f3');
    const wins = (size: number): number =>
      contests.reduce((sum, c) => sum + juryVerdict(c, { ...alike, size }), 0) / n;
    const bound = (q: number): number => 4 * Math.sqrt((q * (1 - q)) / n);
    expect(Math.abs(wins(1) - p)).toBeLessThan(bound(p));
    const majority = p ** 3 + 3 * p ** 2 * (1 - p);
    expect(Math.abs(wins(3) - majority)).toBeLessThan(bound(majority));
    // Control: the two are far enough apart for the bounds to tell.
    expect(majority - p).toBeGreaterThan(2 * bound(p));
  });
});

describe('win rate', () => {
  const contests = randomPairs(300).map((pair) => toContest(testTask, pair));

  it('counts ties half and has the Wilson interval', () => {
    const outcomes = [1, 1, 0.5, 0.5, 0, 1, 1, 0, 1, 1] as const;
    const { raw } = winRate(outcomes.map((outcome) => ({ outcome, wordsA: 5, wordsB: 5 })), 'x', false);
    expect(raw).toEqual({ value: 0.7, ci: wilsonInterval(7, 10), n: 10, over: 'posts' });
  });

  it('by gold of A over B and of B over A make one', () => {
    const forth = winRateByGold(contests, testTask.goldWeights);
    const back = winRateByGold(contests.map(swapped), testTask.goldWeights);
    expect(forth.raw.value + back.raw.value).toBeCloseTo(1, 12);
    expect(forth.raw.value).toBeGreaterThan(0.4);
    expect(forth.raw.value).toBeLessThan(0.6);
  });

  it('of an arm against itself is one half, by both judges', () => {
    const self = contests.map((c) => ({ ...c, b: c.a }));
    for (const rate of [winRateByGold(self, testTask.goldWeights), winRateByJury(self, jury(5))]) {
      expect(rate.raw.value).toBe(0.5);
    }
  });

  it('by a larger jury comes nearer to gold where one arm is better', () => {
    const better = repeat(500, 'f0 f1', 'f0 f3');
    const [one, nine] = [winRateByJury(better, jury(1)), winRateByJury(better, jury(9))];
    expect(winRateByGold(better, testTask.goldWeights).raw.value).toBe(1);
    expect(nine.raw.value).toBeGreaterThan(one.raw.value + 0.05);
    expect(one.judge).toBe('one fresh annotator');
    expect(nine.judge).toBe('majority of 9 fresh annotators');
  });

  it('says whether it is circular', () => {
    expect(winRateByGold(contests, testTask.goldWeights, true).circular).toBe(true);
    expect(winRateByJury(contests, jury(3)).circular).toBe(false);
  });

  it('refuses no posts', () => {
    expect(() => winRate([], 'x', false)).toThrow(RangeError);
  });
});

describe('length control', () => {
  const draw = (n: number, quality: number, lengthEffect: number, longer: number): Bout[] => {
    const stream = new Stream(streamKey(3, PURPOSE.test, n));
    return Array.from({ length: n }, () => {
      const wordsB = 15 + stream.int(10);
      const wordsA = Math.max(1, Math.round(wordsB * longer * Math.exp(0.3 * stream.normal())));
      const outcome = stream.chance(sigmoid(quality + lengthEffect * (wordsA / wordsB - 1))) ? 1 : 0;
      return { outcome, wordsA, wordsB };
    });
  };

  it('takes away a win that length alone explains', () => {
    const { raw, lengthControlled } = winRate(draw(2000, 0, 3, 1.4), 'x', false);
    expect(raw.ci[0]).toBeGreaterThan(0.65);
    expect(lengthControlled!.ci[0]).toBeLessThan(0.5);
    expect(lengthControlled!.ci[1]).toBeGreaterThan(0.5);
    expect(lengthControlled).toMatchObject({ n: 2000, over: 'posts' });
  });

  it('leaves a win that length does not explain (control)', () => {
    const { raw, lengthControlled } = winRate(draw(2000, 1, 0, 1.4), 'x', false);
    expect(Math.abs(raw.value - sigmoid(1))).toBeLessThan(0.05);
    expect(lengthControlled!.ci[0]).toBeLessThan(sigmoid(1));
    expect(lengthControlled!.ci[1]).toBeGreaterThan(sigmoid(1));
    expect(lengthControlled!.ci[0]).toBeGreaterThan(0.6);
  });

  it('is deterministic, also with ties and empty responses', () => {
    const bouts = draw(200, 0.5, 1, 1).map((bout, i): Bout =>
      i % 10 === 0 ? { ...bout, outcome: 0.5 } : i % 25 === 1 ? { ...bout, wordsA: 0 } : bout,
    );
    const once = winRate(bouts, 'x', false);
    expect(once.lengthControlled).toBeDefined();
    expect(winRate(bouts, 'x', false)).toEqual(once);
  });

  it('is absent with a note where the fit has no answer', () => {
    const all = draw(100, 0, 1, 1);
    const note = (bouts: readonly Bout[]): string | undefined => {
      const rate = winRate(bouts, 'x', false);
      expect(rate.lengthControlled).toBeUndefined();
      return rate.note;
    };
    expect(note(all.slice(0, 6))).toMatch(/6 points are too few/);
    expect(note(all.map((bout) => ({ ...bout, outcome: 1 as const })))).toMatch(/every outcome is the same/);
    expect(note(all.map((bout) => ({ ...bout, outcome: bout.wordsA > bout.wordsB ? 1 : 0 })))).toMatch(/separates/);
    expect(note(all.map((bout) => ({ ...bout, wordsA: bout.wordsB + 1 + (bout.wordsA % 7) })))).toMatch(/is longer/);
    expect(note(all.map((bout) => ({ ...bout, wordsA: 1 + (bout.wordsA % 7) })))).toMatch(/is shorter/);
    expect(winRate(all, 'x', false).note).toBeUndefined();
  });
});
