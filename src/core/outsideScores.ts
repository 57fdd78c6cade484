import { configOfArm, type ArmConfig, type ExperimentConfig } from './config';
import { methodOf } from './methods';

/**
 * d-RLAIF whose scores come from outside the workers: a language model behind a URL (`llm`) or in this page (`page-llm`),
 * each response a call.
 */
export const OUTSIDE_SCORERS = ['llm', 'page-llm'] as const satisfies readonly ExperimentConfig['ai']['labeler'][];
export type OutsideScorer = (typeof OUTSIDE_SCORERS)[number];

/**
 * Pairs whose responses such a scorer reads before the policy learns: its scores are standardised on them, and how far it
 * agrees with people is measured on them. Fewer than of a judge, since each costs two calls.
 */
export const OUTSIDE_PAIRS = 64;

/** Which of them scores the responses of an arm; undefined where none does. */
export function outsideScorerOf(config: ExperimentConfig, arm: ArmConfig): OutsideScorer | undefined {
  const { ai, rl } = configOfArm(config, arm);
  if (arm.feedback !== 'scores' || methodOf(rl.method).learnsFrom === 'labels') return undefined;
  return OUTSIDE_SCORERS.find((scorer) => scorer === ai.labeler);
}

/** The arms that such a scorer has to come with the run for. */
export function outsideArms(config: ExperimentConfig): ArmConfig[] {
  return config.arms.filter((arm) => outsideScorerOf(config, arm) !== undefined);
}

/**
 * Whether a method can learn from such scores. A method of another family would ask for more of them than anyone pays for, or
 * compare two responses, which a scorer does not do.
 */
export function takesOutsideScores(config: ExperimentConfig, arm: ArmConfig): boolean {
  return methodOf(configOfArm(config, arm).rl.method).family === 'policy gradient';
}

/** Most responses that an arm has scored: those of the pairs, and a batch an iteration. */
export function responsesScored(config: ExperimentConfig, arm: ArmConfig): number {
  const { rl, data, pairs } = configOfArm(config, arm);
  return 2 * Math.min(OUTSIDE_PAIRS, data.pairLimit, pairs.count) + rl.iterations * rl.batch;
}
