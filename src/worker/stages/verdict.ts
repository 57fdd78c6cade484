import type { ArmRecord, Comparison, Evaluation, WinRate } from '../../core/bundle';
import { judgesOf } from '../../core/judges';
import type { Label } from '../../core/preferences';
import { annotatorAgreement, configuredJury, toContest } from '../../evaluation/alignment';
import { diversity } from '../../evaluation/diversity';
import { drift, type ScoredSample } from '../../evaluation/drift';
import { evaluateArm, type ArmMeasurements } from '../../evaluation/evaluateArm';
import { rateEstimates } from '../../evaluation/rates';
import { headToHead, type Opponents } from '../../evaluation/headToHead';
import type { Contest } from '../../evaluation/verdicts';
import { boutsByJury, winRateByGold, winRateByJury, winRateByLabels } from '../../evaluation/winRate';
import type { JudgedPair } from '../../labelers/types';
import type { Check, Prompt } from '../../tasks/types';
import { goldWeights, utility } from '../../tasks/utility';
import { openJudge } from '../labelers';
import { namedPair } from '../pairIds';
import type { ArmOutcome, Commands, Prepared, Verdict } from '../protocol';
import { StageClock, type Scope } from '../scope';
import { toAnswer, toPromptRecord, type Written } from './answers';
import { answerTest, testPrompts } from './arm';
import { judgedPairs } from './pairs';

/** Test posts whose texts go into the bundle; the numbers are over all of them. */
const KEPT_SAMPLES = 200;

/** An arm with what is known of its labeler and reward. */
type Concluded = Commands['conclude']['in']['outcomes'][number];

/** Responses of a policy to the test posts, checked. */
interface Policy {
  readonly id: string;
  readonly written: readonly Written[];
  readonly checks: readonly Check[];
}

/** Judges every arm against SFT and the arms against each other, on the same test posts. */
export async function conclude(scope: Scope, prepared: Prepared, outcomes: readonly Concluded[]): Promise<Verdict> {
  const { config, task } = scope;
  const clock = new StageClock(scope, 'verdict');
  const prompts = testPrompts(scope);
  const weights = goldWeights(task.goldWeights, config.gold);
  const jury = configuredJury(task, config);
  // The noise-controlled labeler reads gold utility: gold as a judge of what it taught is circular.
  const circular = outcomes.some(({ labeler }) => labeler.kind === 'noisy');
  const judge = await openModelJudge(scope, outcomes);
  const total = 2 * outcomes.length + 1;
  let done = 0;
  const progress = (note?: string): Promise<void> => clock.progress(done++, total, note);

  try {
    await progress('SFT answers the test posts');
    const start = await answersOfSft(scope, prepared);
    const policyOf = (id: string, test: ArmOutcome['test']): Policy =>
      checked(scope, id, prompts.map((prompt, i): Written => ({ prompt, response: test[i]!.tokens, finished: test[i]!.finished })));
    const sft = policyOf('sft', start.test);
    const trained = outcomes.map(({ armId, test }) => policyOf(armId, test));

    const bouts: Opponents[] = [];
    /** By everyone who judges; what a comparison is tested by is kept. */
    const judged = async (a: Policy, b: Policy): Promise<NonNullable<Evaluation['winRateVsSft']>> => {
      const contests = prompts.map((prompt, i): Contest => ({ id: prompt.id, prompt, a: a.checks[i]!, b: b.checks[i]! }));
      bouts.push({ a: a.id, b: b.id, bouts: boutsByJury(contests, jury) });
      return {
        majority: winRateByJury(contests, jury),
        gold: winRateByGold(contests, weights, circular),
        ...(judge ? { judge: await judge.winRate(contests, a, b) } : {}),
      };
    };

    const arms: ArmRecord[] = [{
      ...record(scope, 'sft', 'SFT', sft.written, evaluateArm(posts(prompts, sft.checks), weights, { ...measuresOf(scope, start), rates: rateEstimates(task, posts(prompts, sft.checks)) })),
      curves: { ...prepared.sftCurves }, ended: 'the start of every arm',
    }];
    for (const [index, outcome] of outcomes.entries()) {
      await progress(`judging ${outcome.armId}`);
      const own = trained[index]!;
      const scores = outcome.test.flatMap(({ score }) => (score === undefined ? [] : [score]));
      const proxyReward = scores.length > 0 ? scores : undefined;
      const evaluation = evaluateArm(posts(prompts, own.checks), weights, {
        ...measuresOf(scope, outcome), kl: outcome.test.map((answer) => answer.kl), proxyReward, winRateVsSft: await judged(own, sft),
        rates: rateEstimates(task, posts(prompts, own.checks)),
      });
      const { label } = config.arms.find((arm) => arm.id === outcome.armId)!;
      arms.push({
        ...record(scope, outcome.armId, label, own.written, evaluation, proxyReward),
        ...(outcome.reward ? { reward: outcome.reward } : {}),
        ...(outcome.bestOfN ? { bestOfN: outcome.bestOfN } : {}),
        curves: { ...outcome.curves }, ended: outcome.ended,
      });
    }

    const comparisons: Comparison[] = [];
    for (const [a, one] of config.evaluation.headToHead ? trained.entries() : []) {
      await progress(`comparing ${one.id} with the other arms`);
      for (const other of trained.slice(0, a)) comparisons.push({ a: one.id, b: other.id, ...await judged(one, other) });
    }
    const pairs = judgedPairs(scope, prepared);
    const agreement = annotatorAgreement(pairs.map((pair) => toContest(task, pair)), jury);
    await clock.progress(total, total);
    const table = headToHead(bouts);
    return {
      arms,
      prompts: prompts.slice(0, KEPT_SAMPLES).map((prompt) => toPromptRecord(task, prompt)),
      slots: task.slots,
      goldWeights: task.goldWeights,
      notes: task.notes,
      comparisons,
      headToHead: { ...table, comparisons: [...table.comparisons] },
      annotatorAgreement: agreement,
      vocabulary: task.vocabulary.words,
      pairs: pairs.map((pair) => namedPair(task, pair)),
      stages: [clock.end(`${prompts.length.toLocaleString('en')} ${config.evaluation.split} posts, ${jury.size} fresh annotators each`)],
    };
  } finally {
    judge?.dispose();
  }
}

/** The start policy as an arm that trained nothing. */
async function answersOfSft(scope: Scope, prepared: Prepared): Promise<Pick<ArmOutcome, 'test' | 'repeated' | 'entropy'>> {
  const sft = scope.engine.createParameters(prepared.sft.shape, prepared.sft.values);
  try {
    return await answerTest(scope, { sft, policy: sft, score: undefined });
  } finally {
    sft.dispose();
  }
}

/** How different a policy's answers are, how undecided it is, and whether its reward still agrees with gold on them. */
function measuresOf(
  scope: Scope, { test, repeated, entropy }: Pick<ArmOutcome, 'test' | 'repeated' | 'entropy'>,
): Pick<ArmMeasurements, 'diversity' | 'entropy' | 'drift'> {
  const { task, config } = scope;
  const weights = goldWeights(task.goldWeights, config.gold);
  const prompts = testPrompts(scope);
  const scored = repeated.flatMap((samples, post) => samples.flatMap(({ tokens, score }): ScoredSample[] => {
    if (score === undefined) return [];
    const prompt = prompts[post]!;
    return [{ promptId: prompt.id, proxy: score, gold: utility(prompt, task.check(prompt, tokens), weights) }];
  }));
  return {
    entropy,
    diversity: diversity({
      groups: repeated.map((samples) => samples.map(({ tokens }) => tokens)),
      acrossInput: test.map(({ tokens }) => tokens),
      vocabulary: task.vocabulary.size,
    }),
    drift: scored.length > 0 ? drift(scored) : undefined,
  };
}

/** A small judge that says, in both orders, who wins. */
interface ModelJudge {
  winRate(contests: readonly Contest[], a: Policy, b: Policy): Promise<WinRate>;
  dispose(): void;
}

async function openModelJudge(scope: Scope, outcomes: readonly Concluded[]): Promise<ModelJudge | undefined> {
  const { judge: size } = scope.config.evaluation;
  if (size === 'none') return undefined;
  // Any training of it but the one that labels: the first that no arm was taught by, if there is one.
  const taught = new Set(outcomes.map(({ labeler }) => labeler.id));
  const teaches = (training: number): boolean => taught.has(`judge-${size}-${training}`) || taught.has(`scores-${size}-${training}`);
  const trainings = Array.from({ length: judgesOf(scope.task.id).trainings }, (_, i) => i + 1);
  const training = trainings.find((candidate) => !teaches(candidate)) ?? 1;
  const labeler = await openJudge(scope, size, training, { ask: 'choice', bothOrders: true });
  return {
    async winRate(contests, a, b) {
      const pairs = contests.map(({ id }, i): JudgedPair => {
        const { prompt } = a.written[i]!;
        return { id, promptId: prompt.id, prompt, responses: [a.written[i]!.response, b.written[i]!.response] };
      });
      const labels: Label[] = [];
      for await (const label of labeler.label(pairs)) {
        labels.push(label);
        if (labels.length % 64 === 0) await scope.gate.pass();
      }
      return winRateByLabels(contests, labels, `${labeler.identity.name}, both orders`, teaches(training));
    },
    dispose: () => labeler.dispose?.(),
  };
}

function checked(scope: Scope, id: string, written: readonly Written[]): Policy {
  return { id, written, checks: written.map(({ prompt, response }) => scope.task.check(prompt, response)) };
}

function posts(prompts: readonly Prompt[], checks: readonly Check[]): { prompt: Prompt; check: Check }[] {
  return prompts.map((prompt, i) => ({ prompt, check: checks[i]! }));
}

function record(
  scope: Scope,
  id: string,
  label: string,
  written: readonly Written[],
  evaluation: Evaluation,
  scores?: readonly number[],
): Pick<ArmRecord, 'id' | 'label' | 'samples' | 'evaluation'> {
  const weights = goldWeights(scope.task.goldWeights, scope.config.gold);
  return {
    id,
    label,
    samples: written.slice(0, KEPT_SAMPLES).map((answer, i) => ({
      promptId: answer.prompt.id,
      answer: toAnswer(scope.task, answer, weights, scores?.[i]),
    })),
    evaluation,
  };
}
