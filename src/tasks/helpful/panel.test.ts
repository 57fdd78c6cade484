import { describe, expect, it } from 'vitest';
import { annotatorAgreement, toContest } from '../../evaluation/alignment';
import { helpful } from '.';
import { reader } from './panel';

const NEUTRAL = { coverage: 1, invention: 1, stumble: 1, length: 1 };

describe('the panel', () => {
  const contests = helpful.prompts('validation', 600, 0).map((prompt) =>
    toContest(helpful, {
      id: `pair:${prompt.id}`, promptId: prompt.id, prompt,
      responses: [helpful.reference(prompt, 0).tokens, helpful.reference(prompt, 1).tokens],
    }),
  );
  const agreement = (task: typeof helpful): number => annotatorAgreement(contests, { task, seed: 1, factors: NEUTRAL }).value;

  it('agrees on 73 to 77% of pairs of references; readers who do not care agree on half', () => {
    expect(agreement(helpful)).toBeGreaterThan(0.73);
    expect(agreement(helpful)).toBeLessThan(0.77);
    const careless = { ...helpful, reader: (...args: Parameters<typeof reader>) => ({ ...reader(...args), scale: 0 }) };
    expect(agreement(careless)).toBeCloseTo(0.5, 5);
  });

  it('judges are taught by people who like a warm answer that explains itself', () => {
    const taste = (slot: string): number => {
      const tastes = Array.from({ length: 4000 }, (_, i) => reader('judges', i).slotTaste[slot]!).sort((a, b) => a - b);
      return tastes[tastes.length / 2]!;
    };
    expect(taste('polite')).toBeGreaterThan(1.8);
    expect(taste('why')).toBeGreaterThan(1.3);
    expect(taste('do')).toBeCloseTo(1, 1);
  });
});
