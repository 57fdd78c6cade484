import { describe, expect, it } from 'vitest';
import { createOpenAiTransport } from './openai';
import { customProvider, providerById, type Provider } from './providers';
import type { ModelInfo } from './types';

/** A list in the form that OpenRouter documents: dollars per token, as text. */
const LIST = {
  data: [
    { id: 'plain', name: 'Plain', pricing: { prompt: '0.0000015', completion: '0.000002', request: '0' }, supported_parameters: ['seed', 'logprobs'] },
    { id: 'tiny', pricing: { prompt: '1e-7', completion: '0.0000003' } },
    { id: 'free', pricing: { prompt: '0', completion: '0' } },
    { id: 'routed', pricing: { prompt: '-1', completion: '-1' } },
    { id: 'odd', pricing: { prompt: 0.5, completion: null }, supported_parameters: 'all' },
    { id: 'bare' },
  ],
};

function modelsOf(provider: Provider): Promise<ModelInfo[]> {
  const fetch = async () => Response.json(LIST);
  return createOpenAiTransport(provider, { provider: provider.name, key: '', fetch, timeoutMs: 1000, now: () => 0 }).models();
}

describe('a list of models', () => {
  it('gives prices per million tokens, where they are prices', async () => {
    expect(await modelsOf(providerById('openrouter'))).toEqual([
      { id: 'plain', name: 'Plain', price: { input: 1.5, output: 2 }, parameters: ['seed', 'logprobs'] },
      { id: 'tiny', price: { input: 0.1, output: 0.3 } },
      { id: 'free', price: { input: 0, output: 0 } },
      { id: 'routed' }, { id: 'odd' }, { id: 'bare' },
    ]);
  });

  it('gives none for a provider that may count otherwise', async () => {
    expect((await modelsOf(customProvider('https://llm.example/v1'))).filter(({ price }) => price)).toEqual([]);
  });
});
