import { configOfArm, type ArmConfig, type ExperimentConfig } from '../core/config';
import { methodOf } from '../core/methods';

/**
 * What has to be made for the arms of an experiment, each thing once: arms that ask the same labeler about the same pairs
 * share its labels, and with the same reward settings the reward model too. What arms share is decided by their settings
 * alone, so it is the same on every machine.
 */
export interface PlanStep {
  /** Equal for what is the same. */
  readonly key: string;
  readonly kind: 'labels' | 'reward' | 'policy';
  /** The arms that use it; the first one stands for them. */
  readonly arms: readonly ArmConfig[];
  /** Keys of the steps whose results it needs: labels, and where there is one, the reward. */
  readonly needs: readonly string[];
}

/** The settings that labels depend on: who is asked, how, and what is done to the answers. */
function labelKey(experiment: ExperimentConfig, arm: ArmConfig): string {
  const config = configOfArm(experiment, arm);
  const { people, ai, data, rewardModel } = config;
  const { humanShare, routing, strength, strengthShare, strengthModels, ...all } = data;
  // An arm whose labels only tell how far its labeler can be trusted has fewer of them.
  const learned = arm.feedback !== 'scores' || methodOf(config.rl.method).learnsFrom === 'labels';
  return JSON.stringify({
    feedback: arm.feedback,
    ...(arm.feedback === 'given' ? { arm: arm.id } : {}),
    ...(arm.feedback === 'people' || arm.feedback === 'mixed' ? { people } : {}),
    ...(arm.feedback === 'ai' || arm.feedback === 'scores' || arm.feedback === 'mixed' ? { ai } : {}),
    ...(arm.feedback === 'mixed' ? { humanShare, routing } : {}),
    ...all,
    learned,
    ...(learned && strength !== 'keep' ? { strength, strengthShare, strengthModels, rewardModel } : { strength: 'keep' }),
  });
}

/** Whether the arm has a reward of its own to train. */
export function hasRewardStage(experiment: ExperimentConfig, arm: ArmConfig): boolean {
  return arm.feedback !== 'scores' && methodOf(configOfArm(experiment, arm).rl.method).learnsFrom !== 'labels';
}

function rewardKey(experiment: ExperimentConfig, arm: ArmConfig): string {
  const { rewardModel, fine: { missed, falseAlarms }, rl } = configOfArm(experiment, arm);
  return JSON.stringify({
    // Weights of fine-grained rewards and of two reward models are applied afterwards; how well people mark is learned.
    labels: labelKey(experiment, arm), rewardModel: { ...rewardModel, harmlessWeight: undefined }, standardize: rl.standardizeReward,
    ...(rewardModel.kind === 'fine' ? { missed, falseAlarms } : {}),
  });
}

/** All steps in an order in which they can run: each arm's own follow each other. */
export function planOf(config: ExperimentConfig): PlanStep[] {
  const steps = new Map<string, PlanStep & { arms: ArmConfig[] }>();
  const add = (key: string, kind: PlanStep['kind'], arm: ArmConfig, needs: readonly string[]): string => {
    const known = steps.get(key);
    if (known) known.arms.push(arm);
    else steps.set(key, { key, kind, arms: [arm], needs });
    return key;
  };
  for (const arm of config.arms) {
    const labels = add(`labels ${labelKey(config, arm)}`, 'labels', arm, []);
    const reward = hasRewardStage(config, arm) ? [add(`reward ${rewardKey(config, arm)}`, 'reward', arm, [labels])] : [];
    add(`policy ${arm.id}`, 'policy', arm, [labels, ...reward]);
  }
  const order: readonly PlanStep['kind'][] = ['labels', 'reward', 'policy'];
  return [...steps.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
