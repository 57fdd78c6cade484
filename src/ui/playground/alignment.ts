import * as Plot from '@observablehq/plot';
import type { Estimate, RunBundle } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import type { FigureDrawing } from '../charts/Figure';
import { armStyle } from '../shared/arms';

/** An arm in the plane of its labeler's agreement with people and its policy's win rate against SFT. */
export interface AlignmentMark {
  readonly armId: string;
  readonly label: string;
  /** Of the labeler with the majority of fresh annotators, over the run's pairs. */
  readonly agreement: Estimate;
  /** Of the policy against SFT by the majority of fresh annotators, over test posts. */
  readonly winRate: Estimate;
}

/** One mark an arm, in their order. */
export function alignmentMarks({ config, labelers, arms }: Pick<RunBundle, 'config' | 'labelers' | 'arms'>): AlignmentMark[] {
  return config.arms.flatMap(({ id, label }, i) => {
    const winRate = arms.find((arm) => arm.id === id)?.evaluation.winRateVsSft?.majority.raw;
    // Labelers come in the order of the arms.
    const agreement = labelers[i]?.alignment.majority;
    return winRate && agreement ? [{ armId: id, label, agreement, winRate }] : [];
  });
}

export function alignmentCsv(marks: readonly AlignmentMark[]): string {
  const columns = (name: string): string[] => [name, `${name}_low`, `${name}_high`, `${name}_n`];
  const cells = ({ value, ci, n }: Estimate): number[] => [value, ...ci, n];
  return toCsv([
    ['arm', ...columns('agreement'), ...columns('win_rate')],
    ...marks.map(({ armId, agreement, winRate }) => [armId, ...cells(agreement), ...cells(winRate)]),
  ]);
}

const HEIGHT = 280;
const GRID = { stroke: 'currentColor', strokeOpacity: 0.14 };
const HALF = { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '2 3' };
const MAX_NAME = 24;
/** Height of a name's line, and about the width of a bold character. */
const NAME = { line: 13, character: 6.6 };

const percentTick = (value: number): string => `${Math.round(100 * value)}`;

/** Lowest and highest share drawn: all intervals, and one half. */
function extent(estimates: readonly Estimate[]): [number, number] {
  const ends = estimates.flatMap(({ ci }) => ci);
  return [Math.max(0, Math.min(0.5, ...ends) - 0.02), Math.min(1, Math.max(0.5, ...ends) + 0.02)];
}

export interface Name {
  readonly text: string;
  /** Of its near end, and of its middle: pixels from the left and the top. */
  readonly x: number;
  readonly y: number;
  readonly before: boolean;
}

/**
 * Names just above their marks, to the side where there is room; where two would touch, the later one goes further up.
 * @param points the marks' places. @param width of the picture. Pixels.
 */
export function placeNames(points: readonly { readonly x: number; readonly y: number; readonly label: string }[], width: number): Name[] {
  const placed: Name[] = [];
  const span = ({ x, text, before }: Name): [number, number] =>
    before ? [x - text.length * NAME.character, x] : [x, x + text.length * NAME.character];
  for (const { x, y, label } of points) {
    const before = x > width / 2;
    let name: Name = {
      text: label.length > MAX_NAME ? `${label.slice(0, MAX_NAME - 1)}…` : label,
      x: x + (before ? -8 : 8), y: y - 9, before,
    };
    const [from, to] = span(name);
    const touches = (other: Name): boolean =>
      Math.abs(other.y - name.y) < NAME.line && span(other)[0] < to && span(other)[1] > from;
    for (;;) {
      const other = placed.find(touches);
      if (!other) break;
      name = { ...name, y: other.y - NAME.line };
    }
    placed.push(name);
  }
  return placed;
}

function names(marks: readonly AlignmentMark[], { scheme }: FigureDrawing): Plot.RenderFunction {
  return (_index, { x, y }, _values, { width }, { document }) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    if (!x || !y) return group;
    const points = marks.map(({ label, agreement, winRate }) => ({ label, x: x(agreement.value) as number, y: y(winRate.value) as number }));
    placeNames(points, width).forEach((name, i) => {
      const text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      text.setAttribute('x', String(name.x));
      text.setAttribute('y', String(name.y));
      text.setAttribute('dy', '0.32em');
      text.setAttribute('text-anchor', name.before ? 'end' : 'start');
      text.setAttribute('font-weight', '600');
      text.setAttribute('fill', armStyle(marks[i]!.armId).color(scheme));
      text.textContent = name.text;
      group.append(text);
    });
    return group;
  };
}

/** A mark an arm with both intervals; dashed where half of the pairs or posts are. */
export function drawAlignment(marks: readonly AlignmentMark[], drawing: FigureDrawing): SVGSVGElement {
  const { width, scheme } = drawing;
  const points = marks.map(({ armId, agreement, winRate }) => ({
    x: agreement.value, left: agreement.ci[0], right: agreement.ci[1],
    y: winRate.value, low: winRate.ci[0], high: winRate.ci[1],
    color: armStyle(armId).color(scheme), symbol: armStyle(armId).marker,
  }));
  const bar = { stroke: 'color', strokeWidth: 3, strokeOpacity: 0.4 };
  const plot = Plot.plot({
    width,
    height: HEIGHT,
    marginTop: 26,
    marginBottom: 34,
    marginLeft: 36,
    marginRight: 16,
    style: { background: 'none', fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' },
    x: { domain: extent(marks.map(({ agreement }) => agreement)), label: null, axis: null },
    y: { domain: extent(marks.map(({ winRate }) => winRate)), label: null, axis: null },
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      Plot.gridY(GRID),
      Plot.axisY({ tickFormat: percentTick, tickSize: 0, tickPadding: 6, ticks: 6 }),
      Plot.axisX({ tickFormat: percentTick, tickSize: 4, ticks: Math.max(3, Math.round(width / 120)) }),
      Plot.text(['wins against SFT, %'], { frameAnchor: 'top-left', dx: -34, dy: -20, fill: 'currentColor' }),
      Plot.text(['labeler agrees with the majority, % →'], { frameAnchor: 'bottom-right', dx: 2, dy: 31, fill: 'currentColor' }),
      Plot.ruleX([0.5], HALF),
      Plot.ruleY([0.5], HALF),
      Plot.link(points, { x1: 'left', x2: 'right', y1: 'y', y2: 'y', ...bar }),
      Plot.link(points, { x1: 'x', x2: 'x', y1: 'low', y2: 'high', ...bar }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'color', symbol: 'symbol', r: 4.5 }),
      names(marks, drawing),
    ],
  });
  const svg = plot as SVGSVGElement;
  // The figure says in words what is drawn.
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}
