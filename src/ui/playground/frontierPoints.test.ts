import { describe, expect, it } from 'vitest';
import type { ArmRecord, Estimate } from '../../core/bundle';
import { parseConfig } from '../../core/config';
import { testBundle } from '../../experiments/testing/bundle';
import { frontierCsv, frontierLine, frontierPoints } from './frontierPoints';

const rate = (value: number): Estimate => ({ value, ci: [value - 0.05, value + 0.05], n: 40, over: 'posts' });
const two = (weight: number) => ({ 'rewardModel.kind': 'two', 'rewardModel.harmlessWeight': weight });
const config = parseConfig({
  run: { task: 'harmless' },
  arms: [
    { id: 'all', label: 'All, harmless', feedback: 'people', set: two(1) },
    { id: 'half', label: 'Half', feedback: 'people', set: two(0.5) },
    { id: 'rlhf', label: 'RLHF', feedback: 'people' },
  ],
});
const record = (id: string, label: string, rates: ArmRecord['evaluation']['rates']): ArmRecord => {
  const [arm] = testBundle().arms as [ArmRecord];
  return { ...arm, id, label, evaluation: { ...arm.evaluation, ...(rates ? { rates } : {}) } };
};
const arms = [
  record('sft', 'SFT', { harmless: rate(0.6), helped: rate(0.7) }),
  record('all', 'All, harmless', { harmless: rate(0.95), helped: rate(0.1) }),
  record('half', 'Half', { harmless: rate(0.9), helped: rate(0.8) }),
  record('rlhf', 'RLHF', { harmless: rate(0.85), helped: rate(0.85) }),
];

describe('help against harmlessness', () => {
  it('has a point for every policy, and a line through the arms with two reward models by their weight', () => {
    const points = frontierPoints({ arms, config });
    expect(points.map(({ armId, weight }) => [armId, weight])).toEqual([['sft', undefined], ['all', 1], ['half', 0.5], ['rlhf', undefined]]);
    expect(frontierLine(points).map(({ armId }) => armId)).toEqual(['half', 'all']);
  });

  it('has none where the task does not rate both', () => {
    expect(frontierPoints({ arms: [record('sft', 'SFT', undefined), record('rlhf', 'RLHF', { harmless: rate(0.9) })], config })).toEqual([]);
  });

  it('is a table too', () => {
    const [head, , all] = frontierCsv(frontierPoints({ arms, config })).split(/\r?\n/);
    expect(head).toMatch(/^arm,label,weight of harmlessness,helped,/);
    expect(all).toMatch(/^all,"All, harmless",1,0\.1,/);
  });
});
