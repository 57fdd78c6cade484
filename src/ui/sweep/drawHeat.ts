import * as Plot from '@observablehq/plot';
import type { FoundAxis } from '../../experiments/sweepAxes';
import { valueTitle } from '../../experiments/sweepFields';
import type { FigureDrawing } from '../charts/Figure';
import { CHARACTER, finish, STYLE, textAt } from '../lab/plotParts';
import { shorten } from './drawParts';
import type { HeatCell } from './rows';

/** Characters of a row's name. */
const NAME = 18;
const CELL = 46;
const MARGIN = { top: 26, bottom: 44, right: 8 };
/** Cividis reads black on its light half and white on its dark one. */
const TURN = 0.45;

export interface HeatPicture {
  readonly cells: readonly HeatCell[];
  /** Rows, then columns. */
  readonly axes: readonly [FoundAxis, FoundAxis];
  /** Least and greatest of all pictures that are to be compared. */
  readonly domain: readonly [number, number];
  readonly text: (value: number) => string;
}

/**
 * Means by two settings. Colours are those of cividis (Nunez et al. 2018, doi 10.1371/journal.pone.0199239), even in steps
 * for colour-blind readers too, and every cell has its number written in it.
 */
export function drawHeat({ cells, axes: [rows, columns], domain, text }: HeatPicture, { width }: FigureDrawing): SVGSVGElement {
  const low = domain[0];
  const high = domain[1] > low ? domain[1] : low + 1;
  const filled = cells.flatMap(({ mean, ...cell }) =>
    (mean === undefined ? [] : [{ ...cell, mean, main: text(mean), count: `n = ${cell.n}` }]));
  const isLight = ({ mean }: { mean: number }): boolean => (mean - low) / (high - low) > TURN;
  const missing = cells.filter(({ mean }) => mean === undefined);
  const names = rows.values.map((value) => shorten(valueTitle(rows.path, value), NAME));
  const left = 12 + CHARACTER * names.reduce((longest, { length }) => Math.max(longest, length), 3);
  const wide = (width - left - MARGIN.right) / columns.values.length;
  const columnName = (value: string): string => shorten(valueTitle(columns.path, value), Math.max(3, Math.floor(wide / CHARACTER)));
  const written = [[filled.filter(isLight), '#000000'], [filled.filter((cell) => !isLight(cell)), '#ffffff']] as const;
  const height = MARGIN.top + MARGIN.bottom + CELL * rows.values.length;
  const svg = finish(Plot.plot({
    width,
    height,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: left,
    marginRight: MARGIN.right,
    style: STYLE,
    x: { type: 'band', domain: [...columns.values], label: null, axis: null, padding: 0.03 },
    y: { type: 'band', domain: [...rows.values], label: null, axis: null, padding: 0.05 },
    color: { type: 'linear', scheme: 'cividis', domain: [low, high] },
    marks: [
      Plot.axisX({ tickSize: 0, tickFormat: columnName }),
      Plot.axisY({ tickSize: 0, tickFormat: (value: string) => shorten(valueTitle(rows.path, value), NAME) }),
      Plot.cell(filled, { x: 'x', y: 'y', fill: 'mean' }),
      Plot.cell(missing, { x: 'x', y: 'y', fill: 'none', stroke: 'currentColor', strokeOpacity: 0.4, strokeDasharray: '3 3' }),
      Plot.text(missing, { x: 'x', y: 'y', text: () => 'none', fill: 'currentColor' }),
      ...written.flatMap(([own, fill]) => [
        Plot.text(own, { x: 'x', y: 'y', text: 'main', dy: -7, fill, fontWeight: 600, fontSize: 12 }),
        Plot.text(own, { x: 'x', y: 'y', text: 'count', dy: 8, fill }),
      ]),
    ],
  }));
  svg.append(
    textAt(document, `${rows.title} ↓`, 2, 10, { 'text-anchor': 'start' }),
    textAt(document, `${columns.title} →`, width - MARGIN.right, height - 10, { 'text-anchor': 'end' }),
  );
  return svg;
}
