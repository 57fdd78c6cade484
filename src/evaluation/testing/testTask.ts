/**
 * Test support: the smallest task that has everything evaluation and labelers read. A response is a bag of words: `f0`
 * to `f7` state a fact (of the post: covered; not: invented), `uh` is a stumble, `and` is a word.
 */
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN, Vocabulary } from '../../core/tokens';
import type { Check, JudgedPair, Prompt, Reader, Task } from '../../tasks/types';

const SLOTS = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7'];
const vocabulary = new Vocabulary([...SLOTS, 'uh', 'and']);

export const testTask: Pick<Task, 'vocabulary' | 'goldWeights' | 'check' | 'reader'> = {
  vocabulary,
  goldWeights: { coverage: 1, invention: 2, stumble: 1, length: 0.05 },
  check(prompt, response): Check {
    const words = vocabulary.decode(response).filter((word) => word !== vocabulary.word(TOKEN.eos));
    const own = new Set(prompt.facts.map((fact) => fact.slot));
    const stated = [...new Set(words.filter((word) => SLOTS.includes(word)))];
    return {
      covered: stated.filter((slot) => own.has(slot)),
      invented: stated.filter((slot) => !own.has(slot)).length,
      stumbles: words.filter((word) => word === 'uh').length,
      words: words.length,
      marks: [],
    };
  },
  reader(population, index): Reader {
    const stream = new Stream(streamKey(5, PURPOSE.test, ['panel', 'fresh', 'judges'].indexOf(population), index));
    const factor = (): number => Math.exp(0.3 * stream.normal());
    return {
      name: `${population} ${index}`,
      weights: { coverage: factor(), invention: 2 * factor(), stumble: factor(), length: 0.05 * factor() },
      slotTaste: Object.fromEntries(SLOTS.map((slot) => [slot, factor()])),
      scale: 1.5,
    };
  },
};

/** A post that states the first four facts, worth 2, 1, 1 and 0.5. */
export function testPrompt(id: string): Prompt {
  const facts = SLOTS.slice(0, 4).map((slot, i) => ({ slot, value: slot, importance: [2, 1, 1, 0.5][i]!, spans: [] }));
  return { id, split: 'test', tokens: Int32Array.from(vocabulary.encode(SLOTS.slice(0, 4))), facts, topic: 'test' };
}

export function response(text: string): Int32Array {
  return Int32Array.from([...vocabulary.encode(text.split(' ').filter(Boolean)), TOKEN.eos]);
}

export function testPair(id: string, a: string, b: string): JudgedPair {
  const prompt = testPrompt(`post-${id}`);
  return { id, promptId: prompt.id, prompt, responses: [response(a), response(b)] };
}

/** Pairs of random responses, some better, some equal. */
export function randomPairs(count: number, row = 0): JudgedPair[] {
  const stream = new Stream(streamKey(9, PURPOSE.test), row);
  const text = (): string => Array.from({ length: 1 + stream.int(7) }, () => stream.pick(vocabulary.words)).join(' ');
  return Array.from({ length: count }, (_, i) => testPair(`pair:${row}:${i}`, text(), text()));
}

/** No change to anybody's weights. */
export const PLAIN = { coverage: 1, invention: 1, stumble: 1, length: 1 };
