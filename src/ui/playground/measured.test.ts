import { describe, expect, it } from 'vitest';
import type { HeadToHeadTable } from '../../core/bundle';
import { parseConfig } from '../../core/config';
import { testBundle } from '../../experiments/testing/bundle';
import { boutOf, boutWords, promptsOf, pWords, rewardOwner } from './measured';

const TABLE: HeadToHeadTable = {
  count: 2,
  alpha: 0.05,
  comparisons: [
    { a: 'rlhf', b: 'sft', raw: { value: 0.7, ci: [0.65, 0.74], n: 1000, over: 'posts' }, decided: 900, p: 1e-9, pAdjusted: 2e-9, significant: true },
    { a: 'rlaif', b: 'sft', raw: { value: 0.52, ci: [0.48, 0.55], n: 1000, over: 'posts' }, decided: 900, p: 0.2, pAdjusted: 0.2, significant: false },
  ],
};

describe('head-to-heads', () => {
  it('read either way', () => {
    expect(boutOf(TABLE, 'rlhf', 'sft')).toMatchObject({ share: 0.7, ci: [0.65, 0.74], decided: 900, significant: true });
    const turned = boutOf(TABLE, 'sft', 'rlhf')!;
    expect(turned.share).toBeCloseTo(0.3);
    expect(turned.ci[0]).toBeCloseTo(0.26);
    expect(turned.ci[1]).toBeCloseTo(0.35);
    expect(turned).toMatchObject({ n: 1000, p: 1e-9, pAdjusted: 2e-9 });
  });
  it('are missing where none were held', () => {
    expect(boutOf(TABLE, 'rlhf', 'rlaif')).toBeUndefined();
    expect(boutOf(TABLE, 'sft', 'sft')).toBeUndefined();
  });
  it('say what was found', () => {
    expect(boutWords('RLAIF', 'SFT', boutOf(TABLE, 'rlaif', 'sft')!, 'test posts')).toBe(
      'RLAIF beats SFT on 52.0% [48.0, 55.0] of 1,000 test posts, of which 900 are not tied; sign test p = 0.200, adjusted p = 0.200: no difference shown',
    );
    expect(pWords(1e-9)).toBe('p < 0.001');
  });
});

describe('rewards', () => {
  it('are told from those of another arm', () => {
    const bundle = testBundle();
    const stages: typeof bundle.stages = [
      { id: 'reward', arm: 'rlhf', seconds: 2, summary: '' },
      { id: 'labels', arm: 'rlaif', seconds: 0, summary: '', sharedWith: 'rlhf' },
      { id: 'reward', arm: 'rlaif', seconds: 0, summary: '', sharedWith: 'rlhf' },
    ];
    expect(rewardOwner({ stages }, 'rlaif')).toBe('rlhf');
    expect(rewardOwner({ stages }, 'rlhf')).toBeUndefined();
    expect(rewardOwner(bundle, 'rlhf')).toBeUndefined();
  });
});

it('the verdict says which prompts it is of', () => {
  expect(promptsOf(testBundle())).toBe('test posts');
  expect(promptsOf({ config: parseConfig({ evaluation: { split: 'validation' } }) })).toBe('validation posts');
  expect(promptsOf({ config: parseConfig({ run: { task: 'helpful' } }) })).toBe('test dialogues');
});
