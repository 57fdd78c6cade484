import { describe, expect, it } from 'vitest';
import { readExtraBody } from './extraBody';

describe('extra fields', () => {
  it('are an object of any fields', () => {
    expect(readExtraBody(' \n')).toEqual({});
    const fields = {
      top_p: 0.9, reasoning: { effort: 'low' }, stop: ['\n'], logit_bias: { 50256: -100 },
      prompt_cache_key: 'lab', tokenizer: 'x', provider: { order: ['a', 'b'] }, valid_tokens: ['1', '2'],
    };
    expect(readExtraBody(JSON.stringify(fields))).toEqual(fields);
  });

  it.each([['{', /not JSON/], ['[1]', /must be an object/], ['"text"', /must be an object/], ['null', /must be an object/], ['3', /must be an object/]])(
    'are not %s', (text, reason) => {
      expect(readExtraBody(text)).toMatch(reason);
    },
  );

  it.each([
    'messages', 'system', 'model', 'stream', 'stream_options', 'temperature', 'seed', 'random_seed', 'logprobs', 'top_logprobs',
    'response_format', 'output_config',
  ])('do not hold "%s", which the page sets', (name) => {
    expect(readExtraBody(JSON.stringify({ top_p: 1, [name]: 0 }))).toBe(`The extra fields cannot hold "${name}", which the page sets itself.`);
  });

  it.each([
    'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'n_predict', 'n', 'best_of', 'models', 'plugins', 'tools', 'tool_choice',
    'functions', 'function_call', 'web_search_options', 'service_tier',
  ])('do not hold "%s", by which a call could cost more', (name) => {
    expect(readExtraBody(JSON.stringify({ top_p: 1, [name]: 4000 }))).toMatch(`cannot hold "${name}": a call could cost more`);
  });

  it.each([
    ['max_tokens', { reasoning: { effort: 'low', max_tokens: 9000 } }],
    ['budget_tokens', { thinking: { type: 'enabled', budget_tokens: 9000 } }],
    ['thinking_budget', { extra_body: { google: { thinking_config: { thinking_budget: 9000 } } } }],
  ])('do not hold "%s" further down', (name, fields) => {
    expect(readExtraBody(JSON.stringify(fields))).toMatch(`cannot hold "${name}"`);
  });

  it.each([
    { api_key: 'x' }, { apiKey: 'x' }, { Authorization: 'x' }, { headers: { 'x-api-key': 'x' } }, { list: [{ password: 'x' }] },
    { access_token: 'x' }, { token: 'x' }, { id_token: 'x' }, { client_secret: 'x' }, { user: 'sk-or-v1-0123456789abcdef' },
    { deep: [['Bearer abc']] }, { id: 'AIzaSyA-0123456789_0123456789' },
  ])('do not hold what looks like a key: %j', (fields) => {
    const said = readExtraBody(JSON.stringify(fields));
    expect(said).toMatch(/looks like a key/);
    // The reason is shown on screen, and must not repeat the value.
    expect(said).not.toMatch(/0123456789|abc/);
  });
});
