import { expect, it } from 'vitest';
import { annotatorAgreement, toContest } from '../../evaluation/alignment';
import type { Task } from '../types';

const NEUTRAL = { coverage: 1, invention: 1, stumble: 1, length: 1 };

/**
 * Tests of the readers of a dialogue world.
 *
 * @param likes slots that the teachers of the judges like better than gold does, with the least factor.
 * @param indifferent a slot that they like as gold does.
 */
export function testPanel(task: Task, likes: Readonly<Record<string, number>>, indifferent: string): void {
  it('agrees on 73 to 77% of pairs of references; readers who do not care agree on half', () => {
    const contests = task.prompts('validation', 600, 0).map((prompt) =>
      toContest(task, {
        id: `pair:${prompt.id}`, promptId: prompt.id, prompt,
        responses: [task.reference(prompt, 0).tokens, task.reference(prompt, 1).tokens],
      }),
    );
    const agreement = (by: Task): number => annotatorAgreement(contests, { task: by, seed: 1, factors: NEUTRAL }).value;
    expect(agreement(task)).toBeGreaterThan(0.73);
    expect(agreement(task)).toBeLessThan(0.77);
    const careless: Task = { ...task, reader: (...args) => ({ ...task.reader(...args), scale: 0 }) };
    expect(agreement(careless)).toBeCloseTo(0.5, 5);
  });

  it('judges are taught by people with a taste of their own', () => {
    const taste = (slot: string): number => {
      const tastes = Array.from({ length: 4000 }, (_, i) => task.reader('judges', i).slotTaste[slot]!).sort((a, b) => a - b);
      return tastes[tastes.length / 2]!;
    };
    for (const [slot, least] of Object.entries(likes)) expect(taste(slot), slot).toBeGreaterThan(least);
    expect(taste(indifferent)).toBeCloseTo(1, 1);
  });
}
