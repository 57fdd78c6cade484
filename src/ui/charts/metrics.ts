/**
 * The one table of curves: what each metric key means, its unit, how its values read and which chart shows it. Keys
 * are TRL's where it has them.
 */
export type Format = 'number' | 'small' | 'percent' | 'count';

/** What the steps of a curve count. */
export type StepKind = 'iteration' | 'rewardModel' | 'sft';

export interface Metric {
  readonly title: string;
  /** As on a y-axis. */
  readonly unit: string;
  readonly meaning: string;
  readonly formula?: string;
  readonly caveat?: string;
  readonly format: Format;
  readonly steps: StepKind;
}

const ROLLOUTS = 'Mean over the rollouts of one RL iteration.';
const VALIDATION = 'Mean over one sampled response for each validation post, every few iterations.';

export const METRICS = {
  'eval/scores': {
    title: 'Proxy reward on validation posts',
    unit: 'standardised reward',
    meaning: `What the arm’s own reward model gives; 0 is the mean, 1 the standard deviation over SFT samples. ${VALIDATION}`,
    formula: 'score = (r(post, response) − mean over SFT) / sd over SFT',
    caveat: 'Each arm has its own reward model: heights of two arms are not on one scale of quality. Read the climb.',
    format: 'number',
    steps: 'iteration',
  },
  'objective/scores': {
    title: 'Proxy reward of rollouts',
    unit: 'standardised reward',
    meaning: `The same reward on what the policy writes while it trains. ${ROLLOUTS}`,
    format: 'number',
    steps: 'iteration',
  },
  'eval/gold': {
    title: 'Gold utility on validation posts',
    unit: 'gold utility (1 = an average fact)',
    meaning: `What a careful reader wants, from the hidden facts of each post. Of the labelers only the noise-controlled one reads it. ${VALIDATION}`,
    formula: 'coverage · Σ importance of covered facts\n − invention · invented − stumble · stumbles − length · words',
    caveat: 'A live estimate on few posts. The verdict is taken on test posts, with intervals.',
    format: 'number',
    steps: 'iteration',
  },
  'eval/kl': {
    title: 'KL from SFT on validation posts',
    unit: 'nats a response',
    meaning: `How far the policy has moved from where it started. ${VALIDATION}`,
    formula: 'k1: Σ over tokens of log π(token) − log π_SFT(token), on the policy’s own samples',
    caveat: 'An estimate from samples: near zero it can dip below it, which is noise.',
    format: 'number',
    steps: 'iteration',
  },
  'objective/kl': {
    title: 'KL from SFT of rollouts',
    unit: 'nats a response',
    meaning: `The KL that the KL coefficient charges for. ${ROLLOUTS}`,
    format: 'number',
    steps: 'iteration',
  },
  'eval/invented_rate': {
    title: 'Summaries that invent',
    unit: '% of responses',
    meaning: `Share of responses that state at least one thing the post does not say. ${VALIDATION}`,
    format: 'percent',
    steps: 'iteration',
  },
  'eval/stumble_rate': {
    title: 'Summaries that stumble',
    unit: '% of responses',
    meaning: `Share of responses with broken grammar, a repeat, a fragment or no end. ${VALIDATION}`,
    format: 'percent',
    steps: 'iteration',
  },
  'eval/coverage': {
    title: 'Coverage',
    unit: '% of importance',
    meaning: `Share of what matters in a post that the response says. ${VALIDATION}`,
    formula: 'Σ importance of covered facts / Σ importance of all facts',
    format: 'percent',
    steps: 'iteration',
  },
  'eval/length': {
    title: 'Length',
    unit: 'words a response',
    meaning: `Words without punctuation. ${VALIDATION}`,
    caveat: 'A reward model that likes length gets length: look whether gold follows.',
    format: 'number',
    steps: 'iteration',
  },
  'rm/accuracy': {
    title: 'Reward model: held-out pairs',
    unit: '% of pairs',
    meaning: 'Share of held-out pairs on which the reward model prefers what the arm’s own labeler prefers.',
    caveat: 'Noisy labels cap it: a reward model cannot agree with a coin.',
    format: 'percent',
    steps: 'rewardModel',
  },
  'rm/accuracy_gold': {
    title: 'Reward model: gold',
    unit: '% of pairs',
    meaning: 'Share of the same pairs on which the reward model prefers the response of higher gold utility.',
    format: 'percent',
    steps: 'rewardModel',
  },
  'rm/loss': {
    title: 'Reward-model loss',
    unit: 'nats a pair',
    meaning: 'Cross-entropy of the labels under the Bradley-Terry probability; ln 2 = 0.693 is a coin.',
    formula: '−[p log σ(r_a − r_b) + (1 − p) log σ(r_b − r_a)], p = soft label',
    format: 'small',
    steps: 'rewardModel',
  },
  'sft/loss': {
    title: 'SFT loss',
    unit: 'nats a token',
    meaning: 'Cross-entropy of the references’ tokens under the policy, in training.',
    format: 'small',
    steps: 'sft',
  },
  'sft/val_loss': {
    title: 'SFT loss, held out',
    unit: 'nats a token',
    meaning: 'The same on references that SFT did not see. Rising while the other falls: it learns them by heart.',
    format: 'small',
    steps: 'sft',
  },
  'objective/rlhf_reward': {
    title: 'RL objective',
    unit: 'reward after KL',
    meaning: `What RL maximises. ${ROLLOUTS}`,
    formula: '(1 − β) · score − β · KL',
    format: 'number',
    steps: 'iteration',
  },
  'objective/entropy': {
    title: 'Policy entropy',
    unit: 'nats a token',
    meaning: `How undecided the policy is at each word. ${ROLLOUTS}`,
    caveat: 'Near zero it writes the same thing again and again and stops exploring.',
    format: 'number',
    steps: 'iteration',
  },
  'completions/mean_length': {
    title: 'Rollout length',
    unit: 'tokens',
    meaning: `Tokens a rollout, punctuation and end-of-text counted. ${ROLLOUTS}`,
    format: 'number',
    steps: 'iteration',
  },
  'loss/policy_avg': {
    title: 'Policy loss',
    unit: 'advantage × nats',
    meaning: `The surrogate that the method descends. ${ROLLOUTS}`,
    caveat: 'Its height says little about progress, only that gradients flow.',
    format: 'small',
    steps: 'iteration',
  },
  'loss/value_avg': {
    title: 'Value loss',
    unit: 'squared reward',
    meaning: `Squared error of the learned baseline. ${ROLLOUTS}`,
    format: 'small',
    steps: 'iteration',
  },
  grad_norm: {
    title: 'Gradient norm',
    unit: 'L2 norm',
    meaning: 'Length of the policy’s gradient before it is clipped, one value an iteration.',
    format: 'small',
    steps: 'iteration',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof METRICS;

export function metric(key: MetricKey): Metric {
  return METRICS[key];
}

/** Cumulative labels that the reward model has read, by its steps. */
export const LABELS_USED = 'rm/labels';

export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  /** Drawn solid, with markers. */
  readonly key: MetricKey;
  /** The same quantity from another source, drawn faint. */
  readonly companion?: MetricKey;
  /** Where the level of the start policy is known, a rule at it. */
  readonly baseline?: true;
  /** A level worth a rule, with its name. */
  readonly level?: { readonly value: number; readonly label: string };
  /** Teaches before there is data: what will appear and what to look for. */
  readonly lookFor: string;
  readonly group: 'large' | 'small' | 'more';
  /** Shown only once it has data: most runs have none. */
  readonly rare?: true;
}

export const CHARTS: readonly ChartSpec[] = [
  {
    id: 'reward',
    title: 'Reward: what the model sees',
    key: 'eval/scores',
    companion: 'objective/scores',
    baseline: true,
    lookFor: 'One line an arm, climbing from 0: each policy learns to please its own reward model.',
    group: 'large',
  },
  {
    id: 'gold',
    title: 'True quality: what readers want',
    key: 'eval/gold',
    baseline: true,
    lookFor: 'Does quality follow the reward? Where reward climbs and this sags, the reward model is being gamed.',
    group: 'large',
  },
  {
    id: 'sft',
    title: 'SFT loss',
    key: 'sft/val_loss',
    companion: 'sft/loss',
    lookFor: 'Falls as the policy learns to imitate the references.',
    group: 'small',
    rare: true,
  },
  {
    id: 'rm',
    title: 'Reward-model accuracy',
    key: 'rm/accuracy',
    level: { value: 0.5, label: 'coin' },
    lookFor: 'From 50% (a coin) towards the ceiling that label noise leaves. The first curve of a run.',
    group: 'small',
  },
  {
    id: 'kl',
    title: 'KL from SFT',
    key: 'eval/kl',
    companion: 'objective/kl',
    lookFor: 'How far each policy wanders; a larger KL coefficient holds it back.',
    group: 'small',
  },
  {
    id: 'invented',
    title: 'Invented facts',
    key: 'eval/invented_rate',
    baseline: true,
    lookFor: 'A labeler that misses inventions teaches the policy to make them.',
    group: 'small',
  },
  {
    id: 'length',
    title: 'Length',
    key: 'eval/length',
    baseline: true,
    lookFor: 'Growing while quality does not: the labeler likes long answers.',
    group: 'small',
  },
  {
    id: 'stumbles',
    title: 'Stumbles',
    key: 'eval/stumble_rate',
    baseline: true,
    lookFor: 'Broken or repeated words; a rise at high KL is a warning.',
    group: 'small',
  },
  {
    id: 'coverage',
    title: 'Coverage',
    key: 'eval/coverage',
    baseline: true,
    lookFor: 'How much of what matters the responses say.',
    group: 'small',
  },
  {
    id: 'rm-gold',
    title: 'Reward model against gold',
    key: 'rm/accuracy_gold',
    level: { value: 0.5, label: 'coin' },
    lookFor: 'Whether the reward model learned quality or its labeler’s taste.',
    group: 'more',
  },
  {
    id: 'rm-loss',
    title: 'Reward-model loss',
    key: 'rm/loss',
    level: { value: Math.LN2, label: 'coin' },
    lookFor: 'Starts at 0.69, a coin, and falls.',
    group: 'more',
  },
  {
    id: 'objective',
    title: 'RL objective',
    key: 'objective/rlhf_reward',
    lookFor: 'What RL climbs.',
    group: 'more',
  },
  {
    id: 'entropy',
    title: 'Policy entropy',
    key: 'objective/entropy',
    lookFor: 'Falls as the policy settles.',
    group: 'more',
  },
  {
    id: 'rollout-length',
    title: 'Rollout length',
    key: 'completions/mean_length',
    lookFor: 'Length in training, every iteration.',
    group: 'more',
  },
  {
    id: 'policy-loss',
    title: 'Policy loss',
    key: 'loss/policy_avg',
    lookFor: 'The surrogate, every iteration.',
    group: 'more',
  },
  {
    id: 'value-loss',
    title: 'Value loss',
    key: 'loss/value_avg',
    lookFor: 'Falls as the baseline learns.',
    group: 'more',
  },
  { id: 'grad-norm', title: 'Gradient norm', key: 'grad_norm', lookFor: 'Spikes are clipped.', group: 'more' },
];

/** A value as people read it: "0.42", "37%", "1,200". */
export function formatValue(format: Format, value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  switch (format) {
    case 'number':
      return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
    case 'small':
      return Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(3) : value.toExponential(1);
    case 'percent':
      return `${(value * 100).toFixed(1)}%`;
    case 'count':
      return Math.round(value).toLocaleString('en-US');
  }
}

/** What a step of the metric is called, on an axis and in a sentence. */
export const STEP_NAMES: Readonly<Record<StepKind, { readonly axis: string; readonly one: string }>> = {
  iteration: { axis: 'RL iteration', one: 'iteration' },
  rewardModel: { axis: 'reward-model step', one: 'step' },
  sft: { axis: 'SFT step', one: 'step' },
};
