import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../core/stats';
import { CsvReader } from '../core/csv';
import { compareSearchOf, parseCompareAddress } from './compareAddress';
import { compareCsv } from './compareCsv';
import { compareBallot, comparePairs, coupleKey, loadVotes, saveVotes, tallyOf, withVotes, type ComparePair } from './compareVotes';
import { toVote, type Vote, type VoteAnswer } from './labVotes';
import { testAnswer, testRun, testTable } from './testing/compare';

const N = 40;
const texts = (name: string, gold: (i: number) => number) => Array.from({ length: N }, (_, i) => testAnswer(`${name} says ${i}`, gold(i)));
// B has more gold on every post but every fourth, where both have the same.
const { columns, rows } = testTable(testRun({ a: texts('a', () => 1), b: texts('b', (i) => (i % 4 === 0 ? 1 : 2)) }));
const couple = { a: 0, b: 1 };
const pairs = comparePairs(rows, columns, couple);

function voteOn(say: (pair: ComparePair, first: 0 | 1) => VoteAnswer, most = N): { votes: Vote[]; asked: string[] } {
  const votes: Vote[] = [];
  const asked: string[] = [];
  for (let turn = 0; turn < most; turn++) {
    const { question } = compareBallot(pairs, votes);
    if (!question) break;
    asked.push(question.pair.id);
    votes.push(toVote(question, say(question.pair as ComparePair, question.first), 1000, turn));
  }
  return { votes, asked };
}
/** For the response of arm b, on whichever side it stands. */
const forB = (pair: ComparePair, first: 0 | 1): VoteAnswer => (pair.responses[first].startsWith('B') ? 'first' : 'second');

describe('blind votes', () => {
  it('are asked once a post, in their order, on shuffled sides', () => {
    const { asked, votes } = voteOn(forB, 2 * N);
    expect(asked).toEqual(pairs.map(({ id }) => id));
    const left = votes.filter(({ first }) => first === 0).length;
    // Binomial of 40 at 1/2: a standard deviation of 3.2.
    expect(Math.abs(left - N / 2)).toBeLessThan(13);
    expect(compareBallot(pairs, votes).question).toBeUndefined();
  });

  it('are counted for their columns, whichever is called a', () => {
    const { votes } = voteOn(forB, 10);
    const tally = tallyOf(pairs, votes, couple);
    expect(tally).toMatchObject({ votes: 10, bothBad: 0, winRate: { value: 0, ci: wilsonInterval(0, 10), n: 10 } });
    // Of the first ten posts, three have equal gold.
    expect(tally.gold).toMatchObject({ value: 1, n: 7 });
    const swapped = { a: 1, b: 0 };
    expect(coupleKey(columns, swapped)).toBe(coupleKey(columns, couple));
    const others = comparePairs(rows, columns, swapped);
    expect(others.map(({ id }) => id)).toEqual(pairs.map(({ id }) => id));
    expect(tallyOf(others, votes, swapped).winRate!.value).toBe(1);
  });

  it('count ties and both bad half, and skipped ones not at all', () => {
    const said: VoteAnswer[] = ['tie', 'bad', 'skip'];
    let turn = 0;
    const tally = tallyOf(pairs, voteOn((pair, first) => said[turn++] ?? forB(pair, first), 4).votes, couple);
    expect(tally).toMatchObject({ votes: 3, bothBad: 1, winRate: { value: 1 / 3 } });
    expect(tally.gold).toMatchObject({ n: 1 });
    expect(tallyOf(pairs, [], couple)).toEqual({ votes: 0, bothBad: 0 });
  });

  it('are undone by leaving out the last one, and asked again', () => {
    const { votes } = voteOn(forB, 5);
    expect(compareBallot(pairs, votes.slice(0, -1)).question!.pair.id).toBe(pairs[4]!.id);
  });

  it('are kept for the session, a bounded number, and only as votes', () => {
    const held = new Map<string, string>();
    const items = () => ({ getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => void held.set(key, value) });
    const { votes } = voteOn(forB, 3);
    let kept = {};
    for (let i = 0; i < 40; i++) kept = withVotes(kept, `couple ${i}`, votes);
    expect(Object.keys(kept)).toHaveLength(30);
    expect(saveVotes(items, kept)).toBe(true);
    expect(loadVotes(items)).toEqual(kept);
    expect(withVotes({ one: votes }, 'one', [])).toEqual({});
    for (const odd of ['', '[]', '{"x":[{"answer":"first"}]}', 'null', '{"__proto__":1}']) {
      held.set('compare-votes', odd);
      expect(loadVotes(items), odd).toEqual({});
    }
    const none = (): Storage => { throw new Error('no storage'); };
    expect([loadVotes(none), saveVotes(none, kept)]).toEqual([{}, false]);
  });
});

describe('addresses', () => {
  it('name a post and columns, and keep the rest', () => {
    const search = compareSearchOf('?backend=cpu&view=lab', { post: 'test:1:2', columns: ['rlhf', 'x-1:rlaif'] });
    expect(search).toBe('?backend=cpu&view=compare&columns=rlhf,x-1:rlaif&post=test:1:2');
    expect(parseCompareAddress(search)).toEqual({ post: 'test:1:2', columns: ['rlhf', 'x-1:rlaif'] });
    expect(compareSearchOf(search, {})).toBe('?backend=cpu&view=compare');
  });
  it('may be anything', () => {
    for (const odd of ['', '?post=&columns=,,', `?post=${'x'.repeat(999)}&columns=${'y'.repeat(999)}`, '?post=%E0%A4%A']) {
      expect(Object.keys(parseCompareAddress(odd)).filter((key) => key === 'columns'), odd).toEqual([]);
    }
    expect(parseCompareAddress(`?columns=${'a,'.repeat(99)}`).columns).toHaveLength(6);
  });
});

describe('the table as CSV', () => {
  it('has a row a post, with what stands on screen', () => {
    const reader = new CsvReader({ columns: 100, cellCharacters: 10_000 });
    const [head, first, ...others] = [...reader.push(compareCsv(rows, columns, couple, ['gold', 'words']))].map(({ cells }) => cells);
    expect(head!.slice(-2)).toEqual(['A minus B, gold', 'A minus B, words']);
    expect(first).toEqual(['p0', 'work', '2', 'My boss is late.', 'A says 0', '1', '', '3', '0', 'B says 0', '1', '', '3', '0', '0', '0']);
    expect(others).toHaveLength(N - 1);
    expect(compareCsv([], columns, undefined, []).split('\r\n')).toHaveLength(2);
  });
});
