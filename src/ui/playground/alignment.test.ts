import { describe, expect, it } from 'vitest';
import type { Estimate, RunBundle } from '../../core/bundle';
import { DEFAULT_CONFIG } from '../../core/config';
import { testBundle } from '../../experiments/testing/bundle';
import { alignmentCsv, alignmentMarks, placeNames } from './alignment';

const estimate = (value: number, over: Estimate['over']): Estimate => ({ value, ci: [value - 0.05, value + 0.05], n: 40, over });

/** The arms' win rates and their labelers' agreement with the majority, in the order of the arms. */
function bundle(rates: readonly number[], agreements: readonly number[]): RunBundle {
  const base = testBundle();
  const judged = { judge: '', circular: false };
  return {
    ...base,
    arms: base.arms.map((arm, i) => i === 0 ? arm : {
      ...arm,
      evaluation: { ...arm.evaluation, winRateVsSft: {
        majority: { ...judged, raw: estimate(rates[i - 1]!, 'posts') }, gold: { ...judged, raw: estimate(0.9, 'posts') },
      } },
    }),
    labelers: agreements.map((agreement, i) => ({
      ...base.labelers[0]!, id: `labeler-${i}`,
      alignment: { ...base.labelers[0]!.alignment, majority: estimate(agreement, 'pairs') },
    })),
  };
}

describe('alignment against win rate', () => {
  it('puts each arm with its own labeler, by the majority of annotators', () => {
    const marks = alignmentMarks(bundle([0.7, 0.6], [0.8, 0.55]));
    expect(marks.map(({ armId, agreement, winRate }) => [armId, agreement.value, winRate.value])).toEqual([
      ['rlhf', 0.8, 0.7], ['rlaif', 0.55, 0.6],
    ]);
  });
  it('leaves out arms of which something is missing, SFT among them', () => {
    expect(alignmentMarks(bundle([0.7, 0.6], [0.8])).map(({ armId }) => armId)).toEqual(['rlhf']);
    expect(alignmentMarks(testBundle(DEFAULT_CONFIG))).toEqual([]);
  });
  it('goes out as numbers with both intervals', () => {
    const [header, first] = alignmentCsv(alignmentMarks(bundle([0.5, 0.6], [0.75, 0.5]))).split(/\r?\n/);
    expect(header).toBe('arm,agreement,agreement_low,agreement_high,agreement_n,win_rate,win_rate_low,win_rate_high,win_rate_n');
    expect(first).toBe('rlhf,0.75,0.7,0.8,40,0.5,0.45,0.55,40');
  });
});

describe('names of marks', () => {
  it('stay beside their marks where there is room, towards the middle of the picture', () => {
    expect(placeNames([{ x: 100, y: 50, label: 'a' }, { x: 500, y: 50, label: 'b' }], 600)).toEqual([
      { text: 'a', x: 108, y: 41, before: false }, { text: 'b', x: 492, y: 41, before: true },
    ]);
  });
  it('go up where they would touch, and are cut', () => {
    const names = placeNames(['first', 'second', 'third '.repeat(9)].map((label) => ({ x: 100, y: 50, label })), 600);
    expect(names.map(({ y }) => y)).toEqual([41, 28, 15]);
    expect(names[2]!.text).toHaveLength(24);
  });
});
