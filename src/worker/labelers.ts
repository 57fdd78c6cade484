import type { ArmConfig } from '../core/config';
import { JUDGE_SEEDS, judgeSizeName, type JudgeSizeId } from '../core/judges';
import { createJudgeLabeler, type JudgeQuestion } from '../labelers/judge';
import { createNoisyLabeler } from '../labelers/noisy';
import { createPeopleLabeler } from '../labelers/people';
import type { Labeler, LabelerIdentity, Scorer } from '../labelers/types';
import { layoutOf, parameterCount } from '../nn/layout';
import type { Scope } from './scope';
import { loadShipped } from './shipped';

/** The labeler of an arm whose pairs are compared, as the config asks for it. */
export async function openLabeler(scope: Scope, feedback: Extract<ArmConfig['feedback'], 'people' | 'ai'>): Promise<Labeler> {
  const { config, task } = scope;
  const seed = config.run.seed;
  if (feedback === 'people') {
    return createPeopleLabeler({ task, seed, gold: config.gold, noise: config.people.noise, perPair: config.people.perPair });
  }
  const { accuracy, positionBias, lengthBias, bothOrders, judgeSize, judgeSeed } = config.ai;
  if (config.ai.labeler === 'noisy') {
    return createNoisyLabeler({ task, seed, gold: config.gold, accuracy, positionBias, lengthBias, bothOrders });
  }
  return openJudge(scope, judgeSize, judgeSeed, { ask: 'choice', bothOrders });
}

/** The labeler of an arm without a reward model, which scores responses one by one. @throws Error where the AI labeler gives no scores. */
export async function openScorer(scope: Scope): Promise<Labeler & Scorer> {
  const { labeler, judgeSize, judgeSeed } = scope.config.ai;
  if (labeler !== 'judge') {
    throw new Error('d-RLAIF needs an AI labeler that gives scores. Set "AI labeler" to the small judge, or leave the d-RLAIF arm out.');
  }
  return openJudge(scope, judgeSize, judgeSeed, { ask: 'scores' });
}

/** One of the small judges that ship with the page. @param training 1 to `JUDGE_SEEDS`. */
export async function openJudge(
  { task, engine, readAsset }: Pick<Scope, 'task' | 'engine' | 'readAsset'>, size: JudgeSizeId, training: number, question: JudgeQuestion,
): Promise<Labeler & Scorer> {
  if (task.id !== 'tldr') {
    throw new Error('The small judges that ship with the page only read the TL;DR task. For your own file set "AI labeler" to the noise-controlled one.');
  }
  const { weights: lmWeights } = await loadShipped(readAsset, `judge-${size}-lm`, task.vocabulary);
  const { weights, origin } = await loadShipped(readAsset, `judge-${size}-${training}`, task.vocabulary);
  const lm = engine.createParameters(lmWeights.shape, lmWeights.values);
  const judge = engine.createParameters(weights.shape, weights.values);
  const asked = question.ask === 'choice' ? 'judge' : 'scores';
  const name = `judge ${judgeSizeName(size)}${question.ask === 'scores' ? ', by scores' : ''}`;
  const identity: LabelerIdentity = {
    id: `${asked}-${size}-${training}`,
    name: `${name}, training ${training} of ${JUDGE_SEEDS}`,
    kind: 'judge',
    parameters: parameterCount(layoutOf(weights.shape)),
    origin,
    group: { id: `${asked}-${size}`, name, seed: training },
  };
  return {
    ...createJudgeLabeler(engine, { lm, judge }, identity, question),
    dispose() {
      lm.dispose();
      judge.dispose();
    },
  };
}
