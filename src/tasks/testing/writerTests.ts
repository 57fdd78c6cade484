import { describe, expect, it } from 'vitest';
import { TOKEN } from '../../core/tokens';
import type { Prompt, Task } from '../types';
import type { Written } from '../world/slips';

/** Tests that a checker reads the answers of a dialogue world's writers as what was meant. */
export function testWriters(task: Task, write: (prompt: Prompt, variant: number) => Written<string>): void {
  describe('what a writer meant', () => {
    const written = task.prompts('sft', 1200, 9).flatMap((prompt) =>
      [0, 1, 2].map((variant) => {
        const meant = write(prompt, variant);
        return { prompt, meant, check: task.check(prompt, [...task.vocabulary.encode(meant.words), TOKEN.eos]) };
      }),
    );

    it('is what the checker reads, in every answer without a slip', () => {
      const plain = written.filter(({ meant }) => meant.slip === 'none');
      expect(plain.length).toBeGreaterThan(3000);
      for (const { meant, check } of plain) {
        expect([[...check.covered].sort(), check.invented, check.stumbles], meant.words.join(' ')).toEqual([
          [...meant.covered].sort(), meant.invented, meant.stumbles,
        ]);
      }
    });

    it('is read through a word said twice, at the price of one stumble', () => {
      const twice = written.filter(({ meant }) => meant.slip === 'word twice');
      expect(twice.length).toBeGreaterThan(60);
      for (const { meant, check } of twice) {
        expect([[...check.covered].sort(), check.invented, check.stumbles], meant.words.join(' ')).toEqual([
          [...meant.covered].sort(), meant.invented, meant.stumbles + 1,
        ]);
      }
    });

    it('is never more than was meant where words are lost, and mostly looks broken', () => {
      const lost = written.filter(({ meant }) => meant.slip === 'word lost' || meant.slip === 'end lost');
      expect(lost.length).toBeGreaterThan(120);
      for (const { meant, check } of lost) for (const slot of check.covered) expect(meant.covered.has(slot)).toBe(true);
      expect(lost.filter(({ meant, check }) => check.stumbles > meant.stumbles).length / lost.length).toBeGreaterThan(0.8);
    });
  });
}
