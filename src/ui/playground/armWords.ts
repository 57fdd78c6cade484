import { configOfArm, type ArmConfig, type ExperimentConfig, type FieldValue } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { methodOf, METHODS, type MethodFamily, type MethodId } from '../../core/methods';
import { outsideScorerOf } from '../../core/outsideScores';
import type { AskedFeedback } from '../../experiments/armEditing';
import type { Sharing } from '../../experiments/armSettings';
import { plainValue } from '../shared/format';

/** Arms, methods and what they share, in words. */

export const FAMILY_TITLES: Readonly<Record<MethodFamily, string>> = {
  'policy gradient': 'Reinforcement learning',
  games: 'Preference games',
  pairs: 'Straight from labelled pairs',
  lists: 'Ranked lists',
  samples: 'Imitation of good samples',
};

/** Feedback as it is chosen, with what it means. */
export const FEEDBACK_CHOICES: Readonly<Record<AskedFeedback, { readonly name: string; readonly meaning: string }>> = {
  people: { name: 'People (RLHF)', meaning: 'Simulated people label the pairs.' },
  ai: { name: 'AI labeler (RLAIF)', meaning: 'An AI labeler labels the pairs.' },
  scores: { name: 'AI scores (d-RLAIF)', meaning: 'The AI labeler scores every response as the policy learns; there is no reward model.' },
  mixed: { name: 'People and AI mixed', meaning: 'People label some of the pairs, the AI labeler the others.' },
};

const FEEDBACK_WORDS: Readonly<Record<ArmConfig['feedback'], string>> = {
  people: 'people label', ai: 'an AI labels', mixed: 'people and an AI label', scores: 'an AI scores', given: 'labels of the lab',
};

/** "people label, REINFORCE": where an arm's feedback comes from and how it learns. */
export function armWords(config: ExperimentConfig, arm: ArmConfig): string {
  const feedback = outsideScorerOf(config, arm) === undefined ? FEEDBACK_WORDS[arm.feedback] : 'an LLM scores';
  return `${feedback}, ${METHODS[configOfArm(config, arm).rl.method].label}`;
}

/** "A", "A and B", "A, B and C"; "A; B, C" where a name has a comma of its own. */
export function listWords(names: readonly string[]): string {
  if (names.some((name) => name.includes(','))) return names.join('; ');
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What is made once for an arm and others, in a sentence or two; empty for an arm that runs alone. */
export function sharingWords({ reward, labels }: Sharing, others: number): string {
  if (others === 0) return '';
  const names = (arms: readonly ArmConfig[]): string => listWords(arms.map(({ label }) => label));
  const sentences = [
    ...(reward.length > 0 ? [`Shares pairs, labels and reward model with ${names(reward)}.`] : []),
    ...(labels.length > 0 ? [`Shares pairs and labels with ${names(labels)}.`] : []),
  ];
  return sentences.length > 0 ? sentences.join(' ') : 'Shares the pairs with the other arms, and nothing else.';
}

/** A setting's value as it is chosen: an option by its meaning. */
export function valueWords({ field }: FieldEntry, value: FieldValue): string {
  return field.kind === 'choice' ? (field.options[value as string] ?? plainValue(value)) : plainValue(value);
}

/** What the updates of a method are; `none` where it trains nothing. */
export function updatesOf(method: MethodId): 'iterations' | 'steps' | 'none' {
  if (method === 'best-of-n') return 'none';
  return methodOf(method).settings.includes('rl.iterations') ? 'iterations' : 'steps';
}

/** What an update is to each arm, where it is not the same to all; undefined where it is. */
export function updateWords(config: ExperimentConfig): string | undefined {
  const labelsOf = (kind: ReturnType<typeof updatesOf>): string[] =>
    config.arms.filter((arm) => updatesOf(configOfArm(config, arm).rl.method) === kind).map(({ label }) => label);
  const [iterations, steps, none] = [labelsOf('iterations'), labelsOf('steps'), labelsOf('none')];
  const training = [
    ...(iterations.length > 0 ? [`an iteration on a batch of its own responses (${listWords(iterations)})`] : []),
    ...(steps.length > 0 ? [`an optimizer step on a batch of a fixed set (${listWords(steps)})`] : []),
  ];
  const sentences = [
    ...(training.length > 1 ? [`An update is ${training.join(' or ')}: compare arms over KL.`] : []),
    ...(none.length > 0 ? [`${listWords(none)} train${none.length === 1 ? 's' : ''} nothing and ${none.length === 1 ? 'is a point' : 'are points'}.`] : []),
  ];
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}
