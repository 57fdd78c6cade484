import { describe, expect, it } from 'vitest';
import { armByName, DEFAULT_CONFIG, parseConfig, setPath } from '../../core/config';
import { FIELD_LIST } from '../../core/fields';
import { addArm, removeArm, renameArm, setArmField, setArmMethod } from '../../experiments/armEditing';
import { sharingOf } from '../../experiments/armSettings';
import { armWords, listWords, sharingWords, updateWords, valueWords } from './armWords';
import { armChanges } from './changes';
import { stageName } from './stages';

const config = parseConfig({ arms: ['rlhf', 'rlaif', 'rlaif:ppo', 'rlaif:dpo', 'd-rlaif:best-of-n'].map(armByName) });
const arm = (id: string): (typeof config.arms)[number] => config.arms.find((candidate) => candidate.id === id)!;

describe('an arm in words', () => {
  it('is its feedback and its method', () => {
    expect(armWords(config, arm('rlhf'))).toBe('people label, REINFORCE');
    expect(armWords(config, arm('d-rlaif-best-of-n'))).toBe('an AI scores, Best of n');
    expect(armWords(config, { ...arm('d-rlaif-best-of-n'), set: { 'ai.labeler': 'llm', 'rl.method': 'rloo' } })).toBe('an LLM scores, RLOO');
    expect(armWords(setPath(config, 'rl.method', 'ppo'), arm('rlhf'))).toBe('people label, PPO');
  });

  it('says what it shares, and with whom', () => {
    const words = (id: string): string => sharingWords(sharingOf(config, arm(id)), config.arms.length - 1);
    expect(words('rlaif')).toBe('Shares pairs, labels and reward model with RLAIF, PPO. Shares pairs and labels with RLAIF, DPO.');
    expect(words('rlhf')).toBe('Shares the pairs with the other arms, and nothing else.');
    expect(sharingWords({ reward: [], labels: [] }, 0)).toBe('');
  });

  it('calls its stages by what is done in them', () => {
    expect(['labels', 'reward', 'rl'].map((stage) => stageName(stage as 'rl', config, arm('rlaif-dpo')))).toEqual(['AI labels', 'Reward model', 'DPO']);
    const four = { ...arm('rlhf'), set: { 'rewardModel.members': 4 } };
    expect(stageName('reward', config, four)).toBe('4 reward models');
  });
});

describe('updates', () => {
  it('are told apart where arms count different ones', () => {
    expect(updateWords(DEFAULT_CONFIG)).toBeUndefined();
    expect(updateWords(config)).toBe(
      'An update is an iteration on a batch of its own responses (RLHF; RLAIF; RLAIF, PPO) or an optimizer step on a batch of a fixed set ' +
      '(RLAIF, DPO): compare arms over KL. d-RLAIF, Best of n trains nothing and is a point.',
    );
  });
});

describe('what differs between arms', () => {
  it('is named by arm', () => {
    const changed = renameArm(setArmMethod(removeArm(addArm(DEFAULT_CONFIG, 'scores'), 'rlhf'), 'rlaif', 'dpo'), 'd-rlaif', 'Judge');
    expect(armChanges(DEFAULT_CONFIG, changed)).toEqual(['RLAIF: REINFORCE → DPO, now RLAIF, DPO', 'with Judge', 'without RLHF']);
    const set = setArmField(DEFAULT_CONFIG, 'rlhf', 'rl.klCoef', 0.2);
    expect(armChanges(DEFAULT_CONFIG, set)).toEqual(['RLHF: its KL coefficient']);
    expect(armChanges(set, set)).toEqual([]);
  });

  it('uses the words of the table', () => {
    expect(listWords(['a', 'b', 'c'])).toBe('a, b and c');
    expect(listWords(['a', 'b, c'])).toBe('a; b, c');
    const head = FIELD_LIST.find(({ path }) => path === 'rewardModel.head')!;
    expect(valueWords(head, 'last')).toBe('last token');
  });
});
