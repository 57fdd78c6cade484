import { describe, expect, it } from 'vitest';
import { ARM_FIELDS, armByName, parseConfig, type ArmConfig, type ExperimentConfig, type FieldValue } from '../core/config';
import { METHOD_IDS, METHODS, methodOf } from '../core/methods';
import { armTrouble, blockedArm, sharingOf, usedInCommon, usedPaths } from './armSettings';

const CONFIG = parseConfig({});
const used = (name: string, set: Readonly<Record<string, FieldValue>> = {}): string[] => {
  const arm = armByName(name);
  return [...usedPaths(CONFIG, { ...arm, set: { ...arm.set, ...set } })];
};

describe('settings that an arm uses', () => {
  it('are settings that an arm may have, and those of its method among them', () => {
    const known = new Set(ARM_FIELDS.map(({ path }) => path));
    for (const id of METHOD_IDS) {
      const own = used(`rlhf:${id}`);
      expect(own.every((path) => known.has(path)), id).toBe(true);
      expect(own).toEqual(expect.arrayContaining(methodOf(id).settings.filter((path) => id !== 'a-lol' || path !== 'direct.beta')));
      const others = Object.values(METHODS).flatMap(({ settings }) => settings as readonly string[]);
      expect(others.filter((path) => own.includes(path) && !methodOf(id).settings.includes(path))).toEqual([]);
    }
  });

  it.each([
    ['rlhf', {}, ['people.noise', 'rewardModel.head', 'rl.klCoef', 'data.flip'], ['ai.labeler', 'data.humanShare', 'fine.missed', 'rewardModel.combine']],
    ['rlaif', {}, ['ai.judgeSize', 'ai.bothOrders'], ['people.noise', 'ai.accuracy']],
    ['rlaif', { 'ai.labeler': 'noisy' }, ['ai.accuracy', 'ai.lengthBias'], ['ai.judgeSize']],
    ['mixed', {}, ['people.noise', 'ai.judgeSize', 'data.humanShare', 'data.routing'], []],
    // The labels of a labeler that scores teach nothing.
    ['d-rlaif', {}, ['ai.judgeSize', 'rl.standardizeReward'], ['rewardModel.epochs', 'data.flip', 'ai.bothOrders']],
    ['d-rlaif', { 'ai.labeler': 'llm' }, ['ai.labeler', 'rl.standardizeReward'], ['ai.judgeSize', 'ai.judgeSeed', 'ai.accuracy']],
    ['rlaif', { 'ai.labeler': 'page-llm' }, ['ai.labeler'], ['ai.judgeSize', 'ai.accuracy', 'ai.bothOrders']],
    ['d-rlaif:nash-md', {}, ['ai.bothOrders'], ['rl.standardizeReward']],
    ['d-rlaif:dpo', {}, ['data.flip'], ['ai.bothOrders']],
    ['rlhf:dpo', {}, ['direct.beta', 'people.noise'], ['rewardModel.head', 'rl.klCoef', 'rl.iterations', 'rl.standardizeReward']],
    ['rlhf:dpo', { 'data.strength': 'flip' }, ['data.strengthShare', 'data.strengthModels', 'rewardModel.head'], ['rewardModel.members']],
    ['rlhf', { 'data.strength': 'soft' }, ['data.strengthModels'], ['data.strengthShare']],
    ['rlhf', { 'rewardModel.members': 3 }, ['rewardModel.combine'], ['rewardModel.uncertaintyWeight']],
    ['rlhf', { 'rewardModel.members': 3, 'rewardModel.combine': 'uncertainty' }, ['rewardModel.uncertaintyWeight'], []],
    // Marks are learned from, not labels.
    ['rlhf', { 'rewardModel.kind': 'fine' }, ['fine.missed', 'rewardModel.epochs', 'data.pairLimit'], ['people.noise', 'data.flip', 'rewardModel.head', 'rewardModel.size']],
    ['rlhf:nash-md', { 'rewardModel.kind': 'preference' }, ['rewardModel.size'], ['rewardModel.head', 'rewardModel.members', 'rl.standardizeReward']],
    ['rlhf:a-lol', {}, ['direct.variant'], ['direct.beta']],
    ['rlhf:a-lol', { 'direct.variant': 'kl' }, ['direct.beta'], []],
    ['rlhf:best-of-n', {}, ['samples.n', 'rl.temperature'], ['rl.learningRate']],
  ] as const)('%s with %o', (name, set, some, none) => {
    const paths = used(name, set);
    expect(paths).toEqual(expect.arrayContaining([...some]));
    const idle: readonly string[] = none;
    expect(idle.filter((path) => paths.includes(path))).toEqual([]);
  });

  it('stand for all arms where one that runs has none of its own', () => {
    const config = (...arms: ArmConfig[]): ExperimentConfig => parseConfig({ arms });
    expect(usedInCommon(config(armByName('rlaif')), 'people.noise')).toBe(false);
    expect(usedInCommon(config(armByName('rlaif')), 'pairs.count')).toBe(true);
    expect(usedInCommon(config(armByName('rlaif'), { ...armByName('rlhf'), off: true }), 'people.noise')).toBe(false);
    const own = { ...armByName('rlaif'), set: { 'rl.klCoef': 0.3 } };
    expect(usedInCommon(config(own), 'rl.klCoef')).toBe(false);
    expect(usedInCommon(config(own, armByName('rlhf')), 'rl.klCoef')).toBe(true);
    expect(usedInCommon(config(own, armByName('rlhf:dpo')), 'rl.klCoef')).toBe(false);
  });
});

describe('an arm that cannot run', () => {
  const trouble = (name: string, set: Readonly<Record<string, FieldValue>>, config = CONFIG): string => {
    const arm = armByName(name);
    return armTrouble(config, { ...arm, set: { ...arm.set, ...set } }) ?? '';
  };
  const onFile = parseConfig({ run: { task: 'file' }, ai: { labeler: 'noisy' } });

  it.each([
    ['rlaif', { 'rewardModel.kind': 'fine' }, /marks that people set/],
    ['mixed', { 'rewardModel.kind': 'fine' }, /marks that people set/],
    ['rlhf:ppo', { 'rewardModel.kind': 'preference' }, /PPO needs scores/],
    ['rlhf:best-of-n', { 'rewardModel.kind': 'preference' }, /Best of n needs scores/],
    ['d-rlaif', { 'ai.labeler': 'noisy' }, /gives no scores/],
    ['d-rlaif:dpo', { 'ai.labeler': 'noisy' }, /gives no scores/],
    ['rlaif', { 'ai.labeler': 'llm' }, /labels pairs under Labelers/],
    ['mixed', { 'ai.labeler': 'page-llm' }, /labels pairs under Labelers/],
    ['d-rlaif:dpo', { 'ai.labeler': 'llm' }, /cost a call a response/],
    ['d-rlaif:best-of-n', { 'ai.labeler': 'page-llm' }, /cost a call a response/],
    ['d-rlaif:nash-md', { 'ai.labeler': 'llm' }, /cost a call a response/],
  ] as const)('%s with %o', (name, set, message) => expect(trouble(name, set)).toMatch(message));

  it.each([
    ['d-rlaif', { 'ai.labeler': 'judge' }, /read the built-in tasks only/],
    ['rlaif', { 'ai.labeler': 'judge' }, /noise-controlled/],
    ['rlhf', { 'rewardModel.size': 's' }, /to the SFT policy/],
  ] as const)('on a file: %s with %o', (name, set, message) => expect(trouble(name, set, onFile)).toMatch(message));

  it('is told from one that can, and one that is off holds nothing back', () => {
    for (const [name, set] of [
      ['rlhf', { 'rewardModel.kind': 'fine' }],
      ['rlhf:nash-md', { 'rewardModel.kind': 'preference' }],
      ['rlaif:dpo', { 'rewardModel.kind': 'fine' }],
      ['rlaif', { 'ai.labeler': 'noisy', 'rewardModel.size': 's' }],
      ['d-rlaif', { 'ai.labeler': 'llm' }],
      ['d-rlaif:p3o', { 'ai.labeler': 'page-llm' }],
      ['rlhf', { 'ai.labeler': 'llm' }],
    ] as const) expect(trouble(name, set)).toBe('');
    expect(trouble('rlhf', { 'rewardModel.kind': 'fine', 'rewardModel.size': 's' }, onFile)).toBe('');
    expect(trouble('d-rlaif', { 'ai.labeler': 'llm' }, onFile)).toBe('');
    const bad: ArmConfig = { ...armByName('rlaif'), set: { 'rewardModel.kind': 'fine' } };
    expect(blockedArm(parseConfig({ arms: [armByName('rlhf'), bad] }))?.arm.id).toBe('rlaif');
    expect(blockedArm(parseConfig({ arms: [armByName('rlhf'), { ...bad, off: true }] }))).toBeUndefined();
  });
});

describe('what an arm shares', () => {
  it('is said of arms that run, also to one that does not', () => {
    const arms = ['rlhf', 'rlaif', 'rlaif:ppo', 'rlaif:dpo'].map(armByName);
    const config = parseConfig({ arms: [...arms.slice(0, 3), { ...arms[3]!, off: true }] });
    const shared = (id: string): string[][] => {
      const { reward, labels } = sharingOf(config, config.arms.find((arm) => arm.id === id)!);
      return [reward.map((arm) => arm.id), labels.map((arm) => arm.id)];
    };
    expect(shared('rlhf')).toEqual([[], []]);
    expect(shared('rlaif')).toEqual([['rlaif-ppo'], []]);
    expect(shared('rlaif-dpo')).toEqual([[], ['rlaif', 'rlaif-ppo']]);
  });
});
