import { describe, expect, it } from 'vitest';
import type { Label } from '../core/preferences';
import { positionBias } from '../evaluation/alignment';
import { PLAIN, randomPairs, testPair, testTask } from '../evaluation/testing/testTask';
import { goldWeights, utility } from '../tasks/utility';
import { createNoisyLabeler, type NoisyOptions } from './noisy';
import { createPeopleLabeler, type PeopleOptions } from './people';
import type { JudgedPair, Labeler, LabelOptions } from './types';

async function collect(labeler: Labeler, pairs: readonly JudgedPair[], options?: LabelOptions): Promise<Label[]> {
  const labels: Label[] = [];
  for await (const label of labeler.label(pairs, options)) labels.push(label);
  return labels;
}

const people = (options: Partial<PeopleOptions> = {}): Labeler =>
  createPeopleLabeler({ task: testTask, seed: 1, gold: PLAIN, noise: 0, perPair: 1, ...options });
const noisy = (options: Partial<NoisyOptions> = {}): Labeler =>
  createNoisyLabeler({
    task: testTask, seed: 1, gold: PLAIN, accuracy: 1, positionBias: 0, lengthBias: 0, bothOrders: true, ...options,
  });
const alike = { ...testTask, reader: () => ({ name: 'x', weights: testTask.goldWeights, slotTaste: {}, scale: 1.5 }) };
const repeat = (count: number, a: string, b: string): JudgedPair[] =>
  Array.from({ length: count }, (_, i) => testPair(`pair:${i}`, a, b));
const meanOf = (labels: readonly Label[]): number => labels.reduce((sum, label) => sum + label.pA, 0) / labels.length;
/** Four standard deviations of a share. */
const bound = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n);
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

describe.each<[string, (options?: { seed?: number }) => Labeler]>([
  ['people', people],
  ['noisy', (options) => noisy({ ...options, accuracy: 0.7, positionBias: 0.2, lengthBias: 0.1 })],
])('%s', (id, create) => {
  const pairs = randomPairs(80);

  it('labels every pair in order, in range, as itself', async () => {
    const labels = await collect(create(), pairs);
    expect(labels.map((label) => label.pairId)).toEqual(pairs.map((pair) => pair.id));
    expect(labels.every((label) => label.labeler === id && label.parsed && label.pA >= 0 && label.pA <= 1)).toBe(true);
    expect(create().identity).toMatchObject({ id, kind: id });
  });

  it('is a function of labeler and pair alone', async () => {
    const labels = await collect(create(), pairs);
    expect(await collect(create(), [...pairs].reverse())).toEqual([...labels].reverse());
    expect(await collect(create(), pairs.slice(40))).toEqual(labels.slice(40));
    expect(await collect(create({ seed: 2 }), pairs)).not.toEqual(labels);
  });

  it('keeps to its budget, and stops when aborted with the labels so far kept', async () => {
    expect(await collect(create(), pairs, { budget: 7 })).toHaveLength(7);
    const controller = new AbortController();
    const kept: Label[] = [];
    const run = async (): Promise<void> => {
      for await (const label of create().label(pairs, { signal: controller.signal })) {
        kept.push(label);
        if (kept.length === 5) controller.abort();
      }
    };
    await expect(run()).rejects.toThrow(/abort/i);
    expect([...kept, ...(await collect(create(), pairs.slice(5)))]).toEqual(await collect(create(), pairs));
  });
});

describe('people', () => {
  const n = 4000;
  const pairs = repeat(n, 'f1', 'f3');
  const p = sigmoid(1.5 * 0.5);

  it('vote by the Bradley-Terry probability', async () => {
    expect(Math.abs(meanOf(await collect(people({ task: alike }), pairs)) - p)).toBeLessThan(bound(p, n));
    const even = meanOf(await collect(people({ task: alike }), repeat(n, 'f1', 'f2')));
    expect(Math.abs(even - 0.5)).toBeLessThan(bound(0.5, n));
    // Control: the bound tells the two apart.
    expect(p - 0.5).toBeGreaterThan(2 * bound(p, n));
  });

  it('flip coins in their share of votes, and change no other vote', async () => {
    const clean = await collect(people({ task: alike }), pairs);
    const mixed = await collect(people({ task: alike, noise: 0.4 }), pairs);
    const expected = 0.6 * p + 0.2;
    expect(Math.abs(meanOf(mixed) - expected)).toBeLessThan(bound(expected, n));
    // A replaced vote differs half of the time, whatever it was.
    const changed = mixed.filter((label, i) => label.pA !== clean[i]!.pA).length / n;
    expect(Math.abs(changed - 0.2)).toBeLessThan(bound(0.2, n));
    const coins = await collect(people({ task: alike, noise: 1 }), pairs);
    expect(Math.abs(meanOf(coins) - 0.5)).toBeLessThan(bound(0.5, n));
  });

  it('vote independently within a pair: counts of votes are binomial (chi-square)', async () => {
    const k = 3;
    const counts = [0, 0, 0, 0];
    for (const label of await collect(people({ task: alike, perPair: k }), pairs)) counts[Math.round(label.pA * k)]!++;
    const binomial = [(1 - p) ** 3, 3 * p * (1 - p) ** 2, 3 * p ** 2 * (1 - p), p ** 3];
    const chiSquare = (q: readonly number[]): number =>
      counts.reduce((sum, count, i) => sum + (count - n * q[i]!) ** 2 / (n * q[i]!), 0);
    // Chi-square with 3 degrees of freedom: 16.27 is passed once in a thousand.
    expect(chiSquare(binomial)).toBeLessThan(16.27);
    // Control: three copies of one vote, softened, would not pass.
    expect(chiSquare([(1 - p) * 0.9, 0.1 * (1 - p), 0.1 * p, p * 0.9])).toBeGreaterThan(100);
  });

  it('are many: different annotators are drawn, who differ', async () => {
    const seen = new Set<number>();
    const task = {
      ...testTask,
      reader: (population: 'panel' | 'fresh' | 'judges', index: number) => {
        expect(population).toBe('panel');
        seen.add(index);
        return testTask.reader(population, index);
      },
    };
    await collect(people({ task, perPair: 5 }), randomPairs(100));
    expect(seen.size).toBeGreaterThan(490);
  });

  it('change with the visitor\'s factors', async () => {
    const wordy = repeat(400, 'f1 and and and and', 'f1');
    expect(meanOf(await collect(people({ gold: { ...PLAIN, length: 8 } }), wordy))).toBeLessThan(0.25);
    expect(meanOf(await collect(people({ gold: { ...PLAIN, length: -2 } }), wordy))).toBeGreaterThan(0.55);
  });

  it('see no order, and take checks that are known already', async () => {
    const [label] = await collect(people(), pairs);
    expect(label!.raw).toEqual([label!.pA]);
    const checks = (pair: JudgedPair) => [testTask.check(pair.prompt, pair.responses[0]), testTask.check(pair.prompt, pair.responses[1])] as const;
    const task = { ...testTask, check: () => { throw new Error('asked the task'); } };
    expect(await collect(people({ task, checks }), pairs.slice(0, 50))).toEqual(await collect(people(), pairs.slice(0, 50)));
  });

  it('draw otherwise than the noise-controlled labeler of the same seed', async () => {
    const ties = repeat(n, 'f1', 'f2');
    const [one, other] = [await collect(people({ task: alike }), ties), await collect(noisy({ bothOrders: false }), ties)];
    const same = one.filter((label, i) => label.pA === other[i]!.pA).length / n;
    expect(Math.abs(same - 0.5)).toBeLessThan(bound(0.5, n));
  });
});

describe('noise-controlled labeler', () => {
  const n = 3000;
  const better = repeat(n, 'f0 f1', 'f0 and and and');
  const shareOfFirst = (labels: readonly Label[], order: 0 | 1): number =>
    labels.filter((label) => label.raw[order] === 1).length / labels.length;

  it('without faults is gold', async () => {
    const pairs = randomPairs(200);
    const weights = goldWeights(testTask.goldWeights, PLAIN);
    for (const [i, label] of (await collect(noisy(), pairs)).entries()) {
      const { prompt, responses } = pairs[i]!;
      const [a, b] = responses.map((r) => utility(prompt, testTask.check(prompt, r), weights));
      if (Math.abs(a! - b!) > 1e-9) expect(label.pA).toBe(Number(a! > b!));
    }
    expect(meanOf(await collect(noisy({ gold: { ...PLAIN, coverage: 0, length: -2 } }), better))).toBe(0);
  });

  it('is right as often as its accuracy, in each order on its own', async () => {
    const labels = await collect(noisy({ accuracy: 0.8 }), better);
    expect(Math.abs(shareOfFirst(labels, 0) - 0.8)).toBeLessThan(bound(0.8, n));
    expect(Math.abs(shareOfFirst(labels, 1) - 0.2)).toBeLessThan(bound(0.2, n));
    // Independent draws: right twice .64, split .32, wrong twice .04.
    const split = labels.filter((label) => label.pA === 0.5).length / n;
    expect(Math.abs(split - 0.32)).toBeLessThan(bound(0.32, n));
    expect(meanOf(await collect(noisy({ accuracy: 0 }), better))).toBe(0);
  });

  it('picks the first shown as often as its position bias, and averaging takes the bias out', async () => {
    const labels = await collect(noisy({ positionBias: 0.5 }), better);
    expect(shareOfFirst(labels, 0)).toBe(1);
    expect(Math.abs(shareOfFirst(labels, 1) - 0.5)).toBeLessThan(bound(0.5, n));
    const found = positionBias(labels);
    expect(Math.abs(found.samePosition!.value - 0.5)).toBeLessThan(bound(0.5, n));
    expect(found.prefersFirst).toBe(1);
    expect((await collect(noisy({ positionBias: 1 }), better)).every((label) => label.pA === 0.5)).toBe(true);
    // Control: one order only, and the bias is in the label.
    const once = await collect(noisy({ positionBias: 1, bothOrders: false }), repeat(50, 'uh', 'f0'));
    expect(once.every((label) => label.pA === 1 && label.raw.length === 1)).toBe(true);
    expect(positionBias(await collect(noisy({ accuracy: 1 }), better)).samePosition!.value).toBe(0);
  });

  it('picks the longer as often as its length bias, and never where lengths are equal', async () => {
    const labels = await collect(noisy({ lengthBias: 0.3 }), better);
    expect(Math.abs(meanOf(labels) - 0.7)).toBeLessThan(bound(0.3, 2 * n));
    expect(meanOf(await collect(noisy({ lengthBias: 1 }), better))).toBe(0);
    expect(meanOf(await collect(noisy({ lengthBias: 1 }), repeat(50, 'f0 f1', 'f0 f3')))).toBe(1);
  });

  it('asks position first: what is left over goes to length, then to gold', async () => {
    const labels = await collect(noisy({ positionBias: 0.2, lengthBias: 0.25, accuracy: 0.9 }), better);
    // Shown first, the better and shorter one: .2 + .8 * (.25 * 0 + .75 * .9)
    const expected = 0.2 + 0.8 * 0.75 * 0.9;
    expect(Math.abs(shareOfFirst(labels, 0) - expected)).toBeLessThan(bound(expected, n));
  });
});
