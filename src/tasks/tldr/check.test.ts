import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { tldr } from './index';
import type { Slot } from './scenario';
import { tokenise } from './text';
import { compose, materialOf } from './writer';

const { vocabulary } = tldr;
const say = (text: string): number[] => [...vocabulary.encode(tokenise(text)), TOKEN.eos];

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
});

describe('writers', () => {
  it('are licensed in full when they do not err', () => {
    tldr.prompts('sft', 600, 5).forEach((prompt, i) => {
      const rng = new Stream(streamKey(i, PURPOSE.test));
      const slots = new Set(prompt.facts.map(({ slot }) => slot as Slot).filter(() => rng.chance(0.6)));
      slots.add('event').add('other');
      const check = tldr.check(prompt, [...vocabulary.encode(compose(rng, materialOf(prompt), slots)), TOKEN.eos]);
      expect(check).toMatchObject({ invented: 0, stumbles: 0 });
      expect([...check.covered].sort()).toEqual([...slots].sort());
    });
  });
});
