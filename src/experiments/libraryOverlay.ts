import type { ArmRecord, RunBundle } from '../core/bundle';
import { configOfArm } from '../core/config';
import { METHODS } from '../core/methods';
import type { LibraryEntry } from './libraryEntry';
import { findSweep } from './sweepAxes';
import { AS_COMMON, valueTitle } from './sweepFields';

/** Several runs of the library laid over each other: in which settings they differ, and what came of each. */

/** Runs whose curves are drawn together: more dashes cannot be told apart. */
export const MOST_DRAWN = 8;

/** One dash a run, the first one solid. */
export const RUN_DASHES: readonly string[] = ['', '7 3', '2 3', '10 3 2 3', '4 2', '12 4', '1 4', '6 2 1 2 1 2'];

/** A run of the overlay. */
export interface OverlaidRun {
  readonly id: string;
  /** A, B, C ...: what its lines are called. */
  readonly letter: string;
  readonly name: string;
  readonly bundle: RunBundle;
}

/** A setting in which the runs differ, with a value for each of them, in their order. */
export interface SettingRow {
  readonly path: string;
  readonly title: string;
  readonly values: readonly string[];
}

/** What came of an arm in each run; undefined where a run does not have it. */
export interface ArmRow {
  readonly id: string;
  readonly label: string;
  readonly arms: readonly (ArmRecord | undefined)[];
}

/** A, B ... Z, AA, AB ... @param index from 0 */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letterOf(Math.floor(index / 26) - 1)}${last}`;
}

/** The chosen runs that have been read, in the order in which they were chosen. */
export function overlaidRuns(chosen: readonly string[], entries: readonly Pick<LibraryEntry, 'id' | 'name'>[], bundles: ReadonlyMap<string, RunBundle>): OverlaidRun[] {
  const names = new Map(entries.map(({ id, name }) => [id, name]));
  return chosen
    .flatMap((id) => {
      const bundle = bundles.get(id);
      return bundle ? [{ id, name: names.get(id) ?? '', bundle }] : [];
    })
    .map((run, i) => ({ ...run, letter: letterOf(i) }));
}

/** Settings of all arms, and of each arm's own, that are not the same in all runs; the seed is among them. */
export function differingSettings(runs: readonly Pick<OverlaidRun, 'bundle'>[]): SettingRow[] {
  const { axes, cells } = findSweep(runs.map(({ bundle }) => bundle));
  const valuesOf = new Map(cells.flatMap((cell) => cell.runs.map(({ bundle, point }) => [bundle, point.values] as const)));
  const rows = axes.map(({ path, title }) => ({
    path,
    title,
    values: runs.map(({ bundle }) => {
      const value = valuesOf.get(bundle)?.find((one) => one.path === path)?.value ?? '';
      return value === AS_COMMON ? value : valueTitle(path, value);
    }),
  }));
  const seeds = runs.map(({ bundle }) => String(bundle.config.run.seed));
  return new Set(seeds).size > 1 ? [...rows, { path: 'run.seed', title: 'Seed', values: seeds }] : rows;
}

/** The arms that any of the runs has, the start policy last. */
export function overlaidArms(runs: readonly Pick<OverlaidRun, 'bundle'>[]): ArmRow[] {
  const labels = new Map<string, string>();
  for (const { bundle } of runs) for (const { id, label } of bundle.arms) if (!labels.has(id)) labels.set(id, label);
  const rows = [...labels].map(([id, label]) => ({ id, label, arms: runs.map(({ bundle }) => bundle.arms.find((arm) => arm.id === id)) }));
  const isStart = ({ id }: ArmRow): boolean => id === 'sft';
  return [...rows.filter((row) => !isStart(row)), ...rows.filter(isStart)];
}

/** How an arm learned in a run: "REINFORCE"; empty for the start policy. */
export function methodOfArm({ config }: RunBundle, id: string): string {
  const arm = config.arms.find((one) => one.id === id);
  return arm ? METHODS[configOfArm(config, arm).rl.method].label : '';
}

/** What a reader must know of runs that stand side by side, a sentence each. */
export function overlayNotes(runs: readonly Pick<OverlaidRun, 'bundle'>[]): string[] {
  const different = (of: (bundle: RunBundle) => unknown): boolean => new Set(runs.map(({ bundle }) => JSON.stringify(of(bundle)))).size > 1;
  const { notes } = findSweep(runs.map(({ bundle }) => bundle));
  return [
    ...notes,
    ...(different(({ config }) => [config.run.task, config.evaluation.split, config.evaluation.testPosts])
      ? ['The runs were not judged on the same prompts: their figures are not of the same thing.'] : []),
    ...(different(({ config }) => [config.sft, config.model]) ? ['The runs did not start from the same SFT policy.'] : []),
    ...(different(({ config, goldWeights }) => [config.gold, goldWeights]) ? ['Gold utility was weighed differently in some of the runs.'] : []),
  ];
}
