import { describe, expect, it } from 'vitest';
import { guessColumns, readRow, RowError, type PairColumns, type Row } from './pairRows';

const TRL: PairColumns = { form: 'chosen', prompt: 'prompt', chosen: 'chosen', rejected: 'rejected' };
const COMPARED: PairColumns = { form: 'compared', prompt: 'q', a: 'response_a', b: 'response_b', preference: 'winner' };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

function parts(row: Row, columns: PairColumns = TRL): unknown[] {
  const { prompt, texts, preferred } = readRow(row, columns);
  return [prompt, ...texts, preferred];
}
const trouble = (row: Row, columns: PairColumns = TRL): string => {
  try {
    readRow(row, columns);
  } catch (error) {
    if (error instanceof RowError) return error.message;
    throw error;
  }
  return 'none';
};

describe('rows with chosen and rejected', () => {
  it.each<[string, Row, unknown[]]>([
    ['texts', { prompt: 'Sky?', chosen: ' blue ', rejected: 'green' }, ['Sky?', 'blue', 'green', 1]],
    ['texts that share a beginning, without a prompt', { chosen: 'The sky is blue.', rejected: 'The sky is green.' },
      ['The sky is', 'blue.', 'green.', 1]],
    ['messages', { prompt: [user('Sky?')], chosen: [assistant('blue')], rejected: [assistant('green')] },
      ['Sky?', 'blue', 'green', 1]],
    ['messages that repeat the prompt', { prompt: 'Sky?', chosen: [user('Sky?'), assistant('blue')], rejected: [user('Sky?'), assistant('green')] },
      ['Sky?', 'blue', 'green', 1]],
    ['messages without a prompt, several turns',
      { chosen: [user('Hi'), assistant('Hello'), user('Sky?'), assistant('blue')], rejected: [user('Hi'), assistant('Hello'), user('Sky?'), assistant('green')] },
      ['Human: Hi\n\nAssistant: Hello\n\nHuman: Sky?', 'blue', 'green', 1]],
    ['transcripts of one turn whose answers begin alike',
      { chosen: '\n\nHuman: Sky?\n\nAssistant: It is blue.', rejected: '\n\nHuman: Sky?\n\nAssistant: It is green.' },
      ['Sky?', 'It is blue.', 'It is green.', 1]],
    ['transcripts of several turns, from Windows',
      { chosen: '\r\n\r\nHuman: Hi\r\n\r\nAssistant: Hello\r\n\r\nHuman: Sky?\r\n\r\nAssistant: blue', rejected: '\r\n\r\nHuman: Hi\r\n\r\nAssistant: Hello\r\n\r\nHuman: Sky?\r\n\r\nAssistant: green' },
      ['Human: Hi\n\nAssistant: Hello\n\nHuman: Sky?', 'blue', 'green', 1]],
    ['a transcript that goes on by itself',
      { chosen: '\n\nHuman: Sky?\n\nAssistant: blue', rejected: '\n\nHuman: Sky?\n\nAssistant: green\n\nHuman: Sure?\n\nAssistant: yes' },
      ['Sky?', 'blue', 'green\n\nHuman: Sure?\n\nAssistant: yes', 1]],
  ])('%s', (_, row, expected) => {
    expect(parts(row)).toEqual(expected);
  });

  it.each<[string, Row, RegExp]>([
    ['a missing text', { prompt: 'Sky?', chosen: 'blue' }, /"rejected" is missing or empty/],
    ['equal texts', { prompt: 'Sky?', chosen: 'blue', rejected: ' blue' }, /same text/],
    ['no prompt', { chosen: 'blue', rejected: 'green' }, /no prompt/],
    ['a number for a text', { prompt: 'Sky?', chosen: 3, rejected: 'green' }, /neither text nor a list of messages/],
    ['messages of another form', { prompt: 'Sky?', chosen: [{ from: 'gpt', value: 'blue' }], rejected: [assistant('x')] }, /"role" and "content"/],
    ['transcripts of different questions', { chosen: '\n\nHuman: A?\n\nAssistant: a', rejected: '\n\nHuman: B?\n\nAssistant: b' }, /same turns/],
    ['a text beyond bounds', { prompt: 'Sky?', chosen: 'x'.repeat(50_001), rejected: 'green' }, /longer than 50,000/],
  ])('with %s are refused', (_, row, message) => {
    expect(trouble(row)).toMatch(message);
  });
});

describe('rows with a preference', () => {
  const row = (winner: unknown): Row => ({ q: 'Sky?', response_a: 'blue', response_b: 'green', winner });

  it.each<[unknown, number]>([
    [1, 1], ['1', 1], ['A', 1], ['first', 1], ['response_a', 1], ['Response A', 1], ['blue', 1],
    [2, 0], ['b', 0], ['Second', 0], ['response_b', 0], ['green', 0], ['2.0', 0],
    ['tie', 0.5], ['Equal', 0.5], [1.5, 0.5], [1.25, 0.75],
  ])('%j means %d', (winner, preferred) => {
    expect(readRow(row(winner), COMPARED)).toEqual({ prompt: 'Sky?', texts: ['blue', 'green'], preferred });
  });

  it('that say something else, or nothing, are refused with what is understood', () => {
    expect(trouble(row('yellow'), COMPARED)).toMatch(/"winner" says "yellow"; understood are 1 and 2/);
    expect(trouble(row(''), COMPARED)).toMatch(/"winner" is missing/);
    expect(trouble(row(3), COMPARED)).toMatch(/says "3"/);
  });

  it('that count from 0 stop the reading, as 1 could then mean either', () => {
    expect(() => readRow(row(0), COMPARED)).toThrow(/not clear whether 1 means the first or the second/);
  });

  it('carry a topic', () => {
    expect(readRow({ ...row(1), about: ' sky ' }, { ...COMPARED, topic: 'about' }).topic).toBe('sky');
  });
});

describe('guessColumns', () => {
  it.each<[string[], PairColumns | undefined]>([
    [['chosen', 'rejected'], { form: 'chosen', prompt: undefined, chosen: 'chosen', rejected: 'rejected', topic: undefined }],
    [['Prompt', 'Chosen', 'Rejected', 'Category'], { form: 'chosen', prompt: 'Prompt', chosen: 'Chosen', rejected: 'Rejected', topic: 'Category' }],
    [['instruction', 'output_1', 'output_2', 'preference'], { form: 'compared', prompt: 'instruction', a: 'output_1', b: 'output_2', preference: 'preference', topic: undefined }],
    [['question', 'Response A', 'Response B', 'winner'], { form: 'compared', prompt: 'question', a: 'Response A', b: 'Response B', preference: 'winner', topic: undefined }],
    [['prompt', 'first response', 'second response', 'chosen'], { form: 'compared', prompt: 'prompt', a: 'first response', b: 'second response', preference: 'chosen', topic: undefined }],
    [['mr', 'ref'], undefined],
    [['prompt', 'response_a', 'response_b'], undefined],
  ])('of %j', (columns, expected) => {
    expect(guessColumns(columns)).toEqual(expected);
  });
});
