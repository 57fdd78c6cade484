import { describe, expect, it } from 'vitest';
import { TOKEN } from '../../core/tokens';
import { SPLITS, type Prompt } from '../types';
import { splitOf } from './frame';
import { frameId, tldr } from './index';
import { SCENARIOS, SLOTS } from './lexicon';
import { tokenise } from './text';

const facts = (prompt: Prompt): string => prompt.facts.map(({ slot, value }) => `${slot}=${value}`).join('; ');
const words = (prompt: Prompt): string[] => tldr.vocabulary.decode(prompt.tokens);
const sample = tldr.prompts('sft', 1500, 1);

/** Vocabulary size and a hash of words, posts and references. When it changes, every shipped weight is stale. */
const FROZEN = [965, 2074594787];

describe('vocabulary', () => {
  it('stays within 1,000 ids', () => {
    expect(tldr.vocabulary.size).toBeLessThanOrEqual(1000);
    expect(tldr.vocabulary.size).toBeGreaterThan(650);
  });

  it('is frozen: shipped weights depend on words, their order and the texts', () => {
    let hash = 0;
    const fold = (value: number): void => void (hash = (Math.imul(hash, 31) + value) >>> 0);
    for (const word of tldr.vocabulary.words) for (const char of word) fold(char.charCodeAt(0));
    for (const prompt of tldr.prompts('test', 200, 7)) {
      prompt.tokens.forEach(fold);
      tldr.reference(prompt, 0).tokens.forEach(fold);
    }
    expect([tldr.vocabulary.size, hash]).toEqual(FROZEN);
  });
});

describe('posts', () => {
  it('have 40 to 80 words, all known, and fit the prompt length', () => {
    for (const prompt of sample) {
      const count = words(prompt).filter((word) => !/^[.,?!]$/.test(word)).length;
      expect(count).toBeGreaterThanOrEqual(40);
      expect(count).toBeLessThanOrEqual(80);
      expect(prompt.tokens.length).toBeLessThanOrEqual(tldr.maxPromptTokens);
      expect(prompt.tokens.every((id) => id >= TOKEN.firstWord && id < tldr.vocabulary.size)).toBe(true);
    }
  });

  it('tell 7 to 9 facts, each with a span that a reader can find', () => {
    for (const prompt of sample) {
      expect(prompt.facts.length).toBeGreaterThanOrEqual(7);
      expect(prompt.facts.length).toBeLessThanOrEqual(9);
      for (const fact of prompt.facts) {
        expect(Object.keys(SLOTS)).toContain(fact.slot);
        expect(fact.spans.length).toBeGreaterThan(0);
        for (const [from, to] of fact.spans) {
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(prompt.tokens.length);
        }
      }
    }
  });

  it('come from at least eight topics and a large space', () => {
    expect(new Set(sample.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(8);
    expect(new Set(sample.map(facts)).size).toBe(sample.length);
    // Lower bound: narrators, durations, feelings and deadlines alone, per scenario, event, thing and question.
    const frames = SCENARIOS.reduce((sum, scenario) => {
      const events = scenario.events.reduce((n, event) => n + (event.things?.length ?? 1), 0);
      const core = scenario.others.length * events * scenario.asks.length * scenario.feelings.length;
      return sum + core * 10 * 9 * scenario.units.length * 8;
    }, 0);
    expect(frames).toBeGreaterThan(1e6);
  });

  it('weigh facts about 1 on average, and details by the question', () => {
    const all = sample.flatMap((prompt) => prompt.facts);
    const mean = all.reduce((sum, fact) => sum + fact.importance, 0) / all.length;
    expect(mean).toBeGreaterThan(0.85);
    expect(mean).toBeLessThan(1.15);
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

  it('are a fixed function of split and seed', () => {
    const again = tldr.prompts('sft', 20, 1);
    expect(again).toEqual(sample.slice(0, 20));
    expect(tldr.prompts('sft', 20, 2).map(({ id }) => id)).not.toEqual(again.map(({ id }) => id));
  });
});

describe('splits', () => {
  it('share no frame, whatever the seed', () => {
    const owner = new Map<string, string>();
    for (const split of SPLITS) {
      for (const seed of [1, 2]) {
        for (const prompt of tldr.prompts(split, 300, seed)) {
          expect(prompt.split).toBe(split);
          expect(prompt.id.startsWith(`${split}:${frameId(prompt.facts)}:`)).toBe(true);
          expect(splitOf(prompt.facts)).toBe(split);
          const frame = facts(prompt);
          expect(owner.get(frame) ?? split).toBe(split);
          owner.set(frame, split);
        }
      }
    }
  });

  it('depend on the facts alone, in any order', () => {
    for (const prompt of sample.slice(0, 50)) expect(splitOf([...prompt.facts].reverse())).toBe('sft');
  });
});

describe('parsePrompt', () => {
  it('gives back facts and spans of generated posts', () => {
    let same = 0;
    for (const prompt of sample) {
      const { prompt: parsed, unknown } = tldr.parsePrompt(tldr.toText(prompt.tokens));
      expect(unknown).toEqual([]);
      expect(Array.from(parsed.tokens)).toEqual(Array.from(prompt.tokens));
      if (JSON.stringify(parsed.facts) === JSON.stringify(prompt.facts)) same++;
    }
    expect(same / sample.length).toBeGreaterThanOrEqual(0.995);
  });

  it('reads a visitor\'s own post and names unknown words', () => {
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

  it('does not cut a post that is too long for the model', () => {
    const { prompt } = tldr.parsePrompt('it is so loud . '.repeat(40) + 'should i move out ?');
    expect(prompt.tokens.length).toBe(205);
    expect(prompt.tokens.length).toBeGreaterThan(tldr.maxPromptTokens);
    expect(prompt.facts.map(({ value }) => value)).toContain('should i move out');
  });

  it('survives empty and odd input', () => {
    expect(tldr.parsePrompt('').prompt.facts).toEqual([]);
    expect(tldr.parsePrompt('\u{1F600} <script> \n\n ???').prompt.facts).toEqual([]);
  });
});

describe('toText', () => {
  it('writes capitals and spacing as a person would', () => {
    const ids = tldr.vocabulary.encode(tokenise("hi all , 24 f here . i'm angry . should i wait it out ?"));
    expect(tldr.toText([...ids, TOKEN.eos, ids[0]!])).toBe("Hi all, 24F here. I'm angry. Should I wait it out?");
  });
});
