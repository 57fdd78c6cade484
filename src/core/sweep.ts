/**
 * Sweeps: which settings to vary, and over what. One axis is `path=values`, as on the command line:
 *
 *     seed=1..5                 1, 2, 3, 4, 5
 *     seed=1..9..2              1, 3, 5, 7, 9: in steps of 2, up to 9 at most
 *     rl.klCoef=0,0.02,0.05     as listed
 *     rl.klCoef=0..0.1..0.05    0, 0.05, 0.1
 *     rl.method=ppo,dpo         words too
 *
 * Lists and ranges mix: `seed=1..3,10`. Whether a path exists and a value fits is for `setPath` to say.
 */

/** Most values of one axis. */
export const MOST_VALUES = 64;
/** Most points of a sweep. */
export const MOST_POINTS = 400;

export interface SweepAxis {
  /** As `setPath` takes it. */
  readonly path: string;
  /** Different from each other, in the order given; numbers of ranges in their shortest decimal form. */
  readonly values: readonly string[];
}

export interface SweepPoint {
  /** One value of each axis, in the order of the axes. */
  readonly values: readonly { readonly path: string; readonly value: string }[];
  /** For people: `klCoef 0.05 · seed 3`. */
  readonly label: string;
}

const PATH = /^[a-z][a-z0-9]*(\.[a-z0-9]+)+$/i;
const ALIASES: ReadonlyMap<string, string> = new Map([['seed', 'run.seed']]);
const DECIMAL = /^-?\d{1,12}(?:\.(\d{1,9}))?$/;

/** Text of the user in a message, cut where it is long. */
function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}

/**
 * One axis from text. `seed` is short for `run.seed`; blanks around names and values do not count.
 * @throws Error whose message says what is wrong: no `=`, no path, an empty value or a value twice, a range that is not one
 * of decimal numbers upwards (15 digits in all), more than 64 values.
 */
export function parseSweep(text: string): SweepAxis {
  const equals = text.indexOf('=');
  if (equals < 0) throw new Error(`${quoted(text)} is no sweep: write path=values, as in seed=1..5 or rl.klCoef=0,0.05`);
  const name = text.slice(0, equals).trim();
  const path = ALIASES.get(name) ?? name;
  if (!PATH.test(path)) throw new Error(`${quoted(name)} is no path of a setting: write it as rl.klCoef, arms.1.klCoef or seed`);
  const values: string[] = [];
  const seen = new Set<string>();
  for (const item of text.slice(equals + 1).split(',')) {
    for (const value of valuesOf(item.trim(), path)) {
      // 0.1 and 0.10 are the same run.
      const same = DECIMAL.test(value) ? String(Number(value)) : value;
      if (seen.has(same)) throw new Error(`${path}: ${quoted(value)} is there twice`);
      seen.add(same);
      values.push(value);
      if (values.length > MOST_VALUES) throw new Error(`${path}: more than ${MOST_VALUES} values`);
    }
  }
  return { path, values };
}

function valuesOf(item: string, path: string): string[] {
  if (item === '') throw new Error(`${path}: a value is empty`);
  if (!item.includes('..')) return [item];
  const parts = item.split('..').map((part) => part.trim());
  if (parts.length > 3 || !parts.every((part) => DECIMAL.test(part))) {
    throw new Error(`${path}: ${quoted(item)} is no range: write from..to or from..to..step, such as 1..5 or 0..0.1..0.02`);
  }
  // Whole numbers of the finest digit, so that 0.1 + 0.2 is 0.3.
  const scale = 10 ** Math.max(...parts.map((part) => DECIMAL.exec(part)?.[1]?.length ?? 0));
  const whole = (part: string): number => Math.round(Number(part) * scale);
  const [from, to, step] = [whole(parts[0]!), whole(parts[1]!), whole(parts[2] ?? '1')];
  if (![from, to, step].every(Number.isSafeInteger)) throw new Error(`${path}: ${quoted(item)} has too many digits`);
  if (step <= 0) throw new Error(`${path}: the step of ${quoted(item)} is not above 0`);
  if (to < from) throw new Error(`${path}: ${quoted(item)} runs downwards; ranges run upwards`);
  const count = Math.floor((to - from) / step) + 1;
  if (count > MOST_VALUES) throw new Error(`${path}: ${quoted(item)} has ${count} values; ${MOST_VALUES} are the most`);
  return Array.from({ length: count }, (_, i) => String((from + i * step) / scale));
}

/**
 * Every combination of the axes' values; the last axis changes fastest. No axes make one point that changes nothing.
 * @throws Error where two axes have the same path, and on more than 400 points.
 */
export function sweepPoints(axes: readonly SweepAxis[]): SweepPoint[] {
  const paths = axes.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new Error(`${twice} is swept twice: put all its values into one list`);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_POINTS) {
    throw new Error(`${axes.map(({ values }) => values.length).join(' × ')} = ${count} points; ${MOST_POINTS} are the most`);
  }
  const names = shortNames(paths);
  let points: SweepPoint['values'][] = [[]];
  for (const { path, values } of axes) points = points.flatMap((point) => values.map((value) => [...point, { path, value }]));
  return points.map((values) => ({ values, label: values.map(({ value }, i) => `${names[i]!} ${value}`).join(' · ') }));
}

/** The last part of each path, or the whole of it where two end alike. */
function shortNames(paths: readonly string[]): string[] {
  const last = paths.map((path) => path.slice(path.lastIndexOf('.') + 1));
  return last.map((name, i) => (last.indexOf(name) === last.lastIndexOf(name) ? name : paths[i]!));
}
