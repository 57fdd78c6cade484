import { describe, expect, it } from 'vitest';
import { CHARTS, formatValue, METRICS, type ChartSpec } from './metrics';
import {
  availableAxes,
  axisApplies,
  chartData,
  nearestReading,
  readings,
  startLevel,
  thin,
  type ArmCurves,
} from './series';

const chart = (id: string): ChartSpec => CHARTS.find((spec) => spec.id === id)!;

const rlhf: ArmCurves = {
  armId: 'rlhf',
  label: 'RLHF',
  curves: {
    'eval/gold': { step: [0, 5, 10], value: [1, 2, 4] },
    'eval/scores': { step: [0, 5, 10], value: [0, 1, 2] },
    'eval/kl': { step: [0, 5, 10], value: [0, 3, 8] },
    'objective/scores': { step: [1, 2, 3], value: [0.1, 0.3, 0.2] },
    'objective/kl': { step: [1, 3], value: [0.5, 1.5] },
    'rm/accuracy': { step: [0, 20], value: [0.5, 0.7] },
    'rm/labels': { step: [0, 10, 20], value: [0, 300, 600] },
  },
};
const rlaif: ArmCurves = {
  armId: 'rlaif',
  label: 'RLAIF',
  curves: { 'eval/gold': { step: [0, 5], value: [3, 3.5] }, 'eval/scores': { step: [0], value: [0] } },
};
const sft: ArmCurves = { armId: 'sft', label: 'SFT', curves: { 'eval/gold': { step: [0], value: [1.5] } } };

describe('chartData', () => {
  it('keeps runs that are drawn over each other apart, each from its own start', () => {
    const runs = ['A', 'B'].flatMap((label) => [sft, rlhf].map((arm): ArmCurves => ({ ...arm, run: { label, dash: label === 'A' ? '' : '7 3' } })));
    for (const axis of ['step', 'kl'] as const) {
      const data = chartData(chart('gold'), runs, axis, 0);
      expect(data.lines.map(({ label, run }) => [label, run?.dash])).toEqual([['RLHF A', ''], ['RLHF B', '7 3']]);
      expect(data.baseline).toBeUndefined();
      const ids = readings(data).map(({ id }) => id);
      expect(new Set(ids).size).toBe(axis === 'kl' ? 6 : 3);
    }
    expect(chartData(chart('gold'), [sft, rlhf], 'step', 0).baseline).toBe(1.5);
  });

  it('keeps the start of a run whose record is drawn behind it, without the record’s companion', () => {
    const record: ArmCurves = { ...rlhf, run: { label: 'rec.', dash: '2 4', record: true } };
    const scores = chart('reward');
    const both = chartData(scores, [rlhf, record], 'step', 0);
    expect(both.baseline).toBe(chartData(scores, [rlhf], 'step', 0).baseline);
    expect(both.lines.filter(({ faint }) => !faint).map(({ label }) => label)).toEqual(['RLHF', 'RLHF rec.']);
    expect(both.lines.filter(({ faint, run }) => faint && run)).toEqual([]);
  });

  it('maps steps to KL through the curve measured at the same place', () => {
    const data = chartData(chart('gold'), [rlhf], 'kl', 0);
    expect(data.xLabel).toBe('KL from SFT (nats)');
    expect(data.lines[0]!.points.map((p) => [p.step, p.x, p.raw])).toEqual([[0, 0, 1], [5, 3, 2], [10, 8, 4]]);
  });

  it('interpolates KL where rollouts were measured and KL was not', () => {
    const [faint] = chartData(chart('reward'), [rlhf], 'kl', 0).lines;
    expect(faint!.key).toBe('objective/scores');
    expect(faint!.points.map((p) => p.x)).toEqual([0.5, 1, 1.5]);
  });

  it('maps what a method without rollouts measures through the KL on validation posts', () => {
    const curves = { 'eval/kl': { step: [0, 10], value: [0, 4] }, 'rewards/accuracies': { step: [0, 5, 10], value: [0.5, 0.6, 0.7] } };
    const [line] = chartData(chart('implicit'), [{ ...rlaif, curves }], 'kl', 0).lines;
    expect(line!.points.map((p) => p.x)).toEqual([0, 2, 4]);
  });

  it('maps reward-model steps to labels used, and leaves other charts on their steps', () => {
    expect(chartData(chart('rm'), [rlhf], 'labels', 0).lines[0]!.points.map((p) => p.x)).toEqual([0, 600]);
    const gold = chartData(chart('gold'), [rlhf], 'labels', 0);
    expect([gold.axis, gold.xLabel, gold.lines[0]!.points[2]!.x]).toEqual(['step', 'update', 10]);
  });

  it('leaves an arm out where it has nothing to map with, rather than inventing places', () => {
    expect(chartData(chart('gold'), [rlhf, rlaif], 'kl', 0).lines.map((l) => l.armId)).toEqual(['rlhf']);
  });

  it('smooths lines and keeps the raw values beside them', () => {
    const [, , last] = chartData(chart('gold'), [rlhf], 'step', 0.5).lines[0]!.points;
    const [near, far] = [0.5 ** 5, 0.5 ** 10];
    expect(last!.raw).toBe(4);
    expect(last!.smoothed).toBeCloseTo((4 + 2 * near + far) / (1 + near + far), 12);
  });

  it('does not draw the start policy as a line, but as a level', () => {
    const data = chartData(chart('gold'), [sft, rlhf, rlaif], 'step', 0);
    expect(data.lines.map((l) => l.armId)).toEqual(['rlhf', 'rlaif']);
    expect(data.baseline).toBe(1.5);
  });

  it('leaves out a curve without one finite value', () => {
    const broken = { ...rlaif, curves: { 'eval/gold': { step: [0], value: [Number.NaN] } } };
    expect(chartData(chart('gold'), [broken], 'step', 0).lines).toEqual([]);
  });
});

describe('axes', () => {
  it('offers what at least one arm has data for', () => {
    expect(availableAxes([sft])).toEqual(['step']);
    expect(availableAxes([sft, rlhf])).toEqual(['step', 'kl', 'labels']);
  });

  it('draws no KL over KL, and labels only for the reward model', () => {
    expect(axisApplies('eval/kl', 'kl')).toBe(false);
    expect(axisApplies('eval/gold', 'kl')).toBe(true);
    expect(axisApplies('rm/accuracy', 'kl')).toBe(false);
    expect(axisApplies('sft/loss', 'labels')).toBe(false);
  });

  it('takes the start level from where arms stood before their first update, when SFT has no curve', () => {
    expect(startLevel([rlhf, rlaif], 'eval/gold')).toBe(2);
    expect(startLevel([rlhf], 'objective/scores')).toBeUndefined();
  });
});

describe('readings', () => {
  it('brings all lines at one step together', () => {
    const list = readings(chartData(chart('gold'), [rlhf, rlaif], 'step', 0));
    expect(list.map((r) => [r.x, r.entries.map((e) => e.line.armId)])).toEqual([
      [0, ['rlhf', 'rlaif']],
      [5, ['rlhf', 'rlaif']],
      [10, ['rlhf']],
    ]);
    expect(nearestReading(list, (x) => Math.abs(x - 6))?.x).toBe(5);
    expect(nearestReading([], (x) => x)).toBeUndefined();
  });

  it('passes over faint points between solid ones, and stops at those before and after', () => {
    const curves = {
      'eval/scores': { step: [2, 6], value: [0, 1] },
      'objective/scores': { step: [1, 2, 3, 6, 7], value: [0, 0, 0, 1, 1] },
    };
    const list = readings(chartData(chart('reward'), [{ armId: 'rlhf', label: 'RLHF', curves }], 'step', 0));
    expect(list.map((r) => [r.x, r.entries.length])).toEqual([[1, 1], [2, 2], [6, 2], [7, 1]]);
  });

  it('keeps points apart over KL', () => {
    const twin = { ...rlhf, armId: 'twin', label: 'Twin' };
    expect(readings(chartData(chart('gold'), [rlhf, twin], 'kl', 0))).toHaveLength(6);
  });
});

describe('thin', () => {
  it('keeps first and last and never exceeds the limit', () => {
    const many = Array.from({ length: 1001 }, (_, i) => i);
    const few = thin(many, 11);
    expect(few).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(thin([1, 2], 11)).toEqual([1, 2]);
  });
});

describe('the table of metrics', () => {
  it('gives every chart keys that the table knows, and every id once', () => {
    for (const spec of CHARTS) {
      expect(METRICS).toHaveProperty([spec.key]);
      if (spec.companion) expect(METRICS[spec.companion].unit).toBe(METRICS[spec.key].unit);
    }
    expect(new Set(CHARTS.map((spec) => spec.id)).size).toBe(CHARTS.length);
  });

  it('writes values as people read them', () => {
    expect(formatValue('percent', 0.714)).toBe('71.4%');
    expect(formatValue('number', 12.345)).toBe('12.3');
    expect(formatValue('number', -0.4)).toBe('-0.40');
    expect(formatValue('small', 0.00012)).toBe('1.2e-4');
    expect(formatValue('count', 1999.6)).toBe('2,000');
    expect(formatValue('number', Number.NaN)).toBe('not finite');
  });
});
