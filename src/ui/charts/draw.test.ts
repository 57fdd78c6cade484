import { describe, expect, it } from 'vitest';
import { spread, yExtent } from './draw';
import { CHARTS } from './metrics';
import { chartData } from './series';

describe('spread', () => {
  it('leaves labels alone that do not touch', () => {
    expect(spread([10, 50, 30], 13)).toEqual([10, 50, 30]);
  });

  it('centres labels that touch where they want to be, in their order', () => {
    expect(spread([22, 20], 10)).toEqual([26, 16]);
    expect(spread([5, 5, 5], 10)).toEqual([-5, 5, 15]);
  });

  it('lets a block push the next one on', () => {
    const places = spread([0, 1, 12], 10).sort((a, b) => a - b);
    for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-9);
  });
});

describe('yExtent', () => {
  const extent = (id: string, key: string, value: number[]): [number, number] => {
    const spec = CHARTS.find((chart) => chart.id === id)!;
    const arms = [{ armId: 'rlhf', label: 'RLHF', curves: { [key]: { step: value.map((_, i) => i), value } } }];
    return yExtent(spec, chartData(spec, arms, 'step', 0));
  };

  it('reads rates and KL from zero', () => {
    expect(extent('invented', 'eval/invented_rate', [0.2, 0.3])[0]).toBe(0);
    expect(extent('kl', 'eval/kl', [2, 9])[0]).toBe(0);
    expect(extent('kl', 'eval/kl', [-0.5, 9])[0]).toBeLessThan(-0.5);
  });

  it('shows the coin beside reward-model accuracy, and gives a flat curve room', () => {
    const [low, high] = extent('rm', 'rm/accuracy', [0.7, 0.72]);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.72);
    const [flatLow, flatHigh] = extent('gold', 'eval/gold', [2, 2, 2]);
    expect(flatHigh - flatLow).toBeGreaterThan(0.1);
  });
});
