/**
 * Settings of a run that is made to over-optimise: few of them, each with a bearing on when gold turns while the proxy still
 * rises (Gao et al. 2022, arXiv 2210.10760; ensembles: Coste et al. 2023, arXiv 2310.02743). Everything else is as by default.
 */
import {
  configDifference,
  DEFAULT_CONFIG,
  fieldAt,
  getField,
  PAPER_ARMS,
  parseConfig,
  type ArmConfig,
  type ExperimentConfig,
  type FieldValue,
} from '../core/config';
import type { FieldEntry, SectionName } from '../core/fields';

/** The settings that the lab offers, in the order of its form. */
export const OVEROPT_FIELDS: readonly FieldEntry[] = [
  'rewardModel.size',
  'rewardModel.head',
  'data.pairLimit',
  'data.flip',
  'rewardModel.members',
  'rewardModel.combine',
  'rl.klCoef',
  'rl.iterations',
  'evaluation.bestOfN',
].map(fieldAt);

export interface OveroptSettings {
  /** Who labels the pairs. */
  readonly feedback: 'people' | 'ai';
  /** One arm with these settings, or one reward model beside three ensembles of it. */
  readonly arms: 'one' | 'ensembles';
  /** By path, all of `OVEROPT_FIELDS`. */
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** As by default, but with best-of-n, and with the number of pairs in place of "all". */
const BASE: OveroptSettings = {
  feedback: 'people',
  arms: 'one',
  values: {
    ...Object.fromEntries(OVEROPT_FIELDS.map((entry) => [entry.path, getField(DEFAULT_CONFIG, entry)])),
    'data.pairLimit': DEFAULT_CONFIG.pairs.count,
    'evaluation.bestOfN': 128,
  },
};

/** A run that goes wrong in a known way. */
export interface OveroptPreset {
  readonly id: string;
  readonly title: string;
  /** What to expect, in one line. */
  readonly prediction: string;
  readonly settings: OveroptSettings;
}

const changed = (values: OveroptSettings['values'], rest: Partial<OveroptSettings> = {}): OveroptSettings =>
  ({ ...BASE, ...rest, values: { ...BASE.values, ...values } });

const NO_LEASH = { 'rl.klCoef': 0, 'rewardModel.head': 'last', 'data.pairLimit': 500, 'rl.iterations': 120 } as const;

export const OVEROPT_PRESETS: readonly [OveroptPreset, ...OveroptPreset[]] = [
  {
    id: 'no-leash',
    title: 'No leash',
    prediction: 'Nothing ties the policy to SFT and the reward reads the last token only: expect the proxy to rise on while gold turns and falls.',
    settings: changed(NO_LEASH),
  },
  {
    id: 'few-pairs',
    title: 'Few pairs',
    prediction: 'The reward model learns from 200 pairs: expect it to be wrong more often, and less gold for the same KL.',
    settings: changed({ 'data.pairLimit': 200 }),
  },
  {
    id: 'noisy-labels',
    title: 'Noisy labels',
    prediction: 'Three labels in ten are turned round: expect a reward model that agrees less with gold, and less gold for the same KL.',
    settings: changed({ 'data.flip': 0.3 }),
  },
  {
    id: 'small-model',
    title: 'Small reward model',
    prediction: 'The reward model has an eighth of the parameters of the policy: expect a lower peak of gold, for RL and for best of n.',
    settings: changed({ 'rewardModel.size': 'xs' }),
  },
  {
    id: 'ensembles',
    title: 'Ensemble rescue',
    prediction:
      'No leash again, with one reward model beside three ensembles of four: expect gold to turn first under the one, and under ' +
      'the mean before the worst case and the mean less variance.',
    settings: changed({ ...NO_LEASH, 'rewardModel.members': 4 }, { arms: 'ensembles' }),
  },
];

/** The preset that the settings are; undefined where one was changed. */
export function overoptPresetOf({ feedback, arms, values }: OveroptSettings): OveroptPreset | undefined {
  return OVEROPT_PRESETS.find(({ settings }) =>
    settings.feedback === feedback && settings.arms === arms && OVEROPT_FIELDS.every(({ path }) => settings.values[path] === values[path]));
}

/** Reward models in each ensemble: two at least. */
export function ensembleSize({ values }: OveroptSettings): number {
  return Math.max(2, Number(values['rewardModel.members']));
}

function armsOf(settings: OveroptSettings): ArmConfig[] {
  const { feedback } = settings;
  if (settings.arms === 'one') return PAPER_ARMS.filter((arm) => arm.feedback === feedback);
  const members = ensembleSize(settings);
  const ensemble = (id: string, label: string, combine: string): ArmConfig =>
    ({ id, label, feedback, set: { 'rewardModel.members': members, 'rewardModel.combine': combine } });
  return [
    { id: 'one-model-1', label: 'One reward model', feedback, set: { 'rewardModel.members': 1 } },
    ensemble('mean-2', `Mean of ${members}`, 'mean'),
    ensemble('worst-case-3', `Worst case of ${members}`, 'worst'),
    ensemble('uncertainty-4', `Mean less variance of ${members}`, 'uncertainty'),
  ];
}

/**
 * The experiment of these settings, on the forum posts. There are as many pairs as are used, and the default number at least.
 * @throws Error on a value that does not fit or a path that is no setting.
 */
export function overoptConfig(settings: OveroptSettings, seed: number = DEFAULT_CONFIG.run.seed): ExperimentConfig {
  const count = Math.max(DEFAULT_CONFIG.pairs.count, Number(settings.values['data.pairLimit'] ?? 0));
  const values = { ...settings.values, 'run.seed': seed, 'pairs.count': count };
  const sections: Partial<Record<SectionName, Record<string, FieldValue>>> = {};
  for (const [path, value] of Object.entries(values)) {
    const { section, name } = fieldAt(path);
    sections[section] = { ...sections[section], [name]: value };
  }
  return parseConfig({ ...sections, arms: armsOf(settings) });
}

/** The settings that give this experiment, whatever its seed; undefined where none do. */
export function overoptSettingsOf(config: ExperimentConfig): OveroptSettings | undefined {
  const feedback = config.arms[0]?.feedback;
  if (feedback !== 'people' && feedback !== 'ai') return undefined;
  const settings: OveroptSettings = {
    feedback,
    arms: config.arms.length === 1 ? 'one' : 'ensembles',
    values: Object.fromEntries(OVEROPT_FIELDS.map((entry) => [entry.path, getField(config, entry)])),
  };
  const made = overoptConfig(settings, config.run.seed);
  const same = configDifference(made, config).length === 0 && JSON.stringify(made.arms) === JSON.stringify(config.arms);
  return same ? settings : undefined;
}
