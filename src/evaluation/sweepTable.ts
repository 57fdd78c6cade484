import type { RunBundle } from '../core/bundle';
import type { SweepPoint } from '../core/sweep';
import { estimateOverSeeds, type SeedEstimate } from './acrossSeeds';
import { figureValue, type FigureId } from './figures';

/** A run of a sweep and where in it it stands. */
export interface SweptRun {
  readonly point: SweepPoint;
  readonly bundle: RunBundle;
}

/** Runs that differ in nothing but their seed. */
export interface SweepCell {
  /** Values of all axes but the seed, in their order. */
  readonly values: SweepPoint['values'];
  /** For people: "klCoef 0.05"; empty where only the seed was swept. */
  readonly label: string;
  /** Seeds ascending. */
  readonly runs: readonly SweptRun[];
}

const SEED = 'run.seed';

/** The runs by their settings, in the order in which the settings first come. */
export function cellsOf(runs: readonly SweptRun[]): SweepCell[] {
  const cells = new Map<string, { values: SweepPoint['values']; runs: SweptRun[] }>();
  for (const run of runs) {
    const values = run.point.values.filter(({ path }) => path !== SEED);
    const key = JSON.stringify(values);
    const cell = cells.get(key) ?? { values, runs: [] };
    cell.runs.push(run);
    cells.set(key, cell);
  }
  return [...cells.values()].map(({ values, runs: own }) => ({
    values,
    label: values.map(({ path, value }) => `${path.slice(path.lastIndexOf('.') + 1)} ${value}`).join(' · '),
    runs: [...own].sort((a, b) => a.bundle.config.run.seed - b.bundle.config.run.seed),
  }));
}

/** A figure of an arm over the seeds of a cell; undefined where no run has it. `missing`: runs that lack it. */
export function cellFigure(cell: SweepCell, arm: string, id: FigureId): { readonly over: SeedEstimate; readonly missing: number } | undefined {
  const found = figureBySeed(cell, arm, id);
  return found.size === 0 ? undefined : { over: estimateOverSeeds([...found.values()]), missing: cell.runs.length - found.size };
}

/** The figure of an arm by seed, of the runs that have it. */
export function figureBySeed({ runs }: SweepCell, arm: string, id: FigureId): Map<number, number> {
  return new Map(runs.flatMap(({ bundle }) => {
    const record = bundle.arms.find((candidate) => candidate.id === arm);
    const value = record && figureValue(id, record);
    return value === undefined ? [] : [[bundle.config.run.seed, value] as const];
  }));
}
