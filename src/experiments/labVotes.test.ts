import { describe, expect, it } from 'vitest';
import type { HumanPair } from '../core/humanPairs';
import { labelerFigures } from '../evaluation/labelerFigures';
import { ballotOf, labelsOfVotes, shownFirst, toVote, type Question, type Vote, type VoteAnswer } from './labVotes';

const pairsOf = (n: number): HumanPair[] => Array.from({ length: n }, (_, i) => ({
  id: `pair-${i}`, prompt: `q${i}`, responses: [`A${i}`, `B${i} longer`], people: 1,
}));

/** Answers questions until the given number of answers, or all. */
function answerAll(pairs: readonly HumanPair[], say: (question: Question, turn: number) => VoteAnswer, most = Infinity) {
  const votes: Vote[] = [];
  const asked: Question[] = [];
  for (let turn = 0; turn < most; turn++) {
    const { question } = ballotOf(pairs, votes);
    if (!question) break;
    asked.push(question);
    votes.push(toVote(question, say(question, turn), 1000, turn));
  }
  return { votes, asked };
}
const names = (asked: readonly Question[]): string[] => asked.map(({ pair, showing }) => pair.id.slice(5) + (showing === 1 ? '*' : ''));
/** Votes for the response with this index, on whichever side it stands. */
const forResponse = (index: 0 | 1) => ({ first }: Question): VoteAnswer => (first === index ? 'first' : 'second');

describe('the order of questions', () => {
  it('brings every eighth pair back, eight pairs later or at the end, with its sides swapped', () => {
    const { asked } = answerAll(pairsOf(22), () => 'tie');
    expect(names(asked)).toEqual([
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '0*', '9', '10', '11', '12', '13', '14', '15', '16', '8*',
      '17', '18', '19', '20', '21', '16*',
    ]);
    const sides = new Map(asked.filter(({ showing }) => showing === 0).map(({ pair, first }) => [pair.id, first]));
    for (const { pair, first } of asked.filter(({ showing }) => showing === 1)) expect(first).toBe(1 - sides.get(pair.id)!);
  });

  it('shuffles the sides by the id of the pair alone, about half of them', () => {
    const pairs = pairsOf(400);
    const swapped = pairs.filter(({ id }) => shownFirst(id, 0) === 1).length;
    // Binomial of 400 at 1/2: a standard deviation of 10.
    expect(Math.abs(swapped - 200)).toBeLessThan(40);
    expect(ballotOf([...pairs].reverse(), []).question!.first).toBe(shownFirst('pair-399', 0));
  });

  it('asks a skipped question again at the end, after what was never skipped', () => {
    const skips = new Set([1, 4]);
    const { asked } = answerAll(pairsOf(6), (_, turn) => (skips.has(turn) ? 'skip' : 'tie'));
    expect(names(asked)).toEqual(['0', '1', '2', '3', '4', '5', '1', '0*', '4']);
    const ballot = ballotOf(pairsOf(3), answerAll(pairsOf(3), () => 'skip', 4).votes);
    expect([ballot.answered, ballot.total, ballot.question!.pair.id]).toEqual([0, 3, 'pair-1']);
  });

  it('does not ask a pair again while it is remembered', () => {
    // The first pair is put off to the end, where nothing is left to ask in between.
    const { asked } = answerAll(pairsOf(6), (_, turn) => (turn === 0 ? 'skip' : 'tie'));
    expect(names(asked)).toEqual(['0', '1', '2', '3', '4', '5', '0']);
  });

  it('is undone by leaving out the last vote, whatever it was', () => {
    const pairs = pairsOf(12);
    const { votes, asked } = answerAll(pairs, (_, turn) => (turn % 3 === 1 && turn < 9 ? 'skip' : 'bad'));
    asked.forEach((question, turn) => expect(ballotOf(pairs, votes.slice(0, turn)).question).toEqual(question));
  });

  it('settles a pair only when it will not come back', () => {
    const pairs = pairsOf(12);
    const { votes } = answerAll(pairs, () => 'first');
    expect(ballotOf(pairs, votes.slice(0, 3)).settled).toEqual(new Set(['pair-1', 'pair-2']));
    const all = ballotOf(pairs, votes);
    expect([all.question, all.settled.size, all.answered, all.total]).toEqual([undefined, 12, 13, 13]);
  });
});

describe('votes as labels', () => {
  it('are of responses[0], on whichever side it stood', () => {
    const pairs = pairsOf(16);
    for (const index of [0, 1] as const) {
      const labels = labelsOfVotes(pairs, answerAll(pairs, forResponse(index)).votes);
      expect(labels.map(({ pairId }) => pairId)).toEqual(pairs.map(({ id }) => id));
      for (const { pairId, pA, raw, parsed, latencyMs } of labels) {
        expect([pA, parsed, latencyMs]).toEqual([1 - index, true, 1000]);
        // Raw answers are of the response shown first: both orders where the pair was asked twice.
        expect(raw).toEqual(pairId === 'pair-0' || pairId === 'pair-8' ? [1 - index, index] : [1 - index]);
      }
      const { agreement, samePick } = labelerFigures(pairs, labels);
      expect([agreement.value, agreement.n, samePick!.value, samePick!.n]).toEqual([1 - index, 16, 1, 2]);
    }
  });

  it('of a reader who always takes the left are ties where the pair was asked twice, and prefer the first', () => {
    const pairs = pairsOf(16);
    const labels = labelsOfVotes(pairs, answerAll(pairs, () => 'first').votes);
    expect(labels[0]).toMatchObject({ pA: 0.5, raw: [1, 1] });
    expect(labels[1]!.pA).toBe(shownFirst('pair-1', 0) === 0 ? 1 : 0);
    expect(labelerFigures(pairs, labels)).toMatchObject({ samePick: { value: 0 }, prefersFirst: { value: 1, n: 2 } });
  });

  it('count both bad as a tie and say so; skips are no votes', () => {
    const pairs = pairsOf(4);
    const said: VoteAnswer[] = ['skip', 'bad', 'tie', 'skip'];
    const labels = labelsOfVotes(pairs, answerAll(pairs, (_, turn) => said[turn]!, 4).votes);
    expect(labels).toEqual([
      { pairId: 'pair-1', labeler: 'you', pA: 0.5, raw: [0.5], parsed: true, latencyMs: 1000, rationale: 'Both bad.' },
      { pairId: 'pair-2', labeler: 'you', pA: 0.5, raw: [0.5], parsed: true, latencyMs: 1000 },
    ]);
  });

  it('have no time where the reader was away', () => {
    const { question } = ballotOf(pairsOf(2), []);
    expect(toVote(question!, 'tie', 299_999.6, 0).latencyMs).toBe(300_000);
    expect(toVote(question!, 'tie', 301_000, 0)).not.toHaveProperty('latencyMs');
  });
});
