import { describe, expect, it } from 'vitest';
import type { Label } from '../core/preferences';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { flipLabels, mergeLabels, routePairs, type RoutingOptions } from './hybrid';

const SEEDS = [1, 2, 3];
const labelOf = (pairId: string, pA: number, labeler = 'ai'): Label => ({ pairId, labeler, pA, raw: [pA, 1 - pA], parsed: true });

/** Labels of which the AI is more or less sure. */
function aiLabels(count: number, seed = 1): Label[] {
  const draw = new Stream(streamKey(seed, PURPOSE.test));
  return Array.from({ length: count }, (_, i) => labelOf(`pair:${i}`, draw.unit()));
}

/** Ids of the pairs that people get. */
function toPeople(labels: readonly Label[], options: RoutingOptions): string[] {
  const routes = routePairs(labels, options);
  expect(routes).toHaveLength(labels.length);
  return labels.filter((_, i) => routes[i] === 'people').map(({ pairId }) => pairId);
}

/** Four standard deviations of a share. */
const bound = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n);

describe.each(['random', 'uncertain'] as const)('routing, %s', (rule) => {
  const labels = aiLabels(101);

  it('keeps to the budget, and a larger one adds to a smaller', () => {
    let before: string[] = [];
    for (const budget of [0, 0.1, 0.33, 0.5, 1]) {
      const people = toPeople(labels, { budget, rule, seed: 1 });
      expect(people).toHaveLength(Math.round(budget * 101));
      expect(people).toEqual(expect.arrayContaining(before));
      before = people;
    }
  });

  it('does not depend on the order of the pairs', () => {
    const options = { budget: 0.3, rule, seed: 1 };
    expect(routePairs([...labels].reverse(), options)).toEqual(routePairs(labels, options).reverse());
    const alike = labels.map((label) => ({ ...label, pA: 0.5 }));
    expect(routePairs([...alike].reverse(), options)).toEqual(routePairs(alike, options).reverse());
  });
});

describe('routing', () => {
  it('gives people the pairs that the AI is least sure of, unread answers first', () => {
    const labels = [0.99, 0.45, 0.01, 0.6, 0.2, 0.8].map((pA, i) => labelOf(`pair:${i}`, pA));
    expect(toPeople(labels, { budget: 0.5, rule: 'uncertain', seed: 1 }).slice(0, 2)).toEqual(['pair:1', 'pair:3']);
    const unread: Label = { ...labelOf('unread', 0.5), parsed: false };
    expect(toPeople([...labels, unread], { budget: 1 / 7, rule: 'uncertain', seed: 1 })).toEqual(['unread']);
  });

  it('breaks ties by seed and pair, 0.3 against 0.7 as well', () => {
    const labels = [labelOf('a', 0.3), labelOf('b', 0.7)];
    const firsts = Array.from({ length: 400 }, (_, seed) => routePairs(labels, { budget: 0.5, rule: 'uncertain', seed })[0]);
    expect(Math.abs(firsts.filter((annotator) => annotator === 'people').length / 400 - 0.5)).toBeLessThan(bound(0.5, 400));
  });

  it.each(SEEDS)('at random gives each pair the same chance, however sure the AI is, seed %i', (seed) => {
    const labels = aiLabels(4000, seed);
    const people = new Set(toPeople(labels, { budget: 0.25, rule: 'random', seed }));
    for (const sure of [true, false]) {
      const group = labels.filter(({ pA }) => Math.abs(pA - 0.5) > 0.25 === sure);
      const share = group.filter(({ pairId }) => people.has(pairId)).length / group.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(bound(0.25, group.length));
    }
    expect(toPeople(labels, { budget: 0.25, rule: 'random', seed: seed + 10 })).not.toEqual([...people]);
  });

  it.each(SEEDS)('by uncertainty makes labels of a calibrated AI right more often than at random, seed %i', (seed) => {
    // P(responses[0] is better) is what the AI says; the people of this test are never wrong.
    const labels = aiLabels(2000, seed);
    const draw = new Stream(streamKey(seed, PURPOSE.test, 1));
    const truth = labels.map(({ pairId, pA }) => labelOf(pairId, Number(draw.chance(pA)), 'people'));
    const right = (rule: RoutingOptions['rule']): number =>
      mergeLabels(routePairs(labels, { budget: 0.3, rule, seed }), labels, truth)
        .filter(({ pA }, i) => pA > 0.5 === truth[i]!.pA > 0.5).length / labels.length;
    // The AI errs in 1/4 of all pairs, in 1/4 (1 - 0.3)^2 of them where people have the 0.3 that it is least sure of.
    expect(Math.abs(right('random') - (1 - 0.25 * 0.7))).toBeLessThan(bound(0.175, 2000));
    expect(Math.abs(right('uncertain') - (1 - 0.25 * 0.7 ** 2))).toBeLessThan(bound(0.1225, 2000));
  });
});

describe('merging', () => {
  const ai = [labelOf('a', 0.9), labelOf('b', 0.4), labelOf('c', 0.1)];
  const people = [labelOf('c', 1, 'people'), labelOf('b', 0, 'people')];

  it('takes each label from whoever the pair was routed to', () => {
    expect(mergeLabels(['ai', 'people', 'ai'], ai, people)).toEqual([ai[0], people[1], ai[2]]);
    expect(mergeLabels(['ai', 'ai', 'ai'], ai, [])).toEqual(ai);
  });

  it('refuses a pair that nobody labelled, and routes of other pairs', () => {
    expect(() => mergeLabels(['people', 'ai', 'ai'], ai, people)).toThrow(/have not labelled a/);
    expect(() => mergeLabels(['ai'], ai, people)).toThrow(/1 routes for 3 pairs/);
  });
});

describe('label noise', () => {
  /** Whether each label came back turned round; holds all else to be as it was. */
  function fates(labels: readonly Label[], share: number, seed: number): boolean[] {
    const flipped = flipLabels(labels, share, seed);
    const changed = flipped.map(({ pA }, i) => pA !== labels[i]!.pA);
    const expected = labels.map((label, i) =>
      changed[i] ? { ...label, pA: 1 - label.pA, raw: label.raw.map((p) => 1 - p) } : label);
    expect(JSON.stringify(flipped)).toBe(JSON.stringify(expected));
    return changed;
  }

  it.each(SEEDS)('turns round the share asked for, neighbours independently, seed %i', (seed) => {
    const labels = aiLabels(3000, seed);
    for (const share of [0.1, 0.3, 0.5]) {
      const flipped = fates(labels, share, seed).map(Number);
      const mean = flipped.reduce((sum, x) => sum + x, 0) / flipped.length;
      expect(Math.abs(mean - share)).toBeLessThan(bound(share, flipped.length));
      const both = flipped.slice(1).filter((x, i) => x === 1 && flipped[i] === 1).length / (flipped.length - 1);
      // Neighbouring couples overlap: variance p^2 (1 - p^2) + 2 p^3 (1 - p), over n.
      const deviation = Math.sqrt((share ** 2 * (1 - share ** 2) + 2 * share ** 3 * (1 - share)) / flipped.length);
      expect(Math.abs(both - share ** 2)).toBeLessThan(4 * deviation);
    }
    expect(fates(labels, 0, seed)).not.toContain(true);
    expect(fates(labels, 1, seed)).not.toContain(false);
  });

  it('decides each pair apart: by seed and pair, not by order, label or the others', () => {
    const labels = aiLabels(200);
    const whole = fates(labels, 0.3, 1);
    expect(fates([...labels].reverse(), 0.3, 1)).toEqual([...whole].reverse());
    expect(labels.map((label) => fates([label], 0.3, 1)[0])).toEqual(whole);
    expect(fates(labels.map(({ pairId }) => labelOf(pairId, 1, 'people')), 0.3, 1)).toEqual(whole);
    expect(fates(labels, 0.3, 2)).not.toEqual(whole);
  });

  it('turns round at a larger share what it does at a smaller', () => {
    const labels = aiLabels(500);
    const more = fates(labels, 0.4, 1);
    fates(labels, 0.2, 1).forEach((flipped, i) => expect(flipped && !more[i]).toBe(false));
  });

  it('keeps the answers to both orders in step with their mean', () => {
    const [label] = flipLabels([{ pairId: 'a', labeler: 'ai', pA: 0.75, raw: [0.875, 0.375], parsed: true }], 1, 1);
    expect(label).toMatchObject({ pA: 0.25, raw: [0.125, 0.625] });
    expect((label!.raw[0]! + 1 - label!.raw[1]!) / 2).toBe(label!.pA);
  });
});
