import * as Plot from '@observablehq/plot';
import type { FoundArm } from '../../experiments/sweepAxes';
import type { FigureDrawing } from '../charts/Figure';
import { metric, STEP_NAMES, type MetricKey } from '../charts/metrics';
import { CHARACTER, finish, GRID, STYLE, textAt } from '../lab/plotParts';
import { armStyle } from '../shared/arms';
import { keyHeight, shorten, tickOf, writeKey, type KeyEntry } from './drawParts';
import type { BandPanel } from './rows';
import type { Spread } from './words';

/** Points of a line that are drawn at most. */
const MOST_POINTS = 240;
/** Pixels. */
const PANEL = { width: 270, one: 300, several: 190 };
const MARGIN = { top: 40, bottom: 34, left: 44, right: 12 };

/** At most so many, evenly spread, the last one among them. */
function thin<T>(points: readonly T[]): readonly T[] {
  const stride = Math.ceil(points.length / MOST_POINTS);
  return stride <= 1 ? points : points.filter((_, i) => (points.length - 1 - i) % stride === 0);
}

export interface BandPicture {
  readonly panels: readonly BandPanel[];
  readonly metric: MetricKey;
  readonly spread: Spread;
  readonly key: readonly KeyEntry[];
}

/**
 * Curves of several runs, a panel a cell, all with the same axes: means as lines of their arms, their spread as bands, or
 * each run as a thin line.
 */
export function drawBands(picture: BandPicture, { width, scheme }: FigureDrawing): SVGSVGElement {
  const { panels, metric: key, spread, key: entries } = picture;
  const columns = Math.max(1, Math.min(panels.length, Math.floor(width / PANEL.width)));
  const rows = Math.ceil(panels.length / columns);
  const top = keyHeight(entries, width) + MARGIN.top;
  const place = (i: number): { column: number; row: number } => ({ column: i % columns, row: Math.floor(i / columns) });
  const panelHeight = panels.length > 1 ? PANEL.several : PANEL.one;
  const { format, unit, steps } = metric(key);
  const arms = new Map<string, FoundArm>(panels.flatMap(({ bands }) => bands.map(({ arm }) => [arm.id, arm])));
  const facet = { fx: 'column', fy: 'row' } as const;

  const marksOf = (id: string): Plot.Markish[] => {
    const style = armStyle(id);
    const stroke = style.color(scheme);
    const own = panels.flatMap(({ bands }, i) => bands.filter(({ arm }) => arm.id === id).map((band) => ({ ...band, ...place(i) })));
    const points = own.flatMap(({ column, row, points: all }) => thin(all).map((point) => ({ ...point, column, row })));
    const ranges = points.flatMap(({ band, ...point }) => (band ? [{ ...point, low: band[0], high: band[1] }] : []));
    const thinLines = spread === 'runs'
      ? own.flatMap(({ column, row, runs }) => runs.flatMap(({ seed, curve }) =>
          thin(curve.step.map((step, k) => ({ step, value: curve.value[k] }))).map((point) => ({ ...point, seed, column, row }))))
      : [];
    return [
      Plot.areaY(ranges, { ...facet, x: 'step', y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.18 }),
      Plot.line(thinLines, { ...facet, x: 'step', y: 'value', z: 'seed', stroke, strokeWidth: 0.9, strokeOpacity: 0.55 }),
      Plot.line(points, { ...facet, x: 'step', y: 'mean', stroke, strokeWidth: 2, strokeDasharray: style.dash || 'none' }),
    ];
  };

  const names = panels.map(({ cell }, i) => ({ ...place(i), name: shorten(cell.label, Math.floor(width / columns / CHARACTER)) }));
  const svg = finish(Plot.plot({
    width,
    height: top + MARGIN.bottom + panelHeight * rows,
    marginTop: top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    style: STYLE,
    fx: { axis: null, padding: columns > 1 ? 0.08 : 0 },
    fy: { axis: null, padding: rows > 1 ? 0.2 : 0 },
    x: { label: null, axis: null },
    y: { nice: true, label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, tickPadding: 6, tickFormat: tickOf(format === 'percent') }),
      Plot.axisX({ ticks: Math.max(2, Math.round(width / columns / 90)), tickSize: 4, tickPadding: 4 }),
      Plot.text(names, { ...facet, text: 'name', frameAnchor: 'top-left', lineAnchor: 'bottom', dy: -6, fontWeight: 600, fill: 'currentColor' }),
      ...[...arms.keys()].flatMap(marksOf),
    ],
  }));
  writeKey(svg, entries, width, scheme);
  svg.append(
    textAt(document, unit, 2, top - 30, { 'text-anchor': 'start' }),
    textAt(document, `${STEP_NAMES[steps].axis} →`, width - MARGIN.right, top + panelHeight * rows + 27, { 'text-anchor': 'end' }),
  );
  return svg;
}
