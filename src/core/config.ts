import { FIELD_LIST, SECTIONS, type Field, type FieldEntry, type Section, type SectionName, type Settings } from './fields';
import { methodOf, METHODS, type MethodId } from './methods';
import type { SweepPoint } from './sweep';
import { TASK_WORDS, type BuiltInTaskId, type TaskId } from './taskWords';
import tunedFile from './tuned.json';
import { z } from './zod';

export const CONFIG_VERSION = 1;

/**
 * Where feedback comes from. `people`: simulated annotators. `ai`: the AI labeler. `mixed`: both, each on its share of the
 * pairs (`data.humanShare`, `data.routing`). `scores`: the AI labeler scores every response as the policy learns, and there
 * is no reward model (d-RLAIF). `given`: the labels come with the run, from the labeler lab; they are no part of the config.
 */
export const FEEDBACKS = ['people', 'ai', 'mixed', 'scores', 'given'] as const;
export type Feedback = (typeof FEEDBACKS)[number];

/** Sections whose settings an arm may have of its own. All others are common to the arms: the start, pairs, posts, judges. */
export const ARM_SECTIONS = ['people', 'ai', 'data', 'rewardModel', 'fine', 'rl', 'direct', 'samples'] as const satisfies readonly SectionName[];
export const ARM_FIELDS: readonly FieldEntry[] = FIELD_LIST.filter(({ section }) => (ARM_SECTIONS as readonly SectionName[]).includes(section));

export type FieldValue = number | string | boolean;

/** Value of an arm's setting on the command line where the arm is to have none of its own. No choice is called so. */
export const COMMON = 'common';

/** One way of learning from feedback: where it comes from, and settings in which the arm departs from the experiment's. */
export interface ArmConfig {
  readonly id: string;
  readonly label: string;
  readonly feedback: Feedback;
  /** By path (`rl.klCoef`), of `ARM_FIELDS`; what is not named is as in the experiment. */
  readonly set?: Readonly<Record<string, FieldValue>>;
  /** Kept in the experiment, but not run. */
  readonly off?: true;
}

export interface ExperimentConfig extends Settings {
  readonly version: typeof CONFIG_VERSION;
  readonly arms: readonly ArmConfig[];
}

/** What a value of a field may be, in words. */
function allowedWords(field: Field): string {
  switch (field.kind) {
    case 'int':
    case 'float':
      return `a ${field.kind === 'int' ? 'whole ' : ''}number from ${field.min} to ${field.max}`;
    case 'choice':
      return `one of ${Object.keys(field.options).join(', ')}`;
    case 'switch':
      return 'true or false';
  }
}

/** Most characters of a value that stand in a message. */
const MOST_QUOTED = 40;

function quotedValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
}

function valueSchema(field: Field): z.ZodType<FieldValue> {
  const error = ({ input }: { readonly input?: unknown }): string => `${quotedValue(input)} is not ${allowedWords(field)}`;
  switch (field.kind) {
    case 'int':
      return z.number({ error }).int({ error }).min(field.min, { error }).max(field.max, { error });
    case 'float':
      return z.number({ error }).min(field.min, { error }).max(field.max, { error });
    case 'choice':
      return z.enum(Object.keys(field.options) as [string, ...string[]], { error });
    case 'switch':
      return z.boolean({ error });
  }
}

function sectionSchema(section: Section): z.ZodType {
  const shape = Object.fromEntries(Object.entries(section).map(([name, field]) => [name, valueSchema(field).default(field.default)]));
  return z.strictObject(shape).prefault({});
}

const armSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,24}$/, 'an arm id is 1 to 24 of a-z, 0-9 and -'),
  label: z.string().min(1).max(40),
  feedback: z.enum(FEEDBACKS),
  set: z.strictObject(Object.fromEntries(ARM_FIELDS.map(({ path, field }) => [path, valueSchema(field).optional()]))).optional(),
  off: z.literal(true).optional(),
});

/** Most arms of an experiment; the page makes room for fewer. */
export const MOST_ARMS = 32;

/** The arms of the paper. */
export const PAPER_ARMS: readonly ArmConfig[] = [
  { id: 'rlhf', label: 'RLHF', feedback: 'people' },
  { id: 'rlaif', label: 'RLAIF', feedback: 'ai' },
  { id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores' },
];
export const DEFAULT_ARMS: readonly ArmConfig[] = PAPER_ARMS.slice(0, 2);
/** Arms that can be had by name: those of the paper, and people and an AI labeler together. */
export const NAMED_ARMS: readonly ArmConfig[] = [...PAPER_ARMS, { id: 'mixed', label: 'People and AI', feedback: 'mixed' }];

/**
 * An arm by name: one of `NAMED_ARMS`, alone or with a method, as in `rlaif:dpo`.
 * @throws Error that names what is known.
 */
export function armByName(name: string): ArmConfig {
  const [id, method] = name.split(':') as [string, string?];
  const arm = NAMED_ARMS.find((candidate) => candidate.id === id);
  if (!arm) throw new Error(`there is no arm ${id}; known: ${NAMED_ARMS.map((known) => known.id).join(', ')}`);
  if (method === undefined) return arm;
  if (!Object.hasOwn(METHODS, method)) throw new Error(`there is no method ${method}; known: ${Object.keys(METHODS).join(', ')}`);
  return withMethod({ ...arm, id: `${id}-${method}`, label: `${arm.label}, ${METHODS[method as MethodId].label}` }, method as MethodId);
}

/** The experiment without the arms that are switched off. */
export function withoutOffArms(config: ExperimentConfig): ExperimentConfig {
  return config.arms.some(({ off }) => off) ? { ...config, arms: config.arms.filter(({ off }) => !off) } : config;
}

/** The experiment as one arm sees it: with its own settings in place of the common ones. */
export function configOfArm(config: ExperimentConfig, arm: ArmConfig): ExperimentConfig {
  const own = Object.entries(arm.set ?? {});
  if (own.length === 0) return config;
  const common: { readonly [section: string]: unknown } = { ...config };
  const changed: Record<string, Record<string, FieldValue>> = {};
  for (const [path, value] of own) {
    const [section, name] = path.split('.') as [string, string];
    changed[section] = { ...(changed[section] ?? (common[section] as Record<string, FieldValue>)), [name]: value };
  }
  return { ...config, ...changed };
}

const tunedSettings = tunedFile as { readonly [M in MethodId]?: Readonly<Record<string, FieldValue>> };

/** Settings of a method that were found by the sweep of `npm run tune`, by path; the rest are the defaults of the table. */
export function tunedFor(method: MethodId): Readonly<Record<string, FieldValue>> {
  return { ...Object.fromEntries(methodOf(method).settings.map((path) => [path, fieldAt(path).field.default])), ...tunedSettings[method] };
}

/** The arm with another method, at that method's tuned settings; settings of other methods are dropped. */
export function withMethod(arm: ArmConfig, method: MethodId): ArmConfig {
  const ofMethods = new Set(Object.values(METHODS).flatMap(({ settings }) => settings as readonly string[]));
  const kept = Object.entries(arm.set ?? {}).filter(([path]) => path !== 'rl.method' && !ofMethods.has(path));
  return { ...arm, set: { ...Object.fromEntries(kept), 'rl.method': method, ...tunedFor(method) } };
}

/** The entry of a field. @throws Error on an unknown path. */
export function fieldAt(path: string): FieldEntry {
  const entry = FIELD_LIST.find((candidate) => candidate.path === path);
  if (!entry) throw new Error(`unknown setting ${path}; known: ${FIELD_LIST.map((known) => known.path).join(', ')}`);
  return entry;
}

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
      .max(MOST_ARMS)
      .refine((arms) => new Set(arms.map((arm) => arm.id)).size === arms.length, 'two arms share an id')
      .refine((arms) => arms.every((arm) => arm.id !== 'sft'), 'the id "sft" is taken by the start policy')
      .refine((arms) => arms.some((arm) => !arm.off), 'every arm is switched off')
      .default([...DEFAULT_ARMS]),
    ...Object.fromEntries((Object.keys(SECTIONS) as SectionName[]).map((name) => [name, sectionSchema(SECTIONS[name])])),
  })
  .transform((config) => config as unknown as ExperimentConfig);

/** Settings that cannot be used, and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems every path that is wrong and what it may be, a sentence each. */
  constructor(readonly problems: readonly string[]) {
    super(`The settings cannot be used: ${problems.join('; ')}`);
  }
}

/**
 * @throws ConfigError whose message names every path that is wrong and what it may be.
 */
export function parseConfig(input: unknown): ExperimentConfig {
  const result = configSchema.safeParse(input);
  if (result.success) return result.data;
  // One value may break several rules that say the same.
  throw new ConfigError([...new Set(result.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`))]);
}

export const DEFAULT_CONFIG: ExperimentConfig = parseConfig({});

export type PresetName = 'quick' | 'default' | 'thorough' | 'helpful' | 'harmless';

type PartialSettings = { readonly [S in SectionName]?: Partial<Settings[S]> };

const QUICK = {
  pairs: { count: 600 },
  rl: { iterations: 30 },
  evaluation: { testPosts: 300, validationPosts: 64 },
} as const satisfies PartialSettings;

/** RLHF against RLAIF on another task, in the quick preset's sizes. */
const quickOn = (task: TaskId): { label: string; help: string; settings: PartialSettings } => ({
  label: TASK_WORDS[task].name,
  help: `About 20 s on a laptop: RLHF against RLAIF on ${TASK_WORDS[task].kind}, in the sizes of the quick preset.`,
  settings: { run: { task }, ...QUICK },
});

/** Named starting points; what they do not name keeps its default. Those that name a task are for that one alone. */
export const PRESETS: Readonly<Record<PresetName, { label: string; help: string; settings: PartialSettings }>> = {
  quick: {
    label: 'Quick',
    help: 'About 20 s on a laptop: few pairs, few iterations, a rough verdict.',
    settings: QUICK,
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
  helpful: quickOn('helpful'),
  harmless: quickOn('harmless'),
};

export function presetConfig(name: PresetName): ExperimentConfig {
  return parseConfig(PRESETS[name].settings);
}

/**
 * What a file of one's own needs: nothing ships for it, so its policy is trained first, and the small judge, which has
 * read the built-in tasks only, gives way to the noise-controlled labeler. The SFT settings were measured: docs/data.md.
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
  return parseConfig({ ...config, arms: arms.some(({ off }) => !off) ? arms : DEFAULT_ARMS, run: { ...config.run, ...run }, sft: { ...config.sft, ...sft }, ai: { ...config.ai, ...ai } });
}

/** The config with a built-in task as its task; what a file needed instead of what ships goes back to the defaults. */
export function withBuiltIn(config: ExperimentConfig, task: BuiltInTaskId): ExperimentConfig {
  const { sft, model, ai } = config.run.task === 'file' ? DEFAULT_CONFIG : config;
  return { ...config, run: { ...config.run, task }, sft, model, ai };
}

export function getField(config: ExperimentConfig, entry: FieldEntry): FieldValue {
  return (config[entry.section] as unknown as Record<string, FieldValue>)[entry.name]!;
}

/** A copy with one field changed. @throws Error as parseConfig. */
export function setField(
  config: ExperimentConfig,
  entry: FieldEntry,
  value: FieldValue,
): ExperimentConfig {
  return parseConfig({ ...config, [entry.section]: { ...config[entry.section], [entry.name]: value } });
}

/**
 * A copy with `path=value` applied, as on the command line: `rl.klCoef=0.1`, `arms.1.label=AI`, `arms.1.rl.klCoef=0.1` or, for
 * short, `arms.1.klCoef=0.1`. Choosing a method brings its tuned settings along; those given after it stand. `arms.1.off=true`
 * switches an arm off, and `arms.1.klCoef=common` takes its own value away, so that the experiment's counts.
 * @throws Error on an unknown path or a value that does not fit.
 */
export function setPath(config: ExperimentConfig, path: string, text: string): ExperimentConfig {
  const ofArm = /^arms\.(\d+)\.(.+)$/.exec(path);
  if (ofArm) {
    const index = Number(ofArm[1]);
    const arm = config.arms[index];
    if (!arm) throw new Error(`${path}: there are ${config.arms.length} arms, counted from 0`);
    const changed = setArmPath(arm, ofArm[2]!, path, text);
    return parseConfig({ ...config, arms: config.arms.map((other, i) => (i === index ? changed : other)) });
  }
  const entry = fieldAt(path);
  const value = parseFieldText(entry.field, path, text);
  if (path !== 'rl.method' || !Object.hasOwn(METHODS, text)) return setField(config, entry, value);
  return Object.entries({ ...tunedFor(text as MethodId), 'rl.method': value }).reduce(
    (changed, [own, ownValue]) => setField(changed, fieldAt(own), ownValue), config,
  );
}

/** The settings at a point of a sweep, whatever the order of its axes. @throws Error as setPath. */
export function atPoint(config: ExperimentConfig, point: Pick<SweepPoint, 'values'>): ExperimentConfig {
  // A method brings its tuned settings along: what is swept beside it comes after it.
  const choosesMethod = ({ path }: { readonly path: string }): boolean => /(^|\.)method$/.test(path);
  const ordered = [...point.values.filter(choosesMethod), ...point.values.filter((value) => !choosesMethod(value))];
  return ordered.reduce((changed, { path, value }) => setPath(changed, path, value), config);
}

/**
 * The setting that an arm's own path means, `rl.klCoef` or for short `klCoef`.
 * @param path the whole path, for the message. @throws Error where there is no such setting, or more than one
 */
export function armFieldAt(own: string, path: string): FieldEntry {
  const matches = ARM_FIELDS.filter((entry) => entry.path === own || entry.name === own);
  const [entry] = matches;
  if (!entry) throw new Error(`${path}: an arm has no setting ${own}; known: ${ARM_FIELDS.map((known) => known.path).join(', ')}`);
  // A bare name that several sections have means the section of the method: `klCoef` is that of RL.
  const chosen = matches.length === 1 ? entry : matches.find(({ section }) => section === 'rl');
  if (!chosen) throw new Error(`${path}: ${own} could be ${matches.map((match) => match.path).join(' or ')}: write it out`);
  return chosen;
}

function setArmPath(arm: ArmConfig, own: string, path: string, text: string): ArmConfig {
  if (own === 'id' || own === 'label') return { ...arm, [own]: text };
  if (own === 'feedback') return { ...arm, feedback: text as Feedback };
  if (own === 'off') return withOff(arm, path, text);
  const chosen = armFieldAt(own, path);
  if (text === COMMON) {
    const { set: { [chosen.path]: _common, ...others } = {}, ...rest } = arm;
    return Object.keys(others).length === 0 ? rest : { ...rest, set: others };
  }
  const value = parseFieldText(chosen.field, path, text);
  if (chosen.path === 'rl.method' && Object.hasOwn(METHODS, text)) return withMethod(arm, text as MethodId);
  return { ...arm, set: { ...arm.set, [chosen.path]: value } };
}

function withOff({ off: _off, ...arm }: ArmConfig, path: string, text: string): ArmConfig {
  if (text !== 'true' && text !== 'false') throw new Error(`${path}: "${text}" is neither true nor false`);
  return text === 'true' ? { ...arm, off: true } : arm;
}

function parseFieldText(field: Field, path: string, text: string): FieldValue {
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
