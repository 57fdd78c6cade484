import { bundleSchema, estimateSchema, type RunBundle } from '../core/bundle';
import { configDifference, configOfArm, DEFAULT_CONFIG, getField, withoutOffArms } from '../core/config';
import { METHODS } from '../core/methods';
import { hashString } from '../core/rng';
import { z } from '../core/zod';
import { MOST_NAME, nameParts, runName } from './libraryNames';

/** What the library knows of a run without reading it: a line of its list. */

/** Characters of a note. */
export const MOST_NOTE = 500;

/** Where a run in the library came from: made on this page, read from a file, or opened from a link. */
export const LIBRARY_ORIGINS = ['here', 'imported', 'link'] as const;
export type LibraryOrigin = (typeof LIBRARY_ORIGINS)[number];

const text = (most: number): z.ZodString => z.string().max(most);
const fieldValue = z.union([z.number(), text(200), z.boolean()]);

const armSummarySchema = z.object({
  /** `sft` for the start policy, which comes last. */
  id: text(64),
  label: text(200),
  /** How it learned: "REINFORCE"; absent for the start policy. */
  method: text(64).optional(),
  /** Gold utility on the posts of the verdict. */
  gold: estimateSchema,
  /** Against SFT, by the majority of fresh annotators; absent for SFT itself. */
  winRate: estimateSchema.optional(),
  /** From SFT, nats a response. */
  kl: estimateSchema.optional(),
});
export type ArmSummary = z.infer<typeof armSummarySchema>;

const summarySchema = z.object({
  seed: z.number().int(),
  task: text(40),
  /** Settings of all arms that differ from the defaults, by path. */
  settings: z.record(text(80), fieldValue),
  /** What tells the run from the defaults, in short words, by setting or arm; the seed is among them. */
  parts: z.record(text(120), text(300)),
  arms: z.array(armSummarySchema).max(40),
  /** ISO 8601. */
  recordedAt: text(40),
  /** Commit of the build that made it. */
  build: text(20_000),
  device: text(20_000),
});
export type RunSummary = z.infer<typeof summarySchema>;

export const libraryIdSchema = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

const entrySchema = z.object({
  /** Of the run's content: the same run has the same id, whichever way it came. */
  id: libraryIdSchema,
  name: text(MOST_NAME),
  note: text(MOST_NOTE),
  starred: z.boolean(),
  /** When it was put into the library, ISO 8601. */
  keptAt: text(40),
  origin: z.enum(LIBRARY_ORIGINS),
  /** Name of the visitor's file, where the task is one. */
  dataName: text(300).optional(),
  /** Absent where the run could never be read. */
  summary: summarySchema.optional(),
  /** Why this build cannot read the run; absent where it can. */
  trouble: text(500).optional(),
  /** Commit of the build that last tried to read it. */
  checkedBy: text(20_000),
  /** Size as JSON in UTF-8. */
  bytes: z.number().min(0),
});
export type LibraryEntry = z.infer<typeof entrySchema>;

/** What is said of a run when it is put into the library; what is not said is made up from the run. */
export interface KeptAs {
  readonly origin: LibraryOrigin;
  readonly dataName?: string | undefined;
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly starred?: boolean | undefined;
  readonly keptAt?: string | undefined;
}

/** What an entry needs of the world around the run. */
export interface EntryContext {
  /** Commit of this build. */
  readonly build: string;
  /** ISO 8601. */
  readonly now: string;
  /** Entries that are there already, newest first. */
  readonly others: readonly LibraryEntry[];
}

/** Why a value is no run to this build, in words; undefined where it is one. */
export function runTrouble(value: unknown): string | undefined {
  const [issue] = bundleSchema.safeParse(value).error?.issues ?? [];
  return issue && `${issue.path.join('.') || 'the whole'}: ${issue.message}`.slice(0, 300);
}

/** The id of a run: when it was recorded, for people who see it as the name of a file, and a hash of everything in it. */
function idOf(json: string, recordedAt: string): string {
  const date = new Date(recordedAt);
  const day = Number.isNaN(date.getTime()) ? 'undated' : date.toISOString().slice(0, 19).replace(/[^0-9]/g, '');
  const half = json.length >> 1;
  const hashes = [json, json.slice(0, half), json.slice(half)].map((part) => hashString(part).toString(16).padStart(8, '0'));
  return `${day}-${hashes.join('')}`;
}

export function summaryOf(bundle: RunBundle): RunSummary {
  const config = withoutOffArms(bundle.config);
  const methods = new Map(config.arms.map((arm) => [arm.id, METHODS[configOfArm(config, arm).rl.method].label]));
  const arms = bundle.arms.map((arm): ArmSummary => {
    const { goldUtility: gold, kl, winRateVsSft } = arm.evaluation;
    const method = methods.get(arm.id);
    return {
      id: arm.id, label: arm.label, gold,
      ...(method === undefined ? {} : { method }),
      ...(winRateVsSft ? { winRate: winRateVsSft.majority.raw } : {}),
      ...(kl ? { kl } : {}),
    };
  });
  const isStart = ({ id }: ArmSummary): boolean => id === 'sft';
  return {
    seed: config.run.seed,
    task: config.run.task,
    settings: Object.fromEntries(configDifference(DEFAULT_CONFIG, config).map((entry) => [entry.path, getField(config, entry)])),
    parts: Object.fromEntries(nameParts(config)),
    arms: [...arms.filter((arm) => !isStart(arm)), ...arms.filter(isStart)],
    recordedAt: bundle.recordedAt,
    build: bundle.build.commit,
    device: bundle.device.description,
  };
}

const partsOf = ({ summary }: LibraryEntry): ReadonlyMap<string, string> | undefined => summary && new Map(Object.entries(summary.parts));

/** The line of a run, and the run as it is kept: in the order of the schema, so that the same run has the same id. */
export function entryOf(run: RunBundle, as: KeptAs, { build, now, others }: EntryContext): { entry: LibraryEntry; bundle: RunBundle } {
  const bundle = bundleSchema.parse(run);
  const json = JSON.stringify(bundle);
  const summary = summaryOf(bundle);
  const before = others.find((other) => other.summary !== undefined);
  const name = as.name?.trim() || runName(new Map(Object.entries(summary.parts)), before && partsOf(before), new Set(others.map((other) => other.name)));
  const entry: LibraryEntry = {
    id: idOf(json, bundle.recordedAt),
    name: name.slice(0, MOST_NAME),
    note: (as.note ?? '').slice(0, MOST_NOTE),
    starred: as.starred ?? false,
    keptAt: as.keptAt ?? now,
    origin: as.origin,
    ...(as.dataName === undefined ? {} : { dataName: as.dataName.slice(0, 300) }),
    summary,
    checkedBy: build,
    bytes: new TextEncoder().encode(json).length,
  };
  return { entry, bundle };
}

/** The line of something that was kept as a run and that this build cannot read. */
export function unreadableEntry(value: unknown, { build, now }: Pick<EntryContext, 'build' | 'now'>): LibraryEntry {
  const json = JSON.stringify(value) ?? '';
  return {
    id: idOf(json, ''),
    name: 'Run of another build',
    note: '',
    starred: false,
    keptAt: now,
    origin: 'here',
    trouble: runTrouble(value) ?? 'it could not be read',
    checkedBy: build,
    bytes: new TextEncoder().encode(json).length,
  };
}

/** A line as it was stored; where another build stored something else, a line that says so. */
export function readEntry(id: string, stored: unknown): LibraryEntry {
  const read = entrySchema.safeParse(stored);
  if (read.success) return read.data;
  return {
    id, name: 'Run of another build', note: '', starred: false, keptAt: '', origin: 'here',
    trouble: 'what this page knew of it was written by another build', checkedBy: '', bytes: 0,
  };
}

/** Newest first. */
export function byKeptAt(a: LibraryEntry, b: LibraryEntry): number {
  return b.keptAt.localeCompare(a.keptAt) || a.id.localeCompare(b.id);
}
