import type { RunBundle } from '../core/bundle';
import { getField, tunedFor, withoutOffArms, type ArmConfig } from '../core/config';
import { FIELD_LIST } from '../core/fields';
import { METHOD_IDS, methodOf, type MethodId } from '../core/methods';
import { cellsOf, type SweepCell, type SweptRun } from '../evaluation/sweepTable';
import { ARMS_PATH, AS_COMMON, pathTitle, sweptField, valueTitle } from './sweepFields';

/**
 * What varies in a set of runs, found from the runs alone: whether they were made here one after another, in Node, or in
 * several sittings, what differs between them is what their figures are over.
 */

/** A setting, other than the seed, that is not the same in all runs. */
export interface FoundAxis {
  readonly path: string;
  readonly title: string;
  /** Numbers ascending, choices in the order of the settings, others as they first come. */
  readonly values: readonly string[];
  /** Whether values are places on an axis of numbers, and of which kind. */
  readonly scale: 'words' | 'linear' | 'log';
}

/** An arm that some run has, by the label of the first one; `sft` is the start policy. */
export interface FoundArm {
  readonly id: string;
  readonly label: string;
}

export interface FoundSweep {
  readonly axes: readonly FoundAxis[];
  /** Runs that differ in nothing but their seed, by the values of the axes. */
  readonly cells: readonly SweepCell[];
  /** The start policy last. */
  readonly arms: readonly FoundArm[];
  /** Ascending. */
  readonly seeds: readonly number[];
  /** What a reader must know of runs that were put together, a sentence each. */
  readonly notes: readonly string[];
}

const METHOD = 'rl.method';
const SEED = 'run.seed';
const OF_METHODS: ReadonlySet<string> = new Set(METHOD_IDS.flatMap((id) => methodOf(id).settings));

/** Settings of all arms or of one, in each run; undefined where the run has no such arm. */
interface Scope {
  /** What stands before a setting's path. */
  readonly prefix: string;
  readonly paths: readonly string[];
  readonly value: (run: RunBundle, path: string) => string | undefined;
  readonly method: (run: RunBundle) => MethodId | undefined;
}

interface Column {
  readonly path: string;
  readonly value: (run: RunBundle) => string;
  /** Whether choosing the method that varies brings these values along. */
  readonly comesAlong: boolean;
}

const START: FoundArm = { id: 'sft', label: 'SFT' };
/** Of an arm that a run does not have. */
const ABSENT = '–';

function commonScope(): Scope {
  return {
    prefix: '',
    paths: FIELD_LIST.map(({ path }) => path).filter((path) => path !== SEED),
    value: ({ config }, path) => {
      const entry = sweptField(path);
      return entry && String(getField(config, entry));
    },
    method: ({ config }) => config.rl.method,
  };
}

/** Arms of all runs, as their settings count them: where the runs have the same arms, in the order of these. */
function armsOf(runs: readonly RunBundle[]): FoundArm[] {
  const arms = new Map<string, FoundArm>();
  for (const { config } of runs) for (const { id, label } of withoutOffArms(config).arms) if (!arms.has(id)) arms.set(id, { id, label });
  return [...arms.values()];
}

function armScope(id: string, index: number, runs: readonly RunBundle[]): Scope {
  const armOf = ({ config }: RunBundle): ArmConfig | undefined => config.arms.find((arm) => arm.id === id);
  return {
    prefix: `arms.${index}.`,
    paths: [...new Set(runs.flatMap((run) => Object.keys(armOf(run)?.set ?? {})))],
    value: (run, path) => {
      const arm = armOf(run);
      return arm && String(arm.set?.[path] ?? AS_COMMON);
    },
    method: (run) => {
      const arm = armOf(run);
      // The schema has checked that it is one.
      return arm && ((arm.set?.[METHOD] as MethodId | undefined) ?? run.config.rl.method);
    },
  };
}

/** Whether a setting has in every run the value that comes with the run's method, or is not read by that method. */
function followsMethod(scope: Scope, path: string, runs: readonly RunBundle[]): boolean {
  return OF_METHODS.has(path) && runs.every((run) => {
    const method = scope.method(run);
    if (method === undefined || !methodOf(method).settings.includes(path)) return true;
    return scope.value(run, path) === String(tunedFor(method)[path]);
  });
}

function columnsOf(scope: Scope, runs: readonly RunBundle[]): Column[] {
  const varies = (path: string): boolean => new Set(runs.map((run) => scope.value(run, path) ?? ABSENT)).size > 1;
  const varying = scope.paths.filter(varies);
  const byMethod = varying.includes(METHOD);
  return varying.map((path) => ({
    path: `${scope.prefix}${path}`,
    value: (run) => scope.value(run, path) ?? ABSENT,
    comesAlong: byMethod && path !== METHOD && followsMethod(scope, path, runs),
  }));
}

/** Which arms a run has, where that is not the same in all; named by their labels. */
function armsColumn(runs: readonly RunBundle[]): Column[] {
  const signatureOf = ({ config }: RunBundle): string =>
    JSON.stringify(withoutOffArms(config).arms.map(({ id, label, feedback }) => [id, label, feedback]));
  const names = new Map<string, string>();
  for (const run of runs) {
    const signature = signatureOf(run);
    if (names.has(signature)) continue;
    const labels = withoutOffArms(run.config).arms.map(({ label }) => label).join(' / ');
    const same = [...names.values()].filter((name) => name === labels || name.startsWith(`${labels}, variant `)).length;
    names.set(signature, same === 0 ? labels : `${labels}, variant ${same + 1}`);
  }
  if (names.size < 2) return [];
  return [{ path: ARMS_PATH, value: (run) => names.get(signatureOf(run)) ?? ABSENT, comesAlong: false }];
}

const isNumber = (value: string): boolean => value.trim() !== '' && Number.isFinite(Number(value));

function axisOf({ path, value: valueIn }: Column, runs: readonly RunBundle[], arms: readonly FoundArm[]): FoundAxis {
  const values = [...new Set(runs.map(valueIn))];
  const field = sweptField(path)?.field;
  const numeric = (field?.kind === 'int' || field?.kind === 'float') && values.every(isNumber);
  if (numeric) values.sort((a, b) => Number(a) - Number(b));
  else if (field?.kind === 'choice') {
    const options = Object.keys(field.options);
    values.sort((a, b) => options.indexOf(a) - options.indexOf(b));
  }
  const log = numeric && field.log === true && values.every((value) => Number(value) > 0);
  return { path, title: pathTitle(path, arms), values, scale: numeric ? (log ? 'log' : 'linear') : 'words' };
}

/** Whether two runs have the same values everywhere: something that tells them apart is missing. */
function collide(columns: readonly Column[], runs: readonly RunBundle[]): boolean {
  const keys = runs.map((run) => JSON.stringify([run.config.run.seed, ...columns.map(({ value }) => value(run))]));
  return new Set(keys).size < runs.length;
}

function notesOf(runs: readonly RunBundle[]): string[] {
  const builds = new Set(runs.map(({ build }) => build.commit)).size;
  const engines = new Set(runs.map(({ device }) => device.engine)).size;
  return [
    ...(builds > 1 ? [`The runs are of ${builds} builds of this page: differences between them may be of the code.`] : []),
    ...(engines > 1 ? ['Some runs are of the CPU engine and some of the GPU engine, whose numbers differ in the last digits and so in what is sampled.'] : []),
  ];
}

/** @param runs of which no two have the same settings. */
export function findSweep(runs: readonly RunBundle[]): FoundSweep {
  const trained = armsOf(runs);
  const scopes = [commonScope(), ...trained.map(({ id }, index) => armScope(id, index, runs))];
  const all = [...armsColumn(runs), ...scopes.flatMap((scope) => columnsOf(scope, runs))];
  const few = all.filter(({ comesAlong }) => !comesAlong);
  const columns = collide(few, runs) ? all : few;
  const axes = columns.map((column) => axisOf(column, runs, trained));
  const swept = runs.map((bundle): SweptRun => {
    const values = columns.map(({ path, value }) => ({ path, value: value(bundle) }));
    const { seed } = bundle.config.run;
    return { bundle, point: { values: [...values, { path: SEED, value: String(seed) }], label: `seed ${seed}` } };
  });
  const cells = cellsOf(swept).map((cell) => ({ ...cell, label: cellLabel(cell, axes) })).sort(byValues(axes));
  const withStart = runs.some(({ arms }) => arms.some(({ id }) => id === START.id));
  return {
    axes,
    cells,
    arms: withStart ? [...trained, START] : trained,
    seeds: [...new Set(runs.map(({ config }) => config.run.seed))].sort((a, b) => a - b),
    notes: notesOf(runs),
  };
}

/** The order of cells: by the values of the first axis, then of the next. */
function byValues(axes: readonly FoundAxis[]): (a: SweepCell, b: SweepCell) => number {
  const place = ({ values }: SweepCell, i: number): number => axes[i]?.values.indexOf(values[i]?.value ?? '') ?? 0;
  return (a, b) => {
    const first = axes.findIndex((_, i) => place(a, i) !== place(b, i));
    return first < 0 ? 0 : place(a, first) - place(b, first);
  };
}

/** "KL coefficient 0.05 · Reward head mean"; empty where nothing but the seed varies. */
function cellLabel({ values }: SweepCell, axes: readonly FoundAxis[]): string {
  return values.map(({ path, value }, i) => `${axes[i]?.title ?? path} ${valueTitle(path, value)}`).join(' · ');
}
