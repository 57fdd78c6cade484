import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, parseConfig, tunedFor, type ArmConfig, type ExperimentConfig } from '../core/config';
import {
  addArm, duplicateArm, PAGE_ARMS, readyForFile, removeArm, renameArm, setArmFeedback, setArmField, setArmMethod, switchArm, withIdleArms,
} from './armEditing';

const arm = (config: ExperimentConfig, id: string): ArmConfig => config.arms.find((candidate) => candidate.id === id)!;
const labels = ({ arms }: ExperimentConfig): string[] => arms.map(({ label }) => label);

describe('adding and copying', () => {
  it('keeps the ids of the paper for plain arms and numbers the others, each number once', () => {
    let config = parseConfig({ arms: [{ id: 'rlaif', label: 'RLAIF', feedback: 'ai' }] });
    for (const feedback of ['people', 'people', 'mixed', 'scores', 'ai'] as const) config = addArm(config, feedback);
    config = duplicateArm(config, 'rlhf-1');
    expect(config.arms.map(({ id }) => id)).toEqual(['rlaif', 'rlhf', 'rlhf-1', 'rlhf-4', 'mixed-2', 'd-rlaif', 'rlaif-3']);
    expect(labels(config)).toEqual(['RLAIF', 'RLHF', 'RLHF 2', 'RLHF 3', 'People and AI', 'd-RLAIF', 'RLAIF 2']);
    // A number that is free again is the next one.
    expect(addArm(removeArm(config, 'rlhf-1'), 'ai').arms.at(-1)).toEqual({ id: 'rlaif-1', label: 'RLAIF 3', feedback: 'ai' });
  });

  it('has REINFORCE as the method of a new arm whatever the experiment has', () => {
    expect(arm(addArm(DEFAULT_CONFIG, 'scores'), 'd-rlaif')).not.toHaveProperty('set');
    const dpo = { ...DEFAULT_CONFIG, rl: { ...DEFAULT_CONFIG.rl, method: 'dpo' as const } };
    expect(arm(addArm(dpo, 'scores'), 'd-rlaif').set).toMatchObject({ 'rl.method': 'reinforce' });
  });

  it('stops where the page is full', () => {
    let config = DEFAULT_CONFIG;
    for (let i = 0; i < 20; i++) config = addArm(config, 'mixed');
    expect(config.arms).toHaveLength(PAGE_ARMS);
    expect(duplicateArm(config, 'rlhf')).toBe(config);
    const places = config.arms.slice(2).map(({ id }) => id.at(-1));
    expect(new Set(places).size).toBe(PAGE_ARMS - 2);
  });

  it('copies what an arm has of its own, and the copy runs', () => {
    const config = switchArm(setArmField(DEFAULT_CONFIG, 'rlaif', 'rl.klCoef', 0.2), 'rlaif', false);
    expect(duplicateArm(config, 'rlaif').arms[2]).toEqual({ id: 'rlaif-1', label: 'RLAIF 2', feedback: 'ai', set: { 'rl.klCoef': 0.2 } });
  });
});

describe('one arm runs', () => {
  it('whatever is switched off or taken away', () => {
    const one = switchArm(DEFAULT_CONFIG, 'rlhf', false);
    expect(one.arms[0]).toEqual({ id: 'rlhf', label: 'RLHF', feedback: 'people', off: true });
    expect(switchArm(one, 'rlaif', false)).toBe(one);
    expect(removeArm(one, 'rlaif')).toBe(one);
    expect(removeArm(one, 'rlhf').arms.map(({ id }) => id)).toEqual(['rlaif']);
    expect(removeArm(removeArm(one, 'rlhf'), 'rlaif').arms).toHaveLength(1);
    expect(switchArm(one, 'rlhf', true)).toEqual(DEFAULT_CONFIG);
  });

  it('also on a file, where no arm scores', () => {
    const scoring = switchArm(addArm(removeArm(DEFAULT_CONFIG, 'rlhf'), 'scores'), 'rlaif', false);
    expect(arm(readyForFile(scoring), 'rlaif')).not.toHaveProperty('off');
    expect(readyForFile(DEFAULT_CONFIG)).toBe(DEFAULT_CONFIG);
  });
});

describe('what an arm has of its own', () => {
  it('a method brings its tuned settings; the method of the experiment takes them all away', () => {
    const own = setArmField(DEFAULT_CONFIG, 'rlaif', 'rewardModel.members', 3);
    const dpo = setArmMethod(own, 'rlaif', 'dpo');
    expect(arm(dpo, 'rlaif').set).toEqual({ 'rewardModel.members': 3, 'rl.method': 'dpo', ...tunedFor('dpo') });
    expect(setArmMethod(dpo, 'rlaif', 'dpo')).toBe(dpo);
    expect(setArmMethod(dpo, 'rlaif', 'reinforce')).toEqual(own);
    expect(setArmField(dpo, 'rlaif', 'rl.method', undefined)).toEqual(own);
    expect(arm(setArmField(own, 'rlaif', 'rl.method', 'ppo'), 'rlaif').set).toMatchObject(tunedFor('ppo'));
  });

  it('a setting goes back to that of the experiment, and then leaves no trace', () => {
    const set = setArmField(DEFAULT_CONFIG, 'rlhf', 'rl.klCoef', 0.3);
    expect(arm(set, 'rlhf').set).toEqual({ 'rl.klCoef': 0.3 });
    expect(setArmField(set, 'rlhf', 'rl.klCoef', undefined)).toEqual(DEFAULT_CONFIG);
    expect(() => setArmField(DEFAULT_CONFIG, 'rlhf', 'rl.klCoef', 7)).toThrow(/klCoef/);
    expect(() => setArmField(DEFAULT_CONFIG, 'rlhf', 'pairs.count', 100)).toThrow(/cannot be used/);
    expect(() => setArmField(DEFAULT_CONFIG, 'rlhf', 'rl.beta', 1)).toThrow(/unknown setting/);
  });

  it('is the same in whatever order it was set', () => {
    const [kl, members] = [['rl.klCoef', 0.3], ['rewardModel.members', 2]] as const;
    const both = (first: typeof kl | typeof members, second: typeof kl | typeof members): string =>
      JSON.stringify(setArmField(setArmField(DEFAULT_CONFIG, 'rlhf', first[0], first[1]), 'rlhf', second[0], second[1]));
    expect(both(kl, members)).toBe(both(members, kl));
  });

  it('names follow method and feedback until an arm is named by hand', () => {
    const dpo = setArmMethod(DEFAULT_CONFIG, 'rlaif', 'dpo');
    expect(labels(dpo)).toEqual(['RLHF', 'RLAIF, DPO']);
    expect(labels(setArmFeedback(dpo, 'rlaif', 'people'))).toEqual(['RLHF', 'RLHF, DPO']);
    expect(labels(setArmFeedback(DEFAULT_CONFIG, 'rlaif', 'people'))).toEqual(['RLHF', 'RLHF 2']);
    const named = renameArm(DEFAULT_CONFIG, 'rlaif', '  The judge  ');
    expect(labels(setArmMethod(named, 'rlaif', 'ipo'))).toEqual(['RLHF', 'The judge']);
    expect(renameArm(named, 'rlaif', ' ')).toBe(named);
    expect(labels(renameArm(named, 'rlaif', 'x'.repeat(50)))[1]).toHaveLength(40);
  });

  it('of an arm that is not there is nothing', () => {
    expect(setArmMethod(DEFAULT_CONFIG, 'nobody', 'dpo')).toBe(DEFAULT_CONFIG);
    expect(removeArm(DEFAULT_CONFIG, 'nobody')).toBe(DEFAULT_CONFIG);
  });
});

describe('arms that are switched off', () => {
  it('stay behind those of another config, where there is room and their colours are free', () => {
    const form = switchArm(addArm(addArm(DEFAULT_CONFIG, 'mixed'), 'scores'), 'mixed-1', false);
    expect(withIdleArms(DEFAULT_CONFIG, form).arms.map(({ id }) => id)).toEqual(['rlhf', 'rlaif', 'mixed-1']);
    const taken = duplicateArm(DEFAULT_CONFIG, 'rlaif');
    expect(withIdleArms(taken, form)).toBe(taken);
    expect(withIdleArms(DEFAULT_CONFIG, DEFAULT_CONFIG)).toBe(DEFAULT_CONFIG);
  });
});
