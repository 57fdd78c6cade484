import type { RunBundle } from '../core/bundle';
import {
  ARM_FIELDS,
  atPoint,
  givenArms,
  parseConfig,
  PRESETS,
  setPath,
  withoutOffArms,
  type ArmConfig,
  type ExperimentConfig,
  type FieldValue,
} from '../core/config';
import type { SectionName } from '../core/fields';
import { outsideArms } from '../core/outsideScores';
import { parseSweep, sweepPoints, type SweepAxis } from '../core/sweep';
import { pathTitle, sweptField, valueTitle } from './sweepFields';
import { expectedSeconds } from './trainOnLabels';

/** From the form of a sweep to its runs. */

/** Settings that vary besides the seed: more than two are in no picture. */
export const MOST_AXES = 2;

/** A row of the form: what varies, and over what, as it was typed. */
export interface AxisForm {
  /** As `setPath` takes it; empty until one is chosen. */
  readonly path: string;
  /** As `parseSweep` takes them behind the equals sign. */
  readonly values: string;
}

export interface SweepForm {
  /** The experiment as it stands in the playground, or with the numbers of the quick preset. */
  readonly size: 'asIs' | 'quick';
  /** Whole numbers, the last one included. */
  readonly firstSeed: number;
  readonly lastSeed: number;
  readonly axes: readonly AxisForm[];
}

export const FIRST_FORM: SweepForm = { size: 'asIs', firstSeed: 1, lastSeed: 3, axes: [] };

export interface PlannedRun {
  /** For people: "KL coefficient 0.05 · seed 3". */
  readonly label: string;
  readonly config: ExperimentConfig;
}

export interface SweepPlan {
  /** Seeds change fastest, so that a sweep that is stopped early has few settings with all seeds, not many with one. */
  readonly runs: readonly PlannedRun[];
  readonly seeds: number;
  /** Values of each axis but the seed, in the order in which they are applied. */
  readonly counts: readonly number[];
}

/** Why there is no sweep, and the row of the form that it is about, if it is about one. */
export interface NoSweep {
  readonly reason: string;
  readonly axis?: number;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Messages of the command line begin with the path, which in the form stands beside the values anyway. */
function withoutPath(message: string, path: string): string {
  const text = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The experiment with the numbers of the quick preset; an arm's own numbers give way to them too. */
function quick(config: ExperimentConfig): ExperimentConfig {
  const sections = Object.entries(PRESETS.quick.settings) as [SectionName, Readonly<Record<string, FieldValue>>][];
  const byPath = new Map<string, FieldValue>(sections.flatMap(([section, settings]) =>
    Object.entries(settings).map(([name, value]) => [`${section}.${name}`, value] as const)));
  const cut = (arm: ArmConfig): ArmConfig => (arm.set
    ? { ...arm, set: Object.fromEntries(Object.entries(arm.set).map(([path, value]) => [path, byPath.get(path) ?? value])) }
    : arm);
  return parseConfig({
    ...config,
    ...Object.fromEntries(sections.map(([section, settings]) => [section, { ...config[section], ...settings }])),
    arms: config.arms.map(cut),
  });
}

/** The experiment that is swept: the arms that are switched on, at the size asked for. */
export function sweptConfig({ size }: Pick<SweepForm, 'size'>, edited: ExperimentConfig): ExperimentConfig {
  const config = withoutOffArms(edited);
  return size === 'quick' ? quick(config) : config;
}

/** Why values of a setting for all arms would change nothing: each arm has a value of its own. */
function settledByArms(path: string, { arms }: ExperimentConfig): string | undefined {
  if (!ARM_FIELDS.some((entry) => entry.path === path)) return undefined;
  if (!arms.every(({ set }) => set?.[path] !== undefined)) return undefined;
  return 'Every arm has a value of its own, so this would change nothing: vary it in an arm.';
}

/** A row of the form, checked against the experiment. @throws Error whose message is for the visitor. */
function axisOf({ path, values }: AxisForm, config: ExperimentConfig): SweepAxis {
  if (path === '') throw new Error('Choose a setting, or remove this row.');
  const settled = settledByArms(path, config);
  if (settled !== undefined) throw new Error(settled);
  const axis = parseSweep(`${path}=${values}`);
  for (const value of axis.values) setPath(config, path, value);
  return axis;
}

/** What varies in a run of a plan: "KL coefficient 0.05". */
function labelOf(values: readonly { readonly path: string; readonly value: string }[], config: ExperimentConfig): string {
  return values.map(({ path, value }) => `${pathTitle(path, config.arms)} ${valueTitle(path, value)}`).join(' · ');
}

/** Axes in the order in which they are applied: a method brings its tuned settings along, so what varies beside it comes after it. */
export function orderedAxes<A extends SweepAxis>(axes: readonly A[]): A[] {
  const isMethod = ({ path }: SweepAxis): boolean => sweptField(path)?.path === 'rl.method';
  return [...axes.filter(isMethod), ...axes.filter((axis) => !isMethod(axis))];
}

/** The runs that a form asks for, or why there are none. @param edited settings of the playground. */
export function planSweep(form: SweepForm, edited: ExperimentConfig): SweepPlan | NoSweep {
  const config = sweptConfig(form, edited);
  if (givenArms(config).length > 0) {
    return { reason: 'The arms train on labels of the labeler lab, which are of the pairs of one seed. Go back to RLHF and RLAIF in the playground first.' };
  }
  const axes: SweepAxis[] = [];
  for (const [axis, row] of form.axes.entries()) {
    try {
      axes.push(axisOf(row, config));
    } catch (error) {
      return { reason: withoutPath(messageOf(error), row.path), axis };
    }
  }
  const ordered = orderedAxes(axes);
  try {
    const seeds = parseSweep(`seed=${form.firstSeed}..${form.lastSeed}`);
    for (const seed of [form.firstSeed, form.lastSeed]) setPath(config, 'run.seed', String(seed));
    // All of them, for the limit on how many.
    sweepPoints([...ordered, seeds]);
    const runs = sweepPoints(ordered).flatMap((point) => {
      const cell = atPoint(config, point);
      const name = labelOf(point.values, cell);
      return seeds.values.map((seed) => ({
        label: `${name === '' ? '' : `${name} · `}seed ${seed}`,
        config: { ...cell, run: { ...cell.run, seed: Number(seed) } },
      }));
    });
    const scored = runs.flatMap(({ config: one }) => outsideArms(one))[0];
    if (scored) {
      return {
        reason: `A language model would score the responses of ${scored.label} in every run, a call each. Sweeps make no such calls: ` +
          'switch that arm off in the playground, or set its AI labeler to the small judge.',
      };
    }
    return { runs, seeds: seeds.values.length, counts: ordered.map(({ values }) => values.length) };
  } catch (error) {
    return { reason: `Seeds and settings: ${withoutPath(messageOf(error), 'run.seed')}` };
  }
}

/** What is the same for two runs of the same settings, whatever the machine and the day. */
export function configKey(config: ExperimentConfig): string {
  return JSON.stringify(withoutOffArms(config));
}

/** Seconds that runs will take one after another, going by a finished one; undefined where that one does not tell. */
export function sweepSeconds(runs: readonly Pick<PlannedRun, 'config'>[], finished: RunBundle): number | undefined {
  let sum = 0;
  for (const { config } of runs) {
    const seconds = expectedSeconds({ config, pairs: config.pairs.count }, finished);
    if (seconds === undefined) return undefined;
    sum += seconds;
  }
  return sum;
}
