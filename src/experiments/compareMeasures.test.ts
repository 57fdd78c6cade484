import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundleSchema } from '../core/bundle';
import { rescore } from '../evaluation/rescore';
import { binOf, binWidth, histogramOf } from './compareHistogram';
import { difference, disagreement, measuresOf, sortRows, type SortKey } from './compareMeasures';
import { bundleRun } from './comparePosts';
import { goldOutcome, groupsOf, slicesOf, type Dimension } from './compareSlices';
import { testAnswer, testPost, testRun, testTable } from './testing/compare';

const run = testRun({
  sft: [testAnswer('a', 9), testAnswer('a', 0), testAnswer('a', 0)],
  rlhf: [testAnswer('a b c', 1, 0.5), testAnswer('a', 2, 0.1), testAnswer('a b', 0.3, 0.7)],
  rlaif: [testAnswer('a', 2, 0.4), testAnswer('a b', 0.5, 0.9), testAnswer('a b', 0.1 + 0.2)],
}, { rewards: { rlhf: 'same', rlaif: 'same' } });
const { columns, rows } = testTable(run);
const couple = { a: 1, b: 2 };
const order = (key: SortKey, reversed = false): string => sortRows(rows, columns, couple, { key, reversed }).map(({ post }) => post.id).join(' ');

describe('sorting', () => {
  it('is by what a has more than b, or the other way round', () => {
    expect(order('order')).toBe('p0 p1 p2');
    expect(order('order', true)).toBe('p2 p1 p0');
    expect(order('gold')).toBe('p1 p2 p0');
    expect(order('gold', true)).toBe('p0 p2 p1');
    expect(order('words')).toBe('p0 p2 p1');
  });
  it('puts posts without the measure last, either way', () => {
    expect([order('score'), order('score', true)]).toEqual(['p0 p1 p2', 'p1 p0 p2']);
  });
  it('by disagreement leaves the start policy out where two others are there', () => {
    expect(rows.map((row) => Number(disagreement(row, columns).toFixed(6)))).toEqual([1, 1.5, 0]);
    const two = testTable({ ...run, arms: run.arms.slice(0, 2) });
    expect(disagreement(two.rows[0]!, two.columns)).toBe(8);
    expect(order('disagreement')).toBe('p1 p0 p2');
  });
  it('knows decimals that are equal but for rounding', () => {
    expect(difference(rows[2]!, couple, 'gold')).toBe(0);
    expect(difference(rows[2]!, couple, 'score')).toBeUndefined();
  });
  it('compares scores of the same reward only', () => {
    expect(measuresOf(columns, couple)).toEqual(['gold', 'score', 'words']);
    expect(measuresOf(columns, { a: 0, b: 1 })).toEqual(['gold', 'words']);
  });
});

describe('the histogram', () => {
  const differences = Array.from({ length: 997 }, (_, i) => Number((((i * 37) % 101) / 10 - 4.3).toFixed(9)));

  it('puts every difference into one bin that it lies in', () => {
    const width = binWidth(differences);
    const { bins, n } = histogramOf(differences, width);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(n);
    for (const { index, from, to, count } of bins) {
      const within = differences.filter((value) =>
        index > 0 ? value >= from && value < to : index < 0 ? value > from && value <= to : value > from && value < to);
      expect(count, `${from} to ${to}`).toBe(within.length);
    }
    expect(bins.length).toBeLessThanOrEqual(21);
  });
  it('is a mirror image when the columns change places', () => {
    const counts = (values: readonly number[]): number[] => histogramOf(values, 0.5).bins.map(({ count }) => count);
    expect(counts(differences.map((value) => -value))).toEqual(counts(differences).reverse());
  });
  it('has widths that read well, and none that is too narrow', () => {
    expect([[4.7], [0.9], [95], [0], []].map((one) => binWidth(one))).toEqual([0.5, 0.1, 10, 1, 1]);
    expect(binWidth([3], 1)).toBe(1);
  });
  it('keeps a few large differences in open bins at its ends', () => {
    const most = Array.from({ length: 99 }, (_, i) => i / 25 - 2);
    const { bins, width } = histogramOf([...most, 400, -300], binWidth(most));
    expect(width).toBe(0.2);
    // -2, -1.96, -1.92 and -300; 1.92 and 400.
    expect([bins[0], bins.at(-1)]).toEqual([
      { index: -10, from: -Infinity, to: -1.9, count: 4 }, { index: 10, from: 1.9, to: Infinity, count: 2 },
    ]);
    // Where nearly all are ties, the width is that of the others.
    expect(binWidth([...Array.from({ length: 99 }, () => 0), 19])).toBe(2);
  });
  it('has a neutral zone of half a bin each way', () => {
    expect([0, 0.24, 0.25, -0.24, -0.25, 0.74, 0.75].map((value) => binOf(value, 0.5))).toEqual([0, 0, 1, 0, -1, 1, 2]);
    expect(histogramOf([], 1)).toMatchObject({ n: 0, bins: [{ index: 0, count: 0 }] });
  });
});

describe('slices', () => {
  const bundle = bundleSchema.parse(JSON.parse(readFileSync('public/recorded-run.json', 'utf8')));
  const recorded = testTable(bundleRun(bundle, '', 'recorded'));
  const between = { a: recorded.columns.findIndex(({ key }) => key === 'rlaif'), b: recorded.columns.findIndex(({ key }) => key === 'rlhf') };

  it.each(['topic', 'facts', 'post', 'responses'] as const satisfies readonly Dimension[])('by %s hold every post once', (dimension) => {
    const groups = groupsOf(recorded.rows, dimension, between);
    for (const row of recorded.rows) expect(groups.filter((group) => group.holds(row))).toHaveLength(1);
    const slices = slicesOf(recorded.rows, groups, between);
    expect(slices.reduce((sum, { winRate }) => sum + winRate!.n, 0)).toBe(recorded.rows.length);
    expect(slices.every(({ wins, ties, losses, winRate }) =>
      wins + ties + losses === winRate!.n && winRate!.value === (wins + ties / 2) / winRate!.n)).toBe(true);
  });

  it('give the win rate that the run itself gives for the same posts', () => {
    const { comparisons } = rescore(bundle, bundle.config.gold);
    const { raw } = comparisons.find(({ a, b }) => a === 'rlaif' && b === 'rlhf')!.gold;
    const [all] = slicesOf(recorded.rows, [{ id: 'all', label: 'all', holds: () => true }], between);
    expect(all!.winRate).toEqual(raw);
    expect(recorded.rows.map((row) => goldOutcome(row, between)).filter((outcome) => outcome === 1)).toHaveLength(all!.wins);
  });

  it('keep equal lengths together and are about thirds', () => {
    const posts = Array.from({ length: 9 }, (_, i) => testPost(`p${i}`, 'work', 2, Array.from({ length: i + 1 }, () => 'w')));
    const table = testTable(testRun({ a: posts.map(() => testAnswer('x', 0)), b: posts.map(() => testAnswer('x', 0)) }, { posts }));
    expect(groupsOf(table.rows, 'post', { a: 0, b: 1 }).map(({ label }) => label)).toEqual([
      'short, 1 to 3 words', 'middling, 4 to 6 words', 'long, 7 to 9 words',
    ]);
    expect(groupsOf(table.rows, 'responses', { a: 0, b: 1 }).map(({ label }) => label)).toEqual(['short, 1 words']);
    const empty = slicesOf([], groupsOf(table.rows, 'topic', { a: 0, b: 1 }), { a: 0, b: 1 });
    expect(empty.map(({ winRate, ties }) => [winRate, ties])).toEqual([[undefined, 0]]);
  });
});
