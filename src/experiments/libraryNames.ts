import {
  configDifference,
  DEFAULT_ARMS,
  DEFAULT_CONFIG,
  getField,
  PRESETS,
  withoutOffArms,
  type ArmConfig,
  type ExperimentConfig,
  type FieldValue,
  type PresetName,
} from '../core/config';
import { FIELD_LIST, type FieldEntry } from '../core/fields';
import { methodOf, type MethodId } from '../core/methods';
import { withPreset } from './lessons';
import { sweptField, valueTitle } from './sweepFields';

/** What a run is called: by what tells it from the defaults and from the run before it. */

/** Characters of a run's name. */
export const MOST_NAME = 60;

/** What tells a run from another, each as short as it can be understood: setting or arm -> words. */
export type NameParts = ReadonlyMap<string, string>;

/** Settings whose own label is long, as researchers call them. */
const SHORT: Readonly<Record<string, string>> = {
  'rl.klCoef': 'KL',
  'pairs.count': 'pairs',
  'rl.iterations': 'iterations',
  'rl.learningRate': 'RL rate',
  'people.noise': 'noise',
};

const SEED = 'run.seed';

function settingWords(path: string, value: FieldValue): string {
  const field = sweptField(path)?.field;
  const name = SHORT[path] ?? field?.label ?? path;
  // A method needs no word before it.
  return path === 'rl.method' ? methodOf(value as MethodId).label : `${name} ${valueTitle(path, String(value))}`;
}

/** The preset that leaves the fewest settings to be named, with those. */
function nearestPreset(config: ExperimentConfig): { readonly name: PresetName; readonly differing: readonly FieldEntry[] } {
  const tried = (['default', 'quick', 'thorough'] as const).map((name) => ({ name, differing: configDifference(withPreset(config, name), config) }));
  return tried.reduce((best, one) => (one.differing.length < best.differing.length ? one : best));
}

/** An arm's own settings that its name does not say already; a method stands for the settings that come with it. */
function ownParts(arm: ArmConfig): [string, string][] {
  const own = Object.entries(arm.set ?? {});
  const method = arm.set?.['rl.method'] as MethodId | undefined;
  const brought = new Set<string>(method === undefined ? [] : methodOf(method).settings);
  return own
    .filter(([path, value]) => !brought.has(path) && !arm.label.includes(settingWords(path, value)))
    .map(([path, value]) => [`${arm.id} ${path}`, `${arm.label}: ${settingWords(path, value)}`]);
}

function armParts(arms: readonly ArmConfig[]): [string, string][] {
  const usual = new Set(DEFAULT_ARMS.map(({ id }) => id));
  const missing = DEFAULT_ARMS.filter(({ id }) => !arms.some((arm) => arm.id === id));
  const added = arms.filter(({ id }) => !usual.has(id));
  const named = added.length === 0 && missing.length === 0
    ? []
    : missing.length > 0
      ? [['arms', arms.map(({ label }) => label).join(' / ')] as [string, string]]
      : added.map((arm): [string, string] => [`arm ${arm.id}`, `with ${arm.label}`]);
  return [...named, ...arms.flatMap(ownParts)];
}

/** What tells a run from the defaults: the preset, settings in the order of the table, arms, and the seed in the last place. */
export function nameParts(experiment: ExperimentConfig): NameParts {
  const config = withoutOffArms(experiment);
  const { name, differing } = nearestPreset(config);
  const own = FIELD_LIST.filter(({ section, path }) => section === 'run' && path !== SEED);
  const subject = own.filter((entry) => getField(config, entry) !== getField(DEFAULT_CONFIG, entry));
  return new Map([
    ...(name === 'default' ? [] : [['preset', PRESETS[name].label] as const]),
    ...[...subject, ...differing].map((entry) => [entry.path, settingWords(entry.path, getField(config, entry))] as const),
    ...armParts(config.arms),
    [SEED, `seed ${config.run.seed}`] as const,
  ]);
}

const SEPARATOR = ' · ';

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text);

/** As many of the parts as fit, with the number of those that do not. */
function joined(parts: readonly string[], last: string): string {
  for (let count = parts.length; count > 0; count--) {
    const rest = parts.length - count;
    const name = [...parts.slice(0, count), ...(rest > 0 ? [`${rest} more`] : []), last].join(SEPARATOR);
    if (name.length <= MOST_NAME) return name;
  }
  const first = parts[0];
  return first === undefined ? last : [cut(first, MOST_NAME - SEPARATOR.length - last.length), last].join(SEPARATOR);
}

/**
 * "KL 0.2 · with d-RLAIF · seed 3", of at most 60 characters: what differs from the run before comes first, and is the last to
 * be left out.
 * @param before of the run before, if there is one
 * @param taken names of other runs; the same one again gets a number.
 */
export function runName(parts: NameParts, before: NameParts | undefined, taken: ReadonlySet<string>): string {
  const seed = parts.get(SEED) ?? '';
  const others = [...parts].filter(([key]) => key !== SEED);
  const isNew = ([key, words]: [string, string]): boolean => before !== undefined && before.get(key) !== words;
  const ordered = [...others.filter(isNew), ...others.filter((part) => !isNew(part))].map(([, words]) => words);
  const name = joined(ordered.length > 0 ? ordered : ['Default settings'], seed);
  if (!taken.has(name)) return name;
  for (let again = 2; ; again++) {
    const numbered = `${cut(name, MOST_NAME - 6)} (${again})`;
    if (!taken.has(numbered)) return numbered;
  }
}
