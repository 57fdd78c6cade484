/**
 * The one table of learning methods: what each is called, what it learns from and which settings it reads. How each works
 * is in `algorithms`, a file a method; what each is worth here, in docs/methods.md.
 */

export type MethodFamily = 'policy gradient' | 'games' | 'pairs' | 'lists' | 'samples';

/** What a policy learns from: rewards of single responses, preferences between two of its own, or the labelled pairs. */
export type LearnsFrom = 'rewards' | 'preferences' | 'labels';

interface MethodEntry {
  readonly label: string;
  readonly family: MethodFamily;
  readonly learnsFrom: LearnsFrom;
  /** In one sentence: what it does. */
  readonly help: string;
  /** The paper. */
  readonly source: string;
  /** Settings that it reads, by path, besides those of its feedback and reward. */
  readonly settings: readonly string[];
}

const ON_POLICY = ['rl.iterations', 'rl.batch', 'rl.klCoef', 'rl.learningRate'] as const;
const VALUE = ['rl.valueLearningRate'] as const;
const REUSE = ['rl.passes', 'rl.clipRange'] as const;
const FIXED_SET = ['direct.epochs', 'direct.batch', 'direct.learningRate'] as const;

export const METHODS = {
  reinforce: {
    label: 'REINFORCE', family: 'policy gradient', learnsFrom: 'rewards',
    help: 'Makes responses that scored better than a learned value expected more likely: the RL of the RLAIF paper.',
    source: 'Williams 1992; Lee et al. 2023, arXiv 2309.00267', settings: [...ON_POLICY, ...VALUE],
  },
  rloo: {
    label: 'RLOO', family: 'policy gradient', learnsFrom: 'rewards',
    help: 'REINFORCE whose baseline is the mean reward of the other responses to the same prompt.',
    source: 'Ahmadian et al. 2024, arXiv 2402.14740', settings: [...ON_POLICY, 'rl.groupSize'],
  },
  grpo: {
    label: 'GRPO', family: 'policy gradient', learnsFrom: 'rewards',
    help: "PPO's clipped steps with advantages from a group of responses instead of a value; its KL is in the loss.",
    source: 'Shao et al. 2024, arXiv 2402.03300', settings: [...ON_POLICY, ...REUSE, 'rl.groupSize', 'rl.scaleByDeviation'],
  },
  ppo: {
    label: 'PPO', family: 'policy gradient', learnsFrom: 'rewards',
    help: 'Several clipped steps on each batch, with a learned value and a KL penalty on each token.',
    source: 'Schulman et al. 2017, arXiv 1707.06347',
    settings: [...ON_POLICY, ...VALUE, ...REUSE, 'rl.gaeLambda', 'rl.whitenAdvantages', 'rl.whitenRewards'],
  },
  p3o: {
    label: 'P3O', family: 'policy gradient', learnsFrom: 'rewards',
    help: 'Learns from the difference of rewards of two responses to a prompt, which no shift of the reward changes.',
    source: 'Wu et al. 2023, arXiv 2310.00212', settings: [...ON_POLICY, ...REUSE, 'rl.jointClip'],
  },
  'nash-md': {
    label: 'Nash-MD', family: 'games', learnsFrom: 'preferences',
    help: 'Plays against a mixture of itself and SFT, rewarded by how likely its response is to be preferred.',
    source: 'Munos et al. 2023, arXiv 2312.00886', settings: [...ON_POLICY, ...VALUE, 'rl.mixtureCoef'],
  },
  'online-dpo': {
    label: 'Online DPO', family: 'games', learnsFrom: 'preferences',
    help: "DPO on the policy's own pairs, judged as it learns.",
    source: 'Guo et al. 2024, arXiv 2402.04792', settings: ['rl.iterations', 'rl.batch', 'rl.learningRate', 'direct.beta'],
  },
  dpo: {
    label: 'DPO', family: 'pairs', learnsFrom: 'labels',
    help: 'Learns from the labelled pairs with its own log-ratio to SFT as the reward: no reward model, no sampling.',
    source: 'Rafailov et al. 2023, arXiv 2305.18290', settings: [...FIXED_SET, 'direct.beta'],
  },
  cdpo: {
    label: 'cDPO', family: 'pairs', learnsFrom: 'labels',
    help: 'DPO that takes a share of the labels to be turned round.',
    source: 'Mitchell 2023', settings: [...FIXED_SET, 'direct.beta', 'direct.labelSmoothing'],
  },
  'robust-dpo': {
    label: 'Robust DPO', family: 'pairs', learnsFrom: 'labels',
    help: 'DPO with the effect of turned labels taken out of the loss.',
    source: 'Chowdhury et al. 2024, arXiv 2403.00409', settings: [...FIXED_SET, 'direct.beta', 'direct.labelSmoothing'],
  },
  ipo: {
    label: 'IPO', family: 'pairs', learnsFrom: 'labels',
    help: 'Pulls the gap of log-ratios to a set size instead of ever further apart.',
    source: 'Azar et al. 2023, arXiv 2310.12036', settings: [...FIXED_SET, 'direct.beta'],
  },
  kto: {
    label: 'KTO', family: 'pairs', learnsFrom: 'labels',
    help: 'Learns from single responses that are liked or not, each against a common reference point.',
    source: 'Ethayarajh et al. 2024, arXiv 2402.01306', settings: [...FIXED_SET, 'direct.beta'],
  },
  slic: {
    label: 'SLiC-HF', family: 'pairs', learnsFrom: 'labels',
    help: 'A hinge between the two responses and the likelihood of the better one; no reference.',
    source: 'Zhao et al. 2023, arXiv 2305.10425', settings: [...FIXED_SET, 'direct.beta', 'direct.sftCoef'],
  },
  simpo: {
    label: 'SimPO', family: 'pairs', learnsFrom: 'labels',
    help: 'DPO with the log-probability per token as the reward and a target margin; no reference.',
    source: 'Meng et al. 2024, arXiv 2405.14734', settings: [...FIXED_SET, 'direct.beta', 'direct.targetMargin'],
  },
  pro: {
    label: 'PRO', family: 'lists', learnsFrom: 'rewards',
    help: 'Ranks several responses to each prompt by the reward and learns each against all below it.',
    source: 'Song et al. 2023, arXiv 2306.17492', settings: [...FIXED_SET, 'rl.groupSize', 'direct.sftCoef'],
  },
  lipo: {
    label: 'LiPO-lambda', family: 'lists', learnsFrom: 'rewards',
    help: 'The same lists, each pair weighed by what swapping it would cost in discounted gain.',
    source: 'Liu et al. 2024, arXiv 2402.01878', settings: [...FIXED_SET, 'rl.groupSize', 'direct.beta'],
  },
  'a-lol': {
    label: 'A-LoL', family: 'samples', learnsFrom: 'rewards',
    help: 'Imitates the responses of the pairs that scored better than expected, in proportion to their advantage.',
    source: 'Baheti et al. 2023, arXiv 2305.14718', settings: [...FIXED_SET, 'direct.variant', 'direct.beta'],
  },
  'best-of-n': {
    label: 'Best of n', family: 'samples', learnsFrom: 'rewards',
    help: 'Trains nothing: writes n responses and answers with the one of the highest reward.',
    source: 'Stiennon et al. 2020, arXiv 2009.01325', settings: ['samples.n'],
  },
  'expert-iteration': {
    label: 'Expert iteration', family: 'samples', learnsFrom: 'rewards',
    help: 'Imitates the best of n responses of the SFT policy.',
    source: 'Dubois et al. 2023, arXiv 2305.14387',
    settings: ['samples.n', 'samples.prompts', 'samples.epochs', 'direct.batch', 'direct.learningRate'],
  },
  raft: {
    label: 'RAFT', family: 'samples', learnsFrom: 'rewards',
    help: 'The same in rounds, each with samples of the policy as it then is.',
    source: 'Dong et al. 2023, arXiv 2304.06767',
    settings: ['samples.n', 'samples.rounds', 'samples.prompts', 'samples.epochs', 'direct.batch', 'direct.learningRate'],
  },
  superhf: {
    label: 'SuperHF', family: 'samples', learnsFrom: 'rewards',
    help: 'RAFT with one step on each batch of samples, held near SFT by a KL penalty in the loss.',
    source: 'Mukobi et al. 2023, arXiv 2310.16763',
    settings: ['rl.iterations', 'rl.batch', 'rl.learningRate', 'samples.n', 'samples.klCoef'],
  },
  hindsight: {
    label: 'Chain of Hindsight', family: 'samples', learnsFrom: 'labels',
    help: 'Learns both responses of a pair behind a token that says which is the better one, and is asked for that kind.',
    source: 'Liu et al. 2023, arXiv 2302.02676', settings: FIXED_SET,
  },
  conditional: {
    label: 'Conditional training', family: 'samples', learnsFrom: 'rewards',
    help: 'Learns responses behind a token that says whether their reward is above the median, and is asked for that kind.',
    source: 'Korbak et al. 2023, arXiv 2302.08582', settings: [...FIXED_SET, 'samples.dropMarker'],
  },
} as const satisfies Readonly<Record<string, MethodEntry>>;

export type MethodId = keyof typeof METHODS;
export const METHOD_IDS = Object.keys(METHODS) as MethodId[];
export const METHOD_NAMES = Object.fromEntries(METHOD_IDS.map((id) => [id, METHODS[id].label])) as Record<MethodId, string>;

/** The method's entry, with its fields by their general types. */
export function methodOf(id: MethodId): MethodEntry {
  return METHODS[id];
}
