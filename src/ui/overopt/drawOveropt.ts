import * as Plot from '@observablehq/plot';
import { fittedCurve, type Overoptimisation } from '../../evaluation/overoptimisation';
import { spread } from '../charts/draw';
import type { FigureDrawing } from '../charts/Figure';
import { finish, GRID, HALF, STYLE, textAt } from '../lab/plotParts';
import { armStyle, type Marker } from '../shared/arms';
import type { Path, Score } from './points';

/** One line of marks: an arm's gain by one score along one path. */
export interface Trace {
  readonly armId: string;
  readonly path: Path;
  readonly score: Score;
  readonly points: readonly { readonly kl: number; readonly score: number }[];
  /** Drawn over the KL of the points. */
  readonly fit?: Overoptimisation | undefined;
  /** Name beside its last point; where it is given the marks are the arm's own, otherwise those of the path. */
  readonly name?: string;
}

/** Ends of both axes: KL in nats from 0, gains from the lowest to the highest. */
export interface OveroptDomain {
  readonly kl: number;
  readonly gain: readonly [low: number, high: number];
}

/** Least height of the axis of gains, so that noise about 0 does not look like a result. */
const LEAST_SPAN = 0.2;
const MARGIN = { top: 26, bottom: 34, left: 42, right: 16 };
const HEIGHT = 260;
/** Pixels a character of a name, and characters that fit. */
const NAME = { character: 6.5, characters: 16 };
const MARKERS: Readonly<Record<Path, Marker>> = { rl: 'circle', 'best-of-n': 'square' };

/** Axes that hold all traces with a little room, so that several pictures can have the same. */
export function domainOf(traces: readonly Trace[]): OveroptDomain {
  let [kl, low, high] = [0, 0, 0];
  const hold = (at: number, gain: number): void => {
    kl = Math.max(kl, at);
    low = Math.min(low, gain);
    high = Math.max(high, gain);
  };
  for (const { points, fit } of traces) {
    for (const point of points) hold(point.kl, point.score);
    const curve = fit && fittedCurve(fit);
    curve?.kl.forEach((at, i) => hold(at, curve.score[i]!));
  }
  const span = Math.max(high - low, LEAST_SPAN);
  return { kl: kl > 0 ? 1.03 * kl : 1, gain: [low - 0.06 * span, Math.max(high, low + span) + 0.06 * span] };
}

/** Best-of-n takes the ink of the page, unless a name tells whose it is. */
function colorOf({ armId, path, name }: Trace, scheme: FigureDrawing['scheme']): string {
  return path === 'rl' || name !== undefined ? armStyle(armId).color(scheme) : 'currentColor';
}

function marksOf(trace: Trace, scheme: FigureDrawing['scheme']): Plot.Markish[] {
  const { armId, path, score, points, fit, name } = trace;
  const stroke = colorOf(trace, scheme);
  const symbol = name === undefined ? MARKERS[path] : armStyle(armId).marker;
  const proxy = score === 'proxy';
  const curve = fit && fittedCurve(fit);
  return [
    Plot.line(points, {
      x: 'kl', y: 'score', stroke, strokeWidth: 1, strokeOpacity: proxy ? 0.7 : 0.3, ...(proxy ? { strokeDasharray: '5 3' } : {}),
    }),
    ...(curve
      ? [Plot.line(curve.kl.map((kl, i) => ({ kl, score: curve.score[i]! })), {
          x: 'kl', y: 'score', stroke, strokeWidth: 1.5, ...(proxy ? { strokeDasharray: '1 3' } : {}),
        })]
      : []),
    Plot.dot(points, { x: 'kl', y: 'score', symbol, r: 3, ...(proxy ? { fill: 'none', stroke, strokeWidth: 1.2 } : { fill: stroke }) }),
  ];
}

const shorten = (name: string): string => (name.length > NAME.characters ? `${name.slice(0, NAME.characters - 1)}…` : name);

/** Names at the last points, pushed apart where they would touch. */
function names(traces: readonly Trace[], scheme: FigureDrawing['scheme']): Plot.RenderFunction {
  return (_index, { y }, _values, { width, marginRight }, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    const ends = traces.flatMap((trace) => {
      const last = trace.points.at(-1);
      return trace.name === undefined || !last || !y
        ? []
        : [{ text: shorten(trace.name), y: y(last.score) as number, color: colorOf(trace, scheme) }];
    });
    const places = spread(ends.map((end) => end.y), 13);
    ends.forEach(({ text, color }, i) =>
      group.append(textAt(document, text, width - marginRight + 8, places[i]!, { 'text-anchor': 'start', 'font-weight': '600', fill: color })));
    return group;
  };
}

/**
 * Gains over KL from SFT, its axis a square root as in Gao et al. Gold is filled and its fit solid; proxy is hollow, dashed
 * from point to point and its fit dotted.
 */
export function drawOveropt(traces: readonly Trace[], domain: OveroptDomain, { width, scheme }: FigureDrawing): SVGSVGElement {
  const longest = Math.max(0, ...traces.map(({ name }) => (name === undefined ? 0 : shorten(name).length)));
  return finish(Plot.plot({
    width,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: longest > 0 ? MARGIN.right + NAME.character * longest : MARGIN.right,
    style: STYLE,
    x: { type: 'sqrt', domain: [0, domain.kl], label: null, axis: null },
    y: { domain: [...domain.gain], label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 6 }),
      Plot.axisY({ ticks: 6, tickSize: 0, tickPadding: 6 }),
      Plot.axisX({ ticks: Math.max(3, Math.round(width / 110)), tickSize: 4 }),
      Plot.text(['gain over SFT'], { frameAnchor: 'top-left', dx: 2 - MARGIN.left, dy: -20, fill: 'currentColor' }),
      Plot.text(['KL from SFT, nats, on a square-root scale →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleY([0], HALF),
      ...traces.flatMap((trace) => marksOf(trace, scheme)),
      ...(longest > 0 ? [names(traces, scheme)] : []),
    ],
  }));
}
