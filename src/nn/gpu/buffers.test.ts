import { describe, expect, it } from 'vitest';
import { Pool, roundUp, type Sized } from './buffers';

describe('sizes in steps', () => {
  it('are enough, at most half too much, and few', () => {
    const sizes = new Set<number>();
    for (let count = 1; count <= 1024; count++) {
      const size = roundUp(count, 64);
      expect(size).toBeGreaterThanOrEqual(count);
      expect(size).toBeLessThan(Math.max(65, 1.5 * count + 1));
      sizes.add(size);
    }
    expect([...sizes]).toEqual([64, 96, 128, 192, 256, 384, 512, 768, 1024]);
  });
});

describe('pool', () => {
  class Item implements Sized<'tokens' | 'rows'> {
    freed = false;
    constructor(readonly capacity: Readonly<Record<'tokens' | 'rows', number>>) {}
    free(): void {
      this.freed = true;
    }
  }
  const filled = (): { pool: Pool<'tokens' | 'rows', Item>; made: Item[]; flushes: () => number } => {
    const made: Item[] = [];
    let flushes = 0;
    const make = (capacity: Item['capacity']): Item => {
      const item = new Item(capacity);
      made.push(item);
      return item;
    };
    return { pool: new Pool(make, () => flushes++), made, flushes: () => flushes };
  };

  it('lends what is large enough again', () => {
    const { pool, made } = filled();
    const item = pool.take({ tokens: 10, rows: 4 });
    const other = pool.take({ tokens: 1, rows: 1 });
    expect(other).not.toBe(item);
    pool.giveBack(other);
    pool.giveBack(item);
    expect(pool.take({ tokens: 9, rows: 4 })).toBe(item);
    expect(pool.take({ tokens: 1, rows: 1 })).toBe(other);
    expect(made).toHaveLength(2);
  });

  it('replaces what is too small by something that serves both', () => {
    const { pool, flushes } = filled();
    const small = pool.take({ tokens: 10, rows: 4 });
    pool.giveBack(small);
    const grown = pool.take({ tokens: 5, rows: 8 });
    expect(grown.capacity).toEqual({ tokens: 10, rows: 8 });
    expect(small.freed).toBe(true);
    expect(flushes()).toBe(1);
  });

  it('frees everything once it is closed, what is lent when it comes back', () => {
    const { pool } = filled();
    const [lent, unused] = [pool.take({ tokens: 1, rows: 1 }), pool.take({ tokens: 1, rows: 1 })];
    pool.giveBack(unused);
    pool.close();
    expect([lent.freed, unused.freed]).toEqual([false, true]);
    pool.giveBack(lent);
    expect(lent.freed).toBe(true);
  });
});
