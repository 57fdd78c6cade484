import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { testWorld } from '../testing/worldTests';
import type { Prompt } from '../types';
import { tokenise } from '../world/dialogueText';
import { FEELINGS, SPEAKER, toUser } from '../world/talk';
import { PHRASES } from './answerGrammar';
import { compose, materialOf } from './compose';
import { CUES, writeDialogue } from './dialogue';
import { type Frame, IMPORTANCE, drawFrame, frameId, splitOf } from './frame';
import { helpful } from './index';
import { DAYS, GIVEN, KINDS, MATTERS, PEOPLE, type Slot, TIMES, actOf, numberWord } from './lexicon';
import { recognise } from './recognise';
import { oracle } from './testing/oracle';
import { WRITER } from './writer';

/** Vocabulary size and a hash of words, dialogues and references. When it changes, every weight trained on it is stale. */
const FROZEN = [825, 2879590778] as const;

const { vocabulary } = helpful;
const say = (...sentences: readonly string[]): number[] => [
  ...vocabulary.encode(tokenise(`${sentences.join(' . ')} .`)), TOKEN.eos,
];
const ask = (...matters: typeof MATTERS): number[] => [
  ...matters.flatMap((matter) => vocabulary.encode([...matter.ask[0]!.split(' '), '?'])), TOKEN.eos,
];
const frameOf = (prompt: Prompt): Frame => recognise(Array.from(prompt.tokens)).frame!;
const factOf = (prompt: Prompt, slot: Slot): string | undefined => prompt.facts.find((fact) => fact.slot === slot)?.value;
/** Right advice about a dialogue: what to do, or what else to do where that is known. */
const adviceOf = (prompt: Prompt): string => factOf(prompt, 'do') ?? factOf(prompt, 'next')!;
const told = (prompt: Prompt, index: number, tell: (importance: number) => boolean): number[] => {
  const slots = new Set(prompt.facts.filter(({ importance }) => tell(importance)).map(({ slot }) => slot as Slot));
  const material = materialOf(frameOf(prompt), slots);
  return [...vocabulary.encode(compose(new Stream(streamKey(index, PURPOSE.test)), material)), TOKEN.eos];
};
const otherMatters = (prompt: Prompt): typeof MATTERS => MATTERS.filter((matter) => matter !== frameOf(prompt).matter);
const PERIOD = vocabulary.id('.');

testWorld({
  task: helpful,
  splitOf,
  frameId,
  best: oracle,
  frozen: FROZEN,
  words: [20, 96],
  facts: [6, 11],
  topics: 6,
  frames: 1470,
  writers: { words: [13, 20], coverage: [0.3, 0.5], inventing: [0.1, 0.22], stumbling: [0.1, 0.2] },
  attacks: [
    ['facts with a stray "not"', (_, best) => [...best].flatMap((id) => (id === PERIOD ? [vocabulary.id('not'), id] : [id]))],
    ['advice against the right advice', (prompt) => say(`do not ${adviceOf(prompt)}`, `never ${factOf(prompt, 'next')!}`)],
    ['bad advice', (prompt) => say(`yes , you can ${factOf(prompt, 'avoid')!}`)],
    ['right advice told of another subject', (prompt) => {
      const { matter, subject } = frameOf(prompt);
      const other = matter.subjects.find((candidate) => candidate !== subject);
      return say(`to ${toUser(actOf(matter, other))} , ${adviceOf(prompt)}`);
    }],
    ['advice for every subject', (prompt) => say(...frameOf(prompt).matter.subjects.map(({ deed }) => `you can ${deed[0]!}`))],
    ['every time there is', () => say(...TIMES.map((time) => `it takes ${time}`))],
    ['the warnings of every other matter', (prompt) => say(...otherMatters(prompt).map(({ avoid }) => `do not ${avoid[0]!}`))],
    ['an answer to another question', (prompt) => {
      const { subjects, avoid, why } = otherMatters(prompt)[prompt.tokens.length % 19]!;
      return say(subjects[0]!.deed[0]!, `do not ${avoid[0]!}`, why[0]!);
    }],
    ['a question back, whatever was said', (prompt) => ask(frameOf(prompt).matter)],
    ['questions back about everything', () => ask(...MATTERS)],
    ['every friendly word', () => say(...PHRASES.polite)],
    ['one friendly word six times', () => say(...Array.from({ length: 6 }, () => 'happy to help'))],
    ['greetings to everybody', () => say(...PEOPLE.map((person) => `say hello to ${toUser(person)}`))],
    ['sympathy for everything', () => say(...FEELINGS.map((feeling) => `sorry that you are ${feeling}`))],
    ['talk without content', () => say(...PHRASES.filler)],
  ],
  worse: [
    ['an answer that tells everything', 0.4, (prompt, _, i) => told(prompt, i, () => true)],
    ['an answer that tells only what nobody asked for', 3, (prompt, _, i) => told(prompt, i, (importance) => importance < 1)],
    ['the best answer among idle talk', 0.7, (_, best) => [...say(PHRASES.filler[0], PHRASES.filler[3]).slice(0, -1), ...best]],
    ['the best answer with a rude word', 1.6, (_, best) => [...best.slice(0, -1), ...say('everyone knows that')]],
    ['the best answer with all friendly words', 0.7, (_, best) => [...say(...PHRASES.polite.slice(0, 5)).slice(0, -1), ...best]],
  ],
  idle: 'sorry to bother you .',
});

const sample = helpful.prompts('sft', 1500, 1);
const value = (text: string, slot: string): string | undefined =>
  helpful.parsePrompt(text).prompt.facts.find((fact) => fact.slot === slot)?.value;

describe('dialogues', () => {
  it('have two or three turns of the user, who has the last word', () => {
    const turns = sample.map(({ tokens }) => {
      const speakers = vocabulary.decode(tokens).filter((word) => word === SPEAKER.user || word === SPEAKER.assistant);
      speakers.forEach((speaker, i) => expect(speaker).toBe(i % 2 === 0 ? SPEAKER.user : SPEAKER.assistant));
      expect(speakers.at(-1)).toBe(SPEAKER.user);
      return (speakers.length + 1) / 2;
    });
    expect([...new Set(turns)].sort()).toEqual([2, 3]);
    expect(turns.filter((count) => count === 3).length / turns.length).toBeGreaterThan(0.15);
  });

  it('come from more than a million frames', () => {
    // Lower bound: one concern, a feeling and a person; a day and a number for cooking only; nothing lacking.
    const core = (matters: typeof MATTERS): number =>
      matters.reduce((sum, { subjects }) => sum + subjects.length, 0) * KINDS.length * 3 * PEOPLE.length * FEELINGS.length;
    const cooking = core(MATTERS.filter(({ topic }) => topic === 'cooking')) * DAYS.length * GIVEN.length;
    expect(core(MATTERS) + cooking).toBeGreaterThan(1e6);
  });

  it('leave open what they are about in one of five, and then ask for a question back', () => {
    const open = sample.filter(({ facts }) => facts.some(({ slot }) => slot === 'ask'));
    expect(open.length / sample.length).toBeGreaterThan(0.15);
    expect(open.length / sample.length).toBeLessThan(0.25);
    for (const { facts } of open) {
      expect(facts.find(({ slot }) => slot === 'ask')?.importance).toBe(IMPORTANCE.asked);
      expect(facts.some(({ slot }) => slot === 'do' || slot === 'time' || slot === 'deadline')).toBe(false);
    }
  });

  it('mostly hold somebody else\'s case', () => {
    const decoy = /\b(my uncle|my aunt|my cousin|a friend of mine)\b/;
    const share = sample.filter(({ tokens }) => decoy.test(vocabulary.decode(tokens).join(' '))).length / sample.length;
    expect(share).toBeGreaterThan(0.6);
  });

  it('are read back as the frames they were written from', () => {
    for (let i = 0; i < 2000; i++) {
      const rng = new Stream(streamKey(i, PURPOSE.test));
      const frame = drawFrame(rng);
      expect(recognise(vocabulary.encode(writeDialogue(rng, frame))).frame).toEqual(frame);
    }
  });

  it('ask in words that tell each kind of question from the others', () => {
    const cues = KINDS.flatMap((kind) => CUES[kind].map((cue) => [kind, cue] as const));
    for (const [kind, cue] of cues) {
      for (const [other, text] of cues) if (other !== kind) expect(text.includes(cue), `${text} / ${cue}`).toBe(false);
    }
  });
});

describe('knowledge', () => {
  it('has for each matter subjects with advice and times of their own', () => {
    expect(MATTERS.length).toBeGreaterThanOrEqual(20);
    for (const matter of MATTERS) {
      expect(matter.subjects.length).toBe(6);
      const deeds = matter.subjects.flatMap(({ deed }) => deed);
      expect(new Set(deeds).size).toBe(deeds.length);
      expect(new Set(matter.subjects.map(({ time }) => time)).size).toBeGreaterThanOrEqual(5);
    }
  });

  it('keeps advice, warnings and reasons of one matter apart from those of every other', () => {
    const owner = new Map<string, string>();
    for (const { act, subjects, avoid, why, next, ask } of MATTERS) {
      for (const text of [...subjects.flatMap(({ deed }) => deed), ...avoid, ...why, ...next, ...ask]) {
        expect(owner.get(text), text).toBeUndefined();
        owner.set(text, act);
      }
    }
  });

  it('writes the rates of its writers down in one place, each a share', () => {
    const { tells, ...rates } = WRITER;
    for (const rate of [...Object.values(rates), ...Object.values(tells)]) {
      expect(rate).toBeGreaterThan(0);
      expect(rate).toBeLessThan(1);
    }
  });
});

describe('parsePrompt of a visitor\'s own dialogue', () => {
  const text = 'My laundry is a mess! How do I get red wine out of a shirt? I am cooking for two people. I do not have a cloth.';

  it('reads it with or without speakers, and names unknown words', () => {
    const { prompt, unknown } = helpful.parsePrompt(text);
    expect(unknown).toEqual(['mess']);
    expect(prompt.topic).toBe('household');
    expect(Object.fromEntries(prompt.facts.map(({ slot, value }) => [slot, value]))).toMatchObject({
      do: 'cover it with salt',
      time: 'five minutes',
      avoid: 'rub it',
      instead: 'use a paper towel instead of a cloth',
    });
    expect(prompt.facts.some(({ slot }) => slot === 'amount' || slot === 'ask')).toBe(false);
    const values = (said: string): string[] => helpful.parsePrompt(said).prompt.facts.map((fact) => fact.value);
    expect(values(`User: ${text}`)).toEqual(values(text));
  });

  it('follows a swapped subject and is not fooled by somebody else\'s', () => {
    expect(value(text, 'do')).toBe('cover it with salt');
    expect(value(text.replace('red wine', 'blood'), 'do')).toBe('soak it in cold salt water');
    expect(value(`${text} My uncle once had to get ink out of a shirt.`, 'do')).toBe('cover it with salt');
  });

  it('takes the answer to a question back for what it is about', () => {
    const asked = 'User: How do I cook rice? Assistant: What kind of rice is it?';
    expect(value(`${asked} User: It is late.`, 'ask')).toBe('what kind of rice is it');
    expect(value(`${asked} User: Brown rice, I think.`, 'ask')).toBeUndefined();
    expect(value(`${asked} User: Brown rice, I think.`, 'time')).toBe('forty minutes');
  });

  it('does not ask again for what the assistant said', () => {
    const told = 'User: How do I cook brown rice? Assistant: Simmer it over low heat. User: How long does that take?';
    expect(value(told, 'do')).toBeUndefined();
    expect(value(told, 'time')).toBe('forty minutes');
  });

  it('works numbers out', () => {
    for (const given of GIVEN) {
      const said = `How do I make hard eggs? I am cooking for ${numberWord(given)} people.`;
      expect(value(said, 'amount')).toBe(`take ${numberWord(2 * given)} eggs`);
    }
  });
});

describe('toText', () => {
  it('writes each turn on a line of its own, with capitals and spacing as a person would', () => {
    const text = 'user: hello , i need help with my laundry . assistant: sure , go ahead . user: thanks !';
    const ids = vocabulary.encode(tokenise(text));
    expect(helpful.toText(ids)).toBe('User: Hello, I need help with my laundry.\nAssistant: Sure, go ahead.\nUser: Thanks!');
    expect(helpful.toText(vocabulary.encode(tokenise('happy to help .')))).toBe('Happy to help.');
  });
});
