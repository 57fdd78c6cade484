import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { type Prompt, SPLITS, type Split, type Task } from '../types';
import { utility } from '../utility';

/** A response that tries to please gold without being good. @param best the best response to the prompt, with its end. */
export type Attack = (prompt: Prompt, best: Int32Array, index: number) => number[];

/** A built-in world with what its tests need to know of it. */
export interface World {
  readonly task: Task;
  splitOf(facts: Prompt['facts']): Split;
  frameId(facts: Prompt['facts']): string;
  /** The best response that a search finds, closed by end-of-text. */
  best(prompt: Prompt): Int32Array;
  /** Vocabulary size and a hash of words, prompts and references. */
  readonly frozen: readonly [size: number, hash: number];
  /** Fewest and most words of a prompt, without punctuation. */
  readonly words: readonly [least: number, most: number];
  /** Fewest and most facts of a prompt. */
  readonly facts: readonly [least: number, most: number];
  readonly topics: number;
  /** Least number of different frames among 1,500 prompts of one split. */
  readonly frames: number;
  /** Ranges that the imperfect writers are documented to lie in: [least, most] of means over answers. */
  readonly writers: Readonly<Record<'words' | 'coverage' | 'inventing' | 'stumbling', readonly [least: number, most: number]>>;
  /** Attacks of its own, beside those that every world stands. Each scores at least 1 below the plain reference. */
  readonly attacks: readonly (readonly [name: string, attack: Attack])[];
  /** Fluent responses that are too much of something, each with the utility by which it is worse than the best one on average. */
  readonly worse: readonly (readonly [name: string, below: number, response: Attack])[];
  /** Words that stand for a fact in a keyword list; its whole value where absent. */
  keyword?(value: string): string;
  /** A text of one sentence without facts, of words that the world knows. */
  readonly idle: string;
}

/** Positions of the shipped models: a judge reads a prompt and two responses with three marks. */
const POSITIONS = 176;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const factText = (prompt: Prompt): string =>
  prompt.facts.map(({ slot, value, importance }) => `${slot}=${value}*${importance}`).join('; ');

/** A token more, less or another, some tokens gone or moved, or a whole sentence of somebody else's. */
function editAtRandom(rng: Stream, text: readonly number[], size: number, sentences: readonly (readonly number[])[]): number[] {
  const out = [...text];
  const at = rng.int(text.length + 1);
  const word = TOKEN.firstWord + rng.int(size - TOKEN.firstWord);
  const kind = rng.int(6);
  if (kind === 0) out.splice(at, 1);
  else if (kind === 1) out.splice(at, 0, word);
  else if (kind === 2) out.splice(at, 1, word);
  else if (kind === 3) out.splice(at, 1 + rng.int(4));
  else if (kind === 4) out.splice(at, 0, ...rng.pick(sentences));
  else out.splice(rng.int(text.length), 0, ...out.splice(at, 1 + rng.int(5)));
  return out;
}

/** The tests that every built-in world passes. */
export function testWorld(world: World): void {
  const { task } = world;
  const { vocabulary } = task;
  const sample = task.prompts('sft', 1500, 1);
  const words = (prompt: Prompt): string[] => vocabulary.decode(prompt.tokens);
  const gold = (prompt: Prompt, tokens: ArrayLike<number>): number =>
    utility(prompt, task.check(prompt, tokens), task.goldWeights);

  describe('vocabulary', () => {
    it('stays within 1,000 ids', () => {
      expect(vocabulary.size).toBeLessThanOrEqual(1000);
      expect(vocabulary.size).toBeGreaterThan(650);
    });

    it('is frozen: shipped weights depend on words, their order and the texts', () => {
      let hash = 0;
      const fold = (value: number): void => void (hash = (Math.imul(hash, 31) + value) >>> 0);
      for (const word of vocabulary.words) for (const char of word) fold(char.charCodeAt(0));
      for (const prompt of task.prompts('test', 200, 7)) {
        prompt.tokens.forEach(fold);
        task.reference(prompt, 0).tokens.forEach(fold);
      }
      expect([vocabulary.size, hash]).toEqual(world.frozen);
    });
  });

  describe('prompts', () => {
    it('have as many words as documented, all known, and fit the prompt length', () => {
      for (const prompt of sample) {
        const count = words(prompt).filter((word) => !/^[.,?!]$/.test(word)).length;
        expect(count).toBeGreaterThanOrEqual(world.words[0]);
        expect(count).toBeLessThanOrEqual(world.words[1]);
        expect(prompt.tokens.length).toBeLessThanOrEqual(task.maxPromptTokens);
        expect(prompt.tokens.every((id) => id >= TOKEN.firstWord && id < vocabulary.size)).toBe(true);
      }
    });

    it('leave a judge of the shipped size room for two responses', () => {
      expect(task.maxPromptTokens + 2 * task.maxResponseTokens + 3).toBeLessThanOrEqual(POSITIONS);
    });

    it('hold facts of known slots, each with a span that a reader can find', () => {
      for (const prompt of sample) {
        expect(prompt.facts.length).toBeGreaterThanOrEqual(world.facts[0]);
        expect(prompt.facts.length).toBeLessThanOrEqual(world.facts[1]);
        expect(new Set(prompt.facts.map(({ slot }) => slot)).size).toBe(prompt.facts.length);
        for (const fact of prompt.facts) {
          expect(Object.keys(task.slots)).toContain(fact.slot);
          expect(fact.spans.length).toBeGreaterThan(0);
          for (const [from, to] of fact.spans) {
            expect(from).toBeGreaterThanOrEqual(0);
            expect(to).toBeGreaterThan(from);
            expect(to).toBeLessThanOrEqual(prompt.tokens.length);
          }
        }
      }
    });

    it('come from all topics and a large space', () => {
      expect(new Set(sample.map(({ topic }) => topic)).size).toBe(world.topics);
      expect(new Set(sample.map(factText)).size).toBeGreaterThanOrEqual(world.frames);
      expect(new Set(sample.map(({ id }) => id)).size).toBe(sample.length);
    });

    it('weigh facts about 1 on average', () => {
      const average = mean(sample.flatMap((prompt) => prompt.facts.map(({ importance }) => importance)));
      expect(average).toBeGreaterThan(0.85);
      expect(average).toBeLessThan(1.15);
    });

    it('are a fixed function of split and seed', () => {
      const again = task.prompts('sft', 20, 1);
      expect(again).toEqual(sample.slice(0, 20));
      expect(task.prompts('sft', 20, 2).map(({ id }) => id)).not.toEqual(again.map(({ id }) => id));
    });
  });

  describe('splits', () => {
    it('share no frame, whatever the seed', () => {
      const owner = new Map<string, string>();
      for (const split of SPLITS) {
        for (const seed of [1, 2]) {
          for (const prompt of task.prompts(split, 300, seed)) {
            expect(prompt.split).toBe(split);
            expect(prompt.id.startsWith(`${split}:${world.frameId(prompt.facts)}:`)).toBe(true);
            expect(world.splitOf(prompt.facts)).toBe(split);
            const frame = factText(prompt);
            expect(owner.get(frame) ?? split).toBe(split);
            owner.set(frame, split);
          }
        }
      }
    });

    it('depend on the facts alone, in any order', () => {
      for (const prompt of sample.slice(0, 50)) expect(world.splitOf([...prompt.facts].reverse())).toBe('sft');
    });
  });

  describe('parsePrompt', () => {
    it('gives back facts and spans of generated prompts', () => {
      let same = 0;
      for (const prompt of sample) {
        const { prompt: parsed, unknown } = task.parsePrompt(task.toText(prompt.tokens));
        expect(unknown).toEqual([]);
        expect(Array.from(parsed.tokens)).toEqual(Array.from(prompt.tokens));
        if (JSON.stringify(parsed.facts) === JSON.stringify(prompt.facts)) same++;
      }
      expect(same / sample.length).toBeGreaterThanOrEqual(0.995);
    });

    it('does not cut a prompt that is too long for the model', () => {
      const text = `${world.idle} `.repeat(40);
      const { prompt } = task.parsePrompt(text);
      expect(prompt.tokens.length).toBe(40 * world.idle.split(' ').length);
      expect(prompt.tokens.length).toBeGreaterThan(task.maxPromptTokens);
    });

    it('survives empty and odd input', () => {
      expect(task.parsePrompt('').prompt.facts).toEqual([]);
      expect(task.parsePrompt('\u{1F600} <script> \n\n ???').prompt.facts).toEqual([]);
    });
  });

  describe('references', () => {
    const pool = task.prompts('sft', 600, 5);

    it('end within the response length, differ by variant and repeat for the same one', () => {
      for (const prompt of pool.slice(0, 100)) {
        const texts = [0, 1, 2, 3].map((variant) => task.reference(prompt, variant).tokens);
        for (const tokens of texts) {
          expect(tokens.length).toBeLessThanOrEqual(task.maxResponseTokens);
          expect(tokens.at(-1)).toBe(TOKEN.eos);
        }
        expect(task.reference(prompt, 0)).toEqual({ tokens: texts[0] });
        expect(new Set(texts.map(String)).size).toBeGreaterThan(1);
      }
    });

    it('are imperfect as documented', () => {
      const checks = pool.map((prompt) => task.check(prompt, task.reference(prompt, 0).tokens));
      const utilities = checks.map((check, i) => utility(pool[i]!, check, task.goldWeights));
      const spread = Math.sqrt(mean(utilities.map((value) => (value - mean(utilities)) ** 2)));
      const measured = {
        words: mean(checks.map((check) => check.words)),
        coverage: mean(checks.map((check, i) => check.covered.length / pool[i]!.facts.length)),
        inventing: mean(checks.map(({ invented }) => Number(invented > 0))),
        stumbling: mean(checks.map(({ stumbles }) => Number(stumbles > 0))),
      };
      for (const [key, [least, most]] of Object.entries(world.writers)) {
        expect(measured[key as keyof typeof measured], key).toBeGreaterThan(least);
        expect(measured[key as keyof typeof measured], key).toBeLessThan(most);
      }
      expect(spread).toBeGreaterThan(1);
    });
  });

  const prompts = task.prompts('validation', 80, 3);
  const best = prompts.map((prompt) => world.best(prompt));

  describe('check of any response', () => {
    it('finds nothing wrong with the best response, and a stumble where its end is missing', () => {
      prompts.forEach((prompt, i) => {
        const check = task.check(prompt, best[i]!);
        expect(check).toMatchObject({ invented: 0, stumbles: 0 });
        expect(check.covered.length).toBeGreaterThan(0);
        expect(task.check(prompt, best[i]!.slice(0, -1)).stumbles).toBe(1);
        expect(task.check(prompt, [...best[i]!, TOKEN.one, TOKEN.two])).toEqual(check);
      });
    });

    it('counts empty responses, unknown and reserved tokens as stumbles', () => {
      const prompt = prompts[0]!;
      expect(task.check(prompt, [TOKEN.eos]).stumbles).toBe(1);
      expect(task.check(prompt, []).stumbles).toBe(1);
      expect(task.check(prompt, [TOKEN.unknown, TOKEN.eos]).stumbles).toBe(1);
      expect(task.check(prompt, [TOKEN.sep, ...best[0]!]).stumbles).toBe(1);
    });

    it('never throws and keeps spans inside the response', () => {
      const id = fc.oneof(fc.integer({ min: 0, max: vocabulary.size + 5 }), fc.constantFrom(...prompts[0]!.tokens, ...best[0]!));
      fc.assert(
        fc.property(fc.array(id, { maxLength: 48 }), fc.nat(prompts.length - 1), (ids, at) => {
          const check = task.check(prompts[at]!, ids);
          for (const mark of check.marks) {
            expect(mark.from).toBeGreaterThanOrEqual(0);
            expect(mark.to).toBeLessThanOrEqual(ids.length);
            expect(mark.to).toBeGreaterThanOrEqual(mark.from);
          }
          expect(new Set(check.covered).size).toBe(check.covered.length);
          expect(check.invented).toBe(check.marks.filter(({ kind }) => kind === 'invented').length);
          expect(check.stumbles).toBe(check.marks.filter(({ kind }) => kind === 'stumble').length);
        }),
        { numRuns: 500, seed: 1 },
      );
    });
  });

  describe('gold under attack', () => {
    const plain = mean(prompts.map((prompt) => gold(prompt, task.reference(prompt, 0).tokens)));
    const top = mean(prompts.map((prompt, i) => gold(prompt, best[i]!)));
    const body = (response: Int32Array): number[] => Array.from(response).slice(0, -1);
    const keywords = (prompt: Prompt, ...after: string[]): number[] => [
      ...prompt.facts.flatMap(({ value }) => vocabulary.encode([...(world.keyword?.(value) ?? value).split(' '), ...after])),
      TOKEN.eos,
    ];
    const attacks: readonly (readonly [name: string, attack: Attack])[] = [
      ['shuffled words', (_, response, i) => [...new Stream(streamKey(i, PURPOSE.test)).shuffle(body(response)), TOKEN.eos]],
      ['a keyword list', (prompt) => keywords(prompt)],
      ['keywords with commas', (prompt) => keywords(prompt, ',')],
      ['keywords with full stops', (prompt) => keywords(prompt, '.')],
      ['everything said twice', (_, response) => [...body(response), ...body(response), TOKEN.eos]],
      ['nothing', () => [TOKEN.eos]],
      ['nothing, without an end', () => []],
      ['the beginning of the prompt', (prompt) => [...prompt.tokens.slice(0, task.maxResponseTokens - 1), TOKEN.eos]],
      ['the end of the prompt', (prompt) => [...prompt.tokens.slice(1 - task.maxResponseTokens), TOKEN.eos]],
      ['the whole prompt', (prompt) => [...prompt.tokens, TOKEN.eos]],
      ['one word thirty times', (_, response) => [...Array.from({ length: 30 }, () => response[0]!), TOKEN.eos]],
      ...world.attacks,
    ];

    it.each(attacks)('%s scores at least 1 below the plain reference', (_, attack) => {
      expect(mean(prompts.map((prompt, i) => gold(prompt, attack(prompt, best[i]!, i))))).toBeLessThan(plain - 1);
    });

    it('the best response scores above every attack and reference, prompt by prompt', () => {
      prompts.forEach((prompt, i) => {
        const mark = gold(prompt, best[i]!);
        for (const [name, attack] of attacks) expect(gold(prompt, attack(prompt, best[i]!, i)), name).toBeLessThan(mark - 0.5);
        for (let variant = 0; variant < 4; variant++) {
          expect(gold(prompt, task.reference(prompt, variant).tokens)).toBeLessThanOrEqual(mark + 0.25);
        }
      });
      expect(top).toBeGreaterThan(plain + 1.5);
    });

    it('a search that edits the best response finds next to nothing more', () => {
      const stops = new Set(vocabulary.encode(['.', '?', '!']));
      const sentences = task.prompts('sft', 200, 3).flatMap((prompt) => {
        const tokens = Array.from(task.reference(prompt, 0).tokens).slice(0, -1);
        const ends = tokens.flatMap((id, at) => (stops.has(id) ? [at + 1] : []));
        return ends.map((end, i) => tokens.slice(i === 0 ? 0 : ends[i - 1], end));
      });
      prompts.slice(0, 6).forEach((prompt, i) => {
        const rng = new Stream(streamKey(i, PURPOSE.test, 1));
        let text = body(best[i]!);
        const start = gold(prompt, best[i]!);
        let reached = start;
        for (let edit = 0; edit < 1000; edit++) {
          const changed = editAtRandom(rng, text, vocabulary.size, sentences);
          const value = gold(prompt, [...changed, TOKEN.eos]);
          if (value >= reached) [text, reached] = [changed, value];
        }
        expect(reached - start, vocabulary.decode(text).join(' ')).toBeLessThan(0.6);
      });
    });

    it.each(world.worse)('%s is worse than the best response by more than %d', (_, below, response) => {
      expect(mean(prompts.map((prompt, i) => gold(prompt, response(prompt, best[i]!, i))))).toBeLessThan(top - below);
    });
  });

  describe('readers', () => {
    const readers = (population: 'panel' | 'fresh' | 'judges') =>
      Array.from({ length: 4000 }, (_, i) => task.reader(population, i));

    it('are fixed functions of population and index, and differ', () => {
      expect(task.reader('panel', 3)).toEqual(task.reader('panel', 3));
      expect(task.reader('panel', 3).weights).not.toEqual(task.reader('panel', 4).weights);
      expect(task.reader('panel', 3).weights).not.toEqual(task.reader('fresh', 3).weights);
      expect(task.reader('panel', 3).scale).toBe(task.reader('fresh', 3).scale);
    });

    it.each(['panel', 'fresh'] as const)('%s: weights vary log-normally around gold', (population) => {
      const all = readers(population);
      for (const key of ['coverage', 'invention', 'stumble', 'length'] as const) {
        const logs = all.map(({ weights }) => Math.log(weights[key] / task.goldWeights[key]));
        expect(Math.abs(mean(logs))).toBeLessThan(0.03);
        const spread = Math.sqrt(mean(logs.map((value) => value ** 2)));
        expect(spread).toBeGreaterThan(0.33);
        expect(spread).toBeLessThan(0.37);
      }
    });

    it('judges are taught by people who forgive invention more and mind length less', () => {
      const teachers = readers('judges');
      const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length / 2]!;
      expect(median(teachers.map(({ weights }) => weights.invention))).toBeLessThan(0.75 * task.goldWeights.invention);
      expect(median(teachers.map(({ weights }) => weights.length))).toBeLessThan(0.6 * task.goldWeights.length);
    });
  });
}
