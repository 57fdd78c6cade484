import * as Plot from '@observablehq/plot';
import { armStyle, type Scheme } from '../shared/arms';
import { metric, type ChartSpec, type Format } from './metrics';
import type { ChartData, Line } from './series';

export interface DrawOptions {
  readonly width: number;
  readonly height: number;
  readonly scheme: Scheme;
  /** Names at the line ends, with room for them; otherwise a legend elsewhere has to tell. */
  readonly endLabels: boolean;
}

/** A drawn chart: the SVG, and its scales for whoever points at it. */
export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Pixels from the left where the x-axis starts and ends. */
  readonly frame: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

const MARGIN = { top: 26, bottom: 34, left: 42, right: 12 };
/** Characters of an arm's name that fit beside a line. */
const LABEL_LENGTH = 12;
const MARKERS = 14;

/** Lowest and highest value of the y-axis before rounding to ticks. */
export function yExtent(spec: ChartSpec, data: ChartData): [number, number] {
  const values = data.lines.flatMap(({ faint, points }) =>
    points.flatMap((p) => (faint ? [p.smoothed] : [p.smoothed, p.raw])),
  );
  if (data.baseline !== undefined) values.push(data.baseline);
  if (spec.level) values.push(spec.level.value);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!Number.isFinite(low)) return [0, 1];
  const { format, steps } = metric(spec.key);
  // Rates and distances are read from zero; other levels have no natural floor.
  const fromZero = (format === 'percent' && steps === 'iteration') || spec.key.endsWith('/kl');
  if (fromZero) low = Math.min(low, 0);
  const span = Math.max(high - low, format === 'percent' ? 0.08 : 0.1);
  const pad = span * 0.06;
  return [fromZero && low === 0 ? 0 : low - pad, Math.max(high, low + span) + pad];
}

function tick(format: Format): (value: number) => string {
  if (format === 'percent') return (value) => `${+(value * 100).toFixed(1)}`;
  return (value) => `${+value.toPrecision(4)}`.replace('-', '−');
}

/** Vertical places for labels that want `wanted`, in that order from top to bottom, at least `gap` apart. */
export function spread(wanted: readonly number[], gap: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  // Labels that touch form a block, centred where its members want to be.
  const blocks: { members: { y: number; i: number }[]; top: number }[] = [];
  for (const member of order) {
    blocks.push({ members: [member], top: member.y });
    for (;;) {
      const last = blocks.at(-1)!;
      const above = blocks.at(-2);
      if (!above || above.top + above.members.length * gap <= last.top) break;
      blocks.pop();
      above.members.push(...last.members);
      const mean = above.members.reduce((sum, m) => sum + m.y, 0) / above.members.length;
      above.top = mean - ((above.members.length - 1) * gap) / 2;
    }
  }
  const places = new Array<number>(wanted.length).fill(0);
  for (const { members, top } of blocks) members.forEach(({ i }, k) => (places[i] = top + k * gap));
  return places;
}

function shorten(name: string): string {
  return name.length > LABEL_LENGTH ? `${name.slice(0, LABEL_LENGTH - 1)}…` : name;
}

/** Names at the ends of lines, pushed apart where they would touch. */
function endLabels(data: ChartData, scheme: Scheme): Plot.RenderFunction {
  return (_index, { x, y }, _values, { width, marginRight }, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    if (!x || !y) return group;
    const ends = data.lines
      .filter((line) => !line.faint && line.points.length > 0)
      .map((line) => {
        const last = line.points.at(-1)!;
        return { text: line.label, armId: line.armId, x: x(last.x) as number, y: y(last.smoothed) as number };
      });
    if (data.baseline !== undefined) {
      ends.push({ text: 'SFT', armId: 'sft', x: width - marginRight, y: y(data.baseline) as number });
    }
    const places = spread(ends.map((end) => end.y), 13);
    ends.forEach((end, i) => {
      const text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      text.setAttribute('x', String(end.x + 7));
      text.setAttribute('y', String(places[i]!));
      text.setAttribute('dy', '0.32em');
      text.setAttribute('text-anchor', 'start');
      text.setAttribute('font-weight', '600');
      text.setAttribute('fill', armStyle(end.armId).color(scheme));
      text.textContent = shorten(end.text);
      group.append(text);
    });
    return group;
  };
}

function lineMarks(line: Line, scheme: Scheme): Plot.Markish[] {
  const style = armStyle(line.armId);
  const stroke = style.color(scheme);
  const dashes = line.run?.dash ?? style.dash;
  const dash = dashes === '' ? {} : { strokeDasharray: dashes };
  if (line.faint) {
    return [Plot.line(line.points, { x: 'x', y: 'smoothed', stroke, strokeWidth: 1.25, strokeOpacity: 0.45 })];
  }
  if (line.run?.record) {
    return [Plot.line(line.points, { x: 'x', y: 'smoothed', stroke, strokeWidth: 1.75, strokeOpacity: 0.6, ...dash })];
  }
  const smoothed = line.points.some((p) => p.smoothed !== p.raw);
  const stride = Math.max(1, Math.ceil(line.points.length / MARKERS));
  const marked = line.points.filter((_, i) => (line.points.length - 1 - i) % stride === 0);
  return [
    ...(smoothed ? [Plot.line(line.points, { x: 'x', y: 'raw', stroke, strokeWidth: 1.25, strokeOpacity: 0.35 })] : []),
    Plot.line(line.points, { x: 'x', y: 'smoothed', stroke, strokeWidth: 2, ...dash }),
    Plot.dot(marked, { x: 'x', y: 'smoothed', symbol: style.marker, fill: stroke, r: 2.8 }),
  ];
}

/** Draws a chart that has data. The caller puts the SVG into the page; it takes its ink from `color`. */
export function drawChart(spec: ChartSpec, data: ChartData, options: DrawOptions): Drawing {
  const { width, height, scheme } = options;
  const { format, unit } = metric(spec.key);
  const longest = Math.max(3, ...data.lines.map((line) => shorten(line.label).length));
  const right = options.endLabels ? 12 + 7.5 * longest : MARGIN.right;
  const xs = data.lines.flatMap((line) => line.points.map((p) => p.x));
  const xMax = xs.reduce((a, b) => Math.max(a, b), 0);
  const xMin = xs.reduce((a, b) => Math.min(a, b), 0);
  // Before the first update there is the start policy's level, and nothing else to number.
  const begun = xs.length > 0;
  const ticks = height > 200 ? 6 : 4;
  const [low, high] = yExtent(spec, data);
  const grid = { stroke: 'currentColor', strokeOpacity: 0.14 };
  const sft = armStyle('sft');

  const plot = Plot.plot({
    width,
    height,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: right,
    style: { background: 'none', fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' },
    x: { domain: [xMin, xMax > xMin ? xMax : xMin + 1], label: null, axis: null },
    y: { domain: [low, high], nice: true, label: null },
    marks: [
      ...(begun ? [Plot.gridY({ ...grid, ticks })] : []),
      Plot.axisY({ ticks: begun ? ticks : [data.baseline ?? 0], tickSize: 0, tickPadding: 6, tickFormat: tick(format) }),
      ...(begun ? [Plot.axisX({ ticks: Math.max(2, Math.round(width / 90)), tickSize: 4, tickPadding: 4 })] : []),
      // Written as text marks, so that they sit on the frame's corners at every size.
      Plot.text([unit], { frameAnchor: 'top-left', dx: -MARGIN.left + 2, dy: -20, fill: 'currentColor' }),
      Plot.text([`${data.xLabel} →`], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      ...(spec.level
        ? [
            Plot.ruleY([spec.level.value], { stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
            Plot.text([spec.level.label], {
              y: spec.level.value,
              frameAnchor: 'right',
              textAnchor: 'end',
              dy: -6,
              fill: 'currentColor',
            }),
          ]
        : []),
      ...(data.baseline === undefined
        ? []
        : [Plot.ruleY([data.baseline], { stroke: sft.color(scheme), strokeWidth: 1.5, strokeDasharray: sft.dash })]),
      ...data.lines.map((line) => lineMarks(line, scheme)),
      ...(options.endLabels ? [endLabels(data, scheme)] : []),
    ],
  });
  const svg = plot as SVGSVGElement;
  // The container names the picture; without this its texts would be read out one tick at a time.
  svg.setAttribute('aria-hidden', 'true');
  const scale = (name: 'x' | 'y'): ((value: number) => number) => {
    const found = plot.scale(name);
    return (value) => found!.apply(value) as number;
  };
  return {
    svg,
    x: scale('x'),
    y: scale('y'),
    frame: { left: MARGIN.left, right: width - right, top: MARGIN.top, bottom: height - MARGIN.bottom },
  };
}
