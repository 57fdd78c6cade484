import {
  configDifference,
  DEFAULT_CONFIG,
  givenArms,
  parseConfig,
  presetConfig,
  PRESETS,
  type ExperimentConfig,
  type PresetName,
} from '../core/config';

/** Settings that show one thing, each with a prediction to check. */
export interface Lesson {
  readonly id: string;
  readonly title: string;
  /** What to look for, in one sentence. */
  readonly prediction: string;
  readonly settings: { readonly [section: string]: Readonly<Record<string, number | string | boolean>> };
}

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
    settings: { rl: { klCoef: 0, iterations: 120 }, rewardModel: { head: 'last' }, pairs: { count: 500 } },
  },
  {
    id: 'length-lover',
    title: 'A judge that loves length',
    prediction:
      'The AI labeler always picks the longer text: expect longer RLAIF responses, with more inventions and stumbles, and ' +
      'no win left over SFT.',
    settings: { ai: { labeler: 'noisy', lengthBias: 1 } },
  },
];

const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** Sections that say what the experiment runs on rather than how; presets and lessons leave them alone. */
function subject(config: ExperimentConfig): Partial<ExperimentConfig> {
  const { run, arms, sft, model, ai, pairs } = config;
  // Labels that were given are of these pairs.
  const own = givenArms(config).length > 0 ? { run, arms, sft, pairs } : { run, arms };
  return run.task === 'file' ? { ...own, sft, model, ai } : own;
}

/** The preset's settings on the task and seed of `config`. */
export function withPreset(config: ExperimentConfig, name: PresetName): ExperimentConfig {
  return parseConfig({ ...presetConfig(name), ...subject(config) });
}

/** The preset that `config` is, whatever its task and seed; undefined where a setting was changed. */
export function presetOf(config: ExperimentConfig): PresetName | undefined {
  return PRESET_NAMES.find((name) => configDifference(withPreset(config, name), config).length === 0);
}

/** The lesson's settings on the task and seed of `config`; all other settings go back to their defaults. */
export function withLesson(config: ExperimentConfig, lesson: Lesson): ExperimentConfig {
  const sections = Object.fromEntries(
    Object.entries(lesson.settings).map(([section, values]) => [
      section,
      { ...DEFAULT_CONFIG[section as 'rl'], ...values },
    ]),
  );
  return parseConfig({ ...withPreset(config, 'default'), ...sections });
}

export function lessonOf(config: ExperimentConfig): Lesson | undefined {
  return LESSONS.find((lesson) => configDifference(withLesson(config, lesson), config).length === 0);
}
