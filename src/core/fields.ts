import { JUDGE_SEEDS, JUDGE_SIZE_IDS, judgeSizeName, type JudgeSizeId } from './judges';
import { METHOD_NAMES, type MethodId } from './methods';
import { TASK_IDS, TASK_WORDS, type TaskId } from './taskWords';

/**
 * The one table of settings. Defaults, ranges, forms, hover texts, link names, command-line paths and docs all come
 * from here. A field's `link` name is part of every link that was ever passed on: never rename or reuse one.
 */
interface FieldBase {
  readonly label: string;
  /** One sentence of meaning. */
  readonly help: string;
  /** Name in links. */
  readonly link: string;
  /** In view on the main screen; the others are one click away. */
  readonly prominent?: true;
  readonly unit?: string;
}
export interface NumberField extends FieldBase {
  readonly kind: 'int' | 'float';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Slider runs over the logarithm. */
  readonly log?: true;
}
export interface ChoiceField<K extends string = string> extends FieldBase {
  readonly kind: 'choice';
  readonly default: NoInfer<K>;
  /** Value -> what it means, in words. */
  readonly options: Readonly<Record<K, string>>;
}
export interface SwitchField extends FieldBase {
  readonly kind: 'switch';
  readonly default: boolean;
}
export type Field = NumberField | ChoiceField | SwitchField;
export interface Section {
  readonly [name: string]: Field;
}

type NumberSpec = Omit<NumberField, 'kind'>;
const int = (spec: NumberSpec): NumberField => ({ kind: 'int', ...spec });
const float = (spec: NumberSpec): NumberField => ({ kind: 'float', ...spec });
const choice = <K extends string>(spec: Omit<ChoiceField<K>, 'kind'>): ChoiceField<K> => ({ kind: 'choice', ...spec });
const toggle = (spec: Omit<SwitchField, 'kind'>): SwitchField => ({ kind: 'switch', ...spec });

const JUDGE_SIZE_NAMES = Object.fromEntries(JUDGE_SIZE_IDS.map((size) => [size, judgeSizeName(size)])) as Record<JudgeSizeId, string>;

const TASK_NAMES = Object.fromEntries(TASK_IDS.map((task) => [task, TASK_WORDS[task].name])) as Record<TaskId, string>;

export const FIELDS = {
  run: {
    task: choice<TaskId>({
      label: 'Task',
      help: 'What the policy is asked to write: summaries of forum posts, helpful or harmless answers in a dialogue, or the text column of a file of yours.',
      link: 'task',
      default: 'tldr',
      options: TASK_NAMES,
    }),
    seed: int({
      label: 'Seed',
      help: 'Chooses prompts, samples, labels and initial heads; the same seed gives the same numbers again.',
      link: 'seed',
      prominent: true,
      default: 1,
      min: 1,
      max: 999_999,
      step: 1,
    }),
    exact: toggle({
      label: 'Exact replay',
      help: 'Compute on the CPU with plain WebAssembly SIMD, whose bits are the same on every machine; slower. Off: a GPU or fused multiply-adds where there are any, and last digits that differ between machines.',
      link: 'exact',
      default: false,
    }),
  },
  sft: {
    source: choice({
      label: 'SFT policy',
      help: 'Start from the shipped checkpoint, or train the policy here first (minutes on a CPU).',
      link: 'sft',
      default: 'shipped',
      options: { shipped: 'shipped checkpoint', live: 'train it here' },
    }),
    steps: int({
      label: 'SFT steps',
      help: 'Optimizer steps of supervised fine-tuning when it is trained here; copying facts sets in after a thousand or so.',
      link: 'sft-steps',
      default: 2000,
      min: 1,
      max: 20_000,
      step: 50,
    }),
    batch: int({
      label: 'SFT batch',
      help: 'Documents per SFT step.',
      link: 'sft-batch',
      default: 32,
      min: 1,
      max: 256,
      step: 1,
    }),
    learningRate: float({
      label: 'SFT learning rate',
      help: 'Peak AdamW learning rate of SFT; warm-up, then cosine decay to a tenth.',
      link: 'sft-lr',
      default: 4e-3,
      min: 1e-6,
      max: 0.1,
      step: 1e-4,
      log: true,
    }),
  },
  model: {
    width: choice({
      label: 'Model width',
      help: 'Width of the residual stream of a policy trained here; the shipped checkpoint is 64 wide.',
      link: 'width',
      default: '64',
      options: { '16': '16', '32': '32', '64': '64', '96': '96', '128': '128' },
    }),
    layers: int({
      label: 'Layers',
      help: 'Transformer layers of a policy trained here; the shipped checkpoint has 2.',
      link: 'layers',
      default: 2,
      min: 1,
      max: 6,
      step: 1,
    }),
  },
  pairs: {
    count: int({
      label: 'Preference pairs',
      help: 'Pairs of SFT samples that are labelled for each arm; every arm gets the same pairs.',
      link: 'pairs',
      prominent: true,
      default: 2000,
      min: 16,
      max: 20_000,
      step: 50,
      log: true,
    }),
    temperature: float({
      label: 'Pair temperature',
      help: 'Sampling temperature of the two responses of a pair.',
      link: 'pair-temp',
      default: 0.9,
      min: 0.1,
      max: 2,
      step: 0.05,
    }),
  },
  people: {
    noise: float({
      label: "People's noise",
      help: 'Share of human labels replaced by a coin flip, on top of the disagreement people have anyway.',
      link: 'noise',
      prominent: true,
      unit: 'share',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    perPair: int({
      label: 'Annotators per pair',
      help: 'Simulated annotators asked about each pair; their votes are averaged into a soft label.',
      link: 'annotators',
      default: 1,
      min: 1,
      max: 15,
      step: 1,
    }),
  },
  ai: {
    labeler: choice({
      label: 'AI labeler',
      help: 'Who gives the AI feedback: a small judge model that ships with the page, a labeler with a set accuracy, or for d-RLAIF a language model that is set up under Labelers.',
      link: 'ai',
      prominent: true,
      default: 'judge',
      options: {
        judge: 'small judge (language model)', noisy: 'noise-controlled labeler',
        llm: 'language model behind a URL (d-RLAIF)', 'page-llm': 'language model in this page (d-RLAIF)',
      },
    }),
    judgeSize: choice<JudgeSizeId>({
      label: 'Judge size',
      help: 'Small judge only: which rung of the ladder of sizes gives the labels. What each is worth is measured, not promised: see Labelers.',
      link: 'judge',
      default: 'm',
      options: JUDGE_SIZE_NAMES,
    }),
    judgeSeed: int({
      label: 'Judge training',
      help: 'Small judge only: which of the judges of this size that were trained apart gives the labels.',
      link: 'judge-seed',
      default: 1,
      min: 1,
      max: JUDGE_SEEDS,
      step: 1,
    }),
    accuracy: float({
      label: 'Labeler accuracy',
      help: 'Noise-controlled labeler only: how often it agrees with the gold utility.',
      link: 'ai-acc',
      unit: 'share',
      default: 0.75,
      min: 0,
      max: 1,
      step: 0.01,
    }),
    positionBias: float({
      label: 'Labeler position bias',
      help: 'Noise-controlled labeler only: how often it ignores the texts and picks the response shown first.',
      link: 'ai-bias',
      unit: 'share',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    lengthBias: float({
      label: 'Labeler length bias',
      help: 'Noise-controlled labeler only: how often it ignores everything else and picks the longer response.',
      link: 'ai-length',
      unit: 'share',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    bothOrders: toggle({
      label: 'Ask in both orders',
      help: 'Ask the AI labeler twice with the responses swapped and average, as in the paper; off shows its position bias.',
      link: 'both',
      default: true,
    }),
  },
  data: {
    pairLimit: int({
      label: 'Pairs used',
      help: 'Most of the shared pairs that the arm has labelled and learns from; the others stand idle.',
      link: 'use-pairs',
      default: 20_000,
      min: 16,
      max: 20_000,
      step: 50,
      log: true,
    }),
    humanShare: float({
      label: 'Share labelled by people',
      help: 'Mixed feedback only: the budget of human labels, as a share of the pairs; the AI labeler has the rest.',
      link: 'human-share',
      unit: 'share',
      default: 0.3,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    routing: choice({
      label: 'Which pairs people get',
      help: 'Mixed feedback only: any, or those that the AI labeler is least sure of.',
      link: 'routing',
      default: 'uncertain',
      options: { random: 'any', uncertain: 'the least sure ones' },
    }),
    flip: float({
      label: 'Labels turned round',
      help: 'Share of all labels, whoever gave them, that are turned round before anything learns from them.',
      link: 'flip',
      unit: 'share',
      default: 0,
      min: 0,
      max: 0.5,
      step: 0.05,
    }),
    strength: choice({
      label: 'Weak preferences',
      help: 'What happens to the pairs on which an ensemble of reward models least supports the label, and to all pairs where the label is softened or given a margin.',
      link: 'strength',
      default: 'keep',
      options: {
        keep: 'learn from all as they are',
        drop: 'drop them',
        flip: 'turn their labels round',
        soft: "soften all labels to the ensemble's",
        margin: "ask all for the ensemble's margin",
      },
    }),
    strengthShare: float({
      label: 'Share of weak preferences',
      help: 'Where weak preferences are dropped or turned round: how many count as weak.',
      link: 'strength-share',
      unit: 'share',
      default: 0.2,
      min: 0,
      max: 0.9,
      step: 0.05,
    }),
    strengthModels: int({
      label: 'Models that measure strength',
      help: 'Where the strength of preferences is measured: reward models in its ensemble.',
      link: 'strength-models',
      default: 4,
      min: 2,
      max: 10,
      step: 1,
    }),
  },
  rewardModel: {
    head: choice({
      label: 'Reward head',
      help: 'Last token is the textbook head, easily over-optimised; likelihood-aware also weighs each token by its log-probability under the reward model.',
      link: 'head',
      prominent: true,
      default: 'likelihood',
      options: { last: 'last token', likelihood: 'likelihood-aware' },
    }),
    kind: choice({
      label: 'Reward',
      help: 'What scores responses: one score a response; separate rewards for inventions, stumbles and coverage, learned from marks that people set in the texts; a model that compares two responses, which Nash-MD and online DPO take; or, where the task has harmful requests, one reward model for help and one for harmlessness.',
      link: 'rm-kind',
      default: 'model',
      options: {
        model: 'reward model', fine: 'fine-grained rewards', preference: 'preference model (compares two)',
        two: 'two reward models, helpful and harmless',
      },
    }),
    size: choice<'policy' | JudgeSizeId>({
      label: 'Reward-model size',
      help: 'What the reward model starts from: the SFT policy, or a shipped language model of another size that has read the same kind of prompts.',
      link: 'rm-size',
      default: 'policy',
      options: { policy: 'the SFT policy', ...JUDGE_SIZE_NAMES },
    }),
    harmlessWeight: float({
      label: 'Weight of harmlessness',
      help: 'Two reward models only: weight of the one that learned from harmful requests; the one that learned from harmless requests has the rest.',
      link: 'rm-harmless',
      unit: 'share',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    members: int({
      label: 'Reward models',
      help: 'Reward models that differ in their seed alone and score together: an ensemble where there are several.',
      link: 'rm-members',
      default: 1,
      min: 1,
      max: 8,
      step: 1,
    }),
    combine: choice({
      label: 'Ensemble score',
      help: 'Ensembles only: the mean of the scores, the lowest of them, or the mean less what they disagree by.',
      link: 'rm-combine',
      default: 'mean',
      options: { mean: 'mean', worst: 'worst case', uncertainty: 'mean less variance' },
    }),
    uncertaintyWeight: float({
      label: 'Price of disagreement',
      help: 'Ensembles that subtract their variance only: its weight; scores have variance 1 on SFT samples.',
      link: 'rm-lambda',
      default: 0.5,
      min: 0,
      max: 10,
      step: 0.1,
    }),
    labelSmoothing: float({
      label: 'Label smoothing',
      help: 'Share of labels that the reward model takes to be turned round.',
      link: 'rm-smooth',
      unit: 'share',
      default: 0,
      min: 0,
      max: 0.49,
      step: 0.01,
    }),
    epochs: int({
      label: 'Reward-model epochs',
      help: 'Passes over the labelled pairs.',
      link: 'rm-epochs',
      default: 2,
      min: 1,
      max: 20,
      step: 1,
    }),
    batch: int({
      label: 'Reward-model batch',
      help: 'Pairs per reward-model step.',
      link: 'rm-batch',
      default: 32,
      min: 1,
      max: 256,
      step: 1,
    }),
    learningRate: float({
      label: 'Reward-model learning rate',
      help: 'Peak AdamW learning rate of the reward model; linear decay.',
      link: 'rm-lr',
      default: 5e-4,
      min: 1e-6,
      max: 0.1,
      step: 1e-5,
      log: true,
    }),
  },
  fine: {
    coverage: float({
      label: 'Reward for coverage',
      help: 'Fine-grained rewards only: weight of how much of a prompt a response covers.',
      link: 'fine-cover',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    invention: float({
      label: 'Price of inventions',
      help: 'Fine-grained rewards only: weight of the penalty on each statement that the model takes to be invented, in a dialogue to be wrong or harmful.',
      link: 'fine-invent',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    stumble: float({
      label: 'Price of stumbles',
      help: 'Fine-grained rewards only: weight of the penalty on each piece that the model takes to be a stumble.',
      link: 'fine-stumble',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    missed: float({
      label: 'Marks missed',
      help: 'Fine-grained rewards only: how often an annotator misses an invention or a stumble.',
      link: 'fine-missed',
      unit: 'share',
      default: 0.15,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    falseAlarms: float({
      label: 'False marks',
      help: 'Fine-grained rewards only: how often an annotator marks a statement that is sound.',
      link: 'fine-false',
      unit: 'share',
      default: 0.03,
      min: 0,
      max: 1,
      step: 0.01,
    }),
  },
  rl: {
    method: choice<MethodId>({
      label: 'Method',
      help: 'How the policy learns from feedback: by reinforcement learning, straight from the labelled pairs, or from its own best samples.',
      link: 'rl-method',
      default: 'reinforce',
      options: METHOD_NAMES,
    }),
    groupSize: int({
      label: 'Responses per prompt',
      help: 'RLOO, GRPO and ranked lists only: responses to each prompt that are compared with each other; the RL batch holds them all.',
      link: 'rl-group',
      default: 4,
      min: 2,
      max: 16,
      step: 1,
    }),
    passes: int({
      label: 'Passes over a batch',
      help: 'PPO, GRPO and P3O only: optimizer steps on each batch of responses.',
      link: 'rl-passes',
      default: 2,
      min: 1,
      max: 16,
      step: 1,
    }),
    clipRange: float({
      label: 'Clip range',
      help: 'PPO, GRPO and P3O only: how far the policy may move on one batch before its gradient is cut off.',
      link: 'rl-clip',
      default: 0.2,
      min: 0.01,
      max: 1,
      step: 0.01,
    }),
    gaeLambda: float({
      label: 'GAE lambda',
      help: 'PPO only: how far its advantages look ahead; 1 is the return minus the value, 0 one token.',
      link: 'rl-lambda',
      default: 0.95,
      min: 0,
      max: 1,
      step: 0.01,
    }),
    whitenAdvantages: toggle({
      label: 'Whiten advantages',
      help: 'PPO only: bring the advantages of a batch to mean 0 and deviation 1.',
      link: 'rl-whiten',
      default: true,
    }),
    whitenRewards: toggle({
      label: 'Whiten rewards',
      help: 'PPO only: divide the rewards of the tokens of a batch by their deviation.',
      link: 'rl-whiten-rewards',
      default: false,
    }),
    scaleByDeviation: toggle({
      label: 'Divide by the group deviation',
      help: 'GRPO only: divide the advantages of a group by the deviation of its scores; off is Dr. GRPO.',
      link: 'rl-group-std',
      default: true,
    }),
    jointClip: toggle({
      label: 'Clip the pair as one',
      help: 'P3O only: clip the ratio of the two responses together (its second version) instead of each apart.',
      link: 'rl-joint',
      default: false,
    }),
    mixtureCoef: float({
      label: 'Opponent mixture',
      help: 'Nash-MD only: weight of the SFT policy in the opponent; 0 is self-play, 1 the best response to SFT.',
      link: 'rl-mixture',
      unit: 'share',
      default: 0.25,
      min: 0,
      max: 1,
      step: 0.05,
    }),
    iterations: int({
      label: 'RL iterations',
      help: 'RL updates; each samples a batch of responses, has them scored and learns from them.',
      link: 'iterations',
      prominent: true,
      default: 60,
      min: 1,
      max: 2000,
      step: 5,
      log: true,
    }),
    batch: int({
      label: 'RL batch',
      help: 'Responses per RL update.',
      link: 'rl-batch',
      default: 32,
      min: 2,
      max: 256,
      step: 1,
    }),
    klCoef: float({
      label: 'KL coefficient',
      help: 'Weight beta of the KL penalty to the SFT policy; the reward itself weighs 1 - beta. 0 lets the policy drift.',
      link: 'kl',
      prominent: true,
      default: 0.05,
      min: 0,
      max: 0.9,
      step: 0.01,
    }),
    learningRate: float({
      label: 'RL learning rate',
      help: 'AdamW learning rate of the policy; above about 1e-3 training becomes unstable.',
      link: 'rl-lr',
      default: 5e-4,
      min: 1e-6,
      max: 0.1,
      step: 1e-5,
      log: true,
    }),
    valueLearningRate: float({
      label: 'Value learning rate',
      help: 'AdamW learning rate of the value head, which reads the policy states without moving them.',
      link: 'value-lr',
      default: 1e-2,
      min: 1e-6,
      max: 0.5,
      step: 1e-4,
      log: true,
    }),
    temperature: float({
      label: 'Temperature',
      help: 'Sampling temperature of rollouts and of evaluation.',
      link: 'temp',
      default: 0.9,
      min: 0.1,
      max: 2,
      step: 0.05,
    }),
    standardizeReward: toggle({
      label: 'Standardise rewards',
      help: 'Scale every reward to mean 0 and deviation 1 on the same SFT samples, so that one KL coefficient means the same for each arm (a departure from the paper).',
      link: 'std',
      default: true,
    }),
  },
  direct: {
    epochs: int({
      label: 'Passes over the pairs',
      help: 'Methods that learn from a fixed set only: how often they go through it.',
      link: 'direct-epochs',
      default: 1,
      min: 1,
      max: 20,
      step: 1,
    }),
    batch: int({
      label: 'Examples per step',
      help: 'Methods that learn from a fixed set only: pairs, responses or lists in a step.',
      link: 'direct-batch',
      default: 32,
      min: 1,
      max: 256,
      step: 1,
    }),
    learningRate: float({
      label: 'Learning rate of fixed sets',
      help: 'Methods that learn from a fixed set or from their best samples only: peak AdamW learning rate, with linear decay.',
      link: 'direct-lr',
      default: 2e-4,
      min: 1e-6,
      max: 0.1,
      step: 1e-5,
      log: true,
    }),
    beta: float({
      label: 'Beta of the implicit reward',
      help: 'DPO and its kin only: how much the log-ratio to SFT counts as reward; the larger, the nearer the policy stays to SFT. IPO: tau. A-LoL with a penalty: its weight.',
      link: 'direct-beta',
      default: 0.1,
      min: 0.001,
      max: 10,
      step: 0.01,
      log: true,
    }),
    labelSmoothing: float({
      label: 'Flip rate assumed',
      help: 'cDPO and robust DPO only: share of labels taken to be turned round.',
      link: 'direct-smooth',
      unit: 'share',
      default: 0.1,
      min: 0,
      max: 0.49,
      step: 0.01,
    }),
    targetMargin: float({
      label: 'Target margin',
      help: 'SimPO only: by how much the implicit reward of the chosen response should lead.',
      link: 'direct-gamma',
      default: 1,
      min: 0,
      max: 10,
      step: 0.1,
    }),
    sftCoef: float({
      label: 'Weight of imitation',
      help: "SLiC-HF and PRO only: weight of the chosen response's likelihood.",
      link: 'direct-sft',
      default: 0.1,
      min: 0,
      max: 10,
      step: 0.01,
    }),
    variant: choice({
      label: 'A-LoL variant',
      help: 'A-LoL only: how its likelihoods are weighed beside the advantage.',
      link: 'direct-alol',
      default: 'sequence',
      options: {
        response: 'clipped ratio of the response',
        sequence: 'clipped ratio of each token',
        refFree: 'no ratio',
        kl: 'no ratio, but a KL penalty',
      },
    }),
  },
  samples: {
    n: int({
      label: 'Samples to choose from',
      help: 'Best of n, expert iteration, RAFT and SuperHF only: responses drawn for each prompt, of which the best by the reward counts.',
      link: 'n',
      default: 8,
      min: 2,
      max: 256,
      step: 1,
      log: true,
    }),
    rounds: int({
      label: 'Rounds',
      help: 'RAFT only: times that the policy samples anew; expert iteration has one round.',
      link: 'rounds',
      default: 4,
      min: 1,
      max: 64,
      step: 1,
    }),
    prompts: int({
      label: 'Prompts in all',
      help: 'Expert iteration and RAFT only: prompts that are answered n times, over all rounds.',
      link: 'sample-prompts',
      default: 512,
      min: 16,
      max: 20_000,
      step: 16,
      log: true,
    }),
    epochs: int({
      label: 'Passes over the best',
      help: 'Expert iteration and RAFT only: how often each round goes through what it kept.',
      link: 'sample-epochs',
      default: 2,
      min: 1,
      max: 20,
      step: 1,
    }),
    klCoef: float({
      label: 'KL weight of SuperHF',
      help: 'SuperHF only: weight of the KL penalty in its loss.',
      link: 'superhf-kl',
      default: 0.35,
      min: 0,
      max: 10,
      step: 0.05,
    }),
    dropMarker: float({
      label: 'Markers left out',
      help: 'Conditional training only: share of responses learned without the token that says whether they are liked.',
      link: 'drop-marker',
      unit: 'share',
      default: 0.01,
      min: 0,
      max: 1,
      step: 0.01,
    }),
  },
  gold: {
    coverage: float({
      label: 'Worth of a fact',
      help: 'Factor on the importance of each fact that a response states rightly.',
      link: 'g-fact',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    invention: float({
      label: 'Price of an invention',
      help: 'Factor on what a statement costs that the prompt does not support; in a dialogue, one that is wrong or harmful.',
      link: 'g-invent',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    stumble: float({
      label: 'Price of a stumble',
      help: 'Factor on what broken or repeated wording costs.',
      link: 'g-stumble',
      default: 1,
      min: 0,
      max: 4,
      step: 0.1,
    }),
    length: float({
      label: 'Price of a word',
      help: 'Factor on what each word costs a reader.',
      link: 'g-word',
      default: 1,
      min: -2,
      max: 8,
      step: 0.1,
    }),
  },
  evaluation: {
    every: int({
      label: 'Measure every',
      help: 'RL iterations between two measurements on validation prompts.',
      link: 'every',
      unit: 'iterations',
      default: 5,
      min: 1,
      max: 1000,
      step: 1,
    }),
    validationPosts: int({
      label: 'Validation prompts',
      help: 'Prompts on which live quality and KL are measured during training.',
      link: 'val',
      default: 96,
      min: 4,
      max: 2000,
      step: 4,
    }),
    testPosts: int({
      label: 'Test prompts',
      help: 'Prompts on which the verdict is measured, never seen in training.',
      link: 'test',
      default: 1000,
      min: 8,
      max: 10_000,
      step: 50,
      log: true,
    }),
    split: choice({
      label: 'Prompts of the verdict',
      help: 'Test prompts, which nothing was ever chosen on; or validation prompts, for choosing settings before the test prompts are looked at.',
      link: 'eval-split',
      default: 'test',
      options: { test: 'test prompts', validation: 'validation prompts' },
    }),
    headToHead: toggle({
      label: 'Compare all arms',
      help: 'Judge every pair of arms against each other; off: each against SFT only, which is much quicker with many arms.',
      link: 'eval-pairs',
      default: true,
    }),
    judge: choice<'none' | JudgeSizeId>({
      label: 'A model as judge too',
      help: 'Which small judge also says, in both orders, who wins each test prompt; none: people and gold alone.',
      link: 'eval-judge',
      default: 'none',
      options: { none: 'none', ...JUDGE_SIZE_NAMES },
    }),
    diversityPosts: int({
      label: 'Prompts for diversity',
      help: 'Test prompts that each policy answers several times, to see how different its answers are.',
      link: 'div-posts',
      default: 50,
      min: 2,
      max: 1000,
      step: 10,
    }),
    diversitySamples: int({
      label: 'Answers to each of them',
      help: 'Answers to each of those prompts.',
      link: 'div-samples',
      default: 8,
      min: 2,
      max: 64,
      step: 1,
    }),
    bestOfN: int({
      label: 'Best of up to n',
      help: 'SFT samples of each of those prompts, on validation prompts, from which the curve of best-of-n is made for each reward; 0: no curve.',
      link: 'eval-bon',
      default: 0,
      min: 0,
      max: 512,
      step: 8,
    }),
    annotators: int({
      label: 'Fresh annotators',
      help: 'Annotators whose majority judges the outcome of each test prompt; none of them labelled anything in the run.',
      link: 'jury',
      default: 5,
      min: 1,
      max: 25,
      step: 2,
    }),
  },
};

export type SectionName = keyof typeof FIELDS;

/** The same table, each entry as a plain field. */
export const SECTIONS: Readonly<Record<SectionName, Section>> = FIELDS;

export type ValueOf<F extends Field> = F extends ChoiceField<infer K> ? K : F extends SwitchField ? boolean : number;

/** Settings without arms: section -> field -> value. */
export type Settings = {
  [S in SectionName]: { [N in keyof (typeof FIELDS)[S]]: (typeof FIELDS)[S][N] extends Field ? ValueOf<(typeof FIELDS)[S][N]> : never };
};

export interface FieldEntry {
  readonly section: SectionName;
  readonly name: string;
  /** `section.name`, the path of `--set`. */
  readonly path: string;
  readonly field: Field;
}

export const FIELD_LIST: readonly FieldEntry[] = (Object.keys(SECTIONS) as SectionName[]).flatMap((section) =>
  Object.entries(SECTIONS[section]).map(([name, field]) => ({ section, name, path: `${section}.${name}`, field })),
);
