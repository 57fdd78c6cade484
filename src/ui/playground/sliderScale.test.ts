import { describe, expect, it } from 'vitest';
import { FIELD_LIST, FIELDS } from '../../core/fields';
import { clamp, fromPosition, moveTo, SLIDER_STEPS, toPosition } from './sliderScale';

const numbers = FIELD_LIST.flatMap(({ path, field }) =>
  field.kind === 'int' || field.kind === 'float' ? [{ path, field }] : [],
);

describe('slider scale', () => {
  it.each(numbers)('$path reaches both ends and never leaves the range', ({ field }) => {
    expect(fromPosition(field, 0)).toBe(field.min);
    expect(fromPosition(field, SLIDER_STEPS)).toBe(field.max);
    let last = field.min;
    for (let position = 0; position <= SLIDER_STEPS; position++) {
      const value = fromPosition(field, position);
      expect(value).toBeGreaterThanOrEqual(last);
      expect(value).toBeLessThanOrEqual(field.max);
      if (field.kind === 'int') expect(Number.isInteger(value)).toBe(true);
      last = value;
    }
  });

  it.each(numbers)('$path moves with every press of an arrow key, up to both ends', ({ field }) => {
    let value: number = field.default;
    for (let press = 0; press < 1000 && value < field.max; press++) {
      const next = moveTo(field, value, Math.min(SLIDER_STEPS, toPosition(field, value) + 1));
      expect(next).toBeGreaterThan(value);
      value = next;
    }
    for (let press = 0; press < 1000 && value > field.min; press++) {
      const next = moveTo(field, value, Math.max(0, toPosition(field, value) - 1));
      expect(next).toBeLessThan(value);
      value = next;
    }
    expect(value).toBe(field.min);
  });

  it('gives round numbers', () => {
    expect(fromPosition(FIELDS.rl.klCoef, toPosition(FIELDS.rl.klCoef, 0.05))).toBe(0.05);
    expect(fromPosition(FIELDS.people.noise, toPosition(FIELDS.people.noise, 0.15))).toBe(0.15);
    expect(fromPosition(FIELDS.pairs.count, toPosition(FIELDS.pairs.count, 2000))).toBe(2000);
  });

  it('spreads a logarithmic field evenly over its decades', () => {
    const { min, max } = FIELDS.rl.learningRate;
    expect(toPosition(FIELDS.rl.learningRate, Math.sqrt(min * max))).toBeCloseTo(SLIDER_STEPS / 2, 6);
  });

  it('clamps with a message that names the range, and lets good values pass without', () => {
    expect(clamp(FIELDS.people.noise, 0.5)).toEqual({ value: 0.5 });
    expect(clamp(FIELDS.people.noise, 3)).toEqual({ value: 1, message: "People's noise goes from 0 to 1; set to 1." });
    const whole = { value: 12, message: 'RL iterations is a whole number; set to 12.' };
    expect(clamp(FIELDS.rl.iterations, 12.4)).toEqual(whole);
  });
});
