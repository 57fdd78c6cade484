import * as Plot from '@observablehq/plot';
import type { LabelerResult, ReliabilityBin } from '../../core/labReport';
import { PUBLISHED_LABELERS } from '../playground/published';
import { armStyle, type Scheme } from '../shared/arms';
import { armOf, size } from './words';

interface DrawOptions {
  readonly width: number;
  readonly scheme: Scheme;
}

const GRID = { stroke: 'currentColor', strokeOpacity: 0.14 };
const HALF = { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '2 3' };
const STYLE = { background: 'none', fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' };
const HOLLOW = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.4 };
/** From this width on names stand beside their marks; below it, above them. */
const WIDE = 400;
/** Characters of a name that fit there. */
const NAME = { beside: 31, above: 44 };

const percentTick = (value: number): string => `${Math.round(100 * value)}`;

/** Hidden from screen readers, as the container says in words what is drawn. */
function finish(plot: ReturnType<typeof Plot.plot>): SVGSVGElement {
  const svg = plot as SVGSVGElement;
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

/** Lowest and highest share drawn: all intervals, and one half. */
function extent(shares: readonly number[]): [number, number] {
  const low = shares.reduce((a, b) => Math.min(a, b), 0.5);
  const high = shares.reduce((a, b) => Math.max(a, b), 0.5);
  return [Math.max(0, low - 0.03), Math.min(1, high + 0.03)];
}

interface Mark {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly color: string;
  readonly symbol: string;
  readonly parameters?: number | undefined;
}

function marksOf(rows: readonly LabelerResult[], scheme: Scheme): Mark[] {
  return rows.map(({ labeler, figures: { agreement } }) => {
    const style = armStyle(armOf(labeler));
    return {
      name: labeler.name, value: agreement.value, low: agreement.ci[0], high: agreement.ci[1],
      color: style.color(scheme), symbol: style.marker, parameters: labeler.parameters,
    };
  });
}

const shorten = (name: string, limit: number): string => (name.length > limit ? `${name.slice(0, limit - 1)}…` : name);

/** Agreement with people, a row a labeler, the best first; hollow marks for published figures. */
export function drawAgreement(rows: readonly LabelerResult[], published: boolean, { width, scheme }: DrawOptions): SVGSVGElement {
  const marks = marksOf(rows, scheme).sort((a, b) => b.value - a.value);
  const references = published ? PUBLISHED_LABELERS.map(({ name, alignment }) => ({ name: `${name}, published`, value: alignment })) : [];
  const place = new Map([...marks, ...references].map((mark, i) => [mark, i]));
  const y = (mark: Mark | (typeof references)[number]): number => place.get(mark)!;
  const beside = width >= WIDE;
  const row = beside ? 26 : 38;
  // Names at the left edge of the picture, whatever the margin.
  const label = {
    frameAnchor: 'left', textAnchor: 'start', fill: 'currentColor',
    lineAnchor: beside ? 'middle' : 'bottom', dx: beside ? -186 : 0, dy: beside ? 0 : -8,
  } as const;
  const limit = beside ? NAME.beside : NAME.above;
  return finish(Plot.plot({
    width,
    height: 58 + row * place.size,
    marginTop: 24,
    marginBottom: 34,
    marginLeft: beside ? 194 : 8,
    marginRight: 16,
    style: STYLE,
    x: { domain: extent([...marks.flatMap(({ low, high }) => [low, high]), ...references.map(({ value }) => value)]), label: null, axis: null },
    y: { domain: [beside ? -0.5 : -0.7, place.size - 0.5], axis: null, reverse: true },
    marks: [
      Plot.gridX(GRID),
      Plot.axisX({ tickFormat: percentTick, tickSize: 4, ticks: Math.max(3, Math.round(width / 120)) }),
      Plot.text(['agrees with people, % →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleX([0.5], HALF),
      Plot.link(marks, { x1: 'low', x2: 'high', y1: y, y2: y, stroke: 'color', strokeWidth: 3, strokeOpacity: 0.45 }),
      Plot.dot(marks, { x: 'value', y, fill: 'color', symbol: 'symbol', r: 4.5 }),
      Plot.dot(references, { x: 'value', y, symbol: 'diamond', r: 4.5, ...HOLLOW }),
      Plot.text(marks, { ...label, y, text: ({ name }: Mark) => shorten(name, limit) }),
      Plot.text(references, { ...label, y, text: 'name', fontStyle: 'italic' }),
    ],
    color: { type: 'identity' },
    symbol: { type: 'identity' },
  }));
}

/** Agreement against the number of parameters, for labelers that have one. */
export function drawSizes(rows: readonly LabelerResult[], published: boolean, { width, scheme }: DrawOptions): SVGSVGElement {
  const marks = marksOf(rows, scheme).filter(({ parameters }) => parameters !== undefined && parameters > 0);
  const sizes = marks.map(({ parameters }) => parameters!);
  const references = published ? PUBLISHED_LABELERS : [];
  const [least, most] = [Math.min(...sizes) / 4, Math.max(...sizes) * 4];
  /** Which end of a name stands above its mark, so that the name stays within the picture. */
  const anchorOf = ({ parameters }: Mark): 'start' | 'middle' | 'end' => {
    const along = Math.log(parameters! / least) / Math.log(most / least);
    return along < 0.35 ? 'start' : along > 0.65 ? 'end' : 'middle';
  };
  const names = (['start', 'middle', 'end'] as const).map((textAnchor) =>
    Plot.text(marks.filter((mark) => anchorOf(mark) === textAnchor), {
      x: 'parameters', y: 'high', text: ({ name }: Mark) => shorten(name, NAME.beside), textAnchor, dy: -8, fill: 'currentColor',
    }));
  return finish(Plot.plot({
    width,
    height: 260,
    marginTop: 26,
    marginBottom: 34,
    marginLeft: 36,
    // The published ones stand beside the axis: nobody has said how large they are.
    marginRight: published ? 108 : 16,
    style: STYLE,
    x: { type: 'log', domain: [least, most], label: null, axis: null },
    y: {
      domain: extent([...marks.flatMap(({ low, high }) => [low, high]), ...references.map(({ alignment }) => alignment)]),
      label: null, axis: null,
    },
    marks: [
      Plot.gridY(GRID),
      Plot.axisY({ tickFormat: percentTick, tickSize: 0, tickPadding: 6 }),
      Plot.axisX({ tickFormat: (value: number) => size(value), ticks: Math.max(2, Math.round(width / 140)), tickSize: 4 }),
      Plot.text(['agrees with people, %'], { frameAnchor: 'top-left', dx: -34, dy: -20, fill: 'currentColor' }),
      Plot.text(['parameters →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleY([0.5], HALF),
      Plot.link(marks, { x1: 'parameters', x2: 'parameters', y1: 'low', y2: 'high', stroke: 'color', strokeWidth: 3, strokeOpacity: 0.45 }),
      Plot.dot(marks, { x: 'parameters', y: 'value', fill: 'color', symbol: 'symbol', r: 4.5 }),
      ...names,
      Plot.dot(references, { frameAnchor: 'right', dx: 14, y: 'alignment', symbol: 'diamond', r: 4.5, ...HOLLOW }),
      Plot.text(references, { frameAnchor: 'right', textAnchor: 'start', dx: 24, y: 'alignment', text: 'name', fontStyle: 'italic', fill: 'currentColor' }),
    ],
    color: { type: 'identity' },
    symbol: { type: 'identity' },
  }));
}

/** Agreement against stated confidence, a mark a bin; on the diagonal a labeler is calibrated. */
export function drawReliability(bins: readonly ReliabilityBin[], color: string, width: number): SVGSVGElement {
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
