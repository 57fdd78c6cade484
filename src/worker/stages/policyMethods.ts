import { grpo } from '../../algorithms/grpo';
import { p3o } from '../../algorithms/p3o';
import { ppo } from '../../algorithms/ppo';
import { reinforce } from '../../algorithms/reinforce';
import { rloo } from '../../algorithms/rloo';
import type { OnPolicyConfig, OnPolicyDeps } from '../../algorithms/rollouts';
import type { Algorithm } from '../../algorithms/types';
import type { ExperimentConfig } from '../../core/config';

/** Lambda of PPO's advantages, and range of its value clip, as in the summarisation work of Stiennon et al. 2020. */
const PPO = { gaeLambda: 0.95, valueClipRange: 0.2, whitenRewards: false, whitenAdvantages: true } as const;
/** Each pass takes the whole batch in one step. */
const MINIBATCHES = 1;

/** Responses to each prompt of an iteration: methods that compare responses need several. */
export function responsesPerPrompt({ method, groupSize }: ExperimentConfig['rl']): number {
  if (method === 'rloo' || method === 'grpo') return groupSize;
  return method === 'p3o' ? 2 : 1;
}

/** The method that `config.rl` names. */
export function policyMethod({ rl }: ExperimentConfig, shared: OnPolicyConfig, deps: OnPolicyDeps): Algorithm<void> {
  const { valueLearningRate, passes: epochs, clipRange } = rl;
  const samplesPerPrompt = responsesPerPrompt(rl);
  const reuse = { epochs, minibatches: MINIBATCHES, clipRange };
  switch (rl.method) {
    case 'reinforce':
      return reinforce({ ...shared, valueLearningRate }, deps);
    case 'rloo':
      return rloo({ ...shared, samplesPerPrompt }, deps);
    case 'grpo':
      return grpo({ ...shared, ...reuse, samplesPerPrompt, scaleByDeviation: true, divideByLength: true }, deps);
    case 'ppo':
      return ppo({ ...shared, ...reuse, ...PPO, valueLearningRate }, deps);
    case 'p3o':
      return p3o({ ...shared, ...reuse, clipping: 'separate' }, deps);
  }
}
