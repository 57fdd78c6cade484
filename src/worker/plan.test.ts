import { describe, expect, it } from 'vitest';
import { armByName, parseConfig, setPath, type ArmConfig } from '../core/config';
import { hasRewardStage, planOf } from './plan';

const plan = (arms: readonly ArmConfig[]): { kind: string; arms: string[]; needs: string[] }[] => {
  const steps = planOf(parseConfig({ arms }));
  const names = new Map(steps.map(({ key, kind, arms: [owner] }) => [key, `${kind} ${owner!.id}`]));
  return steps.map(({ kind, arms: own, needs }) => ({ kind, arms: own.map(({ id }) => id), needs: needs.map((key) => names.get(key)!) }));
};

describe('the plan of an experiment', () => {
  it('makes labels and reward models once for the arms that have them in common', () => {
    expect(plan(['rlhf', 'rlaif', 'rlaif:ppo', 'rlaif:dpo'].map(armByName))).toEqual([
      { kind: 'labels', arms: ['rlhf'], needs: [] },
      { kind: 'labels', arms: ['rlaif', 'rlaif-ppo', 'rlaif-dpo'], needs: [] },
      { kind: 'reward', arms: ['rlhf'], needs: ['labels rlhf'] },
      { kind: 'reward', arms: ['rlaif', 'rlaif-ppo'], needs: ['labels rlaif'] },
      { kind: 'policy', arms: ['rlhf'], needs: ['labels rlhf', 'reward rlhf'] },
      { kind: 'policy', arms: ['rlaif'], needs: ['labels rlaif', 'reward rlaif'] },
      { kind: 'policy', arms: ['rlaif-ppo'], needs: ['labels rlaif', 'reward rlaif'] },
      { kind: 'policy', arms: ['rlaif-dpo'], needs: ['labels rlaif'] },
    ]);
  });

  it.each([
    // Of six steps, those that both arms share are there once; policies are never shared.
    ['rl.klCoef', 0.2, 4],
    ['fine.coverage', 2, 4],
    // People label neither arm, and nothing is mixed.
    ['people.noise', 0.5, 4],
    ['data.humanShare', 0.9, 4],
    ['rewardModel.members', 3, 5],
    ['rewardModel.size', 'xs', 5],
    ['data.flip', 0.3, 6],
    ['ai.judgeSize', 's', 6],
    ['data.pairLimit', 500, 6],
  ])('of two RLAIF arms, one with %s %s, has %i steps', (path, value, steps) => {
    const arms: ArmConfig[] = [armByName('rlaif'), { ...armByName('rlaif'), id: 'other', set: { [path]: value } }];
    expect(plan(arms)).toHaveLength(steps);
  });

  it('trains no reward where the labeler scores or where only labels are learned from', () => {
    const config = parseConfig({});
    const stage = (name: string): boolean => hasRewardStage(config, armByName(name));
    expect([stage('rlaif'), stage('d-rlaif'), stage('rlaif:dpo'), stage('rlaif:nash-md'), stage('rlaif:best-of-n')]).toEqual([true, false, false, true, true]);
  });

  it('labels all pairs of a scoring arm only where they are learned from', () => {
    const steps = plan([armByName('d-rlaif'), armByName('d-rlaif:dpo')]);
    expect(steps.filter(({ kind }) => kind === 'labels')).toHaveLength(2);
  });

  it('follows the common settings too', () => {
    const config = setPath(parseConfig({}), 'rl.method', 'dpo');
    expect(planOf(config).map(({ kind }) => kind)).toEqual(['labels', 'labels', 'policy', 'policy']);
  });
});
