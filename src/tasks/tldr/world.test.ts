import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { testWorld } from '../testing/worldTests';
import type { Prompt } from '../types';
import { frameId, splitOf } from './frame';
import { tldr } from './index';
import { SCENARIOS } from './lexicon';
import type { Slot } from './scenario';
import { oracle } from './testing/oracle';
import { tokenise } from './text';
import { compose, materialOf } from './writer';

const { vocabulary } = tldr;
const words = (prompt: Prompt): string[] => vocabulary.decode(prompt.tokens);
const say = (text: string): number[] => [...vocabulary.encode(tokenise(text)), TOKEN.eos];
const sample = tldr.prompts('sft', 1500, 1);

/** Vocabulary size and a hash of words, posts and references. When it changes, every shipped weight is stale. */
const FROZEN = [965, 2074594787] as const;

/** The best summary with the other party's name replaced or followed by something. */
function rename(prompt: Prompt, best: Int32Array, change: (bare: string) => string): number[] {
  const name = prompt.facts.find(({ slot }) => slot === 'other')!.value;
  const bare = name.split(' ').slice(1).join(' ');
  const text = ` ${vocabulary.decode(best.slice(0, -1)).join(' ')} `.replace(` ${name} `, ` ${bare} `);
  return say(text.replace(` ${bare} `, ` ${change(bare)} `));
}

testWorld({
  task: tldr,
  splitOf,
  frameId,
  best: (prompt) => oracle(prompt),
  frozen: FROZEN,
  words: [40, 80],
  facts: [7, 9],
  topics: 8,
  frames: 1500,
  writers: { words: [13, 19], coverage: [0.38, 0.6], inventing: [0.08, 0.2], stumbling: [0.06, 0.16] },
  attacks: [
    ['negated facts', (prompt, best) => rename(prompt, best, (bare) => `${bare} not`)],
    ['facts never true', (prompt, best) => rename(prompt, best, (bare) => `${bare} never`)],
    ['facts given to the wrong person', (prompt, best) =>
      rename(prompt, best, (bare) => (bare === 'boss' ? 'my landlady' : 'my boss'))],
    ['facts given to an uncle', (prompt, best) => rename(prompt, best, () => 'my uncle')],
    ['facts given to a thing', (prompt, best) => rename(prompt, best, () => 'the fish')],
  ],
  worse: [
    ['a summary that mentions everything', 0.7, (prompt, _, i) => {
      const slots = new Set(prompt.facts.map(({ slot }) => slot as Slot));
      return [...vocabulary.encode(compose(new Stream(streamKey(i, PURPOSE.test)), materialOf(prompt), slots)), TOKEN.eos];
    }],
    ['the best summary with a sentence added', 1, (_, best) => [...best.slice(0, -1), ...say('i already left a note .')]],
  ],
  idle: 'it is so loud .',
});

describe('posts', () => {
  it('come from more than a million frames', () => {
    // Lower bound: narrators, durations, feelings and deadlines alone, per scenario, event, thing and question.
    const frames = SCENARIOS.reduce((sum, scenario) => {
      const events = scenario.events.reduce((n, event) => n + (event.things?.length ?? 1), 0);
      const core = scenario.others.length * events * scenario.asks.length * scenario.feelings.length;
      return sum + core * 10 * 9 * scenario.units.length * 8;
    }, 0);
    expect(frames).toBeGreaterThan(1e6);
  });

  it('weigh details by the question', () => {
    const all = sample.flatMap((prompt) => prompt.facts);
    for (const slot of ['duration', 'money', 'tried', 'says', 'deadline', 'place', 'feeling']) {
      const seen = new Set(all.filter((fact) => fact.slot === slot).map((fact) => fact.importance));
      expect(seen.size, slot).toBe(2);
    }
  });

  it('mostly hold a distractor with a value that is not the post\'s', () => {
    const decoy = /\b(my uncle|my aunt|my grandmother|a friend of mine|known each other|this town|put aside)\b/;
    const share = sample.filter((prompt) => decoy.test(words(prompt).join(' '))).length / sample.length;
    expect(share).toBeGreaterThan(0.6);
  });
});

describe('parsePrompt of a visitor\'s own post', () => {
  it('reads it and names unknown words', () => {
    const { prompt, unknown } = tldr.parsePrompt(
      'I am 24F and I live with my flatmate. She keeps eating my cheese for three weeks! My zebra paid $200. ' +
        'Should I move out?',
    );
    expect(unknown).toEqual(['zebra']);
    expect(Object.fromEntries(prompt.facts.map(({ slot, value }) => [slot, value]))).toMatchObject({
      narrator: '24 f',
      other: 'my flatmate',
      event: 'keeps eating my cheese',
      duration: 'three weeks',
      money: 'cost 200 dollars',
      ask: 'should i move out',
    });
    expect(prompt.topic).toBe('room-mates');
  });

  it('follows a swapped fact and is not fooled by an added decoy', () => {
    const text =
      'I live with my flatmate. She has been eating my cheese for three weeks. I am so angry. Should I move out?';
    const value = (source: string): string | undefined =>
      tldr.parsePrompt(source).prompt.facts.find(({ slot }) => slot === 'duration')?.value;
    expect(value(text)).toBe('three weeks');
    expect(value(text.replace('three', 'seven'))).toBe('seven weeks');
    expect(value(`My uncle dealt with something like this for nine weeks. ${text}`)).toBe('three weeks');
  });

  it('finds the question behind a very long beginning', () => {
    const { prompt } = tldr.parsePrompt('it is so loud . '.repeat(40) + 'should i move out ?');
    expect(prompt.tokens.length).toBe(205);
    expect(prompt.facts.map(({ value }) => value)).toContain('should i move out');
  });
});

describe('toText', () => {
  it('writes capitals and spacing as a person would', () => {
    const ids = tldr.vocabulary.encode(tokenise("hi all , 24 f here . i'm angry . should i wait it out ?"));
    expect(tldr.toText([...ids, TOKEN.eos, ids[0]!])).toBe("Hi all, 24F here. I'm angry. Should I wait it out?");
  });
});
