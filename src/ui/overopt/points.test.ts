import { describe, expect, it } from 'vitest';
import type { Curve } from '../../core/bundle';
import { parseConfig } from '../../core/config';
import { newRun, runOfBundle } from '../../experiments/shownRun';
import { testBundle } from '../../experiments/testing/bundle';
import { bestOfNPoints, drawable, overoptArms, overoptCsv, overoptFits, runToShow, trainedPoints, type OveroptArm } from './points';

const curve = (value: readonly number[], every = 5): Curve => ({ step: value.map((_, i) => every * i), value: [...value] });
const CURVES = { 'eval/kl': curve([0, 1, 4]), 'eval/gold': curve([2, 3, 2.5]), 'eval/scores': curve([0.5, 1, 2]) };

describe('points of training', () => {
  it('are gains over the start', () => {
    expect(trainedPoints(CURVES)).toEqual({
      points: [{ at: 0, kl: 0, gold: 0, proxy: 0 }, { at: 5, kl: 1, gold: 1, proxy: 0.5 }, { at: 10, kl: 4, gold: 0.5, proxy: 1.5 }],
    });
  });
  it('have no proxy where nothing scores responses', () => {
    const { 'eval/scores': _, ...rest } = CURVES;
    expect(trainedPoints(rest).points.map(({ proxy }) => proxy)).toEqual([undefined, undefined, undefined]);
  });
  it.each([
    ['nothing was measured', {}, /no measurement yet/],
    ['only the start was', { 'eval/kl': curve([0]), 'eval/gold': curve([2]) }, /only the start/],
    ['the start is missing', { 'eval/kl': { step: [5, 10], value: [1, 2] }, 'eval/gold': { step: [5, 10], value: [1, 2] } }, /at the start/],
    ['the first policy is not SFT', { 'eval/kl': curve([2, 3]), 'eval/gold': curve([1, 2]) }, /otherwise than SFT/],
  ])('are none, and say why, where %s', (_, curves, reason) => {
    const found = trainedPoints(curves);
    expect(found.points).toEqual([]);
    expect(found.reason).toMatch(reason);
  });
  it('cannot be drawn below KL 0', () => {
    expect(drawable(trainedPoints({ ...CURVES, 'eval/kl': curve([0, -0.1, 4]) })).map(({ at }) => at)).toEqual([0, 10]);
  });
});

const BEST_OF_N = { n: [1, 2, 4], kl: [0, 0.19, 0.64], proxy: [0.1, 0.6, 1.1], gold: [2, 2.2, 2.3], samples: 4, posts: 50 };

describe('points of best of n', () => {
  it('are gains over n = 1', () => {
    const { points } = bestOfNPoints(BEST_OF_N, '');
    expect(points.map(({ at }) => at)).toEqual([1, 2, 4]);
    expect(points.map(({ gold }) => gold)).toEqual([0, expect.closeTo(0.2) as number, expect.closeTo(0.3) as number]);
    expect(points.map(({ proxy }) => proxy)).toEqual([0, 0.5, 1]);
  });
  it('say why there are none', () => expect(bestOfNPoints(undefined, 'not asked for')).toEqual({ points: [], reason: 'not asked for' }));
});

describe('runs', () => {
  const bundle = testBundle(parseConfig({ evaluation: { bestOfN: 4 } }));
  it('give arms with their points, and why there are none', () => {
    const arms = bundle.arms.map((arm) => (arm.id === 'rlhf' ? { ...arm, curves: CURVES, bestOfN: BEST_OF_N } : arm));
    const [rlhf, rlaif] = overoptArms(runOfBundle({ ...bundle, arms }, 'here'));
    expect(rlhf!.paths.rl.points).toHaveLength(3);
    expect(rlhf!.paths['best-of-n'].points).toHaveLength(3);
    expect(rlaif!.paths).toEqual({
      rl: { points: [], reason: 'no measurement yet' }, 'best-of-n': { points: [], reason: 'no reward scores single responses' },
    });
    expect(overoptArms(runOfBundle(testBundle(), 'kept'))[0]!.paths['best-of-n'].reason).toMatch(/not asked for/);
    expect(overoptArms(newRun(bundle.config, undefined, {}))[0]!.paths['best-of-n'].reason).toMatch(/has ended/);
  });
  it('are shown as soon as they have points; until then the last finished one is', () => {
    const lastFinished = runOfBundle(bundle, 'here');
    const fresh = newRun(bundle.config, undefined, {});
    const under = { ...fresh, curves: { rlaif: CURVES } };
    expect(runToShow({ shown: fresh, lastFinished })).toBe(lastFinished);
    expect(runToShow({ shown: fresh, lastFinished: undefined })).toBe(fresh);
    expect(runToShow({ shown: under, lastFinished })).toBe(under);
    expect(runToShow({ shown: undefined, lastFinished: undefined })).toBeUndefined();
  });
});

/** Gold on the curve R(d) = d (2 - log d) in RL, and R(d) = d (1.5 - 0.5 d) in best of n. */
function exactArm(): OveroptArm {
  const ds = [0.5, 1, 2, 4];
  const rl = ds.map((d, i) => ({ at: 5 * (i + 1), kl: d * d, gold: d * (2 - Math.log(d)), proxy: d }));
  const best = ds.map((d, i) => ({ at: 2 ** (i + 1), kl: d * d, gold: d * (1.5 - 0.5 * d), proxy: d }));
  return {
    id: 'rlhf', label: 'RLHF',
    paths: { rl: { points: [{ at: 0, kl: 0, gold: 0, proxy: 0 }, ...rl] }, 'best-of-n': { points: [{ at: 1, kl: 0, gold: 0, proxy: 0 }, ...best] } },
  };
}

describe('fits', () => {
  it('take the form of their path, without the start, and find its peak', () => {
    const [rl, best, ...rest] = overoptFits([exactArm()], ['gold']);
    expect(rest).toEqual([]);
    expect(rl).toMatchObject({ form: 'rl', fit: { ok: true, n: 4, leftOut: 0, peak: { d: expect.closeTo(Math.E, 6) as number, range: 'inside' } } });
    expect(best).toMatchObject({ form: 'best-of-n', fit: { ok: true, peak: { d: expect.closeTo(1.5, 6) as number, score: expect.closeTo(1.125, 6) as number } } });
  });
  it('are of the proxy too where asked for, and none where nothing was measured', () => {
    expect(overoptFits([exactArm()], ['gold', 'proxy'])).toHaveLength(4);
    const empty = { points: [], reason: 'none' };
    expect(overoptFits([{ ...exactArm(), paths: { rl: empty, 'best-of-n': empty } }], ['gold'])).toEqual([]);
  });
  it('stand beside every point in the CSV', () => {
    const arm = exactArm();
    const lines = overoptCsv([arm], overoptFits([arm], ['gold'])).trim().split('\r\n');
    expect(lines).toHaveLength(1 + 4 * 5);
    const cells = lines.find((line) => line.startsWith('rlhf,RLHF,rl,gold,10,'))!.split(',').map(Number);
    expect(cells.slice(5, 8)).toEqual([1, 1, 2]);
    expect(cells[8]).toBeCloseTo(2, 9);
    expect(lines.find((line) => line.startsWith('rlhf,RLHF,rl,proxy,10,'))).toMatch(/,1,1,1,$/);
  });
});
