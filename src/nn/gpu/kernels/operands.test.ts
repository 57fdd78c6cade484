import { describe, expect, it } from 'vitest';
import { usedSlots, WORKGROUP, workgroupsFor } from './operands';

describe('workgroupsFor', () => {
  it('has room for every invocation and stays within what WebGPU allows', () => {
    for (const invocations of [0, 1, 64, 65, 32768 * 64, 32768 * 64 + 1, 5e8]) {
      const [x, y] = workgroupsFor(invocations);
      expect(x * y * WORKGROUP).toBeGreaterThanOrEqual(invocations);
      expect(Math.max(x, y)).toBeLessThanOrEqual(65535);
    }
    expect(workgroupsFor(65)).toEqual([2, 1]);
  });
});

describe('usedSlots', () => {
  it('is no more than there are, nor than are worth it', () => {
    expect(usedSlots(0, 8)).toBe(0);
    expect(usedSlots(3, 8)).toBe(1);
    expect(usedSlots(65, 8)).toBe(5);
    expect(usedSlots(3072, 8)).toBe(8);
    expect(usedSlots(3072, 1)).toBe(1);
    for (let rows = 1; rows < 500; rows++) expect(usedSlots(rows, 7)).toBeLessThanOrEqual(7);
  });
});
