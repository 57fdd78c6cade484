import * as Plot from '@observablehq/plot';
import type { FoundAxis } from '../../experiments/sweepAxes';
import type { FigureDrawing } from '../charts/Figure';
import { BAR, finish, GRID, STYLE, textAt, TRAINING } from '../lab/plotParts';
import { armStyle } from '../shared/arms';
import { keyHeight, tickOf, writeKey, type KeyEntry } from './drawParts';
import type { AxisPoint } from './rows';

const MARGIN = { top: 36, bottom: 36, left: 46, right: 22 };
const HEIGHT = 270;
/** Ticks at values, at most. */
const MOST_TICKS = 8;
/** Pixels between arms at the same value. */
const BESIDE = 5;

export interface AxisPicture {
  readonly series: readonly { readonly id: string; readonly points: readonly AxisPoint[] }[];
  readonly axis: FoundAxis;
  readonly percent: boolean;
  /** What is drawn, and its unit. */
  readonly label: string;
  readonly key: readonly KeyEntry[];
}

/** A figure against a setting, a line an arm: means with 95% intervals over seeds, a small hollow dot a run. */
export function drawAxis({ series, axis, percent, label, key }: AxisPicture, { width, scheme }: FigureDrawing): SVGSVGElement {
  const top = keyHeight(key, width) + MARGIN.top;
  const values = axis.values.map(Number);
  const stride = Math.ceil(values.length / MOST_TICKS);
  const ticks = values.filter((_, i) => i % stride === 0);
  const inset = 10 + BESIDE * series.length;
  const svg = finish(Plot.plot({
    width,
    height: top + HEIGHT,
    marginTop: top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    style: STYLE,
    x: { type: axis.scale === 'log' ? 'log' : 'linear', insetLeft: inset, insetRight: inset, label: null, axis: null },
    y: { nice: true, label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 5 }),
      Plot.axisY({ ticks: 5, tickSize: 0, tickPadding: 6, tickFormat: tickOf(percent) }),
      Plot.axisX(ticks, { tickSize: 4, tickFormat: tickOf(false) }),
      ...series.flatMap(({ id, points }, i) => {
        const style = armStyle(id);
        const stroke = style.color(scheme);
        const dx = BESIDE * (i - (series.length - 1) / 2);
        const bars = points.flatMap(({ x, ci }) => (ci ? [{ x, low: ci[0], high: ci[1] }] : []));
        const each = points.flatMap(({ x, each: all }) => (all.length > 1 ? all.map((value) => ({ x, value })) : []));
        return [
          Plot.link(bars, { x1: 'x', x2: 'x', y1: 'low', y2: 'high', stroke, dx, ...BAR }),
          Plot.line(points, { x: 'x', y: 'mean', stroke, strokeWidth: 1.5, strokeDasharray: style.dash || 'none', dx }),
          Plot.dot(each, { x: 'x', y: 'value', stroke, dx, ...TRAINING }),
          Plot.dot(points, { x: 'x', y: 'mean', fill: stroke, symbol: style.marker, r: 4, dx }),
        ];
      }),
    ],
  }));
  writeKey(svg, key, width, scheme);
  const below = `${axis.title}${axis.scale === 'log' ? ', on a logarithmic axis' : ''} →`;
  svg.append(
    textAt(document, label, 2, top - 18, { 'text-anchor': 'start' }),
    textAt(document, below, width - MARGIN.right, top + HEIGHT - 8, { 'text-anchor': 'end' }),
  );
  return svg;
}
