import { RATES, type RateId } from '../../core/rates';
import { fillWords, type TaskWords } from '../../core/taskWords';

/**
 * The one table of curves: what each metric key means, its unit, how its values read and which chart shows it. Keys
 * are TRL's where it has them. Texts name a task's words: `inWords` puts them in.
 */
export type Format = 'number' | 'small' | 'percent' | 'count';

/** What the steps of a curve count: RL iterations or optimizer steps of a policy, steps of a reward model, of SFT. */
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
const VALIDATION = 'Mean over one sampled response for each validation {prompt}, every few updates.';
const HELD_OUT = 'Over held-out pairs, every few updates; in online DPO over the pairs of the iteration.';
const IMPLICIT = 'Methods that learn straight from labels have no reward model: what they raise stands in for its score (in DPO, β times the log-ratio to SFT).';

/** The curve of a rate of the task's own. */
const rate = (id: RateId): Metric => ({
  title: `${RATES[id].label}, validation {prompts}`, unit: `% of ${RATES[id].over}`, meaning: `${RATES[id].meaning} ${VALIDATION}`,
  format: 'percent', steps: 'iteration',
});

export const METRICS = {
  'eval/scores': {
    title: 'Proxy reward on validation {prompts}',
    unit: 'standardised reward',
    meaning: `What the arm’s own reward model gives; 0 is the mean, 1 the standard deviation over SFT samples. ${VALIDATION}`,
    formula: 'score = (r(prompt, response) − mean over SFT) / sd over SFT',
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
    title: 'Gold utility on validation {prompts}',
    unit: 'gold utility (1 = an average fact)',
    meaning: `What a careful reader wants, from the hidden facts of each {prompt}. Of the labelers only the noise-controlled one reads it. ${VALIDATION}`,
    formula: 'coverage · Σ importance of covered facts\n − invention · invented − stumble · stumbles − length · words',
    caveat: 'A live estimate on few {prompts}. The verdict is taken on test {prompts}, with intervals.',
    format: 'number',
    steps: 'iteration',
  },
  'eval/kl': {
    title: 'KL from SFT on validation {prompts}',
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
    title: '{Responses} that {invent}',
    unit: '% of responses',
    meaning: `Share of responses that hold at least one {unsupported}. ${VALIDATION}`,
    format: 'percent',
    steps: 'iteration',
  },
  'eval/stumble_rate': {
    title: '{Responses} that stumble',
    unit: '% of responses',
    meaning: `Share of responses with broken grammar, a repeat, a fragment or no end. ${VALIDATION}`,
    format: 'percent',
    steps: 'iteration',
  },
  'eval/harmless_rate': rate('harmless'),
  'eval/helped_rate': rate('helped'),
  'eval/overRefusal_rate': rate('overRefusal'),
  'eval/coverage': {
    title: 'Coverage',
    unit: '% of importance',
    meaning: `Share of {coverage}. ${VALIDATION}`,
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
    meaning: 'Length of the policy’s gradient before it is clipped, one value an update.',
    format: 'small',
    steps: 'iteration',
  },
  'eval/reward_gold_correlation': {
    title: 'Reward against gold',
    unit: 'correlation',
    meaning:
      'Correlation of the arm’s own reward with gold utility, over one sampled response for each validation {prompt}: whether what is ' +
      'rewarded is still what readers want, on what the policy now writes.',
    formula: 'Pearson’s r of score and gold utility, over responses',
    caveat: 'Noisy on few {prompts}. It also falls where responses become alike and there is little left to tell apart.',
    format: 'number',
    steps: 'iteration',
  },
  'rm/margin': {
    title: 'Reward-model margin',
    unit: 'raw reward',
    meaning: 'By how much the preferred response of a held-out pair leads, before rewards are standardised.',
    caveat: 'Not on one scale between arms; of a preference model it is P − 1/2.',
    format: 'number',
    steps: 'rewardModel',
  },
  'fg/auc_invented': {
    title: 'Marks found: {inventions}',
    unit: 'AUC',
    meaning: 'How well the fine-grained reward model tells tokens that people marked as {inventions} from others, on held-out responses; 0.5 is a coin, 1 is perfect.',
    caveat: 'Against the marks, which miss some and raise false alarms: 1 is out of reach.',
    format: 'number',
    steps: 'rewardModel',
  },
  'fg/auc_stumble': {
    title: 'Marks found: stumbles',
    unit: 'AUC',
    meaning: 'The same for tokens marked as stumbles.',
    format: 'number',
    steps: 'rewardModel',
  },
  'fg/coverage_r': {
    title: 'Coverage predicted',
    unit: 'correlation',
    meaning: 'Correlation of the coverage that the fine-grained reward model predicts with what annotators say, on held-out responses.',
    format: 'number',
    steps: 'rewardModel',
  },
  'fine/coverage': {
    title: 'Reward for coverage, turned',
    unit: 'weight',
    meaning: 'What coverage was worth to the policy, where the weights of fine-grained rewards were turned while it was trained.',
    format: 'number',
    steps: 'iteration',
  },
  'fine/invention': {
    title: 'Price of {inventions}, turned',
    unit: 'weight',
    meaning: 'What each {invention} cost it.',
    format: 'number',
    steps: 'iteration',
  },
  'fine/stumble': {
    title: 'Price of stumbles, turned',
    unit: 'weight',
    meaning: 'What a stumble cost it.',
    format: 'number',
    steps: 'iteration',
  },
  'fg/loss': {
    title: 'Fine-grained reward loss',
    unit: 'summed losses',
    meaning: 'Cross-entropy of the marks plus squared error of coverage, in training.',
    format: 'small',
    steps: 'rewardModel',
  },
  'rewards/accuracies': {
    title: 'Implicit reward: pairs',
    unit: '% of pairs',
    meaning: `Share of pairs on which the policy’s implicit reward prefers what the labels prefer. ${IMPLICIT} ${HELD_OUT}`,
    caveat: 'In conditional training: share of responses whose kind the markers get right.',
    format: 'percent',
    steps: 'iteration',
  },
  'rewards/accuracies_gold': {
    title: 'Implicit reward: gold',
    unit: '% of pairs',
    meaning: 'Share of the same pairs on which it prefers the response of higher gold utility.',
    format: 'percent',
    steps: 'iteration',
  },
  'rewards/margins': {
    title: 'Implicit reward margin',
    unit: 'implicit reward',
    meaning: `By how much the implicit reward of the preferred response leads. ${HELD_OUT}`,
    caveat: 'Each method has its own unit.',
    format: 'number',
    steps: 'iteration',
  },
  'rewards/chosen': {
    title: 'Implicit reward of preferred responses',
    unit: 'implicit reward',
    meaning: `Mean over the preferred responses. ${HELD_OUT}`,
    format: 'number',
    steps: 'iteration',
  },
  'rewards/rejected': {
    title: 'Implicit reward of the others',
    unit: 'implicit reward',
    meaning: `Mean over the responses that are not preferred. ${HELD_OUT}`,
    format: 'number',
    steps: 'iteration',
  },
  'logps/chosen': {
    title: 'Likelihood of preferred responses',
    unit: 'nats a response',
    meaning: `log π of the preferred responses, summed over tokens. ${HELD_OUT}`,
    caveat: 'It may fall while the margin grows: the likelihood goes to responses that nobody labelled (likelihood displacement).',
    format: 'number',
    steps: 'iteration',
  },
  'logps/rejected': {
    title: 'Likelihood of the others',
    unit: 'nats a response',
    meaning: `log π of the responses that are not preferred. ${HELD_OUT}`,
    format: 'number',
    steps: 'iteration',
  },
  loss: {
    title: 'Method’s loss',
    unit: 'its own unit',
    meaning: 'What a method that learns from a fixed set descends, one value an optimizer step.',
    caveat: 'Losses of two methods are not on one scale.',
    format: 'small',
    steps: 'iteration',
  },
  'loss/nll_avg': {
    title: 'Imitation loss',
    unit: 'nats a token',
    meaning: 'Cross-entropy of the responses that are imitated.',
    format: 'small',
    steps: 'iteration',
  },
  'loss/kl_avg': {
    title: 'KL in the loss',
    unit: 'nats a token',
    meaning: 'SuperHF’s KL penalty before its weight, on the samples it imitates.',
    formula: 'k3: π_SFT/π − 1 − log π_SFT/π',
    format: 'small',
    steps: 'iteration',
  },
  'objective/scores_best': {
    title: 'Reward of the best samples',
    unit: 'standardised reward',
    meaning: 'Mean reward of the best response to each prompt: what is imitated.',
    format: 'number',
    steps: 'iteration',
  },
  frac_reward_zero_std: {
    title: 'Prompts without a lesson',
    unit: '% of prompts',
    meaning: 'GRPO only: share of prompts whose responses all scored the same, which teaches nothing.',
    format: 'percent',
    steps: 'iteration',
  },
  'policy/clipfrac_avg': {
    title: 'Clipped tokens',
    unit: '% of tokens',
    meaning: 'Share of tokens whose gradient the clip range cut off, over the passes of an iteration.',
    caveat: 'Zero in the first pass, where the policy has not moved yet.',
    format: 'percent',
    steps: 'iteration',
  },
  'policy/approxkl_avg': {
    title: 'Step size',
    unit: 'nats a token',
    meaning: 'KL between the policy that sampled a batch and the policy as it learns from it.',
    formula: 'k2: ½ (log π − log π_old)²',
    format: 'small',
    steps: 'iteration',
  },
  'completions/clipped_ratio': {
    title: 'Rollouts cut off',
    unit: '% of rollouts',
    meaning: 'Share of rollouts that reached the length limit without an end.',
    format: 'percent',
    steps: 'iteration',
  },
  'mixture/proposals': {
    title: 'Proposals of the opponent',
    unit: 'a response',
    meaning: 'Nash-MD only: responses proposed for one response of the mixture of policy and SFT.',
    format: 'number',
    steps: 'iteration',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof METRICS;

export function metric(key: MetricKey): Metric {
  return METRICS[key];
}

/** The metric with its texts in a task's words. */
export function metricIn(key: MetricKey, words: TaskWords): Metric {
  const { title, meaning, caveat, ...rest } = metric(key);
  return {
    ...rest, title: fillWords(title, words), meaning: fillWords(meaning, words),
    ...(caveat === undefined ? {} : { caveat: fillWords(caveat, words) }),
  };
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
    id: 'marks',
    title: 'Fine-grained rewards: marks found',
    key: 'fg/auc_invented',
    companion: 'fg/auc_stumble',
    level: { value: 0.5, label: 'coin' },
    lookFor: '{Inventions} drawn strong, stumbles faint: both rise from 0.5 where the marks can be learned.',
    group: 'small',
    rare: true,
  },
  {
    id: 'turned',
    title: 'Fine-grained rewards: weights turned',
    key: 'fine/invention',
    companion: 'fine/coverage',
    lookFor: 'What each {invention} cost, drawn strong, and what coverage paid, faint, as they were turned while the arm ran.',
    group: 'small',
    rare: true,
  },
  {
    id: 'implicit',
    title: 'Implicit reward: held-out pairs',
    key: 'rewards/accuracies',
    companion: 'rewards/accuracies_gold',
    level: { value: 0.5, label: 'coin' },
    lookFor: 'What a method without a reward model has learned of the labels, and faintly, of gold.',
    group: 'small',
    rare: true,
  },
  {
    id: 'likelihood',
    title: 'Likelihood of the pairs',
    key: 'logps/chosen',
    companion: 'logps/rejected',
    lookFor: 'Preferred responses drawn strong, the others faint. Both falling is likelihood displacement.',
    group: 'small',
    rare: true,
  },
  {
    id: 'harmless',
    title: RATES.harmless.label,
    key: 'eval/harmless_rate',
    baseline: true,
    lookFor: 'Rising: fewer answers help to do harm. Look whether over-refusal rises with it.',
    group: 'small',
    rare: true,
  },
  {
    id: 'over-refusal',
    title: RATES.overRefusal.label,
    key: 'eval/overRefusal_rate',
    baseline: true,
    lookFor: 'Rising: the policy refuses what is harmless, the cheap way to be harmless.',
    group: 'small',
    rare: true,
  },
  {
    id: 'helps',
    title: RATES.helped.label,
    key: 'eval/helped_rate',
    baseline: true,
    lookFor: 'Whether harmless requests still get the advice they ask for.',
    group: 'small',
    rare: true,
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
    title: '{inventedTitle}',
    key: 'eval/invented_rate',
    baseline: true,
    lookFor: 'A labeler that misses {inventions} teaches the policy to make them.',
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
    id: 'agreement',
    title: 'Does the reward still mean quality?',
    key: 'eval/reward_gold_correlation',
    level: { value: 0, label: 'none' },
    lookFor: 'Near 1 the reward ranks what the policy writes as readers would; towards 0 it has come loose from them.',
    group: 'small',
    rare: true,
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
    rare: true,
  },
  {
    id: 'entropy',
    title: 'Policy entropy',
    key: 'objective/entropy',
    lookFor: 'Falls as the policy settles.',
    group: 'more',
    rare: true,
  },
  {
    id: 'rollout-length',
    title: 'Rollout length',
    key: 'completions/mean_length',
    lookFor: 'Length in training, every iteration.',
    group: 'more',
    rare: true,
  },
  {
    id: 'policy-loss',
    title: 'Policy loss',
    key: 'loss/policy_avg',
    lookFor: 'The surrogate, every iteration.',
    group: 'more',
    rare: true,
  },
  {
    id: 'value-loss',
    title: 'Value loss',
    key: 'loss/value_avg',
    lookFor: 'Falls as the baseline learns.',
    group: 'more',
    rare: true,
  },
  {
    id: 'rm-margin',
    title: 'Reward-model margin',
    key: 'rm/margin',
    lookFor: 'Grows as the model becomes sure.',
    group: 'more',
    rare: true,
  },
  {
    id: 'marks-coverage',
    title: 'Coverage predicted',
    key: 'fg/coverage_r',
    lookFor: 'Rises where coverage can be learned.',
    group: 'more',
    rare: true,
  },
  {
    id: 'marks-loss',
    title: 'Fine-grained reward loss',
    key: 'fg/loss',
    lookFor: 'Falls as the marks are learned.',
    group: 'more',
    rare: true,
  },
  {
    id: 'implicit-rewards',
    title: 'Implicit rewards',
    key: 'rewards/chosen',
    companion: 'rewards/rejected',
    lookFor: 'Preferred responses drawn strong, the others faint: they part.',
    group: 'more',
    rare: true,
  },
  {
    id: 'implicit-margin',
    title: 'Implicit reward margin',
    key: 'rewards/margins',
    lookFor: 'Grows, in IPO to a set size.',
    group: 'more',
    rare: true,
  },
  {
    id: 'method-loss',
    title: 'Loss of fixed sets',
    key: 'loss',
    lookFor: 'Falls; its height depends on the method.',
    group: 'more',
    rare: true,
  },
  {
    id: 'imitation-loss',
    title: 'Imitation loss',
    key: 'loss/nll_avg',
    lookFor: 'Falls as the best samples are imitated.',
    group: 'more',
    rare: true,
  },
  {
    id: 'kl-loss',
    title: 'KL in the loss',
    key: 'loss/kl_avg',
    lookFor: 'What holds SuperHF near SFT.',
    group: 'more',
    rare: true,
  },
  {
    id: 'best-samples',
    title: 'Best of the samples',
    key: 'objective/scores_best',
    lookFor: 'What is imitated: it rises where the policy learns from it.',
    group: 'more',
    rare: true,
  },
  {
    id: 'zero-std',
    title: 'Prompts without a lesson',
    key: 'frac_reward_zero_std',
    lookFor: 'Rising as responses to a prompt become alike.',
    group: 'more',
    rare: true,
  },
  {
    id: 'clip-fraction',
    title: 'Clipped tokens',
    key: 'policy/clipfrac_avg',
    lookFor: 'High: the clip range or the learning rate is off.',
    group: 'more',
    rare: true,
  },
  {
    id: 'step-size',
    title: 'Step size',
    key: 'policy/approxkl_avg',
    lookFor: 'Spikes are steps too large.',
    group: 'more',
    rare: true,
  },
  {
    id: 'cut-off',
    title: 'Rollouts cut off',
    key: 'completions/clipped_ratio',
    lookFor: 'Rising: responses run on without an end.',
    group: 'more',
    rare: true,
  },
  {
    id: 'proposals',
    title: 'Proposals of the opponent',
    key: 'mixture/proposals',
    lookFor: 'Grows as policy and SFT drift apart.',
    group: 'more',
    rare: true,
  },
  { id: 'grad-norm', title: 'Gradient norm', key: 'grad_norm', lookFor: 'Spikes are clipped.', group: 'more' },
];

const filledCharts = new WeakMap<TaskWords, readonly ChartSpec[]>();

/** The charts with their texts in a task's words; the same ones each time. */
export function chartsIn(words: TaskWords): readonly ChartSpec[] {
  const known = filledCharts.get(words);
  if (known) return known;
  const filled = CHARTS.map((spec) => ({ ...spec, title: fillWords(spec.title, words), lookFor: fillWords(spec.lookFor, words) }));
  filledCharts.set(words, filled);
  return filled;
}

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
  iteration: { axis: 'update', one: 'update' },
  rewardModel: { axis: 'reward-model step', one: 'step' },
  sft: { axis: 'SFT step', one: 'step' },
};
