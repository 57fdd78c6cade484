import { configOfArm, type ArmConfig, type ExperimentConfig } from '../../core/config';
import type { SectionName } from '../../core/fields';
import { METHODS } from '../../core/methods';
import { capitalised, fillWords, wordsOf, type TaskWords } from '../../core/taskWords';
import type { StageId } from '../../worker/protocol';

interface StageText {
  /** That of the task is what its prompts are called. */
  readonly title: string;
  /** What happens in it, for its drawer, with the names of a task's words. */
  readonly what: string;
  /** Settings that belong to it. */
  readonly sections: readonly SectionName[];
}

const STAGE_TEXTS: Readonly<Record<StageId, StageText>> = {
  task: {
    title: 'Prompts',
    what: '{Measures} The models see only the words; an exact checker knows the facts behind them and reads every {response} against them. {Prompts} for training, validation and test never mix.',
    sections: ['run'],
  },
  sft: {
    title: 'SFT',
    what: 'Supervised fine-tuning: a small language model learns {skill} from imperfect writers. The result is the SFT policy from which every arm starts, and against which every arm is judged.',
    sections: ['sft', 'model'],
  },
  pairs: {
    title: 'Pairs',
    what: 'The SFT policy answers each {prompt} twice. Every arm has the very same pairs labelled, so that nothing differs but who labels.',
    sections: ['pairs'],
  },
  labels: {
    title: 'Labels',
    what: 'Someone says which response of each pair is better. In the RLHF arm: simulated people, who weigh things differently and choose with noise. In the RLAIF arm: an AI labeler, asked in both presentation orders. An arm from the labeler lab comes with its labels. In the d-RLAIF arm the labels only tell how far its labeler can be trusted: it scores responses from 1 to 10 during RL instead. Labels are soft: a probability, not a verdict.',
    sections: ['people', 'ai', 'data'],
  },
  reward: {
    title: 'Reward model',
    what: 'A copy of the SFT policy with a reward head learns to score responses so that preferred ones score higher (Bradley-Terry, soft-label cross-entropy). It learns what the labeler likes, flaws included. It can be an ensemble, rewards learned from marks in the texts, or a model that compares two responses. d-RLAIF and methods that learn straight from labels have none. Arms with the same labels and reward settings share one.',
    sections: ['rewardModel', 'fine'],
  },
  rl: {
    title: 'Policy',
    what: 'The policy learns by the method of its arm: by default REINFORCE with a learned value baseline. It writes {responses}, the reward model (in d-RLAIF the AI labeler itself) scores them, and it moves towards higher scores, with a KL penalty that keeps it near the SFT policy. Other methods learn straight from the labelled pairs, from ranked lists or from their own best samples. Best of n trains nothing.',
    sections: ['rl', 'direct', 'samples'],
  },
  verdict: {
    title: 'Compare',
    what: 'All policies answer test {prompts} that no training saw. Fresh annotators, who labelled nothing in the run, judge each pair by majority; gold utility, which no real study has, judges too.',
    sections: ['evaluation', 'gold'],
  },
};

/** What happens in a stage, in the words of a task, and the settings that belong to it. */
export function stageText(stage: StageId, words: TaskWords): Omit<StageText, 'title'> {
  const { what, sections } = STAGE_TEXTS[stage];
  return { what: fillWords(what, words), sections };
}

export const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  run: 'Task',
  sft: 'SFT policy',
  model: 'Model trained here',
  pairs: 'Preference pairs',
  people: 'People who label (RLHF)',
  ai: 'AI labeler (RLAIF)',
  data: 'What is learned from the labels',
  rewardModel: 'Reward model',
  fine: 'Fine-grained rewards',
  rl: 'Learning from rewards',
  direct: 'Learning from fixed sets',
  samples: 'Learning from the best samples',
  gold: 'Gold utility',
  evaluation: 'Evaluation',
};

const LABELS: Readonly<Record<ArmConfig['feedback'], string>> = {
  people: "People's labels", ai: 'AI labels', mixed: "People's and AI labels", scores: 'AI scores', given: 'Given labels',
};

/** A stage as it is called in an arm: "People's labels", "PPO". */
export function stageName(stage: StageId, config: ExperimentConfig, arm?: ArmConfig): string {
  if (stage === 'task') return config.run.task === 'file' ? 'Your data' : capitalised(wordsOf(config.run.task).prompts);
  if (!arm) return STAGE_TEXTS[stage].title;
  const { rewardModel, rl } = configOfArm(config, arm);
  switch (stage) {
    case 'labels':
      return LABELS[arm.feedback];
    case 'reward':
      return rewardName(rewardModel);
    case 'rl':
      return METHODS[rl.method].label;
    default:
      return STAGE_TEXTS[stage].title;
  }
}

function rewardName({ kind, members }: ExperimentConfig['rewardModel']): string {
  switch (kind) {
    case 'fine':
      return 'Fine-grained rewards';
    case 'preference':
      return 'Preference model';
    case 'two':
      return 'Helpful and harmless reward models';
    case 'model':
      return members > 1 ? `${members} reward models` : 'Reward model';
  }
}
