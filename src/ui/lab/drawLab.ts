import * as Plot from '@observablehq/plot';
import type { ReliabilityBin } from '../../core/labReport';
import type { FigureDrawing } from '../charts/Figure';
import { armStyle } from '../shared/arms';
import { shorten, shortName, type ChartMark, type Reference } from './chartRows';
import { BAR, extent, finish, GRID, HALF, HOLLOW, percentTick, STYLE, TRAINING } from './plotParts';
import { armOf } from './words';

/** From this width on names stand beside their marks; below it, above them. */
const WIDE = 400;
/** Characters of a name that fit there. */
const NAME = { beside: 31, above: 44 };

/**
 * A figure of each labeler, a row a labeler, the highest first; hollow dots for single trainings, hollow diamonds for
 * published figures.
 */
export function drawAgreement(marks: readonly ChartMark[], references: readonly Reference[], { width, scheme }: FigureDrawing): SVGSVGElement {
  const names = marks.map(({ name }) => name);
  const rows = marks
    .map(({ name, labeler, figure: { value, ci }, trainings }) => {
      const style = armStyle(armOf(labeler));
      return { name: shortName(name, names), value, low: ci[0], high: ci[1], color: style.color(scheme), symbol: style.marker, trainings };
    })
    .sort((a, b) => b.value - a.value)
    .map((row, place) => ({ ...row, place }));
  const published = references.map(({ name, value }, i) => ({ name: `${name}, published`, value, place: rows.length + i }));
  const trainings = rows.flatMap(({ place, color, trainings: each }) => each.map(({ figure }) => ({ place, color, value: figure.value })));
  const count = rows.length + published.length;
  const beside = width >= WIDE;
  // Names at the left edge of the picture, whatever the margin.
  const label = {
    frameAnchor: 'left', textAnchor: 'start', fill: 'currentColor', y: 'place',
    lineAnchor: beside ? 'middle' : 'bottom', dx: beside ? -186 : 0, dy: beside ? 0 : -8,
  } as const;
  const limit = beside ? NAME.beside : NAME.above;
  return finish(Plot.plot({
    width,
    height: 58 + (beside ? 26 : 38) * count,
    marginTop: 24,
    marginBottom: 34,
    marginLeft: beside ? 194 : 8,
    marginRight: 16,
    style: STYLE,
    x: {
      domain: extent([...rows.flatMap(({ low, high }) => [low, high]), ...[...trainings, ...published].map(({ value }) => value)]),
      label: null, axis: null,
    },
    y: { domain: [beside ? -0.5 : -0.7, count - 0.5], axis: null, reverse: true },
    marks: [
      Plot.gridX(GRID),
      Plot.axisX({ tickFormat: percentTick, tickSize: 4, ticks: Math.max(3, Math.round(width / 120)) }),
      Plot.text(['agrees with people, % →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleX([0.5], HALF),
      Plot.link(rows, { x1: 'low', x2: 'high', y1: 'place', y2: 'place', stroke: 'color', ...BAR }),
      Plot.dot(rows, { x: 'value', y: 'place', fill: 'color', symbol: 'symbol', r: 4.5 }),
      Plot.dot(trainings, { x: 'value', y: 'place', dy: 8, stroke: 'color', ...TRAINING }),
      Plot.dot(published, { x: 'value', y: 'place', symbol: 'diamond', r: 4.5, ...HOLLOW }),
      Plot.text(rows, { ...label, text: ({ name }: { name: string }) => shorten(name, limit) }),
      Plot.text(published, { ...label, text: 'name', fontStyle: 'italic' }),
    ],
    color: { type: 'identity' },
    symbol: { type: 'identity' },
  }));
}

/** Agreement against stated confidence, a mark a bin; on the diagonal a labeler is calibrated. */
export function drawReliability(bins: readonly ReliabilityBin[], armId: string, { width, scheme }: FigureDrawing): SVGSVGElement {
  const color = armStyle(armId).color(scheme);
  const marks = bins.map(({ confidence, agreement }) => ({
    confidence, value: agreement.value, low: agreement.ci[0], high: agreement.ci[1], n: agreement.n,
  }));
  return finish(Plot.plot({
    width,
    height: 260,
    marginTop: 26,
    marginBottom: 34,
    marginLeft: 36,
    marginRight: 16,
    style: STYLE,
    x: { domain: [0.49, 1.01], label: null, axis: null },
    y: { domain: [Math.min(0.4, ...marks.map(({ low }) => low)), 1], label: null, axis: null },
    r: { range: [3, 9] },
    marks: [
      Plot.gridY(GRID),
      Plot.axisY({ tickFormat: percentTick, tickSize: 0, tickPadding: 6 }),
      Plot.axisX({ tickFormat: percentTick, tickSize: 4, ticks: 5 }),
      Plot.text(['people on its side, %'], { frameAnchor: 'top-left', dx: -34, dy: -20, fill: 'currentColor' }),
      Plot.text(['confidence, % →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.link([0], { x1: 0.5, y1: 0.5, x2: 1, y2: 1, ...HALF }),
      Plot.link(marks, { x1: 'confidence', x2: 'confidence', y1: 'low', y2: 'high', stroke: color, strokeWidth: 3, strokeOpacity: 0.4 }),
      Plot.line(marks, { x: 'confidence', y: 'value', stroke: color, strokeWidth: 1.5 }),
      Plot.dot(marks, { x: 'confidence', y: 'value', r: 'n', fill: color }),
    ],
  }));
}
