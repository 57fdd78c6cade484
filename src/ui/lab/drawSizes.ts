import * as Plot from '@observablehq/plot';
import type { Estimate } from '../../core/bundle';
import { spread } from '../charts/draw';
import type { FigureDrawing } from '../charts/Figure';
import { armStyle } from '../shared/arms';
import { shorten, shortName, type Reference, type SizedMark } from './chartRows';
import { placeFlags } from './flags';
import { BAR, CHARACTER, extent, finish, GRID, HALF, HOLLOW, percentTick, STYLE, textAt, TRAINING } from './plotParts';
import { armOf, size } from './words';

export interface SizesOptions {
  /** Of the y-axis, with its unit. */
  readonly label: string;
  /** Figures of models whose size nobody knows, beside the axis. */
  readonly references: readonly Reference[];
  /** A level to be held against, drawn as a band. */
  readonly level?: { readonly name: string; readonly figure: Estimate } | undefined;
  /** Lowest value of the y-axis; by default a little below the lowest drawn. */
  readonly floor?: number;
}

/** Pixels. */
const MARGIN = { left: 36, right: 16, references: 108, bottom: 34, unit: 26 };
const PLOT_HEIGHT = 220;
const FLAG = { height: 14, above: 12 };
/** Longest name: characters, and a share of the width. */
const NAME = { characters: 31, share: 0.45 };
/** Between marks of the same size, where there is room, and from a mark to its single trainings. */
const APART = 14;
const BESIDE = 6;
/** Beyond the smallest and the largest mark. */
const EDGE = 20;
/** Narrowest range of sizes: where all are alike there is still an axis. */
const LEAST_SPAN = Math.log(8);

interface Placed extends SizedMark {
  /** Where it is drawn: its size, moved aside where others have the same. */
  readonly x: number;
}

interface SizeAxis {
  readonly domain: readonly [least: number, most: number];
  /** Marks of the same size stand side by side. */
  readonly placed: readonly Placed[];
  /** Pixels from the left end. */
  readonly at: (x: number) => number;
}

/** A logarithmic axis of so many pixels that holds all marks with room at its ends. */
export function axisOf(marks: readonly SizedMark[], pixels: number): SizeAxis {
  const logs = marks.map(({ parameters }) => Math.log(parameters));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const alike = (mark: SizedMark): SizedMark[] => marks.filter(({ parameters }) => parameters === mark.parameters);
  const most = Math.max(...marks.map((mark) => alike(mark).length));
  const edge = EDGE + (APART / 2) * (most - 1);
  const perPixel = Math.max(high - low, LEAST_SPAN) / Math.max(1, pixels - 2 * edge);
  const start = (low + high) / 2 - (perPixel * pixels) / 2;
  // No further than the next size, or a larger model would stand to the left of a smaller one.
  const gaps = [...new Set(logs)].sort((a, b) => a - b).flatMap((log, i, all) => (i === 0 ? [] : [(log - all[i - 1]!) / perPixel]));
  const apart = Math.min(APART, ...gaps.map((gap) => gap / most));
  return {
    domain: [Math.exp(start), Math.exp(start + perPixel * pixels)],
    placed: marks.map((mark) => {
      const same = alike(mark);
      const place = same.indexOf(mark) - (same.length - 1) / 2;
      return { ...mark, x: mark.parameters * Math.exp(perPixel * apart * place) };
    }),
    at: (x) => (Math.log(x) - start) / perPixel,
  };
}

/** A figure against the number of parameters, on a logarithmic axis, with a name above each mark. */
export function drawSizes(
  marks: readonly SizedMark[], { label, references, level, floor }: SizesOptions, { width, scheme }: FigureDrawing,
): SVGSVGElement {
  const right = references.length > 0 ? MARGIN.references : MARGIN.right;
  const { domain, placed, at } = axisOf(marks, width - MARGIN.left - right);
  const limit = Math.min(NAME.characters, Math.floor((NAME.share * width) / CHARACTER));
  const whole = placed.map(({ name }) => name);
  const names = whole.map((name) => shorten(shortName(name, whole), limit));
  const flags = placeFlags(placed.map(({ x }, i) => ({ x: MARGIN.left + at(x), width: names[i]!.length * CHARACTER })), 0, width);
  const top = MARGIN.unit + FLAG.above + FLAG.height * Math.max(...flags.map(({ row }) => row + 1));

  const drawn = placed.map(({ x, labeler, figure, trainings }) => {
    const style = armStyle(armOf(labeler));
    return { x, value: figure.value, low: figure.ci[0], high: figure.ci[1], color: style.color(scheme), symbol: style.marker, trainings };
  });
  const trainings = drawn.flatMap(({ x, color, trainings: each }) => each.map(({ figure }) => ({ x, color, value: figure.value })));
  const shares = [
    ...drawn.flatMap(({ low, high }) => [low, high]),
    ...[...trainings, ...references].map(({ value }) => value),
    ...(level ? level.figure.ci : []),
  ];
  const [low, high] = extent(shares);

  /** Each name in its row, on a line down to its mark's interval. */
  const flagMarks: Plot.RenderFunction = (_index, { y }, _values, _dimensions, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    flags.forEach(({ left, row }, i) => {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      const x = MARGIN.left + at(placed[i]!.x);
      const bottom = top - FLAG.above - row * FLAG.height;
      line.setAttribute('d', `M${x} ${bottom}V${(y!(drawn[i]!.high) as number) - 3}`);
      line.setAttribute('stroke', 'currentColor');
      line.setAttribute('stroke-opacity', '0.35');
      group.append(line, textAt(document, names[i]!, left, bottom - FLAG.height / 2, { 'text-anchor': 'start' }));
    });
    return group;
  };
  /** Names of the published ones, pushed apart where they would touch. */
  const referenceNames: Plot.RenderFunction = (_index, { y }, _values, _dimensions, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    const places = spread(references.map(({ value }) => y!(value) as number), 12);
    references.forEach(({ name }, i) =>
      group.append(textAt(document, name, width - right + 24, places[i]!, { 'text-anchor': 'start', 'font-style': 'italic' })));
    return group;
  };

  return finish(Plot.plot({
    width,
    height: top + PLOT_HEIGHT + MARGIN.bottom,
    marginTop: top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: right,
    style: STYLE,
    x: { type: 'log', domain, label: null, axis: null },
    y: { domain: [floor ?? low, high], label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 6 }),
      Plot.axisY({ tickFormat: percentTick, tickSize: 0, tickPadding: 6, ticks: 6 }),
      Plot.axisX({ tickFormat: (value: number) => size(value), ticks: Math.max(2, Math.round(width / 140)), tickSize: 4 }),
      Plot.text([label], { frameAnchor: 'top-left', dx: -34, dy: -top + 6, fill: 'currentColor' }),
      Plot.text(['parameters →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      ...levelMarks(level, domain, armStyle('rlhf').color(scheme)),
      Plot.ruleY([0.5], HALF),
      Plot.link(drawn, { x1: 'x', x2: 'x', y1: 'low', y2: 'high', stroke: 'color', ...BAR }),
      Plot.dot(drawn, { x: 'x', y: 'value', fill: 'color', symbol: 'symbol', r: 4.5 }),
      Plot.dot(trainings, { x: 'x', y: 'value', dx: BESIDE, stroke: 'color', ...TRAINING }),
      flagMarks,
      Plot.dot(references, { frameAnchor: 'right', dx: 14, y: 'value', symbol: 'diamond', r: 4.5, ...HOLLOW }),
      referenceNames,
    ],
    color: { type: 'identity' },
    symbol: { type: 'identity' },
  }));
}

/** A band from end to end, with its middle and its name. */
function levelMarks(level: SizesOptions['level'], [from, to]: readonly [number, number], color: string): Plot.Markish[] {
  if (!level) return [];
  const { value, ci: [low, high] } = level.figure;
  return [
    Plot.rect([0], { x1: from, x2: to, y1: low, y2: high, fill: color, fillOpacity: 0.12 }),
    Plot.ruleY([value], { stroke: color, strokeWidth: 1.25, strokeOpacity: 0.7 }),
    Plot.text([level.name], { y: value, dy: -7, fill: color }),
  ];
}
