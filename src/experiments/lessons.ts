import {
  configDifference,
  DEFAULT_ARMS,
  DEFAULT_CONFIG,
  givenArms,
  parseConfig,
  presetConfig,
  PRESETS,
  withBuiltIn,
  withMethod,
  type ArmConfig,
  type ExperimentConfig,
  type PresetName,
} from '../core/config';
import { isBuiltIn, type BuiltInTaskId } from '../core/taskWords';
import { usedInCommon } from './armSettings';

/** Settings that show one thing, each with a prediction to check. */
export interface Lesson {
  readonly id: string;
  readonly title: string;
  /** What to look for, in one sentence. */
  readonly prediction: string;
  readonly settings: { readonly [section: string]: Readonly<Record<string, number | string | boolean>> };
  /** Where it takes arms of its own. */
  readonly arms?: readonly ArmConfig[];
  /** Where it says nothing on other tasks. */
  readonly task?: BuiltInTaskId;
}

/** The strongest pull on a reward that is easily fooled. */
const NO_LEASH = { rl: { klCoef: 0, iterations: 120 }, rewardModel: { head: 'last' }, pairs: { count: 500 } } as const;
/** An AI labeler without a thought but length. */
const LENGTH_LOVER = { ai: { labeler: 'noisy', lengthBias: 1 } } as const;

/** Weights of harmlessness, from help alone to harmlessness alone. */
const WEIGHTS = [0, 0.25, 0.5, 0.75, 1] as const;

export const LESSONS: readonly Lesson[] = [
  {
    id: 'label-noise',
    title: '50% label noise',
    prediction:
      "Half of people's labels become coin flips: expect the RLHF reward model to agree with far fewer of its own labels, " +
      'yet to lose little against gold and SFT, while RLAIF stays exactly where it was.',
    settings: { people: { noise: 0.5 } },
  },
  {
    id: 'no-leash',
    title: 'No KL leash',
    prediction:
      'Nothing ties the policy to SFT: expect the reward to keep rising while true quality turns and falls, and the ' +
      'responses to grow strange.',
    settings: NO_LEASH,
  },
  {
    id: 'length-lover',
    title: 'A judge that loves length',
    prediction:
      'The AI labeler always picks the longer text: expect longer RLAIF responses, with more inventions and stumbles, and ' +
      'no win left over SFT.',
    settings: LENGTH_LOVER,
  },
  {
    id: 'worst-of-four',
    title: 'Four reward models, no leash',
    prediction:
      'No KL leash again, with one reward model against the lowest score of four that differ in their seed: expect gold to ' +
      'turn under both, later and less under the four, since what fools one of them seldom fools all.',
    settings: NO_LEASH,
    arms: [
      { id: 'rlhf', label: 'RLHF, one reward model', feedback: 'people' },
      {
        id: 'rlhf-1', label: 'RLHF, worst of four', feedback: 'people',
        set: { 'rewardModel.members': 4, 'rewardModel.combine': 'worst' },
      },
    ],
  },
  {
    id: 'length-without-reward',
    title: 'Length without a reward model',
    prediction:
      'Both arms learn from the labeler that always picks the longer text, one by way of a reward model, one straight from the ' +
      'labels by DPO: expect longer responses from both and no win over SFT from either. Having no reward model to game does ' +
      'not help where the labels themselves are wrong. Compare them over KL.',
    settings: LENGTH_LOVER,
    arms: [
      { id: 'rlaif', label: 'RLAIF', feedback: 'ai' },
      withMethod({ id: 'rlaif-1', label: 'RLAIF, DPO', feedback: 'ai' }, 'dpo'),
    ],
  },
  {
    id: 'helpful-against-harmless',
    title: 'Helpful against harmless',
    task: 'harmless',
    prediction:
      'One reward model learns from harmless requests, one from harmful ones, and five arms weigh them from help alone to ' +
      'harmlessness alone: expect the ends to be good at one thing alone, helping with everything or refusing everything, and ' +
      'the middle at both. The chart of that name joins the arms.',
    settings: { evaluation: { headToHead: false } },
    arms: WEIGHTS.map((weight, i): ArmConfig => ({
      id: `rlhf-${i + 1}`, label: `RLHF, ${100 * weight}% harmless`, feedback: 'people',
      set: { 'rewardModel.kind': 'two', 'rewardModel.harmlessWeight': weight },
    })),
  },
];

/** Those that name a task come first: they say more of settings that are those of a size too. */
const PRESET_NAMES = (Object.keys(PRESETS) as PresetName[]).sort((a, b) => Number(taskOf(b) !== undefined) - Number(taskOf(a) !== undefined));

const sameArms = (some: readonly ArmConfig[], others: readonly ArmConfig[]): boolean => JSON.stringify(some) === JSON.stringify(others);

/** The arms as a config has them: their settings in the order of the table. */
const armsOf = (arms: readonly ArmConfig[]): readonly ArmConfig[] => parseConfig({ arms }).arms;

const LESSON_ARMS = LESSONS.flatMap(({ arms }) => (arms ? [armsOf(arms)] : []));

/** Arms of a lesson go with it; others are the visitor's own and stay. */
function ownArms({ arms }: ExperimentConfig): readonly ArmConfig[] {
  return LESSON_ARMS.some((own) => sameArms(own, arms)) ? DEFAULT_ARMS : arms;
}

/** Sections that say what the experiment runs on rather than how; presets and lessons leave them alone. */
function subject(config: ExperimentConfig): Partial<ExperimentConfig> {
  const { run, sft, model, ai, pairs } = config;
  const arms = ownArms(config);
  // Labels that were given are of these pairs.
  const own = givenArms(config).length > 0 ? { run, arms, sft, pairs } : { run, arms };
  return run.task === 'file' ? { ...own, sft, model, ai } : own;
}

/** The preset's settings on the seed and arms of `config`, and on its task unless the preset has one of its own. */
export function withPreset(config: ExperimentConfig, name: PresetName): ExperimentConfig {
  const task = taskOf(name);
  return parseConfig({ ...presetConfig(name), ...subject(task ? withBuiltIn(config, task) : config) });
}

/** The task that a preset is for; undefined where it goes with any. */
export function taskOf(name: PresetName): BuiltInTaskId | undefined {
  const task = PRESETS[name].settings.run?.task;
  return task && isBuiltIn(task) ? task : undefined;
}

/** Settings after what cannot be changed was put back. */
type Keep = (config: ExperimentConfig) => ExperimentConfig;

/** The preset that `config` is, whatever its seed and arms; undefined where a setting was changed or its arms are a lesson's. */
export function presetOf(config: ExperimentConfig, keep: Keep = (made) => made): PresetName | undefined {
  return PRESET_NAMES.find((name) => {
    const made = keep(withPreset(config, name));
    return configDifference(made, config).length === 0 && sameArms(made.arms, config.arms);
  });
}

/** The lesson's settings on the task and seed of `config`, and its arms if it has any; all other settings go back to their defaults. */
export function withLesson(config: ExperimentConfig, lesson: Lesson): ExperimentConfig {
  const given = givenArms(config).length > 0;
  const sections = Object.fromEntries(
    Object.entries(lesson.settings)
      // Labels that were given are of these pairs.
      .filter(([section]) => !given || section !== 'pairs')
      .map(([section, values]) => [section, { ...DEFAULT_CONFIG[section as 'rl'], ...values }]),
  );
  const arms = lesson.arms && !given ? { arms: lesson.arms } : {};
  return parseConfig({ ...withPreset(config, 'default'), ...sections, ...arms });
}

export function lessonOf(config: ExperimentConfig, keep: Keep = (made) => made): Lesson | undefined {
  return LESSONS.find((lesson) => {
    const made = keep(withLesson(config, lesson));
    return configDifference(made, config).length === 0 && sameArms(made.arms, config.arms);
  });
}

/** Whether a lesson says anything on the arms of `config`: labels that were given are given, whoever is asked for others. */
export function lessonFits(config: ExperimentConfig, lesson: Lesson): boolean {
  if (lesson.task !== undefined && lesson.task !== config.run.task) return false;
  if (lesson.arms) return givenArms(config).length === 0;
  const made = withLesson(config, lesson);
  // A number of pairs alone is no lesson.
  return Object.entries(lesson.settings).some(([section, values]) =>
    section !== 'pairs' && Object.keys(values).some((name) => usedInCommon(made, `${section}.${name}`)));
}
