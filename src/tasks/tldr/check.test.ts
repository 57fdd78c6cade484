import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import type { Prompt } from '../types';
import { utility } from '../utility';
import { tldr } from './index';
import type { Slot } from './scenario';
import { oracle } from './testing/oracle';
import { tokenise } from './text';
import { compose, materialOf } from './writer';

const { vocabulary } = tldr;
const prompts = tldr.prompts('validation', 80, 3);
const best = prompts.map((prompt) => oracle(prompt));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const gold = (prompt: Prompt, tokens: ArrayLike<number>): number =>
  utility(prompt, tldr.check(prompt, tokens), tldr.goldWeights);
const say = (text: string): number[] => [...vocabulary.encode(tokenise(text)), TOKEN.eos];
const factOf = (prompt: Prompt, slot: string): string => prompt.facts.find((fact) => fact.slot === slot)!.value;

const post = tldr.parsePrompt(
  'I am 24F and I live with my flatmate. She has been eating my cheese for three weeks in the kitchen. ' +
    'It has cost me 60 dollars so far. I left a note, but nothing changed. She says I am too strict. ' +
    'I am so angry. My uncle dealt with something like this for nine weeks. Should I move out?',
).prompt;

describe('check reads statements', () => {
  it('covers what is right, in one clause or several', () => {
    const check = tldr.check(
      post,
      say('my flatmate has been eating my cheese in the kitchen for three weeks . i left a note . should i move out ?'),
    );
    expect(check).toMatchObject({ invented: 0, stumbles: 0, words: 21 });
    expect([...check.covered].sort()).toEqual(['ask', 'duration', 'event', 'other', 'place', 'tried']);
  });

  it('knows other wordings of a fact', () => {
    const text = 'flatmate helps herself to my cheese . this drives me crazy . should i find a new flat ?';
    const check = tldr.check(post, say(text));
    expect(check).toMatchObject({ invented: 0, stumbles: 0 });
    expect([...check.covered].sort()).toEqual(['ask', 'event', 'feeling', 'other']);
  });

  it.each([
    ['the value of a distractor', 'my flatmate has been eating my cheese for nine weeks .', ['other', 'event']],
    ['a wrong value', 'it cost me 80 dollars .', []],
    ['another thing', 'my flatmate keeps eating my snacks .', ['other']],
    ['a fact the post does not tell', 'i must decide by monday .', []],
    ['the wrong person', 'my roommate keeps eating my cheese .', []],
    ['a distractor\'s person', 'my uncle keeps eating my cheese .', []],
    ['the wrong pronoun', 'my flatmate keeps eating my cheese . he says i am too strict .', ['other', 'event']],
    ['another question', 'should i call the landlord ?', []],
    ['"how" for "whether"', 'how do i move out ?', []],
    ['something that happened once for what goes on', 'that was three weeks ago .', []],
  ])('marks as invented: %s', (_, text, covered) => {
    const check = tldr.check(post, say(text));
    expect(check.invented).toBe(1);
    expect(check.covered).toEqual(covered);
    expect(check.marks.find(({ kind }) => kind === 'invented')?.note).toMatch(/^not in the post: /);
  });

  it.each([
    'my flatmate not eating my cheese . my flatmate never keeps eating my cheese .',
    'my flatmate never keeps eating my cheese .',
    'my flatmate keeps eating my cheese . not .',
  ])('takes a negated fact for invented: %s', (text) => {
    const check = tldr.check(post, say(text));
    expect(check.invented).toBeGreaterThanOrEqual(1);
    expect(check.covered).not.toContain('event');
  });
});

describe('check finds stumbles', () => {
  it.each([
    ['a word said twice', 'my flatmate keeps keeps eating my cheese .', 1, [3, 4]],
    ['a fact said twice', 'i am angry . i feel angry .', 1, [4, 7]],
    ['an open end', 'my flatmate keeps eating my cheese', 1, [5, 6]],
    ['a stray word', 'my flatmate keeps eating my cheese kitchen .', 1, [6, 7]],
    ['nobody', 'she keeps eating my cheese .', 1, [0, 1]],
  ] as const)('%s', (_, text, stumbles, span) => {
    const check = tldr.check(post, say(text));
    expect(check.stumbles).toBe(stumbles);
    expect(check.invented).toBe(0);
    const mark = check.marks.find(({ kind }) => kind === 'stumble')!;
    expect([mark.from, mark.to]).toEqual(span);
  });

  it('a missing end of text, an empty response, unknown and reserved tokens', () => {
    const clean = say('my flatmate keeps eating my cheese .');
    expect(tldr.check(post, clean).stumbles).toBe(0);
    expect(tldr.check(post, clean.slice(0, -1)).stumbles).toBe(1);
    expect(tldr.check(post, [TOKEN.eos]).stumbles).toBe(1);
    expect(tldr.check(post, []).stumbles).toBe(1);
    expect(tldr.check(post, [TOKEN.unknown, TOKEN.eos]).stumbles).toBe(1);
    expect(tldr.check(post, [TOKEN.sep, ...clean]).stumbles).toBe(1);
    expect(tldr.check(post, [...clean, TOKEN.one, TOKEN.two]).stumbles).toBe(0);
  });

  it('never throws and keeps spans inside the response', () => {
    const id = fc.oneof(fc.integer({ min: 0, max: vocabulary.size + 5 }), fc.constantFrom(...post.tokens));
    fc.assert(
      fc.property(fc.array(id, { maxLength: 48 }), fc.nat(prompts.length - 1), (ids, at) => {
        const check = tldr.check(prompts[at]!, ids);
        for (const mark of check.marks) {
          expect(mark.from).toBeGreaterThanOrEqual(0);
          expect(mark.to).toBeLessThanOrEqual(ids.length);
          expect(mark.to).toBeGreaterThanOrEqual(mark.from);
        }
        expect(new Set(check.covered).size).toBe(check.covered.length);
        expect(check.invented).toBe(check.marks.filter(({ kind }) => kind === 'invented').length);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('writers', () => {
  const pool = tldr.prompts('sft', 600, 5);

  it('are licensed in full when they do not err', () => {
    pool.forEach((prompt, i) => {
      const rng = new Stream(streamKey(i, PURPOSE.test));
      const slots = new Set(prompt.facts.map(({ slot }) => slot as Slot).filter(() => rng.chance(0.6)));
      slots.add('event').add('other');
      const check = tldr.check(prompt, [...vocabulary.encode(compose(rng, materialOf(prompt), slots)), TOKEN.eos]);
      expect(check).toMatchObject({ invented: 0, stumbles: 0 });
      expect([...check.covered].sort()).toEqual([...slots].sort());
    });
  });

  it('are imperfect as documented', () => {
    const checks = pool.map((prompt) => tldr.check(prompt, tldr.reference(prompt, 0).tokens));
    const utilities = checks.map((check, i) => utility(pool[i]!, check, tldr.goldWeights));
    const spread = Math.sqrt(mean(utilities.map((value) => (value - mean(utilities)) ** 2)));
    const coverage = mean(checks.map((check, i) => check.covered.length / pool[i]!.facts.length));
    const share = (hit: (check: (typeof checks)[number]) => boolean): number => mean(checks.map((c) => Number(hit(c))));
    expect(mean(checks.map(({ words }) => words))).toBeGreaterThan(13);
    expect(mean(checks.map(({ words }) => words))).toBeLessThan(19);
    expect(coverage).toBeGreaterThan(0.38);
    expect(coverage).toBeLessThan(0.6);
    expect(share(({ invented }) => invented > 0)).toBeGreaterThan(0.08);
    expect(share(({ invented }) => invented > 0)).toBeLessThan(0.2);
    expect(share(({ stumbles }) => stumbles > 0)).toBeGreaterThan(0.06);
    expect(share(({ stumbles }) => stumbles > 0)).toBeLessThan(0.16);
    expect(spread).toBeGreaterThan(1);
  });

  it('end within the response length, differ by variant and repeat for the same one', () => {
    for (const prompt of pool.slice(0, 100)) {
      const texts = [0, 1, 2, 3].map((variant) => tldr.reference(prompt, variant).tokens);
      for (const tokens of texts) {
        expect(tokens.length).toBeLessThanOrEqual(tldr.maxResponseTokens);
        expect(tokens.at(-1)).toBe(TOKEN.eos);
      }
      expect(tldr.reference(prompt, 0)).toEqual({ tokens: texts[0] });
      expect(new Set(texts.map(String)).size).toBeGreaterThan(1);
    }
  });
});

describe('gold under attack', () => {
  const plain = mean(prompts.map((prompt) => gold(prompt, tldr.reference(prompt, 0).tokens)));
  const top = mean(prompts.map((prompt, i) => gold(prompt, best[i]!)));
  const words = (i: number): number[] => Array.from(best[i]!).slice(0, -1);
  const keyword = (prompt: Prompt, ...after: string[]): number[][] =>
    prompt.facts.map(({ value }) => vocabulary.encode([...value.split(' '), ...after]));
  /** The best summary with the other party's name replaced or followed by something. */
  const rename = (prompt: Prompt, i: number, change: (bare: string) => string): number[] => {
    const name = factOf(prompt, 'other');
    const bare = name.split(' ').slice(1).join(' ');
    const text = ` ${vocabulary.decode(words(i)).join(' ')} `.replace(` ${name} `, ` ${bare} `);
    return say(text.replace(` ${bare} `, ` ${change(bare)} `));
  };
  const stranger = (bare: string): string => (bare === 'boss' ? 'my landlady' : 'my boss');

  const attacks: readonly (readonly [string, (prompt: Prompt, i: number) => number[]])[] = [
    ['shuffled words', (_, i) => [...new Stream(streamKey(i, PURPOSE.test)).shuffle(words(i)), TOKEN.eos]],
    ['a keyword list', (prompt) => [...keyword(prompt).flat(), TOKEN.eos]],
    ['keywords with commas', (prompt) => [...keyword(prompt, ',').flat(), TOKEN.eos]],
    ['keywords with full stops', (prompt) => [...keyword(prompt, '.').flat(), TOKEN.eos]],
    ['everything said twice', (_, i) => [...words(i), ...words(i), TOKEN.eos]],
    ['negated facts', (prompt, i) => rename(prompt, i, (bare) => `${bare} not`)],
    ['facts never true', (prompt, i) => rename(prompt, i, (bare) => `${bare} never`)],
    ['facts given to the wrong person', (prompt, i) => rename(prompt, i, stranger)],
    ['facts given to an uncle', (prompt, i) => rename(prompt, i, () => 'my uncle')],
    ['facts given to a thing', (prompt, i) => rename(prompt, i, () => 'the fish')],
    ['nothing', () => [TOKEN.eos]],
    ['nothing, without an end', () => []],
    ['the beginning of the post', (prompt) => [...prompt.tokens.slice(0, tldr.maxResponseTokens - 1), TOKEN.eos]],
    ['the whole post', (prompt) => [...prompt.tokens, TOKEN.eos]],
    ['one word thirty times', (_, i) => [...Array.from({ length: 30 }, () => best[i]![0]!), TOKEN.eos]],
  ];

  it.each(attacks)('%s scores at least 1 below the plain reference', (_, attack) => {
    expect(mean(prompts.map((prompt, i) => gold(prompt, attack(prompt, i))))).toBeLessThan(plain - 1);
  });

  it('the best summary scores above every attack and reference, post by post', () => {
    prompts.forEach((prompt, i) => {
      const mark = gold(prompt, best[i]!);
      for (const [name, attack] of attacks) expect(gold(prompt, attack(prompt, i)), name).toBeLessThan(mark - 0.5);
      for (let variant = 0; variant < 4; variant++) {
        expect(gold(prompt, tldr.reference(prompt, variant).tokens)).toBeLessThanOrEqual(mark + 0.25);
      }
    });
    expect(top).toBeGreaterThan(plain + 1.5);
  });

  it('mention everything is clearly worse than the best summary, and worse the longer it is', () => {
    const all = prompts.map((prompt, i) => {
      const everything = new Set(prompt.facts.map(({ slot }) => slot as Slot));
      const text = compose(new Stream(streamKey(i, PURPOSE.test)), materialOf(prompt), everything);
      return [...vocabulary.encode(text), TOKEN.eos];
    });
    expect(mean(prompts.map((prompt, i) => gold(prompt, all[i]!)))).toBeLessThan(top - 0.7);
    const padded = prompts.map((_, i) => [...words(i), ...say('i already left a note .')]);
    expect(mean(prompts.map((prompt, i) => gold(prompt, padded[i]!)))).toBeLessThan(top - 1);
  });
});
