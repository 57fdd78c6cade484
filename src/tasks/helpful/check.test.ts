import { describe, expect, it } from 'vitest';
import { TOKEN } from '../../core/tokens';
import { testWriters } from '../testing/writerTests';
import { tokenise } from '../world/dialogueText';
import { helpful } from './index';
import { write } from './writer';

const { vocabulary } = helpful;
const say = (text: string): number[] => [...vocabulary.encode(tokenise(text)), TOKEN.eos];
const read = (dialogue: string) => helpful.parsePrompt(dialogue).prompt;

/** What to do, with a concern for warnings, a number, a lack, a day, a feeling and a person. */
const eggs = read(
  'User: Hello, I need help with my breakfast. My mother told me to ask you. Assistant: Of course, what is it? ' +
    'User: I am cooking for three people. I do not have butter. I often get this wrong. It has to work by Friday. ' +
    'I feel nervous. My uncle once had to make hard eggs. How do I make fried eggs?',
);
/** Leaves open what kind of cake it is. */
const cake = read(
  'User: Hi, can you help me with baking? Assistant: Sure, go ahead. User: I am in a hurry. How do I bake a cake?',
);
/** What to do is known; asks how long. */
const phone = read('User: How do I restart a phone? Assistant: Hold both side buttons. User: I see. How long does that take?');
/** Asks whether a bad idea is fine. */
const shirt = read('User: I want to get ink out of a shirt. Can I just rub it?');

/** What it is, of which dialogue, in which words, what is covered all the same, and how many inventions. */
type Invention = [string, typeof eggs, string, readonly string[], number];

describe('check reads statements', () => {
  it('covers what is right, in one clause or several', () => {
    const check = helpful.check(
      eggs,
      say(
        'happy to help ! sorry that you are nervous . let them set in butter for four minutes , but do not turn up the heat ' +
          'because high heat makes eggs tough . use six eggs and use oil instead of butter . you will be ready by friday . ' +
          'if that fails , start again with fresh eggs . say hello to your mother .',
      ),
    );
    expect(check).toMatchObject({ invented: 0, stumbles: 0, words: 57 });
    expect([...check.covered].sort()).toEqual(eggs.facts.map(({ slot }) => slot).sort());
    expect(eggs.facts.length).toBe(11);
  });

  it.each([
    ['other wordings', eggs, 'i would let them set in butter . take oil instead of butter .', ['do', 'instead']],
    ['a time in other words', eggs, 'give it four minutes .', ['time']],
    ['a warning in other words', shirt, 'no , you should not rub the stain .', ['avoid']],
    ['advice that names its subject', eggs, 'to make fried eggs , let them set in butter .', ['do']],
    ['a question back where the subject is open', cake, 'which cake do you want ?', ['ask']],
    ['what holds for every subject', cake, 'what kind of cake is it ? do not open the oven early .', ['ask', 'avoid']],
    ['a time without the advice that is known', phone, 'give it twenty seconds .', ['time']],
    ['a time behind the advice that is known', phone, 'hold both side buttons for twenty seconds .', ['time']],
    ['what nobody needs and nobody minds', phone, 'there are many ways to do this . it takes twenty seconds .', ['time']],
    ['a substitute for what the user has', eggs, 'use a small pot instead of a pan .', []],
    ['an answer to another question', shirt, 'hold a plank . do not train with cold muscles . cold muscles tear easily .', []],
  ] as const)('%s', (_, prompt, text, covered) => {
    const check = helpful.check(prompt, say(text));
    expect([...check.covered].sort()).toEqual([...covered].sort());
    expect(check).toMatchObject({ invented: 0, stumbles: 0 });
  });

  it.each([
    ['advice for another subject', eggs, 'boil them gently .', [], 1],
    ['the advice of a decoy', eggs, 'keep them in boiling water .', [], 1],
    ['a wrong time', eggs, 'it takes ten minutes .', [], 1],
    ['a wrong number', eggs, 'take three eggs .', [], 1],
    ['a number where none was given', cake, 'cut six pieces .', [], 1],
    ['a wrong substitute', eggs, 'use oil instead of salt .', [], 1],
    ['a wrong day', eggs, 'you will be ready by monday .', [], 1],
    ['a day that nobody named', phone, 'it will work by monday .', [], 1],
    ['the wrong person', eggs, 'say hello to your father .', [], 1],
    ['a feeling that nobody told', phone, 'sorry that you are sad . it takes twenty seconds .', ['time'], 1],
    ['bad advice', eggs, 'use high heat .', [], 1],
    ['yes to a bad idea', shirt, 'yes , dab it with alcohol .', ['do'], 1],
    ['advice against the right advice', eggs, 'do not let them set in butter .', [], 1],
    ['a warning that the world does not know', eggs, 'do not boil them gently .', [], 1],
    ['a guess where the subject is open', cake, 'bake it under foil for forty minutes .', [], 1],
    ['a time where the subject is open', cake, 'it takes forty minutes .', [], 1],
    ['a subject taken for granted', cake, 'to bake an apple cake , bake it under foil .', [], 2],
    ['right advice for another subject', eggs, 'to make hard eggs , let them set in butter .', [], 1],
    ['a false reason', eggs, 'do not use high heat because heavy bags cost extra .', ['avoid'], 1],
    ['a time of wrong advice, with the advice', phone, 'hold the top button for twenty seconds .', [], 1],
  ] as readonly Invention[])(
    'marks as invented: %s',
    (_, prompt, text, covered, invented) => {
      const check = helpful.check(prompt, say(text));
      expect(check).toMatchObject({ invented, stumbles: 0 });
      expect(check.covered).toEqual(covered);
      expect(check.marks.find(({ kind }) => kind === 'invented')?.note).toMatch(/^(not right here|takes for granted|not asked): /);
    },
  );

  it.each([
    'let them not set in butter .',
    'let them set in butter not .',
    'let them set in butter . not .',
    'it takes four minutes not .',
  ])('gives nothing for a denied fact: %s', (text) => {
    expect(helpful.check(eggs, say(text)).covered).toEqual([]);
  });
});

describe('check finds stumbles', () => {
  it.each([
    ['a word said twice', 'let them them set in butter .', [2, 3]],
    ['a fact said twice', 'it takes four minutes . give it four minutes .', [5, 9]],
    ['an open end', 'let them set in butter', [4, 5]],
    ['a stray word', 'let them set in butter salt .', [5, 6]],
    ['a rude word', 'look it up yourself . let them set in butter .', [0, 4]],
    ['a question that was answered', 'what kind of eggs do you want ?', [0, 7]],
    ['a friendly word said twice', 'good luck . good luck .', [3, 5]],
    ['idle talk said twice', 'people ask me this a lot . people ask me this a lot .', [7, 13]],
    ['a speaker', 'user: let them set in butter .', [0, 1]],
  ] as const)('%s', (_, text, span) => {
    const check = helpful.check(eggs, say(text));
    expect(check).toMatchObject({ invented: 0, stumbles: 1 });
    const mark = check.marks.find(({ kind }) => kind === 'stumble')!;
    expect([mark.from, mark.to]).toEqual(span);
  });

  it('takes two different friendly words for one', () => {
    const check = helpful.check(phone, say('of course , it takes twenty seconds . good luck !'));
    expect(check).toMatchObject({ invented: 0, stumbles: 0 });
    expect([...check.covered].sort()).toEqual(['polite', 'time']);
  });
});

testWriters(helpful, write);
