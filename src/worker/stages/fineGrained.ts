import {
  FINE_GRAINED_HEADS, fineGrained, fineGrainedRewards, fineGrainedSteps, withValueHeads, type AnnotatedResponse,
} from '../../algorithms/fineGrained';
import { segmentsAt, type FineGrainedReward } from '../../algorithms/fineGrainedRewards';
import type { Rollout } from '../../algorithms/rollouts';
import type { ArmConfig } from '../../core/config';
import type { Vocabulary } from '../../core/tokens';
import { annotateSpans } from '../../labelers/spanAnnotators';
import type { JudgedPair } from '../../labelers/types';
import type { ParameterSet } from '../../nn/types';
import type { LabelledSet, LearnedPair, Prepared, RewardModel } from '../protocol';
import type { CurveBook, Scope, StageClock } from '../scope';
import { WEIGHT_DECAY } from './prepare';
import { runTraining } from './training';

/** Deviation of the coverage that an annotator states from what the checker counts. */
const COVERAGE_DEVIATION = 0.1;
/** What closes a segment of a response, where the vocabulary has it. */
const CLOSING = ['.', ',', ';', '?', '!'];

/**
 * Fine-grained rewards from marks that simulated people set in the responses of the training pairs.
 * @throws Error where the arm has no people to set them.
 */
export async function trainFineGrained(
  scope: Scope, arm: ArmConfig, prepared: Prepared, pairs: readonly JudgedPair[], labelled: LabelledSet, clock: StageClock, curves: CurveBook,
): Promise<{ model: RewardModel; summary: string }> {
  const { config, engine } = scope;
  if (arm.feedback !== 'people') {
    throw new Error(`${arm.label}: fine-grained rewards are learned from marks that people set in the texts. Set its feedback to people, or its reward to a reward model.`);
  }
  const { epochs, learningRate } = config.rewardModel;
  const examples = annotated(scope, pairs, labelled.examples.train);
  const heldOut = annotated(scope, pairs, labelled.examples.heldOut);
  const batch = Math.min(config.rewardModel.batch, examples.length);
  const start = withValueHeads(prepared.sft.shape, prepared.sft.values, FINE_GRAINED_HEADS);
  const params = engine.createParameters(start.shape, start.values);
  try {
    await runTraining(scope, {
      key: `${arm.id} reward`, params, total: fineGrainedSteps({ batch, epochs }, examples.length), clock, curves,
      begin: (optimizer, from) =>
        fineGrained(
          { epochs, batch, learningRate, weightDecay: WEIGHT_DECAY, measureEvery: 10, seed: config.run.seed },
          { engine, params, optimizer, from, examples, heldOut },
        ),
      rename: ({ step, values: { grad_norm: gradNorm, ...values } }) => ({
        step, values: gradNorm === undefined ? values : { ...values, 'rm/grad_norm': gradNorm },
      }),
    });
    return {
      model: { kind: 'fine', weights: { shape: start.shape, values: await engine.readParameters(params) } },
      summary: `fine-grained rewards from ${examples.length.toLocaleString('en')} marked responses, ${heldOut.length} held out, ${epochs} epochs`,
    };
  } finally {
    params.dispose();
  }
}

function annotated({ task, config }: Scope, pairs: readonly JudgedPair[], learned: readonly LearnedPair[]): AnnotatedResponse[] {
  const noise = { seed: config.run.seed, miss: config.fine.missed, falseAlarm: config.fine.falseAlarms, coverageDeviation: COVERAGE_DEVIATION };
  return learned.flatMap(({ pair }) => {
    const { id, prompt, responses } = pairs[pair]!;
    return responses.map((response, side): AnnotatedResponse => ({
      prompt: prompt.tokens, response,
      ...annotateSpans({ id: `${id}:${side}`, prompt, response, check: task.check(prompt, response) }, noise),
    }));
  });
}

/** Rewards of responses, token by token; neither weighed nor standardised. */
export function fineRewards({ engine, task }: Scope, params: ParameterSet, items: readonly Pick<Rollout, 'prompt' | 'response'>[]): Promise<FineGrainedReward[]> {
  return fineGrainedRewards(engine, params, items, segmentsAt(closingTokens(task.vocabulary)));
}

function closingTokens(vocabulary: Vocabulary): ReadonlySet<number> {
  return new Set(CLOSING.filter((mark) => vocabulary.has(mark)).map((mark) => vocabulary.id(mark)));
}
