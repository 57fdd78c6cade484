import type { Curve } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import { asText } from '../../experiments/labFiles';
import type { FoundArm, FoundAxis, FoundSweep } from '../../experiments/sweepAxes';
import { bandOverSeeds, compareOverSeeds, type AcrossSeeds, type BandPoint } from '../../evaluation/acrossSeeds';
import type { FigureId } from '../../evaluation/figures';
import { cellFigure, figureBySeed, type SweepCell } from '../../evaluation/sweepTable';
import type { Spread } from './words';

/** What the pictures and tables of a sweep are drawn from, and the same as CSV. */

type Row = (string | number)[];

/** Where nothing but the seed varies, there is one cell without a name. */
const AS_GIVEN = 'as given';

export const cellName = ({ label }: Pick<SweepCell, 'label'>): string => label || AS_GIVEN;

/** The values of the axes in a cell, for the first columns of a CSV. */
function settingsOf(cell: SweepCell, axes: readonly FoundAxis[]): Row {
  return axes.map((_, i) => asText(cell.values[i]?.value ?? ''));
}

const headOf = (axes: readonly FoundAxis[]): Row => axes.map(({ path }) => path);

/** Mean and interval of a figure, a row a cell and arm. */
export function tableCsv({ axes, cells, arms }: FoundSweep, id: FigureId): string {
  const rows: Row[] = [[...headOf(axes), 'arm', 'figure', 'mean', 'low', 'high', 'seeds', 'runs_without']];
  for (const cell of cells) {
    for (const arm of arms) {
      const found = cellFigure(cell, arm.id, id);
      if (!found) continue;
      const { over, missing } = found;
      const numbers = over.ok ? [over.estimate.value, ...over.estimate.ci, over.estimate.n] : [over.value, '', '', 1];
      rows.push([...settingsOf(cell, axes), arm.id, id, ...numbers, missing]);
    }
  }
  return toCsv(rows);
}

/** The figure of each run, a row a run and arm: what charts of means are of. */
export function runsCsv({ axes, cells, arms }: FoundSweep, id: FigureId): string {
  const rows: Row[] = [[...headOf(axes), 'arm', 'figure', 'seed', 'value']];
  for (const cell of cells) {
    for (const arm of arms) {
      for (const [seed, value] of figureBySeed(cell, arm.id, id)) rows.push([...settingsOf(cell, axes), arm.id, id, seed, value]);
    }
  }
  return toCsv(rows);
}

/** The curves of an arm in a cell. */
export interface ArmBand {
  readonly arm: FoundArm;
  readonly points: readonly BandPoint[];
  readonly runs: readonly { readonly seed: number; readonly curve: Curve }[];
}

/** One panel of small multiples. */
export interface BandPanel {
  readonly cell: SweepCell;
  /** Arms that have the curve in some run. */
  readonly bands: readonly ArmBand[];
}

/** The curves of a metric by cell and arm. A spread that is no band has the mean alone. */
export function bandPanels({ cells, arms }: Pick<FoundSweep, 'cells' | 'arms'>, key: string, spread: Spread): BandPanel[] {
  return cells.map((cell) => ({
    cell,
    bands: arms.flatMap((arm): ArmBand[] => {
      const runs = cell.runs.flatMap(({ bundle }) => {
        const curve = bundle.arms.find(({ id }) => id === arm.id)?.curves[key];
        return curve && curve.step.length > 0 ? [{ seed: bundle.config.run.seed, curve }] : [];
      });
      if (runs.length === 0) return [];
      const points = bandOverSeeds(runs.map(({ curve }) => curve), spread === 'runs' ? 'std' : spread);
      return [{ arm, runs, points: spread === 'runs' ? points.map(({ step, mean, n }) => ({ step, mean, n })) : points }];
    }),
  }));
}

/** Keys of the curves that any run has. */
export function curveKeys({ cells }: Pick<FoundSweep, 'cells'>): ReadonlySet<string> {
  return new Set(cells.flatMap(({ runs }) => runs.flatMap(({ bundle }) => bundle.arms.flatMap(({ curves }) => Object.keys(curves)))));
}

/** Every point of the panels: the runs one by one, and their means with the band. */
export function bandsCsv(panels: readonly BandPanel[], axes: readonly FoundAxis[], key: string, spread: Spread): string {
  const rows: Row[] = [[...headOf(axes), 'arm', 'metric', 'row', 'seed', 'step', 'value', 'low', 'high', 'seeds']];
  for (const { cell, bands } of panels) {
    for (const { arm, runs, points } of bands) {
      const head = [...settingsOf(cell, axes), arm.id, key];
      for (const { seed, curve } of runs) {
        curve.step.forEach((step, i) => rows.push([...head, 'run', seed, step, curve.value[i] ?? '', '', '', '']));
      }
      const name = spread === 'runs' ? 'mean' : `mean, ${spread}`;
      for (const { step, mean, band, n } of points) rows.push([...head, name, '', step, mean, band?.[0] ?? '', band?.[1] ?? '', n]);
    }
  }
  return toCsv(rows);
}

/** A cell of a heat map; without a mean where no run has the figure. */
export interface HeatCell {
  readonly x: string;
  readonly y: string;
  readonly mean: number | undefined;
  readonly n: number;
}

/** A figure of an arm over two axes, every combination of their values. */
export function heatCells({ axes, cells }: FoundSweep, arm: string, id: FigureId): HeatCell[] {
  const [first, second] = axes;
  if (!first || !second) return [];
  return first.values.flatMap((y) => second.values.map((x) => {
    const cell = cells.find(({ values }) => values[0]?.value === y && values[1]?.value === x);
    const over = cell && cellFigure(cell, arm, id)?.over;
    if (!over) return { x, y, mean: undefined, n: 0 };
    return over.ok ? { x, y, mean: over.estimate.value, n: over.estimate.n } : { x, y, mean: over.value, n: 1 };
  }));
}

/** A place of a figure on an axis of numbers. */
export interface AxisPoint {
  readonly x: number;
  readonly mean: number;
  /** Of 95%, over seeds; absent where there is one. */
  readonly ci: readonly [number, number] | undefined;
  readonly n: number;
  readonly each: readonly number[];
}

/** A figure of an arm against the first axis, which is one of numbers; ascending. */
export function axisPoints({ cells }: Pick<FoundSweep, 'cells'>, arm: string, id: FigureId): AxisPoint[] {
  return cells.flatMap((cell): AxisPoint[] => {
    const over = cellFigure(cell, arm, id)?.over;
    if (!over) return [];
    const each = [...figureBySeed(cell, arm, id).values()];
    const x = Number(cell.values[0]?.value);
    if (!over.ok) return [{ x, mean: over.value, ci: undefined, n: 1, each }];
    const { value, ci, n } = over.estimate;
    return [{ x, mean: value, ci, n, each }];
  }).sort((a, b) => a.x - b.x);
}

export interface PairedRow {
  readonly cell: SweepCell;
  readonly found: AcrossSeeds;
}

/** Two arms by a figure in each cell. */
export function pairedRows({ cells }: Pick<FoundSweep, 'cells'>, a: string, b: string, id: FigureId): PairedRow[] {
  return cells.map((cell) => ({ cell, found: compareOverSeeds(figureBySeed(cell, a, id), figureBySeed(cell, b, id)) }));
}

/** A row a seed, and one of the mean where there is more than one. */
export function pairedCsv(rows: readonly PairedRow[], axes: readonly FoundAxis[], a: string, b: string, id: FigureId): string {
  const csv: Row[] = [[...headOf(axes), 'a', 'b', 'figure', 'seed', 'difference', 'low', 'high', 'seeds', 'p']];
  for (const { cell, found } of rows) {
    const head = [...settingsOf(cell, axes), a, b, id];
    for (const { seed, difference } of found.differences) csv.push([...head, seed, difference, '', '', '', '']);
    if (found.ok) csv.push([...head, 'mean', found.estimate.value, ...found.estimate.ci, found.estimate.n, found.p ?? '']);
  }
  return toCsv(csv);
}
