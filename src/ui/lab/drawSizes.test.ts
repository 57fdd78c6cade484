import { describe, expect, it } from 'vitest';
import type { SizedMark } from './chartRows';
import { axisOf } from './drawSizes';

const mark = (name: string, parameters: number): SizedMark => ({
  name, parameters, labeler: { id: name, name, kind: 'judge', origin: '' }, trainings: [],
  figure: { value: 0.7, ci: [0.6, 0.8], n: 40, over: 'pairs' },
});

describe('the axis of sizes', () => {
  const marks = [mark('s', 62_082), mark('a', 7e9), mark('b', 7e9), mark('c', 7e9)];
  const { placed, at, domain } = axisOf(marks, 400);
  const places = placed.map(({ x }) => at(x));

  it('holds all marks with room at its ends', () => {
    expect([at(domain[0]), at(domain[1])]).toEqual([expect.closeTo(0, 6), expect.closeTo(400, 6)]);
    expect(Math.min(...places)).toBeGreaterThan(15);
    expect(Math.max(...places)).toBeLessThan(385);
  });

  it('puts marks of one size side by side, around their size', () => {
    expect([places[2]! - places[1]!, places[3]! - places[2]!]).toEqual([expect.closeTo(14, 6), expect.closeTo(14, 6)]);
    expect(places[2]).toBeCloseTo(at(7e9), 6);
    expect(places[0]).toBeCloseTo(at(62_082), 6);
  });

  it('keeps the order of sizes where they lie close', () => {
    const close = [mark('a', 1e6), mark('b', 1e6), mark('c', 1.5e6), mark('d', 1.5e6), mark('e', 1e11)];
    const axis = axisOf(close, 200);
    const order = axis.placed.map(({ x }) => axis.at(x));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[1]! - order[0]!).toBeGreaterThan(1);
  });

  it('is logarithmic', () => {
    expect(at(1e8) - at(1e7)).toBeCloseTo(at(1e7) - at(1e6), 6);
  });

  it('has a single size in the middle', () => {
    expect(axisOf(marks.slice(0, 1), 400).at(62_082)).toBeCloseTo(200, 6);
  });
});
