import { describe, expect, it } from 'vitest';
import { GOLD } from './gold';
import { reader } from './panel';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const readers = (population: 'panel' | 'fresh' | 'judges'): ReturnType<typeof reader>[] =>
  Array.from({ length: 4000 }, (_, i) => reader(population, i));

describe('readers', () => {
  it('are fixed functions of population and index, and differ', () => {
    expect(reader('panel', 3)).toEqual(reader('panel', 3));
    expect(reader('panel', 3).weights).not.toEqual(reader('panel', 4).weights);
    expect(reader('panel', 3).weights).not.toEqual(reader('fresh', 3).weights);
  });

  it.each(['panel', 'fresh'] as const)('%s: weights vary log-normally around gold', (population) => {
    const all = readers(population);
    for (const key of ['coverage', 'invention', 'stumble', 'length'] as const) {
      const logs = all.map(({ weights }) => Math.log(weights[key] / GOLD[key]));
      expect(Math.abs(mean(logs))).toBeLessThan(0.03);
      const spread = Math.sqrt(mean(logs.map((value) => value ** 2)));
      expect(spread).toBeGreaterThan(0.33);
      expect(spread).toBeLessThan(0.37);
    }
  });

  it('judges are taught by people who like detail, forgive invention more and mind length less', () => {
    const teachers = readers('judges');
    const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length / 2]!;
    expect(median(teachers.map(({ weights }) => weights.invention))).toBeLessThan(0.75 * GOLD.invention);
    expect(median(teachers.map(({ weights }) => weights.length))).toBeLessThan(0.6 * GOLD.length);
    expect(median(teachers.map(({ slotTaste }) => slotTaste['place']!))).toBeGreaterThan(1.6);
  });
});
