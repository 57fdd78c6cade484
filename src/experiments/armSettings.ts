import { ARM_FIELDS, configOfArm, withoutOffArms, type ArmConfig, type ExperimentConfig } from '../core/config';
import { methodOf, METHODS } from '../core/methods';
import { OUTSIDE_SCORERS, takesOutsideScores } from '../core/outsideScores';
import { FIELDS } from '../core/fields';
import { isBuiltIn } from '../core/taskWords';
import { hasRewardStage, planOf, type PlanStep } from '../worker/plan';
import { closedBecause } from './closedChoices';

/** What an arm's settings mean: which of them do something, what it shares with others, why it cannot run. */

const ARM_PATHS: ReadonlySet<string> = new Set(ARM_FIELDS.map(({ path }) => path));

/** What every kind of reward model is trained with. */
const TRAINING = ['rewardModel.epochs', 'rewardModel.batch', 'rewardModel.learningRate'] as const;
const FINE = ['fine.coverage', 'fine.invention', 'fine.stumble', 'fine.missed', 'fine.falseAlarms'] as const;
const PEOPLE = ['people.noise', 'people.perPair'] as const;

/**
 * Settings, of those that an arm may have of its own, that have a part in what its policy becomes, by path. Those that bear
 * on figures of its labeler alone are left out.
 */
export function usedPaths(experiment: ExperimentConfig, arm: ArmConfig): ReadonlySet<string> {
  const config = configOfArm(experiment, arm);
  return new Set(['rl.temperature', ...labelPaths(experiment, arm, config), ...rewardPaths(experiment, arm, config), ...methodPaths(config)]);
}

/** Whether a setting as it stands for all arms matters: it is common, or an arm that runs uses it and has none of its own. */
export function usedInCommon(experiment: ExperimentConfig, path: string): boolean {
  if (!ARM_PATHS.has(path)) return true;
  return withoutOffArms(experiment).arms.some((arm) => arm.set?.[path] === undefined && usedPaths(experiment, arm).has(path));
}

function methodPaths({ rl, direct }: ExperimentConfig): string[] {
  const settings = methodOf(rl.method).settings;
  // Beta is the weight of A-LoL's penalty, which one of its variants has.
  const idle = rl.method === 'a-lol' && direct.variant !== 'kl' ? 'direct.beta' : undefined;
  return ['rl.method', ...settings.filter((path) => path !== idle)];
}

/** @param config the experiment as the arm sees it. */
function labelPaths(experiment: ExperimentConfig, arm: ArmConfig, config: ExperimentConfig): string[] {
  const { feedback } = arm;
  const { data, rl, rewardModel } = config;
  const { learnsFrom } = methodOf(rl.method);
  if (feedback === 'scores' && learnsFrom !== 'labels') return scorerPaths(config, learnsFrom === 'preferences');
  const weak = data.strength === 'drop' || data.strength === 'flip';
  const strength = [
    'data.strength',
    ...(weak ? ['data.strengthShare'] : []),
    ...(data.strength === 'keep' ? [] : ['data.strengthModels', 'rewardModel.head', 'rewardModel.labelSmoothing', ...TRAINING]),
  ];
  if (hasRewardStage(experiment, arm) && rewardModel.kind === 'fine') {
    // Fine-grained rewards learn from marks. Labels choose among the marked responses where weak pairs are dropped.
    return data.strength === 'drop' ? ['data.pairLimit', 'data.flip', ...strength, ...PEOPLE] : ['data.pairLimit', 'data.strength'];
  }
  return ['data.pairLimit', 'data.flip', ...strength, ...askedPaths(config, feedback)];
}

function askedPaths(config: ExperimentConfig, feedback: ArmConfig['feedback']): string[] {
  switch (feedback) {
    case 'people':
      return [...PEOPLE];
    case 'ai':
      return labelerPaths(config);
    case 'mixed':
      return [...PEOPLE, ...labelerPaths(config), 'data.humanShare', 'data.routing'];
    case 'scores':
      return scorerPaths(config, false);
    case 'given':
      return [];
  }
}

function labelerPaths({ ai }: ExperimentConfig): string[] {
  switch (ai.labeler) {
    case 'judge':
      return ['ai.labeler', 'ai.judgeSize', 'ai.judgeSeed', 'ai.bothOrders'];
    case 'noisy':
      return ['ai.labeler', 'ai.accuracy', 'ai.positionBias', 'ai.lengthBias', 'ai.bothOrders'];
    case 'llm':
    case 'page-llm':
      return ['ai.labeler'];
  }
}

/** @param compares whether it is asked for preferences too, not for scores alone. */
function scorerPaths({ ai }: ExperimentConfig, compares: boolean): string[] {
  const judge = ['ai.judgeSize', 'ai.judgeSeed', ...(compares ? ['ai.bothOrders'] : [])];
  return ['ai.labeler', ...(ai.labeler === 'judge' ? judge : [])];
}

function rewardPaths(experiment: ExperimentConfig, arm: ArmConfig, { rl, rewardModel }: ExperimentConfig): string[] {
  const { learnsFrom } = methodOf(rl.method);
  const scale = learnsFrom === 'rewards' ? ['rl.standardizeReward'] : [];
  if (!hasRewardStage(experiment, arm)) return scale;
  const paths = ['rewardModel.kind', ...TRAINING];
  switch (rewardModel.kind) {
    case 'fine':
      return [...paths, ...FINE, ...scale];
    case 'preference':
      return [...paths, 'rewardModel.size'];
    case 'two':
      return [...paths, 'rewardModel.head', 'rewardModel.size', 'rewardModel.labelSmoothing', 'rewardModel.harmlessWeight', 'rl.standardizeReward'];
    case 'model':
      return [
        ...paths, 'rewardModel.head', 'rewardModel.size', 'rewardModel.members', 'rewardModel.labelSmoothing',
        // The members of an ensemble are brought to one scale before they are combined.
        ...(rewardModel.members > 1 ? ['rewardModel.combine', 'rl.standardizeReward'] : scale),
        ...(rewardModel.members > 1 && rewardModel.combine === 'uncertainty' ? ['rewardModel.uncertaintyWeight'] : []),
      ];
  }
}

/** Why an arm cannot run as it is set, and what to do; undefined where it can. */
export function armTrouble(experiment: ExperimentConfig, arm: ArmConfig): string | undefined {
  const { ai, rewardModel, rl, run } = configOfArm(experiment, arm);
  const { label, learnsFrom } = METHODS[rl.method];
  const file = run.task === 'file';
  const outside = OUTSIDE_SCORERS.some((scorer) => scorer === ai.labeler);
  if ((arm.feedback === 'ai' || arm.feedback === 'mixed') && outside) {
    return 'A language model labels pairs under Labelers: have it label them there and train on its labels, or let it score (feedback d-RLAIF).';
  }
  if (arm.feedback === 'scores' && outside && !takesOutsideScores(experiment, arm)) {
    return 'Scores of a language model cost a call a response: they train REINFORCE, RLOO, GRPO, PPO or P3O here. Choose one of them, or the small judge.';
  }
  if (arm.feedback === 'scores' && file && !outside) {
    return 'The small judges read the built-in tasks only. Set the AI labeler to a language model, choose another feedback, or a built-in task.';
  }
  if (arm.feedback === 'scores' && ai.labeler === 'noisy') {
    return 'The noise-controlled labeler gives no scores. Set the AI labeler to the small judge or a language model, or choose another feedback.';
  }
  if ((arm.feedback === 'ai' || arm.feedback === 'mixed') && ai.labeler === 'judge' && file) {
    return 'The small judges read the built-in tasks only. Set the AI labeler to the noise-controlled one.';
  }
  const asksJudge = arm.feedback !== 'people' && arm.feedback !== 'given' && ai.labeler === 'judge';
  const noJudge = asksJudge ? closedBecause('ai.judgeSize', ai.judgeSize, run.task) : undefined;
  if (noJudge !== undefined) return `${noJudge} Set "${FIELDS.ai.judgeSize.label}" to it.`;
  const noTraining = asksJudge ? closedBecause('ai.judgeSeed', ai.judgeSeed, run.task) : undefined;
  if (noTraining !== undefined) return `${noTraining} Set "${FIELDS.ai.judgeSeed.label}" to 1.`;
  if (!hasRewardStage(experiment, arm)) return undefined;
  if (rewardModel.kind === 'fine' && arm.feedback !== 'people') {
    return 'Fine-grained rewards are learned from marks that people set in the texts. Set the feedback to people, or the reward to a reward model.';
  }
  if (rewardModel.kind === 'preference' && learnsFrom === 'rewards') {
    return `A preference model compares two responses and scores none alone, but ${label} needs scores. Choose Nash-MD or online DPO, or another reward.`;
  }
  if (rewardModel.kind === 'two' && run.task !== 'harmless') {
    return 'Two reward models learn from harmless and from harmful requests, which only the harmless dialogues have. Choose that task, or another reward.';
  }
  const noStart = rewardModel.kind === 'fine' ? undefined : closedBecause('rewardModel.size', rewardModel.size, run.task);
  if (noStart !== undefined) return `${noStart} Set "${FIELDS.rewardModel.size.label}" to ${FIELDS.rewardModel.size.options.policy}.`;
  return undefined;
}

/** Why the verdict cannot be taken as it is set, and what to do; undefined where it can. */
export function verdictTrouble({ evaluation, run }: Pick<ExperimentConfig, 'evaluation' | 'run'>): string | undefined {
  const why = closedBecause('evaluation.judge', evaluation.judge, run.task);
  return why && `${why} Set "${FIELDS.evaluation.judge.label}" to ${isBuiltIn(run.task) ? 'it, or to ' : ''}none.`;
}

/** The first arm that is switched on and cannot run, and why. */
export function blockedArm(experiment: ExperimentConfig): { readonly arm: ArmConfig; readonly trouble: string } | undefined {
  for (const arm of withoutOffArms(experiment).arms) {
    const trouble = armTrouble(experiment, arm);
    if (trouble !== undefined) return { arm, trouble };
  }
  return undefined;
}

/** What an arm has in common with others that run, beside the pairs. */
export interface Sharing {
  /** Arms with which it shares labels and reward model. */
  readonly reward: readonly ArmConfig[];
  /** Arms with which it shares labels alone. */
  readonly labels: readonly ArmConfig[];
}

/** What an arm shares with the arms that run; of an arm that is switched off, what it would share. */
export function sharingOf(experiment: ExperimentConfig, arm: ArmConfig): Sharing {
  const arms = experiment.arms.filter((other) => !other.off || other.id === arm.id);
  const steps = planOf({ ...experiment, arms }).filter((step) => step.arms.some(({ id }) => id === arm.id));
  const others = (kind: PlanStep['kind']): ArmConfig[] =>
    steps.filter((step) => step.kind === kind).flatMap((step) => step.arms.filter(({ id }) => id !== arm.id));
  const reward = others('reward');
  return { reward, labels: others('labels').filter((other) => !reward.includes(other)) };
}
