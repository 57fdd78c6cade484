import type { FoundArm } from '../../experiments/sweepAxes';
import { CHARACTER, textAt } from '../lab/plotParts';
import { armStyle, type Scheme } from '../shared/arms';

/** What the pictures of a sweep share: a key of the arms, at the top, so that saved pictures have it too. */

/** An arm in the key, and what stands behind its name. */
export interface KeyEntry {
  readonly arm: FoundArm;
  readonly text: string;
}

const START = 2;
const LINE = 16;
const SWATCH = 34;
const GAP = 18;
/** Characters of an entry at most. */
const MOST = 60;

export const shorten = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, limit - 1)}…` : text);

/** How a tick reads: a share in percent, or a plain number. */
export function tickOf(percent: boolean): (value: number) => string {
  return (value) => (percent ? `${+(100 * value).toFixed(1)}` : `${+value.toPrecision(4)}`).replace('-', '−');
}

interface Placed {
  readonly entry: KeyEntry;
  readonly text: string;
  readonly x: number;
  readonly line: number;
}

/** Entries from left to right, on as many lines as they need. */
function place(entries: readonly KeyEntry[], width: number): Placed[] {
  const placed: Placed[] = [];
  let [x, line] = [START, 0];
  for (const entry of entries) {
    const text = shorten(entry.text, Math.min(MOST, Math.floor((width - SWATCH) / CHARACTER)));
    const wide = SWATCH + CHARACTER * text.length;
    if (x > START && x + wide > width) [x, line] = [START, line + 1];
    placed.push({ entry, text, x, line });
    x += wide + GAP;
  }
  return placed;
}

/** Pixels that the key takes at the top. */
export function keyHeight(entries: readonly KeyEntry[], width: number): number {
  return LINE * ((place(entries, width).at(-1)?.line ?? -1) + 1) + 4;
}

/** Writes the key into the top of a picture: the arm's line with its dash, and its name in its colour. */
export function writeKey(svg: SVGSVGElement, entries: readonly KeyEntry[], width: number, scheme: Scheme): void {
  for (const { entry, text, x, line } of place(entries, width)) {
    const style = armStyle(entry.arm.id);
    const color = style.color(scheme);
    const y = LINE * line + 8;
    const swatch = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    const look = { d: `M${x} ${y}h26`, stroke: color, 'stroke-width': '2', 'stroke-dasharray': style.dash || 'none', fill: 'none' };
    for (const [name, value] of Object.entries(look)) swatch.setAttribute(name, value);
    svg.append(swatch, textAt(document, text, x + SWATCH, y, { 'text-anchor': 'start', 'font-weight': '600', fill: color }));
  }
}
