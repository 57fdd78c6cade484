import type * as Plot from '@observablehq/plot';

/** What the lab's charts share. */

export const GRID = { stroke: 'currentColor', strokeOpacity: 0.14 };
export const HALF = { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '2 3' };
export const STYLE = { background: 'none', fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' };
export const HOLLOW = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.4 };
/** Of an interval's bar. */
export const BAR = { strokeWidth: 3, strokeOpacity: 0.45 };
/** Of the mark of a single training. */
export const TRAINING = { r: 2.2, fill: 'none', strokeWidth: 1.1 };
/** Width of a character, about, pixels. */
export const CHARACTER = 6;

export const percentTick = (value: number): string => `${Math.round(100 * value)}`;

/** Hidden from screen readers, as the container says in words what is drawn. */
export function finish(plot: ReturnType<typeof Plot.plot>): SVGSVGElement {
  const svg = plot as SVGSVGElement;
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

/** Lowest and highest share drawn: all of them, and one half. */
export function extent(shares: readonly number[]): [number, number] {
  const low = shares.reduce((a, b) => Math.min(a, b), 0.5);
  const high = shares.reduce((a, b) => Math.max(a, b), 0.5);
  return [Math.max(0, low - 0.03), Math.min(1, high + 0.03)];
}

/** A text of a picture, at pixels. */
export function textAt(
  document: Document, text: string, x: number, y: number, attributes: Readonly<Record<string, string>> = {},
): SVGTextElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'text');
  const all = { x: String(x), y: String(y), dy: '0.32em', fill: 'currentColor', stroke: 'none', ...attributes };
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}
