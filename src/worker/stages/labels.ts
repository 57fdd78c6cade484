import { applyStrength, preferenceStrength } from '../../algorithms/preferenceStrength';
import { scoreMargins, type LabelledPair } from '../../algorithms/rewardModel';
import { MAX_LABELER_ID, type LabelerRecord } from '../../core/bundle';
import { configOfArm, type ArmConfig, type ExperimentConfig } from '../../core/config';
import type { GivenLabeler } from '../../core/givenLabels';
import { methodOf } from '../../core/methods';
import { OUTSIDE_PAIRS } from '../../core/outsideScores';
import type { Label } from '../../core/preferences';
import { labelerRecord, positionBias } from '../../evaluation/alignment';
import { flipLabels, mergeLabels, routePairs } from '../../labelers/hybrid';
import type { JudgedPair, Labeler, LabelerIdentity } from '../../labelers/types';
import type { Task } from '../../tasks/types';
import { openLabeler, openScorer } from '../labelers';
import { namedPair } from '../pairIds';
import type { LabelledSet, Prepared } from '../protocol';
import { StageClock, type Scope } from '../scope';
import { judgedPairs } from './pairs';
import { trainRewardModel } from './rewardModels';

/** A tenth of the pairs, at most this many, measures what is trained on the others. */
const MOST_HELD_OUT = 200;
/** Pairs on which an arm says how well its labeler agrees where they train nothing, and a score costs nothing. */
const SCORED_PAIRS = 512;

/** Whether nothing is learned from an arm's labels: they only tell how far its labeler can be trusted. */
export function scoresInstead(config: ExperimentConfig, { feedback }: ArmConfig): boolean {
  return feedback === 'scores' && methodOf(config.rl.method).learnsFrom !== 'labels';
}

/** The labels of an arm, and what is learned from them. @param given the labels, where its feedback is `given`. */
export async function labelStage(scope: Scope, arm: ArmConfig, prepared: Prepared, given?: GivenLabeler): Promise<LabelledSet> {
  const config = configOfArm(scope.config, arm);
  const own: Scope = { ...scope, config };
  const clock = new StageClock(own, 'labels', arm.id);
  const limit = scoresInstead(config, arm) ? Math.min(scope.outside ? OUTSIDE_PAIRS : SCORED_PAIRS, config.data.pairLimit) : config.data.pairLimit;
  const pairs = judgedPairs(scope, prepared).slice(0, limit);
  const asked = await ask(own, arm, pairs, clock, given);
  const labels = flipLabels(asked.labels, config.data.flip, config.run.seed);
  await clock.progress(labels.length, labels.length);
  // Agreement is that of what is learned from; where a labeler leans to is its own.
  const { samePosition, prefersFirst } = positionBias(asked.labels);
  const record: LabelerRecord = {
    ...labelerRecord(asked.identity, scope.task, pairs, labels, config),
    ...(samePosition === undefined ? {} : { samePosition }),
    ...(prefersFirst === undefined ? {} : { prefersFirst }),
    ...(asked.humanLabels === undefined ? {} : { humanLabels: asked.humanLabels }),
  };
  const { examples, note } = await learnable(own, arm, prepared, pairs, labels, clock);
  const summary = `${labels.length.toLocaleString('en')} labels by ${asked.identity.name}${note}`;
  return { labels, record, examples, stage: clock.end(summary) };
}

interface Asked {
  readonly identity: LabelerIdentity;
  /** One a pair, in their order. */
  readonly labels: Label[];
  /** Where people and a model share the work: how many of the labels are people's. */
  readonly humanLabels?: number;
}

async function ask(scope: Scope, arm: ArmConfig, pairs: readonly JudgedPair[], clock: StageClock, given: GivenLabeler | undefined): Promise<Asked> {
  switch (arm.feedback) {
    case 'given':
      return takeLabels(scope.task, arm, pairs, given);
    case 'mixed':
      return askBoth(scope, pairs, clock);
    case 'scores':
      return askLabeler(await openScorer(scope), pairs, clock);
    default:
      return askLabeler(await openLabeler(scope, arm.feedback), pairs, clock);
  }
}

async function askLabeler(labeler: Labeler, pairs: readonly JudgedPair[], clock: StageClock, before = 0, total = pairs.length): Promise<Asked> {
  try {
    const labels: Label[] = [];
    for await (const label of labeler.label(pairs)) {
      labels.push(label);
      const done = before + labels.length;
      if (labels.length % 64 === 0 && done < total) await clock.progress(done, total);
    }
    return { identity: labeler.identity, labels };
  } finally {
    labeler.dispose?.();
  }
}

/** The AI labeler says what it thinks of every pair; people label those that go to them. */
async function askBoth(scope: Scope, pairs: readonly JudgedPair[], clock: StageClock): Promise<Asked> {
  const { humanShare, routing } = scope.config.data;
  const total = Math.round(pairs.length * (1 + humanShare));
  const ai = await askLabeler(await openLabeler(scope, 'ai'), pairs, clock, 0, total);
  const routes = routePairs(ai.labels, { budget: humanShare, rule: routing, seed: scope.config.run.seed });
  const theirs = pairs.filter((_, i) => routes[i] === 'people');
  const people = await askLabeler(await openLabeler(scope, 'people'), theirs, clock, pairs.length, total);
  return {
    identity: {
      id: 'mixed',
      name: `people (${theirs.length.toLocaleString('en')}, ${routing === 'uncertain' ? 'where the model is least sure' : 'drawn at random'}) and ${ai.identity.name}`,
      kind: 'mixed',
      origin: `${people.identity.origin} ${ai.identity.origin}`,
    },
    labels: mergeLabels(routes, ai.labels, people.labels),
    humanLabels: theirs.length,
  };
}


/** The labels that came with the run, each put to its pair. @throws Error where a pair has none. */
export function takeLabels(
  task: Pick<Task, 'vocabulary'>, arm: ArmConfig, pairs: readonly JudgedPair[], given: GivenLabeler | undefined,
): Asked {
  if (!given) throw new Error(`The labels of ${arm.label} did not come with the run.`);
  const { labeler, labels } = given;
  const byName = new Map(labels.map((label) => [label.pairId, label]));
  return {
    identity: {
      id: labeler.id.slice(0, MAX_LABELER_ID), name: labeler.name, kind: labeler.kind, origin: labeler.origin,
      ...(labeler.parameters === undefined ? {} : { parameters: labeler.parameters }),
    },
    labels: pairs.map((pair) => {
      const label = byName.get(namedPair(task, pair).id);
      if (!label) throw new Error(`${labeler.name} has no label of ${pair.id}.`);
      // A reply that could not be read is a tie, whatever a file says of it.
      return { ...label, pairId: pair.id, pA: label.parsed ? label.pA : 0.5 };
    }),
  };
}

/** Which pairs train, with what labels, and which measure: decided once for all that learns from these labels. */
async function learnable(
  scope: Scope, arm: ArmConfig, prepared: Prepared, pairs: readonly JudgedPair[], labels: readonly Label[], clock: StageClock,
): Promise<{ examples: LabelledSet['examples']; note: string }> {
  const held = heldOutPrompts(pairs, Math.min(MOST_HELD_OUT, Math.floor(pairs.length / 10)));
  const all = labels.map(({ pA }, pair) => ({ pair, pA }));
  const train = all.filter(({ pair }) => !held.has(pairs[pair]!.promptId));
  const heldOut = all.filter(({ pair }) => held.has(pairs[pair]!.promptId));
  const { strength, strengthShare, strengthModels } = scope.config.data;
  if (strength === 'keep' || scoresInstead(scope.config, arm)) return { examples: { train, heldOut }, note: '' };

  const labelled = train.map(({ pair, pA }): LabelledPair & { readonly pair: number } => ({
    pair, pA, prompt: pairs[pair]!.prompt.tokens, responses: pairs[pair]!.responses,
  }));
  const margins: number[][] = [];
  for (let member = 0; member < strengthModels; member++) {
    const note = `measuring the strength of preferences, model ${member + 1} of ${strengthModels}`;
    const { weights } = await trainRewardModel(scope, {
      key: `${arm.id} strength ${member}`, start: prepared.sft, member, pairs: labelled, heldOut: [], clock, note,
    });
    const params = scope.engine.createParameters(weights.shape, weights.values);
    margins.push(await scoreMargins(scope.engine, params, scope.config.rewardModel.head, labelled).finally(() => params.dispose()));
  }
  const strengths = preferenceStrength(margins, labelled.map(({ pA }) => pA));
  const { pairs: kept, changed } = applyStrength(labelled, strengths, { treatment: strength, share: strengthShare });
  return {
    examples: {
      train: kept.map(({ pair, pA, margin }) => ({ pair, pA, ...(margin === undefined ? {} : { margin }) })),
      heldOut,
    },
    note: `; weak preferences: ${STRENGTH_NOTES[strength](changed)}`,
  };
}

const STRENGTH_NOTES: Readonly<Record<Exclude<ExperimentConfig['data']['strength'], 'keep'>, (count: number) => string>> = {
  drop: (count) => `${count.toLocaleString('en')} pairs dropped`,
  flip: (count) => `${count.toLocaleString('en')} labels turned round`,
  soft: (count) => `${count.toLocaleString('en')} labels softened`,
  margin: (count) => `${count.toLocaleString('en')} pairs with a margin`,
};

/**
 * Prompts whose pairs measure what is trained on the others, together at least `wanted` pairs where that leaves any for
 * training. By prompt, since in a small file many pairs share one.
 */
function heldOutPrompts(pairs: readonly JudgedPair[], wanted: number): ReadonlySet<string> {
  const held = new Set<string>();
  let count = 0;
  for (const { promptId } of pairs) {
    if (count >= wanted) break;
    if (held.has(promptId)) continue;
    held.add(promptId);
    count += pairs.filter((pair) => pair.promptId === promptId).length;
  }
  return held;
}
