import { JUDGE_SEEDS, JUDGE_SIZE_IDS, judgeSizeName, type JudgeSizeId } from './judges';

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

export const FIELDS = {
  run: {
    task: choice({
      label: 'Task',
      help: 'What the policy is asked to write: a summary of a forum post, or the text column of a file of yours.',
      link: 'task',
      default: 'tldr',
      options: { tldr: 'Forum post to TL;DR', file: 'Your file' },
    }),
    seed: int({
      label: 'Seed',
      help: 'Chooses posts, samples, labels and initial heads; the same seed gives the same numbers again.',
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
      help: 'Who gives the AI feedback: a small judge model that ships with the page, or a labeler with a set accuracy.',
      link: 'ai',
      prominent: true,
      default: 'judge',
      options: { judge: 'small judge (language model)', noisy: 'noise-controlled labeler' },
    }),
    judgeSize: choice<JudgeSizeId>({
      label: 'Judge size',
      help: 'Small judge only: which rung of the ladder of sizes gives the labels. What each is worth is measured, not promised: see Labelers.',
      link: 'judge',
      default: 'm',
      options: Object.fromEntries(JUDGE_SIZE_IDS.map((size) => [size, judgeSizeName(size)])) as Record<JudgeSizeId, string>,
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
  rewardModel: {
    head: choice({
      label: 'Reward head',
      help: 'Last token is the textbook head, easily over-optimised; likelihood-aware also weighs each token by its log-probability under the reward model.',
      link: 'head',
      prominent: true,
      default: 'likelihood',
      options: { last: 'last token', likelihood: 'likelihood-aware' },
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
  rl: {
    method: choice({
      label: 'RL method',
      help: 'How the policy learns from rewards. All take the same objective, reward minus KL; none but REINFORCE has had its settings tuned here.',
      link: 'rl-method',
      default: 'reinforce',
      options: {
        reinforce: 'REINFORCE with a value baseline (the paper)',
        rloo: 'RLOO, the others as the baseline',
        grpo: 'GRPO, advantages within a group',
        ppo: 'PPO, clipped steps with a value head',
        p3o: 'P3O, pairs of responses',
      },
    }),
    groupSize: int({
      label: 'Responses per prompt',
      help: 'RLOO and GRPO only: responses to each prompt that are compared with each other; the RL batch holds them all.',
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
      help: 'Factor on what a statement costs that the post does not support.',
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
      help: 'RL iterations between two measurements on validation posts.',
      link: 'every',
      unit: 'iterations',
      default: 5,
      min: 1,
      max: 1000,
      step: 1,
    }),
    validationPosts: int({
      label: 'Validation posts',
      help: 'Posts on which live quality and KL are measured during training.',
      link: 'val',
      default: 96,
      min: 4,
      max: 2000,
      step: 4,
    }),
    testPosts: int({
      label: 'Test posts',
      help: 'Posts on which the verdict is measured, never seen in training.',
      link: 'test',
      default: 1000,
      min: 8,
      max: 10_000,
      step: 50,
      log: true,
    }),
    annotators: int({
      label: 'Fresh annotators',
      help: 'Annotators whose majority judges the outcome of each test post; none of them labelled anything in the run.',
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
