import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCache } from '../labelers/llm/cache';
import { createLabKeys } from './labKeys';
import { createLabStore, type LabStore } from './labStore';

/** What the form says of the prompt, all the way to the requests that are sent and the table that comes of them. */

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [field: string]: unknown;
}

let sent: Sent[];
let logprobs: boolean;
let store: LabStore;
const state = (): ReturnType<LabStore['getState']> => store.getState();

/** Always the response shown first. */
function reply({ messages, logprobs: wanted }: Sent): Response {
  if (wanted === true && !logprobs) return Response.json({ error: { message: 'logprobs are not supported' } }, { status: 400 });
  const json = /JSON object/.test(messages.at(-1)!.content);
  const content = json ? '{"reason": "first", "choice": "1", "confidence": 80}' : '1';
  const top = [{ token: '1', logprob: Math.log(0.75) }, { token: '2', logprob: Math.log(0.25) }];
  return Response.json({
    model: 'tiny', usage: { prompt_tokens: 10, completion_tokens: 1 },
    choices: [{ message: { content }, ...(wanted === true && { logprobs: { content: [{ top_logprobs: top }] } }) }],
  });
}

beforeEach(() => {
  [sent, logprobs] = [[], true];
  store = createLabStore({
    backend: 'cpu',
    openSession: async () => ({
      lab: ({ config: { pairs: { count } } }) => ({
        result: Promise.resolve({
          pairs: Array.from({ length: count }, (_, i) => ({
            id: `pair:${i}`, prompt: `post ${i}`, responses: [`one ${i}`, `two ${i}`] as [string, string], people: i % 7 === 3 ? 0.95 : 0.6,
          })),
          labelers: [],
        }),
        pause: () => undefined,
        resume: () => undefined,
      }),
      close: () => undefined,
    }),
    fetch: async (_, { body }) => {
      sent.push(JSON.parse(body as string) as Sent);
      return reply(sent.at(-1)!);
    },
    replies: { ...createMemoryCache(), clear: async () => undefined },
    keys: createLabKeys(() => ({ getItem: () => null, setItem: () => undefined, removeItem: () => undefined })),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
  });
  for (const choice of state().chosen) state().choose(choice, false);
  state().choose('llm', true);
  state().choose('first', true);
  state().setLlm({ provider: 'custom', baseUrl: 'https://llm.example/v1', model: 'tiny' });
  state().setCount(20);
});

/** The text between the last three fences of a request: prompt and both responses of the pair that is judged. */
function judgedIn({ messages }: Sent): string {
  const text = messages.find(({ role }) => role === 'user')!.content;
  return text.slice(text.lastIndexOf('Now the one to judge.'));
}

describe('examples from the pairs', () => {
  it.each(['the built-in world', 'a file'])('of %s are shown in every prompt and never judged', async (source) => {
    if (source === 'a file') {
      const rows = Array.from({ length: 30 }, (_, i) => `question ${i},yes ${i},no`).join('\n');
      await state().takeFile(new File([`prompt,chosen,rejected\n${rows}`], 'pairs.csv'));
    } else await state().samplePairs();
    state().setLlm({ exemplarsFrom: 'pairs', exemplarCount: 3 });
    await state().run();
    expect(state().trouble).toBeUndefined();
    const examples = /Example 1\.[^]*(?=Now the one to judge\.)/.exec(sent.at(-1)!.messages[1]!.content)![0];
    const prompts = [...examples.matchAll(/^(?:post|question) \d+$/gm)].map(([prompt]) => prompt);
    expect(prompts).toHaveLength(3);
    // Of the built-in world people are surest about every seventh pair.
    if (source === 'the built-in world') expect(prompts).toEqual(['post 3', 'post 10', 'post 17']);
    const asked = sent.filter(({ messages }) => messages[1]!.content.includes('Example 1.'));
    expect(asked).toHaveLength(2 * 17);
    for (const request of asked) {
      expect(request.messages[1]!.content).toContain(examples);
      for (const prompt of prompts) expect(judgedIn(request).split('\n')).not.toContain(prompt);
    }
    // The rule judges all pairs, the model those that are left.
    const n = Object.fromEntries(state().results!.rows.map(({ labeler, figures }) => [labeler.kind, figures.n]));
    expect(n).toEqual({ rule: 20, llm: 17 });
    expect(state().progress.find(({ choice }) => choice === 'llm')).toMatchObject({ done: 17, total: 17, state: 'done' });
  });

  it('leave nothing to judge where the prompt shows all pairs', async () => {
    const rows = Array.from({ length: 4 }, (_, i) => `question ${i},yes ${i},no`).join('\n');
    await state().takeFile(new File([`prompt,chosen,rejected\n${rows}`], 'pairs.csv'));
    state().setLlm({ exemplarsFrom: 'pairs', exemplarCount: 8 });
    await state().run();
    expect(state().trouble?.message).toMatch(/none is left to judge/);
    expect(sent).toEqual([]);
  });
});

describe('the way of asking', () => {
  it('is found by asking, for as long as the model stays the same', async () => {
    logprobs = false;
    expect(state().found).toBeUndefined();
    await state().run();
    expect(state().found).toBe('structured');
    state().setLlm({ samples: 2 });
    expect(state().found).toBe('structured');
    state().setLlm({ model: 'other' });
    expect(state().found).toBeUndefined();
    // What was set was not found out.
    state().setLlm({ rung: 'choice' });
    await state().run();
    expect(state().found).toBeUndefined();
  });

  it('goes into every request: words, samples, temperature, extra fields', async () => {
    state().setLlm({ rung: 'choice', samples: 3, temperature: 1.2, ending: 'MINE?', extraBody: '{"top_p": 0.4}', bothOrders: false });
    await state().run();
    expect(sent).toHaveLength(3 * 20);
    for (const { messages, temperature, top_p: topP } of sent) {
      expect(messages[1]!.content.endsWith('MINE?')).toBe(true);
      expect([temperature, topP]).toEqual([1.2, 0.4]);
    }
    // Another sample is another seed.
    expect(new Set(sent.map(({ seed }) => seed)).size).toBe(3);
  });

  it('is refused before any call where extra fields hold a key', async () => {
    state().setLlm({ extraBody: '{"api_key": "x"}' });
    await state().run();
    expect(state().trouble?.message).toMatch(/looks like a key/);
    expect(sent).toEqual([]);
  });
});
