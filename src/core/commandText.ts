/**
 * The command line of `npm run experiment` that stands for settings: read by `command`, it gives them again, every one. What
 * no command can hold is the visitor's file and the choice of a language model, for which a word stands, and labels.
 */
import { armByName, atPoint, COMMON, DEFAULT_CONFIG, getField, presetConfig, setPath, withFile, ARM_FIELDS, PRESETS, type ArmConfig, type ExperimentConfig, type Feedback, type PresetName } from './config';
import { FIELD_LIST } from './fields';
import { outsideArms } from './outsideScores';
import { shellQuote } from './shell';
import type { SweepPoint } from './sweep';

/** In the place of the visitor's file. */
export const FILE_PLACE = 'YOUR-FILE.csv';
/** In the place of a language model. */
export const LLM_PLACE = 'PROVIDER:MODEL';

export const COMMAND = 'npm run experiment --';

/** What goes with the settings, each as its option takes it. */
export interface CommandExtras {
  /** File or, of a sweep, folder that the run is written to. */
  readonly out?: string;
  readonly sweeps?: readonly string[];
  readonly data?: string;
  /** Options of the language model, by name. */
  readonly llm?: Readonly<Record<string, string>>;
}

/** An option and its value. */
type Option = readonly [name: string, value: string];

/** Named arms by where their feedback comes from; given labels have no name, nor have scores of a file's texts. */
const NAMES: Readonly<Record<Feedback, string>> = { people: 'rlhf', ai: 'rlaif', mixed: 'mixed', scores: 'd-rlaif', given: 'rlaif' };

/** The options that give these settings again. */
function optionsOf(config: ExperimentConfig, { out, sweeps = [], data, llm }: CommandExtras): Option[] {
  const file = config.run.task === 'file';
  const { preset, sets } = shortest(config, file);
  const { names, sets: armSets } = armOptions(config.arms, file);
  const named = JSON.stringify(config.arms) === JSON.stringify(DEFAULT_CONFIG.arms) ? [] : [['arms', names] as const];
  const scored = outsideArms(config).length > 0 ? Object.entries(llm ?? { llm: LLM_PLACE }) : [];
  const swept = sweeps.some((sweep) => /^(run\.)?seed=/.test(sweep));
  return [
    ...(preset === 'default' ? [] : [['preset', preset] as const]),
    ...named,
    ...(file ? [['data', data ?? FILE_PLACE] as const] : []),
    // The seed says which run it is, so it is there even as the default, unless every seed stands in the sweep.
    ...(swept && config.run.seed === DEFAULT_CONFIG.run.seed ? [] : [['seed', String(config.run.seed)] as const]),
    ...[...sets, ...armSets].map((set) => ['set', set] as const),
    ...sweeps.map((sweep) => ['sweep', sweep] as const),
    ...scored,
    ...(out === undefined ? [] : [['out', out] as const]),
  ];
}

/** The preset from which the fewest settings differ, and these. */
function shortest(config: ExperimentConfig, file: boolean): { readonly preset: PresetName; readonly sets: readonly string[] } {
  const found = (Object.keys(PRESETS) as PresetName[]).map((preset) => ({ preset, sets: commonSets(config, presetConfig(preset), file) }));
  const first = found.find(({ preset }) => preset === 'default')!;
  return found.reduce((best, one) => (one.sets.length < best.sets.length ? one : best), first);
}

function commonSets(config: ExperimentConfig, preset: ExperimentConfig, file: boolean): string[] {
  const { method } = config.rl;
  let from = file ? withFile(preset) : preset;
  const sets: string[] = [];
  if (from.rl.method !== method) {
    // It brings its tuned settings along; those that differ from these come after it.
    sets.push(`rl.method=${method}`);
    from = setPath(from, 'rl.method', method);
  }
  const differing = FIELD_LIST.filter((entry) => entry.path !== 'run.seed' && getField(config, entry) !== getField(from, entry));
  return [...sets, ...differing.map((entry) => `${entry.path}=${getField(config, entry)}`)];
}

/** `--arms`, and what of each arm its name does not say. */
function armOptions(arms: readonly ArmConfig[], file: boolean): { readonly names: string; readonly sets: readonly string[] } {
  const names: string[] = [];
  const sets: string[] = [];
  for (const [index, arm] of arms.entries()) {
    const method = arm.set?.['rl.method'];
    // With --data, arms that are scored are left out: nothing that ships scores its texts.
    const plain = arm.feedback === 'scores' && file ? 'rlaif' : NAMES[arm.feedback];
    const name = method === undefined ? plain : `${plain}:${method}`;
    const from = armByName(name);
    names.push(from.id === arm.id ? name : `${arm.id}=${name}`);
    const set = (own: string, value: unknown): number => sets.push(`arms.${index}.${own}=${String(value)}`);
    if (from.feedback !== arm.feedback) set('feedback', arm.feedback);
    if (from.label !== arm.label) set('label', arm.label);
    for (const { path } of ARM_FIELDS) if (from.set?.[path] !== arm.set?.[path]) set(path, arm.set?.[path] ?? COMMON);
    if (arm.off) set('off', true);
  }
  return { names: names.join(','), sets };
}

const argumentsOf = ([name, value]: Option): string[] => (value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value]);

/** What no line and no argument can hold: labels have it where a file was written by hand. */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/gu;

/** The config with labels that a command can hold: control characters as blanks. Labels have no part in any number. */
export function withPlainLabels(config: ExperimentConfig): ExperimentConfig {
  if (!config.arms.some(({ label }) => label.search(UNPRINTABLE) >= 0)) return config;
  return { ...config, arms: config.arms.map((arm) => ({ ...arm, label: arm.label.replace(UNPRINTABLE, ' ') })) };
}

/** The arguments that give these settings again, as `readOptions` takes them. */
export function commandArguments(config: ExperimentConfig, extras: CommandExtras = {}): string[] {
  return optionsOf(withPlainLabels(config), extras).flatMap(argumentsOf);
}

/**
 * The command that gives these settings again.
 * @param between what stands between two options: a blank, or the end of a line that goes on, for people
 */
export function commandText(config: ExperimentConfig, extras: CommandExtras = {}, between: ' ' | ' \\\n  ' = ' '): string {
  const options = optionsOf(withPlainLabels(config), extras).map((option) => argumentsOf(option).map(shellQuote).join(' '));
  return [COMMAND, ...options].join(between);
}

/** Name of the file of a run of a sweep, by its place from 0. */
export function runFileName(index: number): string {
  return `run-${String(index + 1).padStart(3, '0')}.json`;
}

/** A sweep as commands, one a line, each of which writes its run into `folder`: any scheduler can spread them over machines. */
export function sweepLines(config: ExperimentConfig, points: readonly Pick<SweepPoint, 'values'>[], folder: string, extras: CommandExtras = {}): string[] {
  return points.map((point, i) => commandText(atPoint(config, point), { ...extras, out: `${folder}/${runFileName(i)}` }));
}
