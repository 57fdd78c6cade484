import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RunBundle } from '../src/core/bundle';
import { CommandError, configOfOptions, readOptions, type CommandOptions } from '../src/core/command';
import { commandText, sweepLines, type CommandExtras } from '../src/core/commandText';
import { atPoint, withoutOffArms, type ExperimentConfig } from '../src/core/config';
import { outsideArms, outsideScorerOf } from '../src/core/outsideScores';
import { parseSweep, sweepPoints, type SweepPoint } from '../src/core/sweep';
import { isBuiltIn } from '../src/core/taskWords';
import type { SweptRun } from '../src/evaluation/sweepTable';
import { readSettingsJson, type CodeRead } from '../src/experiments/configCode';
import { KIND_OF_TASK } from '../src/labelers/llm/prompt';
import { scoreKindOf } from '../src/labelers/llm/scorePrompt';
import { runExperiment } from '../src/worker/coordinator';
import type { DataFile } from '../src/worker/protocol';
import { describeScorer, nodeScorer, type LlmFlags } from './llmScorer';
import { openNodePool, repositoryRoot } from './nodePool';
import { progressPrinter } from './report';

/** Replies of language models, kept so that none is paid for twice. */
const REPLIES = '.llm-replies.jsonl';

export interface Command {
  readonly config: ExperimentConfig;
  readonly data: DataFile | undefined;
  readonly out: string | undefined;
  /** The language model that scores responses, where one was named. */
  readonly llm?: LlmFlags | undefined;
  /** The runs of a sweep, where there is one; the settings of each are those of `config` with its values. */
  readonly points: readonly SweepPoint[];
  /** Whether commands are to be printed rather than run. */
  readonly list: boolean;
  /** What goes with the settings where they are written out as commands again. */
  readonly extras: CommandExtras;
}

/** @throws Error that says what is wrong with the command line. */
export function parseCommand(args: readonly string[]): Command {
  const options = readOptions(args);
  const start = options.config === undefined ? undefined : readSettings(options.config);
  const config = configOfOptions(options, start?.config);
  const { data: file, out, list } = options;
  if (config.run.task === 'file' && file === undefined) throw new Error('The task is a file: name it with --data.');
  const data = file === undefined ? undefined : { name: path.basename(file), text: readFileSync(file, 'utf8') };
  const sweeps = options.sweep.length > 0 ? options.sweep : (start?.sweeps ?? []);
  const points = sweeps.length === 0 ? [] : sweepPoints(sweeps.map(parseSweep));
  // What does not fit is said before anything runs.
  const runs = points.length === 0 ? [config] : points.map((point) => atPoint(config, point));
  const llm = options.llm === undefined ? undefined : { model: options.llm, url: options['llm-url'], price: options['llm-price'], cap: options['llm-cap'] };
  if (!llm && runs.some((one) => outsideArms(one).length > 0)) {
    throw new Error('A language model is to score responses: name it with --llm, for example --llm openai:gpt-5-mini.');
  }
  return { config, data, llm, out, points, list, extras: extrasOf(options) };
}

/** @throws Error where the file cannot be read or holds no settings */
function readSettings(file: string): CodeRead {
  const read = readSettingsJson(readFileSync(file, 'utf8'));
  if ('problems' in read) throw new CommandError(read.problems.map((problem) => `${file}: ${problem}`));
  for (const note of read.notes) console.error(`${file}: ${note}`);
  return read;
}

/** What a command that is written out has beside its settings. */
function extrasOf({ data, llm, ...options }: CommandOptions): CommandExtras {
  if (llm === undefined) return data === undefined ? {} : { data };
  const more: Record<string, string> = { llm };
  for (const name of ['llm-url', 'llm-price', 'llm-cap'] as const) if (options[name] !== undefined) more[name] = options[name];
  return { ...(data !== undefined && { data }), llm: more };
}

/** Every run as a command of its own, one a line; files go to `--out`, of a sweep by default to the folder `sweep`. */
export function listCommands({ config, points, out, extras }: Command): string[] {
  if (points.length > 0) return sweepLines(config, points, out ?? 'sweep', extras);
  return [commandText(config, { ...extras, ...(out !== undefined && { out }) })];
}

/** Runs every point of a sweep, one after another. */
export async function runSweep(
  { config, data, llm, points }: Pick<Command, 'config' | 'data' | 'llm' | 'points'>, done: (run: SweptRun, index: number) => void,
): Promise<SweptRun[]> {
  const runs: SweptRun[] = [];
  for (const [index, point] of points.entries()) {
    console.log(`== ${index + 1} of ${points.length}: ${point.label}`);
    const swept = { point, bundle: await run({ config: atPoint(config, point), data, llm }) };
    runs.push(swept);
    done(swept, index);
  }
  return runs;
}

/**
 * Runs the arms of the experiment that are switched on, on worker threads, with progress on the console.
 * @param exact whether the bits must be those of every other machine; default: as the config says.
 * @throws Error where an arm cannot be run in Node
 */
export async function run(
  { config: all, data, llm }: Pick<Command, 'config' | 'data' | 'llm'>,
  { exact = all.run.exact }: { exact?: boolean } = {},
): Promise<RunBundle> {
  const config = withoutOffArms(all);
  const inPage = config.arms.find((arm) => outsideScorerOf(config, arm) === 'page-llm');
  if (inPage) throw new Error(`${inPage.label}: a language model in the page runs in the page alone. Here, choose one behind a URL with --set ai.labeler=llm.`);
  const scorer = llm && nodeScorer(llm, scoreKindOf(isBuiltIn(config.run.task) ? KIND_OF_TASK[config.run.task] : 'summary'), path.join(repositoryRoot(), REPLIES));
  const pool = await openNodePool(config.arms.length, exact);
  try {
    const { bundle } = await runExperiment(pool, {
      runId: 'node', config, data, scorers: scorer && { llm: scorer }, build: __BUILD__, onEvents: progressPrinter((line) => console.log(line)),
    });
    return bundle;
  } finally {
    if (scorer) {
      console.log(describeScorer(scorer));
      scorer.dispose();
    }
    for (const endpoint of pool.endpoints) endpoint.close();
  }
}
