import type { ArmConfig } from '../core/config';
import { judgeSizeName, judgesOf, type JudgeSizeId } from '../core/judges';
import { createJudgeLabeler, labelOfScores, type JudgeQuestion } from '../labelers/judge';
import { createNoisyLabeler } from '../labelers/noisy';
import { createPeopleLabeler } from '../labelers/people';
import type { TextToScore } from '../labelers/text';
import type { Labeler, LabelerIdentity, Scorer } from '../labelers/types';
import { layoutOf, parameterCount } from '../nn/layout';
import type { Task } from '../tasks/types';
import { textOf } from './pairIds';
import type { Outside, Scope } from './scope';
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
  if (config.ai.labeler !== 'judge') {
    throw new Error('A language model labels pairs under Labelers: train on its labels from there, or let it score responses (d-RLAIF).');
  }
  return openJudge(scope, judgeSize, judgeSeed, { ask: 'choice', bothOrders });
}

/** The labeler of an arm without a reward model, which scores responses one by one. @throws Error where the AI labeler gives no scores. */
export async function openScorer(scope: Scope): Promise<Labeler & Scorer> {
  const { labeler, judgeSize, judgeSeed } = scope.config.ai;
  if (scope.outside) return outsideScorer(scope.task, scope.outside);
  if (labeler !== 'judge') {
    throw new Error('d-RLAIF needs an AI labeler that gives scores. Set "AI labeler" to the small judge, or leave the d-RLAIF arm out.');
  }
  return openJudge(scope, judgeSize, judgeSeed, { ask: 'scores' });
}

/** A scorer outside the worker as the labeler of an arm: it reads texts where the others read tokens. */
function outsideScorer(task: Task, outside: Outside): Labeler & Scorer {
  const { identity } = outside;
  const texts = (items: Parameters<Scorer['score']>[0]): TextToScore[] =>
    items.map(({ prompt, response }) => ({ prompt: textOf(task, prompt), response: textOf(task, response) }));
  return {
    identity,
    score: async (items) => (await outside.score(texts(items))).map(({ probabilities }) => Float32Array.from(probabilities)),
    async *label(pairs, { budget = pairs.length } = {}) {
      const wanted = pairs.slice(0, budget);
      const scores = await outside.score(texts(wanted.flatMap(({ prompt, responses }) => responses.map((response) => ({ prompt: prompt.tokens, response })))));
      for (const [i, pair] of wanted.entries()) {
        const both = [scores[2 * i]!, scores[2 * i + 1]!] as const;
        const [one, other] = both.map(({ probabilities }) => Float32Array.from(probabilities)) as [Float32Array, Float32Array];
        yield { ...labelOfScores(identity.id, pair, one, other), parsed: both.every(({ parsed }) => parsed) };
      }
    },
  };
}

/** One of the small judges that ship with the page. @param training 1 to as many as there are of the task. */
export async function openJudge(
  { task, engine, readAsset }: Pick<Scope, 'task' | 'engine' | 'readAsset'>, size: JudgeSizeId, training: number, question: JudgeQuestion,
): Promise<Labeler & Scorer> {
  const { weights: lmWeights } = await loadShipped(readAsset, task, `judge-${size}-lm`);
  const { weights, origin } = await loadShipped(readAsset, task, `judge-${size}-${training}`);
  const lm = engine.createParameters(lmWeights.shape, lmWeights.values);
  const judge = engine.createParameters(weights.shape, weights.values);
  const asked = question.ask === 'choice' ? 'judge' : 'scores';
  const parameters = parameterCount(layoutOf(weights.shape));
  const name = `judge ${judgeSizeName(size, parameters)}${question.ask === 'scores' ? ', by scores' : ''}`;
  const identity: LabelerIdentity = {
    id: `${asked}-${size}-${training}`,
    name: `${name}, training ${training} of ${judgesOf(task.id).trainings}`,
    kind: 'judge',
    parameters,
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
