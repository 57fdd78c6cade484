import type { Answer, PromptRecord, RunBundle, Sample } from '../core/bundle';
import { withoutOffArms, type ExperimentConfig } from '../core/config';
import { hashString } from '../core/rng';
import { wordsOfAll, type TaskId } from '../core/taskWords';
import { planOf } from '../worker/plan';
import { checkpointAt } from './sampleHistory';
import type { ShownRun } from './shownRun';

/** Runs, their arms as columns, and the posts that all columns have in common. */

/** Most columns side by side. */
export const MOST_COLUMNS = 6;

/** An arm of a run: what can be a column. */
export interface CompareArm {
  /** `sft` for the start policy. */
  readonly id: string;
  readonly label: string;
  /** Equal for arms whose responses were scored by the same reward; absent where they have no scores. */
  readonly reward?: string;
  /** Updates after which it wrote these responses; absent for those at the end of its training. */
  readonly step?: number;
  readonly samples: readonly Sample[];
}

/** A run with the responses that its arms wrote for the same posts. */
export interface CompareRun {
  /** Empty for the run of the main screen, otherwise its id in the library. */
  readonly key: string;
  readonly name: string;
  /** Equal for the same run, wherever it comes from. */
  readonly identity: string;
  readonly task: TaskId;
  readonly prompts: readonly PromptRecord[];
  readonly slots: Readonly<Record<string, string>>;
  readonly arms: readonly CompareArm[];
}

/** An arm beside others. */
export interface Column {
  /** `ARM` of the shown run, `RUN:ARM` of one of the library: as in links. */
  readonly key: string;
  readonly armId: string;
  /** The arm's; where columns are of several runs, with the run's name. */
  readonly label: string;
  readonly run: CompareRun;
  readonly arm: CompareArm;
}

/** A post with one response a column, in their order. */
export interface CompareRow {
  readonly post: PromptRecord;
  readonly answers: readonly Answer[];
  /** Place among the posts in common, from 0. */
  readonly place: number;
}

const SFT = { id: 'sft', label: 'SFT' };

/** Names the reward that scored an arm's responses, equal for arms that share one; undefined where they have no scores. */
function rewardNames(config: ExperimentConfig, identity: string): (arm: string, samples: readonly Sample[]) => { readonly reward?: string } {
  const owners = new Map(planOf(config).flatMap(({ kind, arms }) => (kind === 'reward' ? arms.map(({ id }) => [id, arms[0]!.id] as const) : [])));
  return (arm, samples) => (samples.some(({ answer }) => answer.score !== undefined) ? { reward: `${identity} ${owners.get(arm) ?? arm}` } : {});
}

function identityOf(config: ExperimentConfig, recordedAt: string): string {
  return `${hashString(JSON.stringify(config)).toString(16)} ${recordedAt}`;
}

/** A run of the library. */
export function bundleRun(bundle: RunBundle, key: string, name: string): CompareRun {
  const identity = identityOf(bundle.config, bundle.recordedAt);
  const rewardOf = rewardNames(bundle.config, identity);
  return {
    key, name, identity,
    task: bundle.config.run.task,
    prompts: bundle.prompts,
    slots: bundle.slots,
    arms: bundle.arms.map(({ id, label, samples }) => ({ id, label, samples, ...rewardOf(id, samples) })),
  };
}

/**
 * The run of the main screen: its responses to test posts, or while it is trained those to validation posts that came last.
 * @param step of its history: then the responses that each arm had written by then.
 */
export function shownCompareRun(shown: ShownRun, name: string, step?: number): CompareRun {
  const { bundle, config, history } = shown;
  const run = bundle ? bundleRun(bundle, '', name) : liveRun(shown, name);
  if (step === undefined || !history) return run;
  const rewardOf = rewardNames(withoutOffArms(config), run.identity);
  return {
    ...run,
    identity: `${run.identity} @${step}`,
    prompts: history.prompts,
    // The start policy has steps of its own, and stands as it was at the end of them.
    arms: [SFT, ...withoutOffArms(config).arms].map(({ id, label }) => {
      const checkpoint = id === SFT.id ? history.arms[id]?.at(-1) : checkpointAt(history, id, step);
      const written = checkpoint?.samples ?? [];
      return { id, label, samples: written, ...rewardOf(id, written), ...(checkpoint && id !== SFT.id ? { step: checkpoint.step } : {}) };
    }),
  };
}

function liveRun({ config, prompts, slots, samples, history }: ShownRun, name: string): CompareRun {
  const running = withoutOffArms(config);
  const identity = identityOf(running, 'in training');
  const rewardOf = rewardNames(running, identity);
  return {
    key: '', name, identity, task: config.run.task, prompts, slots,
    arms: [SFT, ...running.arms].map(({ id, label }) => {
      const step = id === SFT.id ? undefined : history?.arms[id]?.at(-1)?.step;
      const written = samples[id] ?? [];
      return { id, label, samples: written, ...rewardOf(id, written), ...(step === undefined ? {} : { step }) };
    }),
  };
}

/** The name of a column in links. */
export function columnKey(run: Pick<CompareRun, 'key'>, arm: Pick<CompareArm, 'id'>): string {
  return run.key === '' ? arm.id : `${run.key}:${arm.id}`;
}

/** The run and the arm that a column's name means; no arm has a colon in its id. */
export function parseColumnKey(key: string): { readonly run: string; readonly arm: string } {
  const colon = key.lastIndexOf(':');
  return { run: colon < 0 ? '' : key.slice(0, colon), arm: key.slice(colon + 1) };
}

/** The columns of those names, in their order, each once; names of what is not there are given back. */
export function findColumns(runs: readonly CompareRun[], keys: readonly string[]): { columns: Column[]; missing: string[] } {
  const several = new Set(keys.map((key) => parseColumnKey(key).run)).size > 1;
  const missing: string[] = [];
  const columns = [...new Set(keys)].slice(0, MOST_COLUMNS).flatMap((key): Column[] => {
    const named = parseColumnKey(key);
    const run = runs.find((one) => one.key === named.run);
    const arm = run?.arms.find(({ id }) => id === named.arm);
    if (run && arm) return [{ key, armId: arm.id, label: several ? `${arm.label}, ${run.name}` : arm.label, run, arm }];
    missing.push(key);
    return [];
  });
  return { columns, missing };
}

/** The arms of a run that stand side by side at first: those that were trained, then the start policy. */
export function firstColumns(run: CompareRun): string[] {
  const trained = run.arms.filter(({ id }) => id !== SFT.id);
  const start = run.arms.filter(({ id }) => id === SFT.id);
  return [...trained, ...start].slice(0, MOST_COLUMNS).map((arm) => columnKey(run, arm));
}

/** Whether the scores of two columns were given by the same reward, so that their difference says something. */
export function sameReward(a: Column | undefined, b: Column | undefined): boolean {
  return a?.arm.reward !== undefined && a.arm.reward === b?.arm.reward;
}

export type Joined =
  | { readonly ok: true; readonly rows: readonly CompareRow[]; readonly note?: string }
  | { readonly ok: false; readonly reason: string };

const sameWords = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((word, i) => word === other[i]);

/** The posts that every column answered, by their ids, in the order of the first column's run. */
export function joinColumns(columns: readonly Column[]): Joined {
  const [first, ...others] = columns;
  if (!first) return { ok: false, reason: 'Choose at least one column.' };
  const empty = columns.find(({ arm }) => arm.samples.length === 0);
  if (empty) return { ok: false, reason: `${empty.label} has written no responses yet.` };
  const answers = columns.map(({ arm }) => new Map(arm.samples.map(({ promptId, answer }) => [promptId, answer])));
  const posts = new Map([...new Set(others.map(({ run }) => run))].filter((run) => run !== first.run).map((run) =>
    [run, new Map(run.prompts.map((post) => [post.id, post]))]));
  let unlike = 0;
  const rows: CompareRow[] = [];
  for (const post of first.run.prompts) {
    const found = answers.flatMap((map) => map.get(post.id) ?? []);
    if (found.length < columns.length) continue;
    // Two files may have given the same id to different posts.
    const same = [...posts.values()].every((map) => sameWords(map.get(post.id)?.words ?? post.words, post.words));
    if (same) rows.push({ post, answers: found, place: rows.length });
    else unlike++;
  }
  const { prompt, prompts } = wordsOfAll(columns.map(({ run }) => run.task));
  const differing = unlike === 0 ? '' : ` ${unlike.toLocaleString('en')} ${prompts} have the same id but other words in these runs and are left out.`;
  if (rows.length === 0) {
    return {
      ok: false,
      reason: `These columns have no ${prompt} in common, so there is nothing to put side by side.${differing} Choose runs over the same test ${prompts}.`,
    };
  }
  const sizes = [...new Set(answers.map(({ size }) => size))];
  const all = sizes.length === 1 && sizes[0] === rows.length;
  return all && unlike === 0
    ? { ok: true, rows }
    : { ok: true, rows, note: `${rows.length.toLocaleString('en')} ${prompts} are in common; the columns have ${answers.map(({ size }) => size.toLocaleString('en')).join(', ')}.${differing}` };
}
