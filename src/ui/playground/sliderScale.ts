import type { NumberField } from '../../core/fields';

/** A slider's positions run from 0 to this. */
export const SLIDER_STEPS = 200;

const logarithmic = (field: NumberField): boolean => field.log === true && field.min > 0;

/** Position of a value on the field's slider. */
export function toPosition(field: NumberField, value: number): number {
  const { min, max } = field;
  const share = logarithmic(field) ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return share * SLIDER_STEPS;
}

/** Digits after the point that the field's step has. */
function decimals(step: number): number {
  return step >= 1 ? 0 : Math.ceil(-Math.log10(step) - 1e-9);
}

/** The value at a position: a multiple of the step, or two significant digits on a logarithmic slider. */
export function fromPosition(field: NumberField, position: number): number {
  const { min, max, step } = field;
  const share = position / SLIDER_STEPS;
  if (share <= 0) return min;
  if (share >= 1) return max;
  let value: number;
  if (logarithmic(field)) value = Number((min * (max / min) ** share).toPrecision(2));
  // Steps are counted from zero, so that a range from 16 in steps of 50 gives 50, 100, ...
  else value = Number((Math.round((min + share * (max - min)) / step) * step).toFixed(decimals(step)));
  if (field.kind === 'int') value = Math.round(value);
  return Math.min(max, Math.max(min, value));
}

/** The next value up (1) or down (-1): a step, or one more of the second significant digit on a logarithmic slider. */
function next(field: NumberField, value: number, direction: 1 | -1): number {
  // Going down from 100 the second digit is that of 99.
  const scale = direction === 1 ? value : value * 0.999;
  const digit = 10 ** (Math.floor(Math.log10(scale)) - 1);
  const step = !logarithmic(field) ? field.step : field.kind === 'int' ? Math.max(1, digit) : digit;
  const moved = Number((value + direction * step).toPrecision(12));
  return Math.min(field.max, Math.max(field.min, moved));
}

/**
 * The value after a slider moved from the position of `value` to `position`. An arrow key moves by one position, which
 * may be too little for another value; it then gives the next one.
 */
export function moveTo(field: NumberField, value: number, position: number): number {
  const moved = fromPosition(field, position);
  const distance = position - toPosition(field, value);
  const isKey = Math.abs(distance) > 0 && Math.abs(distance) <= 1.5;
  const stuck = distance > 0 ? moved <= value : moved >= value;
  return isKey && stuck ? next(field, value, distance > 0 ? 1 : -1) : moved;
}

/** The nearest value that the field allows, and what to say where that is another one. */
export function clamp(field: NumberField, value: number): { readonly value: number; readonly message?: string } {
  const whole = field.kind === 'int' ? Math.round(value) : value;
  const fitted = Math.min(field.max, Math.max(field.min, whole));
  if (fitted === value) return { value };
  const range = `${field.label} goes from ${field.min.toLocaleString('en-US')} to ${field.max.toLocaleString('en-US')}`;
  const reason = fitted === whole ? `${field.label} is a whole number` : range;
  return { value: fitted, message: `${reason}; set to ${fitted.toLocaleString('en-US')}.` };
}
