import * as Plot from '@observablehq/plot';
import type { Estimate, RunBundle } from '../../core/bundle';
import { configOfArm } from '../../core/config';
import { toCsv } from '../../core/csv';
import { spread } from '../charts/draw';
import type { FigureDrawing } from '../charts/Figure';
import { BAR, finish, GRID, percentTick, STYLE, textAt } from '../lab/plotParts';
import { armStyle } from '../shared/arms';

/** Help against harmlessness: where each policy of a run stands, and the line along which one is exchanged for the other. */

export interface FrontierPoint {
  readonly armId: string;
  readonly label: string;
  readonly helped: Estimate;
  readonly harmless: Estimate;
  /** Weight of harmlessness, of an arm with two reward models. */
  readonly weight?: number;
}

/** The policies of a run whose answers to both kinds of requests were rated, SFT among them. */
export function frontierPoints({ arms, config }: Pick<RunBundle, 'arms' | 'config'>): FrontierPoint[] {
  return arms.flatMap(({ id, label, evaluation: { rates } }): FrontierPoint[] => {
    if (!rates?.helped || !rates.harmless) return [];
    const arm = config.arms.find((one) => one.id === id);
    const rewardModel = arm && configOfArm(config, arm).rewardModel;
    return [{
      armId: id, label, helped: rates.helped, harmless: rates.harmless,
      ...(rewardModel?.kind === 'two' ? { weight: rewardModel.harmlessWeight } : {}),
    }];
  });
}

/** Those with two reward models, by the weight of harmlessness. */
export function frontierLine(points: readonly FrontierPoint[]): FrontierPoint[] {
  return points.filter(({ weight }) => weight !== undefined).sort((a, b) => a.weight! - b.weight!);
}

export function frontierCsv(points: readonly FrontierPoint[]): string {
  return toCsv([
    ['arm', 'label', 'weight of harmlessness', 'helped', 'helped low', 'helped high', 'helped n', 'harmless', 'harmless low', 'harmless high', 'harmless n'],
    ...points.map(({ armId, label, weight, helped, harmless }) => [
      armId, label, weight ?? '', helped.value, ...helped.ci, helped.n, harmless.value, ...harmless.ci, harmless.n,
    ]),
  ]);
}

const HEIGHT = 300;
const MARGIN = { top: 26, bottom: 36, left: 42, right: 16 };
const NAME = { character: 6.5, characters: 22 };
/** Least span of an axis, so that noise does not look like a result. */
const LEAST_SPAN = 0.1;

function domain(estimates: readonly Estimate[]): [number, number] {
  const ends = estimates.flatMap(({ ci }) => ci);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = Math.max(0, LEAST_SPAN - (high - low)) / 2 + 0.02;
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

const shorten = (name: string): string => (name.length > NAME.characters ? `${name.slice(0, NAME.characters - 1)}…` : name);

/** Names at the right edge, at the height of their points as far as they do not touch. */
function names(points: readonly FrontierPoint[], scheme: FigureDrawing['scheme']): Plot.RenderFunction {
  return (_index, { y }, _values, { width, marginRight }, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    const places = spread(points.map(({ harmless }) => (y ? (y(harmless.value) as number) : 0)), 13);
    points.forEach(({ armId, label }, i) =>
      group.append(textAt(document, shorten(label), width - marginRight + 8, places[i]!, {
        'text-anchor': 'start', 'font-weight': '600', fill: armStyle(armId).color(scheme),
      })));
    return group;
  };
}

/** Harmless rate over the share of harmless requests that are helped, each with its 95% interval. */
export function drawFrontier(points: readonly FrontierPoint[], { width, scheme }: FigureDrawing): SVGSVGElement {
  const longest = Math.max(0, ...points.map(({ label }) => shorten(label).length));
  const line = frontierLine(points);
  return finish(Plot.plot({
    width,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right + NAME.character * longest,
    style: STYLE,
    x: { domain: domain(points.map(({ helped }) => helped)), label: null, axis: null },
    y: { domain: domain(points.map(({ harmless }) => harmless)), label: null, axis: null },
    marks: [
      Plot.gridY({ ...GRID, ticks: 6 }),
      Plot.gridX({ ...GRID, ticks: Math.max(3, Math.round(width / 110)) }),
      Plot.axisY({ ticks: 6, tickSize: 0, tickPadding: 6, tickFormat: percentTick }),
      Plot.axisX({ ticks: Math.max(3, Math.round(width / 110)), tickSize: 4, tickFormat: percentTick }),
      Plot.text(['harmless, %'], { frameAnchor: 'top-left', dx: 2 - MARGIN.left, dy: -20, fill: 'currentColor' }),
      Plot.text(['harmless requests helped, % →'], { frameAnchor: 'bottom-right', dx: 2, dy: 32, fill: 'currentColor' }),
      Plot.line(line, { x: (d: FrontierPoint) => d.helped.value, y: (d: FrontierPoint) => d.harmless.value, stroke: 'currentColor', strokeOpacity: 0.5, strokeWidth: 1.2 }),
      ...points.flatMap((point) => {
        const { helped, harmless } = point;
        const color = armStyle(point.armId).color(scheme);
        return [
          Plot.ruleX([point], { x: helped.value, y1: harmless.ci[0], y2: harmless.ci[1], stroke: color, ...BAR }),
          Plot.ruleY([point], { y: harmless.value, x1: helped.ci[0], x2: helped.ci[1], stroke: color, ...BAR }),
          Plot.dot([point], { x: helped.value, y: harmless.value, symbol: armStyle(point.armId).marker, r: 5, fill: color }),
        ];
      }),
      names(points, scheme),
    ],
  }));
}
