import { FIELD_LIST, SECTIONS, type Field, type FieldEntry, type Section, type SectionName, type Settings } from './fields';
import { z } from './zod';

export const CONFIG_VERSION = 1;

const FEEDBACKS = ['people', 'ai', 'scores', 'given'] as const;

/** One way of getting feedback. Arms differ in nothing else: same start, prompts, seed and hyperparameters. */
export interface ArmConfig {
  readonly id: string;
  readonly label: string;
  /**
   * `scores`: the AI labeler scores every response during RL, and there is no reward model (d-RLAIF). `given`: the labels come with the run, from the labeler lab; they are no part of the config.
   */
  readonly feedback: (typeof FEEDBACKS)[number];
}

export interface ExperimentConfig extends Settings {
  readonly version: typeof CONFIG_VERSION;
  readonly arms: readonly ArmConfig[];
}

function fieldSchema(field: Field): z.ZodType {
  switch (field.kind) {
    case 'int':
      return z.number().int().min(field.min).max(field.max).default(field.default);
    case 'float':
      return z.number().min(field.min).max(field.max).default(field.default);
    case 'choice':
      return z.enum(Object.keys(field.options) as [string, ...string[]]).default(field.default);
    case 'switch':
      return z.boolean().default(field.default);
  }
}

function sectionSchema(section: Section): z.ZodType {
  const shape = Object.fromEntries(Object.entries(section).map(([name, field]) => [name, fieldSchema(field)]));
  return z.strictObject(shape).prefault({});
}

const armSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,24}$/, 'an arm id is 1 to 24 of a-z, 0-9 and -'),
  label: z.string().min(1).max(40),
  feedback: z.enum(FEEDBACKS),
});

/** The arms of the paper. */
export const PAPER_ARMS: readonly ArmConfig[] = [
  { id: 'rlhf', label: 'RLHF', feedback: 'people' },
  { id: 'rlaif', label: 'RLAIF', feedback: 'ai' },
  { id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores' },
];
export const DEFAULT_ARMS: readonly ArmConfig[] = PAPER_ARMS.slice(0, 2);

/** The arms whose labels have to come with the run. */
export function givenArms({ arms }: Pick<ExperimentConfig, 'arms'>): ArmConfig[] {
  return arms.filter(({ feedback }) => feedback === 'given');
}

/** Checks and completes a config; every field has a default. */
export const configSchema = z
  .strictObject({
    version: z.literal(CONFIG_VERSION).default(CONFIG_VERSION),
    arms: z
      .array(armSchema)
      .min(1)
      .max(8)
      .refine((arms) => new Set(arms.map((arm) => arm.id)).size === arms.length, 'two arms share an id')
      .refine((arms) => arms.every((arm) => arm.id !== 'sft'), 'the id "sft" is taken by the start policy')
      .default([...DEFAULT_ARMS]),
    ...Object.fromEntries((Object.keys(SECTIONS) as SectionName[]).map((name) => [name, sectionSchema(SECTIONS[name])])),
  })
  .transform((config) => config as unknown as ExperimentConfig);

/**
 * @throws Error whose message names every path that is wrong and what it may be.
 */
export function parseConfig(input: unknown): ExperimentConfig {
  const result = configSchema.safeParse(input);
  if (result.success) return result.data;
  throw new Error(
    `The settings cannot be used: ${result.error.issues.map((i) => `${i.path.join('.') || 'config'}: ${i.message}`).join('; ')}`,
  );
}

export const DEFAULT_CONFIG: ExperimentConfig = parseConfig({});

export type PresetName = 'quick' | 'default' | 'thorough';

type PartialSettings = { readonly [S in SectionName]?: Partial<Settings[S]> };

/** Named starting points; what they do not name keeps its default. */
export const PRESETS: Readonly<Record<PresetName, { label: string; help: string; settings: PartialSettings }>> = {
  quick: {
    label: 'Quick',
    help: 'About 20 s on a laptop: few pairs, few iterations, a rough verdict.',
    settings: {
      pairs: { count: 600 },
      rl: { iterations: 30 },
      evaluation: { testPosts: 300, validationPosts: 64 },
    },
  },
  default: { label: 'Default', help: 'A minute or two on a laptop: the comparison of the first screen.', settings: {} },
  thorough: {
    label: 'Thorough',
    help: 'Several minutes: more pairs, larger batches, tight intervals.',
    settings: {
      pairs: { count: 6000 },
      rl: { iterations: 120, batch: 64 },
      evaluation: { testPosts: 3000, validationPosts: 200 },
    },
  },
};

export function presetConfig(name: PresetName): ExperimentConfig {
  return parseConfig(PRESETS[name].settings);
}

/**
 * What a file of one's own needs: nothing ships for it, so its policy is trained first, and the small judge, which has
 * read forum posts only, gives way to the noise-controlled labeler. The SFT settings were measured: docs/data.md.
 */
export const FILE_SETTINGS = {
  run: { task: 'file' },
  sft: { source: 'live', steps: 4000 },
  ai: { labeler: 'noisy' },
} as const satisfies PartialSettings;

/** The config with a file as its task. */
export function withFile(config: ExperimentConfig): ExperimentConfig {
  const { run, sft, ai } = FILE_SETTINGS;
  // That labeler gives no scores, so there is no d-RLAIF either.
  const arms = config.arms.filter(({ feedback }) => feedback !== 'scores');
  return parseConfig({ ...config, arms: arms.length > 0 ? arms : DEFAULT_ARMS, run: { ...config.run, ...run }, sft: { ...config.sft, ...sft }, ai: { ...config.ai, ...ai } });
}

export function getField(config: ExperimentConfig, entry: FieldEntry): number | string | boolean {
  return (config[entry.section] as unknown as Record<string, number | string | boolean>)[entry.name]!;
}

/** A copy with one field changed. @throws Error as parseConfig. */
export function setField(
  config: ExperimentConfig,
  entry: FieldEntry,
  value: number | string | boolean,
): ExperimentConfig {
  return parseConfig({ ...config, [entry.section]: { ...config[entry.section], [entry.name]: value } });
}

/**
 * A copy with `path=value` applied, as on the command line: `rl.klCoef=0.1`, `arms.1.label=AI`.
 * @throws Error on an unknown path or a value that does not fit.
 */
export function setPath(config: ExperimentConfig, path: string, text: string): ExperimentConfig {
  const arm = /^arms\.(\d+)\.(id|label|feedback)$/.exec(path);
  if (arm) {
    const arms = config.arms.map((a, i) => (i === Number(arm[1]) ? { ...a, [arm[2]!]: text } : a));
    if (Number(arm[1]) >= arms.length) throw new Error(`${path}: there are ${arms.length} arms, counted from 0`);
    return parseConfig({ ...config, arms });
  }
  const entry = FIELD_LIST.find((e) => e.path === path);
  if (!entry) throw new Error(`unknown setting ${path}; known: ${FIELD_LIST.map((e) => e.path).join(', ')}`);
  return setField(config, entry, parseFieldText(entry.field, path, text));
}

function parseFieldText(field: Field, path: string, text: string): number | string | boolean {
  if (field.kind === 'choice') return text;
  if (field.kind === 'switch') {
    if (text !== 'true' && text !== 'false') throw new Error(`${path}: "${text}" is neither true nor false`);
    return text === 'true';
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`${path}: "${text}" is not a number`);
  return value;
}

/** Fields whose value differs between two configs, for labels and stale marks. */
export function configDifference(a: ExperimentConfig, b: ExperimentConfig): FieldEntry[] {
  return FIELD_LIST.filter((entry) => getField(a, entry) !== getField(b, entry));
}
