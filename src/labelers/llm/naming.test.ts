import { describe, expect, it } from 'vitest';
import { askedHow, distinctName, llmName, type Settings } from './naming';
import { defaultPrompt, type Exemplar } from './prompt';
import { customProvider, providerById } from './providers';

const plain: Settings = {
  provider: providerById('openai'), model: 'gpt-x', prompt: defaultPrompt('summary'), rung: 'auto', bothOrders: true, samples: 1,
  temperature: 0.7, seed: 1,
};
const exemplar: Exemplar = { prompt: 'post', responses: ['a', 'b'], preferred: 1 };

describe('the name of a model', () => {
  it('ends in what is unusual', () => {
    expect(llmName(plain)).toBe('gpt-x');
    const base = defaultPrompt('summary', 'base');
    expect(llmName({ ...plain, prompt: { ...base, exemplars: [exemplar, exemplar, exemplar], chainOfThought: true } }))
      .toBe('gpt-x, base prompt, 3 exemplars, chain of thought');
    expect(llmName({ ...plain, prompt: { ...plain.prompt, exemplars: [exemplar], ending: 'Which?' }, samples: 4, bothOrders: false, rung: 'structured' }))
      .toBe('gpt-x, edited words, 1 exemplar, 4 samples, one order, JSON answers');
  });

  it('leaves room in a label file, whose names have 300 characters', () => {
    const most: Settings = {
      ...plain, model: 'x'.repeat(300), rung: 'logprobs', bothOrders: false, samples: 16,
      prompt: { ...defaultPrompt('dialogue', 'base'), preamble: 'Judge.', exemplars: Array.from({ length: 16 }, () => exemplar), chainOfThought: true },
    };
    const name = distinctName({ id: 'llm-x-01234567', name: llmName(most) }, [{ id: 'other', name: llmName(most) }]);
    expect(name).toMatch(/^x+…, base prompt, .*log-probabilities \(01234567\)$/);
    expect(`${name} (in this page) (recorded)`.length).toBeLessThanOrEqual(300);
  });

  it('is told from an equal one of another labeler, not from its own', () => {
    const [first, second] = [{ id: 'llm-a-11111111', name: 'a' }, { id: 'llm-a-22222222', name: 'a' }];
    expect(distinctName(second, [first])).toBe('a (22222222)');
    expect(distinctName(first, [first, { ...second, name: 'a (22222222)' }])).toBe('a');
  });
});

describe('how a model is asked', () => {
  it('counts what was asked: the probabilities of a single token are asked for once', () => {
    const asked = { ...plain, prompt: { ...plain.prompt, exemplars: [exemplar] }, samples: 3 };
    const told = { detail: 'detailed', exemplars: 1, chainOfThought: false, samples: 3, settings: expect.any(String) as string } as const;
    expect(askedHow(asked, undefined)).toEqual(told);
    expect(askedHow(asked, 'choice')).toEqual({ ...told, rung: 'choice' });
    expect(askedHow(asked, 'logprobs')).toEqual({ ...told, samples: 1, rung: 'logprobs' });
  });

  it('tells apart whatever else differs, and not the exemplars', () => {
    const settingsOf = (changes: Partial<Settings>): string => askedHow({ ...plain, ...changes }, 'logprobs').settings!;
    const { prompt } = plain;
    expect(settingsOf({ prompt: { ...prompt, exemplars: [exemplar] } })).toBe(settingsOf({}));
    const others: Partial<Settings>[] = [
      { provider: customProvider('https://elsewhere.example/v1') }, { provider: customProvider(plain.provider.baseUrl) },
      { model: 'gpt-y' }, { rung: 'logprobs' }, { bothOrders: false }, { samples: 2 }, { temperature: 1 }, { seed: 2 }, { body: { top_p: 0.5 } },
      { prompt: defaultPrompt('dialogue') }, { prompt: defaultPrompt('summary', 'base') }, { prompt: { ...prompt, ending: 'Which?' } },
      { prompt: { ...prompt, chainOfThought: true } },
    ];
    expect(new Set([{}, ...others].map(settingsOf)).size).toBe(1 + others.length);
  });
});
