import * as Plot from '@observablehq/plot';
import { spread } from '../charts/draw';
import type { FigureDrawing } from '../charts/Figure';
import { armStyle } from '../shared/arms';
import { shorten, shortName, type PromptSeries } from './chartRows';
import { BAR, CHARACTER, extent, finish, GRID, HALF, percentTick, STYLE, textAt } from './plotParts';

/** Pixels. */
const MARGIN = { top: 26, bottom: 34, left: 36 };
/** Room for names at the ends of lines: a share of the width, within bounds. */
const NAMES = { share: 0.32, least: 90, most: 230 };
/** Between two lines at the same number of exemplars, in exemplars. */
const APART = 0.07;
/** A line of the base prompt. */
const DASH = '5 3';

const symbolOf = ({ chainOfThought }: PromptSeries): 'triangle' | 'square' => (chainOfThought ? 'triangle' : 'square');

/** Agreement with people against the number of exemplars: a line a model and way of asking; hollow for published ones. */
export function drawPrompts(
  series: readonly PromptSeries[], published: readonly PromptSeries[], { width, scheme }: FigureDrawing,
): SVGSVGElement {
  const color = armStyle('rlaif').color(scheme);
  const lines = series.map((one, i) => ({
    ...one,
    points: one.points.map((point) => ({ ...point, x: point.exemplars + APART * (i - (series.length - 1) / 2) })),
  }));
  const all = [...series, ...published];
  const exemplars = [...new Set(all.flatMap(({ points }) => points.map((point) => point.exemplars)))].sort((a, b) => a - b);
  const shares = all.flatMap(({ points }) => points.flatMap(({ value, figure }) => (figure ? figure.ci : [value])));
  const right = Math.min(NAMES.most, Math.max(NAMES.least, Math.round(NAMES.share * width)));
  const bars = lines.flatMap(({ points }) => points.flatMap(({ x, figure }) => (figure ? [{ x, low: figure.ci[0], high: figure.ci[1] }] : [])));
  const dashOf = ({ detail }: PromptSeries): { strokeDasharray?: string } => (detail === 'base' ? { strokeDasharray: DASH } : {});

  /** Names at the right, at the height where lines end, with a thread to them. */
  const names: Plot.RenderFunction = (_index, { x, y }, _values, _dimensions, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    const ends = lines.map(({ name, points }) => {
      const last = points.at(-1)!;
      return { name, x: x!(last.x) as number, y: y!(last.value) as number };
    });
    const places = spread(ends.map((end) => end.y), 13);
    const edge = width - right;
    ends.forEach((end, i) => {
      const thread = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      thread.setAttribute('d', `M${end.x + 8} ${end.y}L${edge + 6} ${places[i]}`);
      thread.setAttribute('stroke', color);
      thread.setAttribute('stroke-opacity', '0.4');
      const limit = Math.floor((right - 12) / CHARACTER);
      group.append(thread, textAt(document, shorten(shortName(end.name, ends.map(({ name }) => name)), limit), edge + 9, places[i]!, { 'text-anchor': 'start', fill: color }));
    });
    return group;
  };

  return finish(Plot.plot({
    width,
    height: 300,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: right,
    style: STYLE,
    // Much happens between none and two, little beyond.
    x: { type: 'symlog', domain: [-0.3, 1.2 * exemplars.at(-1)! + 0.3], label: null, axis: null },
    y: { domain: extent(shares), label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 6 }),
      Plot.axisY({ tickFormat: percentTick, tickSize: 0, tickPadding: 6, ticks: 6 }),
      Plot.axisX(exemplars, { tickFormat: String, tickSize: 4 }),
      Plot.text(['agrees with people, %'], { frameAnchor: 'top-left', dx: -34, dy: -20, fill: 'currentColor' }),
      Plot.text(['exemplars →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleY([0.5], HALF),
      ...published.map((one) => [
        Plot.line(one.points, { x: 'exemplars', y: 'value', stroke: 'currentColor', strokeWidth: 1, strokeOpacity: 0.6, ...dashOf(one) }),
        Plot.dot(one.points, { x: 'exemplars', y: 'value', symbol: symbolOf(one), r: 3.5, fill: 'none', stroke: 'currentColor', strokeWidth: 1.2 }),
      ]),
      Plot.link(bars, { x1: 'x', x2: 'x', y1: 'low', y2: 'high', stroke: color, ...BAR }),
      ...lines.map((one) => [
        Plot.line(one.points, { x: 'x', y: 'value', stroke: color, strokeWidth: 1.5, ...dashOf(one) }),
        Plot.dot(one.points, { x: 'x', y: 'value', symbol: symbolOf(one), r: 4.5, fill: color }),
      ]),
      names,
    ],
  }));
}
