import { describe, expect, it } from 'vitest';
import { bundleSchema, type Estimate, type RunBundle } from '../core/bundle';
import { DEFAULT_CONFIG, parseConfig, setPath } from '../core/config';
import recordedFile from '../../public/recorded-run.json';
import { MOST_LINK, openResult, packResult } from '../core/linkResult';
import { compareRuns, replayHindrance } from './replay';
import { testBundle } from './testing/bundle';

const recorded = bundleSchema.parse(recordedFile);

/** The run with the gold of an arm moved. */
function moved(bundle: RunBundle, id: string, by: number): RunBundle {
  const shift = ({ value, ci: [low, high], ...rest }: Estimate): Estimate => ({ ...rest, value: value + by, ci: [low + by, high + by] });
  return {
    ...bundle,
    arms: bundle.arms.map((arm) => (arm.id === id ? { ...arm, evaluation: { ...arm.evaluation, goldUtility: shift(arm.evaluation.goldUtility) } } : arm)),
  };
}
const otherBuild = (bundle: RunBundle): RunBundle => ({ ...bundle, build: { ...bundle.build, commit: 'other' } });
const outside = (recordedRun: RunBundle, here: RunBundle): string[] =>
  compareRuns(recordedRun, here).figures.filter(({ agreement }) => agreement === 'outside').map(({ arm, figure }) => `${arm} ${figure}`);

describe('a run held against its record', () => {
  it('is the same to the bit where all figures are, with every arm’s gold, win rate and KL', () => {
    const verdict = compareRuns(recorded, structuredClone(recorded));
    expect([verdict.outcome, verdict.sameBits]).toEqual(['same', true]);
    expect(verdict.figures.map(({ arm, figure, agreement }) => `${arm} ${figure} ${agreement}`)).toEqual([
      'sft gold equal', ...['rlhf', 'rlaif'].flatMap((arm) => [`${arm} gold equal`, `${arm} win rate equal`, `${arm} KL equal`]),
    ]);
    // Also where the build or the engine is another.
    expect(compareRuns(recorded, otherBuild(recorded))).toMatchObject({ outcome: 'same', sameBits: false });
  });

  it('is held against what a link left of a record', () => {
    const link = openResult(packResult(recorded, 0, MOST_LINK)!.blob);
    expect(compareRuns(link, recorded).outcome).toBe('same');
    expect(compareRuns(link, otherBuild(moved(recorded, 'rlhf', 3))).outcome).toBe('differs');
  });

  it('must be equal on the same engine and build, but for the last digits of Math', () => {
    expect(outside(recorded, moved(recorded, 'rlaif', 1e-3))).toEqual(['rlaif gold']);
    expect(compareRuns(recorded, moved(recorded, 'rlaif', 1e-3))).toMatchObject({ outcome: 'differs', sameBits: true });
    const digits = compareRuns(recorded, moved(recorded, 'rlaif', 1e-14));
    expect(digits.outcome).toBe('within');
    expect(digits.figures.find(({ arm, figure }) => arm === 'rlaif' && figure === 'gold')!.agreement).toBe('rounding');
  });

  it('may differ elsewhere by half the combined interval, and no more', () => {
    const { goldUtility: { value, ci: [low, high] } } = recorded.arms.find(({ id }) => id === 'rlhf')!.evaluation;
    // Both runs have the same half width, so together it is the square root of 2 times as wide.
    const half = Math.SQRT2 * (high - value);
    expect(value - low).toBeCloseTo(high - value, 12);
    for (const sign of [1, -1]) {
      expect(compareRuns(recorded, otherBuild(moved(recorded, 'rlhf', sign * half * 0.99)))).toMatchObject({ outcome: 'within', sameBits: false });
      expect(outside(recorded, otherBuild(moved(recorded, 'rlhf', sign * half * 1.01)))).toEqual(['rlhf gold']);
    }
    expect(compareRuns(recorded, { ...moved(recorded, 'rlhf', half / 2), device: { ...recorded.device, engine: 'gpu' } }).outcome).toBe('within');
  });

  it('uses the sides of the intervals that face each other', () => {
    const with0 = (value: number, low: number, high: number): RunBundle => {
      const bundle = testBundle();
      const evaluation = { ...bundle.arms[0]!.evaluation, goldUtility: { value, ci: [low, high] as [number, number], n: 9, over: 'posts' as const } };
      return { ...bundle, arms: [{ ...bundle.arms[0]!, evaluation }] };
    };
    // From 0 up by 3 and from 10 down by 4: half the interval of the difference is 5.
    const tolerance = (a: RunBundle, b: RunBundle): number => compareRuns(a, otherBuild(b)).figures[0]!.tolerance;
    expect(tolerance(with0(0, -90, 3), with0(10, 6, 99))).toBe(5);
    expect(tolerance(with0(10, 6, 99), with0(0, -90, 3))).toBe(5);
  });

  it('names nothing where the settings are others or an arm is missing', () => {
    expect(compareRuns(recorded, { ...recorded, config: setPath(recorded.config, 'run.seed', '5') })).toMatchObject({ outcome: 'incomparable', figures: [] });
    expect(compareRuns(recorded, { ...recorded, arms: [] }).outcome).toBe('incomparable');
    expect(compareRuns(recorded, { ...recorded, arms: recorded.arms.slice(0, 2) }).outcome).toBe('differs');
  });
});

describe('a record that cannot be run again', () => {
  it('says why', () => {
    const of = (config: object): RunBundle => ({ ...recorded, config: parseConfig(config) });
    expect(replayHindrance({ ...recorded, config: DEFAULT_CONFIG }, false)).toBeUndefined();
    expect(replayHindrance(of({ run: { task: 'file' } }), false)).toMatch(/file that is not here/);
    expect(replayHindrance(of({ run: { task: 'file' } }), true)).toBeUndefined();
    expect(replayHindrance(of({ arms: [{ id: 'a', label: 'A', feedback: 'given' }] }), true)).toMatch(/labels that are not here/);
  });
});
