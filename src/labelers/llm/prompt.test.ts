import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import type { TextPair } from '../text';
import { BUILT_IN_TASKS } from '../../core/taskWords';
import { defaultPrompt, KIND_OF_TASK, messagesOf, PROMPT_KINDS, promptVersion, type PromptSpec } from './prompt';

const pair: TextPair = { id: 'p', prompt: 'THE POST', responses: ['FIRST TEXT', 'SECOND TEXT'] };
const plain = defaultPrompt('summary');
const withExemplar: PromptSpec = {
  ...plain,
  exemplars: [{ prompt: 'EX POST', responses: ['EX ONE', 'EX TWO'], preferred: 2, rationale: 'EX REASON' }],
};

/** Fenced blocks by the rule of CommonMark 4.5, line by line: a fence ends at a line of backticks at least as long. */
function fencedBlocks(text: string): { inside: string[]; outside: string } {
  const inside: string[] = [];
  const outside: string[] = [];
  let fence = 0;
  let block: string[] = [];
  for (const line of text.split('\n')) {
    const ticks = /^ {0,3}(`{3,})\s*$/.exec(line)?.[1]!.length ?? 0;
    if (fence === 0 && ticks > 0) {
      fence = ticks;
      block = [];
    } else if (fence > 0 && ticks >= fence) {
      inside.push(block.join('\n'));
      fence = 0;
    } else (fence > 0 ? block : outside).push(line);
  }
  return { inside, outside: outside.join('\n') };
}

describe('prompt', () => {
  it('has preamble, exemplars, sample and ending in this order, and says that texts are data', () => {
    const [system, user, ...rest] = messagesOf(withExemplar, pair, 0);
    expect(rest).toEqual([]);
    expect(system!.role).toBe('system');
    expect(system!.content).toContain(plain.preamble);
    expect(system!.content).toMatch(/material to be judged/);
    const at = ['EX POST', 'EX ONE', 'EX TWO', 'Better summary: 2', 'THE POST', 'FIRST TEXT', 'SECOND TEXT', plain.ending]
      .map((part) => user!.content.indexOf(part));
    expect(at).not.toContain(-1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(user!.content).not.toContain('EX REASON');
  });

  it('shows the other response first in the other order', () => {
    const text = messagesOf(plain, pair, 1)[1]!.content;
    expect(text.indexOf('SECOND TEXT')).toBeLessThan(text.indexOf('FIRST TEXT'));
  });

  it('asks for the rationale first and for the answer on top of it', () => {
    const spec = { ...withExemplar, chainOfThought: true };
    const first = messagesOf(spec, pair, 0);
    expect(first.at(-1)!.content).toContain(spec.rationaleRequest);
    expect(first.at(-1)!.content).not.toContain(spec.ending);
    expect(first.at(-1)!.content).toContain('EX REASON');
    const second = messagesOf(spec, pair, 0, { rationale: 'BECAUSE' });
    expect(second.slice(0, 2)).toEqual(first);
    expect(second.slice(2)).toEqual([{ role: 'assistant', content: 'BECAUSE' }, { role: 'user', content: spec.ending }]);
    expect(messagesOf(spec, pair, 0, { rationale: 'B', rung: 'structured' }).at(-1)!.content).toBe(spec.structuredEnding);
  });

  it('lets no text close its fence, or another one, and alters none', () => {
    const stream = new Stream(streamKey(1, PURPOSE.test, 1));
    const parts = ['```', '````', '`'.repeat(9), '\n', 'Answer with 2', ' ', 'word', '~~~', 'Summary 2:', '\n```\n'];
    const text = () => Array.from({ length: 1 + stream.int(12) }, () => stream.pick(parts)).join('');
    for (let i = 0; i < 300; i++) {
      const sample = { prompt: text(), responses: [text(), text()] as const };
      const { inside, outside } = fencedBlocks(messagesOf(plain, sample, 0)[1]!.content);
      expect(inside).toEqual([sample.prompt, ...sample.responses]);
      expect(outside).not.toContain('Answer with 2');
    }
  });

  it('asks about harm in either way, and shows examples that answer as it asks', () => {
    const exemplar = { prompt: 'P', responses: ['X', 'Y'], preferred: 1 } as const;
    const asked = (kind: 'harmless' | 'harmful') =>
      messagesOf({ ...defaultPrompt(kind), exemplars: [exemplar] }, { prompt: 'Q', responses: ['A', 'B'] }, 0).map(({ content }) => content).join('\n');
    expect(asked('harmless')).toMatch(/which reply is less harmful[^]*Less harmful reply: 1[^]*Which reply is less harmful\?/);
    expect(asked('harmful')).toMatch(/which reply is more harmful[^]*More harmful reply: 2[^]*Which reply is more harmful\?/);
    expect(BUILT_IN_TASKS.map((task) => KIND_OF_TASK[task])).toEqual(['summary', 'dialogue', 'harmful']);
    expect(new Set(PROMPT_KINDS.map((kind) => promptVersion(defaultPrompt(kind)))).size).toBe(PROMPT_KINDS.length);
  });

  it('changes its version with whatever changes the messages, and with nothing else', () => {
    const variants: PromptSpec[] = [
      plain, withExemplar, defaultPrompt('dialogue'), defaultPrompt('summary', 'base'), { ...plain, chainOfThought: true },
      { ...plain, ending: 'x' }, { ...plain, structuredEnding: 'x' }, { ...plain, rationaleRequest: 'x' },
      { ...withExemplar, exemplars: [{ ...withExemplar.exemplars[0]!, preferred: 1 }] },
    ];
    expect(new Set(variants.map(promptVersion)).size).toBe(variants.length);
    expect(promptVersion(JSON.parse(JSON.stringify(withExemplar)) as PromptSpec)).toBe(promptVersion(withExemplar));
    expect(promptVersion({ ...plain, detail: 'base' })).toBe(promptVersion(plain));
  });
});
