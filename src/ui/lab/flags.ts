/** A name above its mark, on a line down to it. Pixels. */
export interface Flag {
  /** Left end of the text. */
  readonly left: number;
  /** 0 is the row next to the marks. */
  readonly row: number;
}

const GAP = 8;

/**
 * Where the names of marks that stand close together go: in rows above them, each beside the line that leads down to its
 * mark; on the left half of the room to the right of that line, on the right half to its left. No two texts of a row touch.
 * Lines run through no text, but where a name has no room on its side, and where names of both halves meet in the middle.
 * @param marks their places along the axis and the widths of their names. @param from @param to ends of the room for texts.
 * @returns one a mark, in their order.
 */
export function placeFlags(marks: readonly { readonly x: number; readonly width: number }[], from: number, to: number): Flag[] {
  const sided = marks.map(({ x, width }, i) => {
    const onRight = x > (from + to) / 2;
    const left = Math.max(from, Math.min(onRight ? x - width : x, to - width));
    return { i, x, left, right: left + width, onRight };
  });
  // From the middle outwards: a name goes above those that it would touch, so that the marks further out rise highest.
  const order = [
    ...sided.filter(({ onRight }) => onRight).sort((a, b) => a.x - b.x),
    ...sided.filter(({ onRight }) => !onRight).sort((a, b) => b.x - a.x),
  ];
  const placed: { x: number; left: number; right: number; row: number }[] = [];
  const flags = new Map<number, Flag>();
  for (const { i, x, left, right } of order) {
    const untouched = (row: number): boolean =>
      placed.every((other) => other.row !== row || left >= other.right + GAP || other.left >= right + GAP);
    const uncrossed = (row: number): boolean => placed.every((other) =>
      !(row > other.row && x > other.left && x < other.right) && !(other.row > row && other.x > left && other.x < right));
    const rows = Array.from({ length: placed.length + 1 }, (_, row) => row).filter(untouched);
    const row = rows.find(uncrossed) ?? rows[0]!;
    placed.push({ x, left, right, row });
    flags.set(i, { left, row });
  }
  return marks.map((_, i) => flags.get(i)!);
}
