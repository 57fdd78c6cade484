import type { Estimate } from '../../core/bundle';

const locale = 'en-US';

/** 1234.5 -> "1,235", -2 -> "−2"; small numbers keep `digits` decimals. */
export function number(value: number, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // A minus sign is as wide as a plus; a hyphen is not.
  return value.toLocaleString(locale, options).replace('-', '−');
}

/** 0.714 -> "71%"; `digits` decimals of a percent. */
export function percent(share: number, digits = 0): string {
  return `${number(share * 100, digits)}%`;
}

/** "[66, 76]": a share's interval in percent. */
export function percentInterval([low, high]: Estimate['ci'], digits = 0): string {
  return `[${number(low * 100, digits)}, ${number(high * 100, digits)}]`;
}

/** "[0.12, 0.34]". */
export function interval([low, high]: Estimate['ci'], digits = 2): string {
  return `[${number(low, digits)}, ${number(high, digits)}]`;
}

/** "4 s", "1 min 20 s", "2 h 5 min": seconds, rounded to what a reader needs. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${number(seconds, seconds < 1 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ''}`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

/** "25 Nov 2026", in the reader's own day. */
export function day(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "25 Nov 2026, 14:05", in the reader's own time. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${day(iso)}, ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

/** US dollars with the digits that count: "$0.0012", "$1.34". */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  return usd >= 0.1 ? `$${number(usd, 2)}` : `$${+usd.toPrecision(2)}`;
}

/** A setting's value as text. */
export function plainValue(value: number | string | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'string') return value;
  return value.toLocaleString(locale, { maximumSignificantDigits: 6 });
}
