import { describe, expect, it } from 'vitest';
import { directReward } from '../../algorithms/directReward';
import { joinScores, readScore } from './scoreReading';

const listed = (probabilities: Readonly<Record<string, number>>) =>
  Object.entries(probabilities).map(([token, p]) => ({ token, logprob: Math.log(p) }));
const top = (first: Record<string, number>, text = '', second?: { after: string; top: Record<string, number> }) =>
  readScore({ text, top: listed(first), ...(second && { second: { after: second.after, top: listed(second.top) } }) }, 'logprobs');

/** 10 numbers from those that are not 0, by score. */
const scores = (masses: Readonly<Record<number, number>>) => Array.from({ length: 10 }, (_, i) => masses[i + 1] ?? 0);
function expectScores(actual: readonly number[] | undefined, masses: Readonly<Record<number, number>>): void {
  expect(actual).toHaveLength(10);
  scores(masses).forEach((p, i) => expect(actual![i], `score ${i + 1}`).toBeCloseTo(p, 12));
}

describe('log-probabilities', () => {
  it('sums all spellings and renormalises over the ten', () => {
    const answer = top({ '7': 0.3, ' 7': 0.1, '８': 0.2, '"10"': 0.1, '▁10': 0.1, '11': 0.05, '0': 0.05, Seven: 0.05 });
    expectScores(answer.probabilities, { 7: 0.5, 8: 0.25, 10: 0.25 });
    expect(answer.missingMass).toBeCloseTo(0.2, 12);
    expect(answer.guessedMass).toBe(0);
  });

  it('takes "1" for 1 where "10" is a token of its own', () => {
    const answer = top({ '9': 0.5, '10': 0.2, '1': 0.3 });
    expectScores(answer.probabilities, { 1: 0.3, 9: 0.5, 10: 0.2 });
    expect(answer.guessedMass).toBe(0);
  });

  it('multiplies where "1" is the first of two tokens and the second is known', () => {
    const answer = top({ '1': 0.6, '9': 0.4 }, '10', { after: '1', top: { '0': 0.75, '<end>': 0.125, ' (': 0.125 } });
    expectScores(answer.probabilities, { 1: 0.6 * 0.25, 9: 0.4, 10: 0.6 * 0.75 });
    expect(answer.guessedMass).toBe(0);
  });

  it('does not count a "1" that goes on as 15 or 100, nor one that a text after it follows', () => {
    const answer = top({ '1': 0.5, '2': 0.5 }, '15', { after: ' 1', top: { '5': 0.4, '00': 0.2, ' 0': 0.3, '0/': 0.1 } });
    expectScores(answer.probabilities, { 1: 0.15 / 0.7, 2: 0.5 / 0.7, 10: 0.05 / 0.7 });
    expect(answer.missingMass).toBeCloseTo(0.3, 12);
  });

  it('goes by the text where there is no second token, and says that this is a guess', () => {
    expectScores(top({ '1': 0.6, '9': 0.4 }, '10').probabilities, { 9: 0.4, 10: 0.6 });
    expectScores(top({ '1': 0.6, '9': 0.4 }, '1').probabilities, { 1: 0.6, 9: 0.4 });
    expect(top({ '1': 0.6, '9': 0.4 }, '1').guessedMass).toBeCloseTo(0.6, 12);
  });

  it('goes by the neighbours where another number was chosen, and leaves "1" out where there is neither', () => {
    const answer = top({ '8': 0.5, '9': 0.24, '2': 0.06, '1': 0.2 }, '8', { after: '8', top: { '0': 0.9 } });
    expectScores(answer.probabilities, { 1: 0.04, 2: 0.06, 8: 0.5, 9: 0.24, 10: 0.16 });
    expect(answer.guessedMass).toBeCloseTo(0.2, 12);
    const without = top({ '5': 0.6, '1': 0.4 }, '5');
    expectScores(without.probabilities, { 5: 1 });
    expect(without).toMatchObject({ missingMass: 0.4, guessedMass: 0 });
  });

  it('does not read crumbs, nor a reply without any', () => {
    expect(top({ The: 0.99, '7': 0.004 }).probabilities).toBeUndefined();
    expect(readScore({ text: '7' }, 'logprobs')).toEqual({});
  });
});

describe('plain answers', () => {
  it.each([
    ['7', 7], ['7/10', 7], ['Score: 10', 10], ['10/10', 10], ['10', 10], ['1', 1], ['ten', 10], ['Score: Ten.', 10], ['**8**', 8],
    ['**Score:** 8 out of 10', 8], ['My overall score is 6.', 6], ['The summary is fine.\n\nScore: 4', 4], ['7.0', 7], ['７', 7],
    ['I would give it an 8 on a scale from 1 to 10.', 8], ['8\n[it has 3 sentences]', 8], ['9 (90%)', 9], ['SCORE = 3', 3],
    ['It covers 2 of 4 points. Rating: 5/10', 5], ['<think>3 or 4</think>\n4', 4],
    ['', undefined], ['I cannot judge this.', undefined], ['0', undefined], ['11', undefined], ['-3', undefined], ['85/100', undefined],
    ['between 6 and 7', undefined], ['4\nno, sorry:\n6', undefined], ['One of the best summaries', undefined], ['7,5', undefined],
    ['from 1 to 10', undefined], ['80%', undefined], ['Score: 3. Score: 4.', undefined],
  ])('%j', (text, expected) => {
    const { probabilities } = readScore({ text }, 'choice');
    if (expected === undefined) expect(probabilities).toBeUndefined();
    else expectScores(probabilities, { [expected]: 1 });
  });

  it('parts a score between two, so that the expected score is the one given', () => {
    expectScores(readScore({ text: '7.25' }, 'choice').probabilities, { 7: 0.75, 8: 0.25 });
  });
});

describe('structured answers', () => {
  it.each([
    ['{"reason": "clear", "score": "8"}', 8], ['{"score": 10}', 10], ['```json\n{"score":"7/10"}\n```', 7],
    ['{"score":"high"}', undefined], ['{"score":0}', undefined], ['{"choice":"1"}', undefined], ['7', undefined], ['{"score":', undefined],
  ])('%s', (text, expected) => {
    const { probabilities } = readScore({ text }, 'structured');
    if (expected === undefined) expect(probabilities).toBeUndefined();
    else expectScores(probabilities, { [expected]: 1 });
  });

  it('keep the reason', () => {
    expect(readScore({ text: '{"reason": "clear", "score": "8"}' }, 'structured').reason).toBe('clear');
  });
});

describe('joining', () => {
  it('averages the samples that can be read', () => {
    const answers = ['7', 'no idea', '9', '9', '8'].map((text) => readScore({ text }, 'choice'));
    const joined = joinScores(answers);
    expectScores(joined.probabilities, { 7: 0.25, 8: 0.25, 9: 0.5 });
    expect(joined).toMatchObject({ parsed: true, unread: 1 });
  });

  it('is neutral where nothing can be read: half on 5, half on 6, a reward of 0', () => {
    const joined = joinScores([{}, { missingMass: 1, guessedMass: 0 }]);
    expect(joined).toEqual({ probabilities: scores({ 5: 0.5, 6: 0.5 }), parsed: false, missingMass: 1, guessedMass: 0, unread: 2 });
    expect(directReward([joined.probabilities])[0]).toBe(0);
  });
});
