import { describe, expect, it } from 'vitest';
import { countWords, textPieces, wordsToText } from './text';

const join = (words: string): string => wordsToText(words.split(' ').filter(Boolean));

describe('wordsToText', () => {
  it('sets punctuation tight and starts sentences with capitals', () => {
    expect(join('my cat , a tabby , ran off . should i call her ? yes !')).toBe(
      'My cat, a tabby, ran off. Should I call her? Yes!',
    );
  });

  it('writes i and its contractions with a capital, and nothing else that starts with i', () => {
    expect(join("he says i'm late and i'll pay , i think it is")).toBe("He says I'm late and I'll pay, I think it is");
    expect(join("we know i 'm right , she did n't ask")).toBe("We know I'm right, she didn't ask");
  });

  it('keeps brackets, money and quotation marks tight on the right side', () => {
    expect(join('it cost $ 40 ( or 45 ) . she said " no . " then left')).toBe(
      'It cost $40 (or 45). She said "no." Then left',
    );
    expect(join('2 / 3 agree , 50 % do not')).toBe('2/3 agree, 50% do not');
  });

  it('does not take a comma or a colon for the end of a sentence', () => {
    expect(join('the question : should we go , or not')).toBe('The question: should we go, or not');
  });

  it('starts the next sentence after a closing bracket', () => {
    expect(join('( we left . ) nobody saw')).toBe('(We left.) Nobody saw');
  });

  it('leaves reserved tokens and capitals of the data as they are', () => {
    expect(join('the Golden Palace is <unknown> .')).toBe('The Golden Palace is <unknown>.');
    expect(wordsToText([])).toBe('');
  });
});

describe('a dialogue', () => {
  it('has each turn on a line of its own, with capitals where sentences begin', () => {
    expect(wordsToText(['user:', 'hello', '.', 'may', 'i', 'ask', '?', 'assistant:', 'of', 'course', ',', 'what', '?', 'user:', 'my', 'sink', '.'])).toBe(
      'User: Hello. May I ask?\nAssistant: Of course, what?\nUser: My sink.',
    );
    expect(textPieces(['user:', 'hi'])[0]).toEqual({ before: '', text: 'User:' });
  });
});

describe('textPieces', () => {
  it('gives one piece a token', () => {
    expect(textPieces(['wait', ',', 'i', "'ve", 'gone'])).toEqual([
      { before: '', text: 'Wait' },
      { before: '', text: ',' },
      { before: ' ', text: 'I' },
      { before: '', text: "'ve" },
      { before: ' ', text: 'gone' },
    ]);
  });
});

describe('countWords', () => {
  it.each([
    ['', 0],
    [' ... !', 0],
    ["Don't touch my well-known cat.", 5],
    ['1 November 1987', 3],
    ['naïve café — déjà vu', 4],
    ['one\n\ntwo\tthree', 3],
  ])('%j has %i', (text, words) => {
    expect(countWords(text)).toBe(words);
  });
});
