import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../../core/bundle';
import { atPoint, DEFAULT_CONFIG } from '../../core/config';
import { parseSweep, sweepPoints } from '../../core/sweep';
import { findSweep } from '../../experiments/sweepAxes';
import { testBundle } from '../../experiments/testing/bundle';
import { axisChoices, exampleOf, rangeWords } from './choices';
import { axisPoints, bandPanels, bandsCsv, curveKeys, heatCells, pairedCsv, pairedRows, runsCsv, tableCsv } from './rows';
import { countText, differenceText, pText } from './words';

/** Runs of a sweep whose gold is what a function makes of their settings. */
function swept(axes: readonly string[], gold: (bundle: RunBundle, arm: string) => number): RunBundle[] {
  return sweepPoints(axes.map(parseSweep)).map((point) => {
    const bundle = testBundle(atPoint(DEFAULT_CONFIG, point));
    return {
      ...bundle,
      arms: bundle.arms.map((arm) => {
        const value = gold(bundle, arm.id);
        const evaluation = { ...arm.evaluation, goldUtility: { ...arm.evaluation.goldUtility, value } };
        return { ...arm, evaluation, curves: arm.id === 'sft' ? {} : { 'eval/gold': { step: [0, 5], value: [1, value] } } };
      }),
    };
  });
}

const one = findSweep(swept(['rl.klCoef=0.1,0', 'seed=1..3'], ({ config }, arm) => 10 * config.rl.klCoef + config.run.seed + (arm === 'rlaif' ? config.run.seed : 0)));
const two = findSweep(swept(['rl.klCoef=0,0.1', 'rl.iterations=30,60', 'seed=1'], ({ config }) => config.rl.iterations + config.rl.klCoef).slice(0, 3));

describe('what is drawn of a sweep', () => {
  it('is mean and interval at each value of a setting', () => {
    const [first, second] = axisPoints(one, 'rlhf', 'gold');
    expect(first).toMatchObject({ x: 0, mean: 2, n: 3, each: [1, 2, 3] });
    // t(0.975, 2) = 4.3027, s = 1.
    expect(first?.ci?.[1]).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 5);
    expect(second).toMatchObject({ x: 0.1, mean: 3 });
    expect(axisPoints(two, 'rlhf', 'gold')[0]?.ci).toBeUndefined();
  });

  it('is every combination of two settings, also those without a run', () => {
    expect(two.axes.map(({ path }) => path)).toEqual(['rl.iterations', 'rl.klCoef']);
    expect(heatCells(two, 'rlhf', 'gold').map(({ y, x, mean, n }) => [y, x, mean, n])).toEqual([
      ['30', '0', 30, 1], ['30', '0.1', 30.1, 1], ['60', '0', 60, 1], ['60', '0.1', undefined, 0],
    ]);
    expect(heatCells(one, 'rlhf', 'gold')).toEqual([]);
  });

  it('is a band over the runs of a cell, or the runs themselves', () => {
    const [panel] = bandPanels(one, 'eval/gold', 'min-max');
    expect(panel?.bands.map(({ arm }) => arm.id)).toEqual(['rlhf', 'rlaif']);
    expect(panel?.bands[0]?.points).toEqual([{ step: 0, mean: 1, band: [1, 1], n: 3 }, { step: 5, mean: 2, band: [1, 3], n: 3 }]);
    const [runs] = bandPanels(one, 'eval/gold', 'runs');
    expect(runs?.bands[0]?.points.every(({ band }) => band === undefined)).toBe(true);
    expect(runs?.bands[0]?.runs.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect([...curveKeys(one)]).toEqual(['eval/gold']);
    expect(bandPanels(one, 'no/curve', 'std').every(({ bands }) => bands.length === 0)).toBe(true);
  });

  it('is the difference of two arms by seed', () => {
    const [row] = pairedRows(one, 'rlaif', 'rlhf', 'gold');
    expect(row?.found.differences).toEqual([1, 2, 3].map((seed) => ({ seed, difference: seed })));
    // t = 2 / (1 / sqrt 3) = 3.4641 with 2 degrees of freedom: p = 0.0742.
    expect(row?.found.ok && row.found.p).toBeCloseTo(0.0742, 4);
    const csv = pairedCsv(pairedRows(one, 'rlaif', 'rlhf', 'gold'), one.axes, 'rlaif', 'rlhf', 'gold').split('\r\n');
    expect(csv[0]).toBe('rl.klCoef,a,b,figure,seed,difference,low,high,seeds,p');
    expect(csv[1]).toBe('0,rlaif,rlhf,gold,1,1,,,,');
    expect(csv[4]).toMatch(/^0,rlaif,rlhf,gold,mean,2,/);
    expect(pairedRows(two, 'rlhf', 'rlaif', 'gold')[0]?.found).toMatchObject({ ok: false, reason: 'one seed says nothing of spread' });
  });
});

describe('the same as CSV', () => {
  it('has a row a cell and arm, a run and arm, and every point', () => {
    const table = tableCsv(one, 'gold').trimEnd().split('\r\n');
    expect(table).toHaveLength(1 + 2 * 3);
    expect(table[1]).toMatch(/^0,rlhf,gold,2,-?\d.*,3,0$/);
    expect(tableCsv(two, 'gold').split('\r\n')[1]).toBe('30,0,rlhf,gold,30,,,1,0');
    expect(runsCsv(one, 'gold').trimEnd().split('\r\n')).toHaveLength(1 + 2 * 3 * 3);
    const bands = bandsCsv(bandPanels(one, 'eval/gold', 'std'), one.axes, 'eval/gold', 'std').trimEnd().split('\r\n');
    // Two cells of two arms with two steps: of three runs, and their mean.
    expect(bands).toHaveLength(1 + 2 * 2 * (3 * 2 + 2));
    expect(bands.filter((line) => line.includes('"mean, std"'))).toHaveLength(8);
  });
});

describe('words', () => {
  it('read as they should', () => {
    expect(countText([3, 3])).toBe('n = 3');
    expect(countText([3, 2])).toBe('n = 2 to 3');
    expect(pText(0.0314)).toBe('p = 0.031');
    expect(pText(1e-5)).toBe('p < 0.001');
    expect(differenceText('gold', 0.5)).toBe('+0.50');
    expect(differenceText('majority', -0.031)).toBe('−3.1 points');
  });
  it('of settings tell all that can be varied, by label, and what each may be', () => {
    const groups = axisChoices(DEFAULT_CONFIG);
    const items = groups.flatMap((group) => group.items);
    expect(new Set(items.map(({ value }) => value)).size).toBe(items.length);
    expect(items.find(({ value }) => value === 'arms.1.rl.klCoef')?.label).toBe('RLAIF: KL coefficient');
    expect(items.some(({ value }) => value.startsWith('run.'))).toBe(false);
    expect(rangeWords('rl.method', DEFAULT_CONFIG)).toMatch(/One of reinforce, .* Now reinforce\./);
    expect(rangeWords('', DEFAULT_CONFIG)).toBe('');
    expect(exampleOf('rl.method')).toBe('reinforce, rloo, grpo');
  });
});
