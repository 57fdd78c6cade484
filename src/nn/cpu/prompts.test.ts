import { describe, expect, it } from 'vitest';
import { packBatch, type Sequence } from '../batch';
import { promptGroups, selectRows, SHORTEST_SHARED } from './prompts';

const LONG = Array.from({ length: SHORTEST_SHARED }, (_, t) => t + 1);
const row = (prompt: readonly number[], response: readonly number[], extra?: readonly number[]): Sequence => ({
  tokens: [...prompt, ...response],
  scoreFrom: prompt.length,
  ...(extra ? { extra } : {}),
});

describe('promptGroups', () => {
  it('joins rows of one prompt wherever they stand and however they are padded', () => {
    const other = [...LONG.slice(0, -1), 99];
    const batch = packBatch([
      row(LONG, [1]), row(other, [1]), row(LONG, [5, 6, 7]), row([...LONG, 4], [1]), row(other, [1, 2]), row(LONG, [1]),
    ]);
    expect(promptGroups(batch)).toEqual([[0, 2, 5], [1, 4], [3]]);
    // The third row one column to the right of the others.
    const padding = [0, 0, 1, 0, 0, 0];
    const length = batch.length + 1;
    const tokens = new Int32Array(batch.rows * length);
    padding.forEach((columns, b) => {
      tokens.set(batch.tokens.subarray(b * batch.length, (b + 1) * batch.length), b * length + columns);
    });
    const shift = (column: Int32Array): Int32Array => column.map((at, b) => at + padding[b]!);
    const [start, end, scoreFrom] = [shift(batch.start), shift(batch.end), shift(batch.scoreFrom)];
    expect(promptGroups({ ...batch, length, tokens, start, end, scoreFrom })).toEqual([[0, 2, 5], [1, 4], [3]]);
  });

  it('leaves short prompts alone', () => {
    const short = LONG.slice(1);
    expect(promptGroups(packBatch([row(short, [1]), row(short, [1]), row([], [3])]))).toEqual([[0], [1], [2]]);
  });

  it('looks at the extra inputs of the prompt, not at those after it', () => {
    const extra = [...LONG.map(() => 0.5), 3];
    const [late, early] = [[...extra], [...extra]];
    late[SHORTEST_SHARED] = 4;
    early[SHORTEST_SHARED - 1] = 0.25;
    expect(promptGroups(packBatch([row(LONG, [1], extra), row(LONG, [1], early), row(LONG, [1], late)])))
      .toEqual([[0, 2], [1]]);
  });
});

it('selectRows takes rows out as a batch of their own', () => {
  const sequences = [row(LONG, [1]), row(LONG, [5, 6, 7], [0, 1, 2]), row([2], [4], [9, 8])];
  const options = { scored: 3 };
  const whole = packBatch(sequences, options);
  const alone = packBatch([sequences[2]!, sequences[0]!], options);
  const taken = selectRows(whole, [2, 0]);
  expect(taken).toMatchObject({ rows: 2, length: whole.length, scored: 3 });
  for (const name of ['start', 'end', 'scoreFrom'] as const) expect(taken[name]).toEqual(alone[name]);
  for (const name of ['tokens', 'extra'] as const) {
    for (const b of [0, 1]) {
      const [from, to] = [taken.start[b]!, taken.end[b]!];
      expect(taken[name]!.subarray(b * taken.length + from, b * taken.length + to))
        .toEqual(alone[name]!.subarray(b * alone.length + from, b * alone.length + to));
    }
  }
  expect(selectRows(packBatch([row(LONG, [1])]), [0]).extra).toBeUndefined();
});
