import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { placeFlags } from './flags';

describe('names above marks', () => {
  it('stand in one row where there is room, on the inner side of their lines', () => {
    const marks = [20, 100, 280].map((x) => ({ x, width: 50 }));
    expect(placeFlags(marks, 0, 300)).toEqual([{ left: 20, row: 0 }, { left: 100, row: 0 }, { left: 230, row: 0 }]);
  });

  it('rise outwards like stairs where marks stand close', () => {
    const marks = [20, 40, 60, 240, 260, 280].map((x) => ({ x, width: 70 }));
    expect(placeFlags(marks, 0, 300)).toEqual([
      { left: 20, row: 2 }, { left: 40, row: 1 }, { left: 60, row: 0 }, { left: 170, row: 0 }, { left: 190, row: 1 }, { left: 210, row: 2 },
    ]);
  });

  it('stay within the room', () => {
    expect(placeFlags([{ x: 140, width: 200 }], 0, 300)).toEqual([{ left: 100, row: 0 }]);
    expect(placeFlags([{ x: 10, width: 400 }], 0, 300)).toEqual([{ left: 0, row: 0 }]);
  });

  it.each([500, 1200])('never touch, and no line runs through a name where all have room (of %d pixels)', (room) => {
    for (let trial = 0; trial < 300; trial++) {
      const s = new Stream(streamKey(31, PURPOSE.test), trial);
      // On one half of the wide room, so that nothing meets in the middle.
      const from = room === 1200 && trial % 2 === 0 ? 700 : 10;
      const marks = Array.from({ length: 1 + s.int(9) }, () => ({ x: from + 480 * s.unit(), width: 20 + 90 * s.unit() }));
      const boxes = placeFlags(marks, 0, room).map(({ left, row }, i) => ({ left, right: left + marks[i]!.width, row, x: marks[i]!.x }));
      boxes.forEach((a, i) => {
        expect(a.left).toBeGreaterThanOrEqual(0);
        expect(a.right).toBeLessThanOrEqual(room + 1e-9);
        boxes.forEach((b, j) => {
          if (i === j) return;
          if (a.row === b.row) expect(a.right < b.left || b.right < a.left).toBe(true);
          if (room === 1200 && a.row > b.row) expect(a.x > b.left && a.x < b.right).toBe(false);
        });
      });
    }
  });
});
