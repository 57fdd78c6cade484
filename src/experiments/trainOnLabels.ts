import type { RunBundle } from '../core/bundle';
import { parseConfig, type ArmConfig, type ExperimentConfig } from '../core/config';
import { MIN_GIVEN_PAIRS, sharedPairs, type GivenLabels } from '../core/givenLabels';
import type { LabelerInfo } from '../core/labReport';
import { PAGE_ARMS } from './armEditing';
import type { LabelSet } from './labFiles';
import { firstTrainings, type LabResults } from './labResults';
import { YOU } from './labVotes';
import { worldConfig } from './labWorld';

/** Labelers of the lab as the arms of a run: each trains a policy, on the same pairs. */

/** Labelers that are chosen before the visitor says otherwise. */
const FIRST_CHOICE = 4;
const MAX_LABEL = 40;
/** With the number that makes it unique, an id has 24 characters at most. */
const MAX_SLUG = 22;

/** A run that can be started. */
export interface TrainingPlan {
  readonly config: ExperimentConfig;
  /** By arm; labels of the shared pairs only. */
  readonly labels: GivenLabels;
  /** Pairs that all the labelers labelled. */
  readonly pairs: number;
}

/** Why the chosen labelers cannot train anything, and what to do. */
export interface NoTraining {
  readonly reason: string;
}

const isPerson = ({ kind }: LabelerInfo): boolean => kind === 'people' || kind === 'you';
const isModel = ({ kind }: LabelerInfo): boolean => kind === 'judge' || kind === 'llm' || kind === 'noisy';

const shorten = (text: string, limit: number): string =>
  text.length > limit ? `${text.slice(0, limit - 1).trimEnd()}…` : text;

const longName = ({ name, group }: LabelerInfo): string => group?.name ?? name;
/** "small judge M" for "small judge M, 0.17 M parameters": the model, without how it was asked. */
const shortName = (labeler: LabelerInfo): string => longName(labeler).split(',')[0]!.trim();

/** Short names that tell the labelers apart where their full ones do. */
function namesOf(labelers: readonly LabelerInfo[]): string[] {
  const twice = (names: readonly string[], name: string): boolean => names.indexOf(name) !== names.lastIndexOf(name);
  const groups = labelers.map(({ id, group }) => group?.id ?? id);
  const long = labelers.map(longName);
  const short = labelers.map(shortName);
  return labelers.map(({ id, group }, i) => {
    const others = short.filter((_, j) => groups[j] !== groups[i]);
    const name = (others.includes(short[i]!) ? long[i]! : short[i]!) || id;
    // Trainings of one judge have the name of the judge in common.
    return group && twice(groups, group.id) ? `${shorten(name, MAX_LABEL - 5)} #${group.seed}` : shorten(name, MAX_LABEL);
  });
}

/**
 * An arm for each labeler, in their order: the visitor's votes, or else the first person's, are RLHF, the first model's are
 * RLAIF. Further ids end in a number, from which the page takes their colours.
 */
export function armsOf(labelers: readonly LabelerInfo[]): ArmConfig[] {
  const human = labelers.find(({ id }) => id === YOU.id) ?? labelers.find(isPerson);
  const model = labelers.find(isModel);
  const names = namesOf(labelers);
  let further = 0;
  return labelers.map((labeler, i): ArmConfig => {
    const name = names[i]!;
    if (labeler === human) return { id: 'rlhf', label: shorten(`RLHF, ${name}`, MAX_LABEL), feedback: 'given' };
    if (labeler === model) return { id: 'rlaif', label: name, feedback: 'given' };
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, MAX_SLUG).replace(/-$/, '');
    return { id: `${slug || 'labeler'}-${++further}`, label: name, feedback: 'given' };
  });
}

/** The labels of the pairs that all sets share, for the arms of a config. */
function labelsFor(arms: readonly ArmConfig[], sets: readonly LabelSet[], shared: readonly string[]): GivenLabels {
  const wanted = new Set(shared);
  return Object.fromEntries(arms.map(({ id }, i) => {
    const { labeler, labels } = sets[i]!;
    return [id, { labeler, labels: labels.filter(({ pairId }) => wanted.has(pairId)) }];
  }));
}

/**
 * The run that trains on what the chosen labelers of the lab said, or why there is none. Pairs, seed, SFT policy and what
 * readers value are the lab's, all else is as in the playground: the arms differ in who labelled and in nothing else.
 * @param chosen ids of labelers. @param settings of the playground.
 */
export function trainOnLabels(
  results: LabResults, chosen: readonly string[], settings: ExperimentConfig,
): TrainingPlan | NoTraining {
  const { task } = results;
  if (task === undefined) {
    return { reason: 'These pairs were imported, and the policy of this page writes for the built-in prompts only: train on labels of the built-in pairs.' };
  }
  const sets = results.sets.filter(({ labeler }) => chosen.includes(labeler.id));
  if (sets.length === 0) return { reason: 'Choose at least one labeler.' };
  if (sets.length > PAGE_ARMS) return { reason: `A run of this page has ${PAGE_ARMS} arms at most: choose fewer labelers.` };
  const shared = sharedPairs(sets);
  if (shared.length < MIN_GIVEN_PAIRS) {
    return {
      reason: `The chosen labelers share ${shared.length} labelled pair${shared.length === 1 ? '' : 's'}; at least ` +
        `${MIN_GIVEN_PAIRS} are needed. Have more pairs labelled, or leave out who labelled few.`,
    };
  }
  const { run, pairs, sft, gold } = worldConfig(task, results.pairs.length);
  const arms = armsOf(sets.map(({ labeler }) => labeler));
  const config = parseConfig({ ...settings, run, pairs, gold, sft: { ...settings.sft, source: sft.source }, arms });
  return { config, labels: labelsFor(arms, sets, shared), pairs: shared.length };
}

/** The rows of models without further ones of the same model, which begin with the same name; scores give way. */
function oneRowEach(models: readonly LabelerInfo[]): LabelerInfo[] {
  const rows = new Map<string, LabelerInfo>();
  const byScores = ({ id }: LabelerInfo): boolean => id.startsWith('scores-');
  for (const model of [...models.filter((one) => !byScores(one)), ...models.filter(byScores)]) {
    const name = shortName(model);
    if (!rows.has(name)) rows.set(name, model);
  }
  return [...rows.values()];
}

/**
 * Ids of the labelers that are chosen at first: people and the visitor, then models, the largest and the smallest before
 * those between, up to four; with fewer than two of those, rules beside them. A model has one row: its first training, and
 * scores only where it was asked for nothing else.
 */
export function firstChoice(sets: readonly LabelSet[]): string[] {
  const size = ({ parameters = 0 }: LabelerInfo): number => parameters;
  const labelers = firstTrainings(sets).map(({ labeler }) => labeler);
  const people = labelers.filter(isPerson);
  const models = oneRowEach(labelers.filter(isModel)).sort((a, b) => size(b) - size(a));
  // Of unknown size are the last ones.
  const smallest = models.findLast((model) => size(model) > 0);
  const spread = new Set([...models.slice(0, 1), ...(smallest ? [smallest] : []), ...models]);
  const first = [...people, ...spread].slice(0, FIRST_CHOICE);
  const rules = labelers.filter((labeler) => !isPerson(labeler) && !isModel(labeler));
  return [...first, ...rules.slice(0, Math.max(0, 2 - first.length))].map(({ id }) => id);
}

/**
 * Seconds that a run will take, going by a finished one: its reward models and RL, by the work of an arm and the number of
 * arms, since the arms of a run share the machine. Undefined where that run does not tell.
 * @param pairs that the reward models are trained on.
 */
export function expectedSeconds({ config, pairs }: Pick<TrainingPlan, 'config' | 'pairs'>, finished: RunBundle): number | undefined {
  const before = finished.config;
  const runners = Math.min(before.arms.length, finished.device.engine === 'gpu' ? 1 : finished.device.cores);
  /** Seconds that all arms' stages of one kind took together, as they ran beside each other. */
  const took = (id: 'reward' | 'rl'): number =>
    finished.stages.reduce((sum, stage) => sum + (stage.id === id ? stage.seconds : 0), 0) / Math.max(1, runners);
  if (took('rl') === 0) return undefined;
  const arms = config.arms.length / before.arms.length;
  const epochs = (of: ExperimentConfig, count: number): number => count * of.rewardModel.epochs;
  const rollouts = ({ rl }: ExperimentConfig): number => rl.iterations * rl.batch;
  return arms * (
    took('reward') * (epochs(config, pairs) / epochs(before, before.pairs.count)) +
    took('rl') * (rollouts(config) / rollouts(before))
  );
}
