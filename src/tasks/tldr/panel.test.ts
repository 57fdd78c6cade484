import { describe, expect, it } from 'vitest';
import { reader } from './panel';

describe('readers', () => {
  it('judges are taught by people who like detail', () => {
    const tastes = Array.from({ length: 4000 }, (_, i) => reader('judges', i).slotTaste['place']!).sort((a, b) => a - b);
    expect(tastes[tastes.length / 2]!).toBeGreaterThan(1.6);
  });
});
