import type { ArmConfig, ExperimentConfig } from '../../core/config';
import type { SectionName } from '../../core/fields';
import type { StageId } from '../../worker/protocol';

export interface StageText {
  readonly title: string;
  /** What happens in it, for its drawer. */
  readonly what: string;
  /** Settings that belong to it. */
  readonly sections: readonly SectionName[];
}

export const STAGE_TEXTS: Readonly<Record<StageId, StageText>> = {
  task: {
    title: 'Posts',
    what: 'The prompts: everyday forum posts, each written from a handful of hidden facts. The models see only the words; an exact checker knows the facts and reads every summary against them. Posts for training, validation and test never mix.',
    sections: ['run'],
  },
  sft: {
    title: 'SFT',
    what: 'Supervised fine-tuning: a small language model learns to summarise from imperfect writers. The result is the SFT policy from which every arm starts, and against which every arm is judged.',
    sections: ['sft', 'model'],
  },
  pairs: {
    title: 'Pairs',
    what: 'The SFT policy answers each post twice. Every arm has the very same pairs labelled, so that nothing differs but who labels.',
    sections: ['pairs'],
  },
  labels: {
    title: 'Labels',
    what: 'Someone says which response of each pair is better. In the RLHF arm: simulated people, who weigh things differently and choose with noise. In the RLAIF arm: an AI labeler, asked in both presentation orders. An arm from the labeler lab comes with its labels. In the d-RLAIF arm the labels only tell how far its labeler can be trusted: it scores responses from 1 to 10 during RL instead. Labels are soft: a probability, not a verdict.',
    sections: ['people', 'ai'],
  },
  reward: {
    title: 'Reward model',
    what: 'A copy of the SFT policy with a reward head learns to score responses so that preferred ones score higher (Bradley-Terry, soft-label cross-entropy). It learns what the labeler likes, flaws included. d-RLAIF has none.',
    sections: ['rewardModel'],
  },
  rl: {
    title: 'RL',
    what: 'Reinforcement learning, by default REINFORCE with a learned value baseline: the policy writes summaries, the reward model (in d-RLAIF the AI labeler itself) scores them, and the policy moves towards higher scores. A KL penalty keeps it near the SFT policy.',
    sections: ['rl'],
  },
  verdict: {
    title: 'Compare',
    what: 'All policies answer test posts that no training saw. Fresh annotators, who labelled nothing in the run, judge each pair by majority; gold utility, which no real study has, judges too.',
    sections: ['evaluation', 'gold'],
  },
};

export const SECTION_TITLES: Readonly<Record<SectionName, string>> = {
  run: 'Task',
  sft: 'SFT policy',
  model: 'Model trained here',
  pairs: 'Preference pairs',
  people: 'People who label (RLHF)',
  ai: 'AI labeler (RLAIF)',
  rewardModel: 'Reward model',
  rl: 'Reinforcement learning',
  gold: 'Gold utility',
  evaluation: 'Evaluation',
};

const LABELS: Readonly<Record<ArmConfig['feedback'], string>> = { people: "People's labels", ai: 'AI labels', scores: 'AI scores', given: 'Given labels' };

/** Whether settings of a section do anything: with labels that were given, nobody is asked for others. */
export function isUsed(section: string, arms: readonly ArmConfig[]): boolean {
  const any = (...feedbacks: ArmConfig['feedback'][]): boolean => arms.some(({ feedback }) => feedbacks.includes(feedback));
  switch (section) {
    case 'people':
      return any('people');
    case 'ai':
      return any('ai', 'scores');
    case 'rewardModel':
      return any('people', 'ai', 'given');
    default:
      return true;
  }
}

/** A stage as it is called in an arm: "people's labels". */
export function stageName(stage: StageId, config: ExperimentConfig, arm?: ArmConfig): string {
  if (stage === 'task' && config.run.task === 'file') return 'Your data';
  if (stage === 'labels' && arm) return LABELS[arm.feedback];
  return STAGE_TEXTS[stage].title;
}
