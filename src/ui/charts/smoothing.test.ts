import { describe, expect, it } from 'vitest';
import { smooth, valueAt } from './smoothing';

describe('smooth', () => {
  const curve = { step: [0, 1, 2, 5], value: [1, 3, -2, 8] };

  it('is the closed form, with weights that fall with steps and not with points', () => {
    const a = 0.7;
    const expected = curve.step.map((now, n) => {
      let weighted = 0;
      let weights = 0;
      for (let i = 0; i <= n; i++) {
        const weight = a ** (now - curve.step[i]!);
        weighted += weight * curve.value[i]!;
        weights += weight;
      }
      return weighted / weights;
    });
    smooth(curve, a).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });

  it('starts at the first value and gives raw values at 0', () => {
    expect(smooth(curve, 0.9)[0]).toBe(1);
    expect(smooth(curve, 0)).toEqual(curve.value);
  });

  it('tends to the running mean as smoothing nears 1', () => {
    expect(smooth(curve, 0.999999).at(-1)).toBeCloseTo(2.5, 4);
  });

  it('leaves constants as they are, to the last bit', () => {
    const constant = { step: [0, 1, 2], value: [0.1, 0.1, 0.1] };
    expect(smooth(constant, 0.95)).toBe(constant.value);
  });

  it('passes a value that is not finite through without spoiling what follows', () => {
    const [, broken, after] = smooth({ step: [0, 1, 2], value: [1, Number.NaN, 1.5] }, 0.5);
    expect(broken).toBeNaN();
    expect(after).toBeCloseTo((0.25 * 1 + 1.5) / 1.25, 12);
  });

  it('refuses 1, where nothing would ever count', () => {
    expect(() => smooth(curve, 1)).toThrow(RangeError);
  });
});

describe('valueAt', () => {
  it('is linear between points and held beyond the ends', () => {
    const curve = { step: [0, 10, 20], value: [0, 5, 5.5] };
    expect([-1, 0, 4, 10, 16, 20, 99].map((step) => valueAt(curve, step))).toEqual([0, 0, 2, 5, 5.3, 5.5, 5.5]);
    expect(valueAt({ step: [], value: [] }, 3)).toBeNaN();
  });
});
