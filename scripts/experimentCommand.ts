import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunBundle } from '../src/core/bundle';
import { armByName, atPoint, parseConfig, PRESETS, presetConfig, setPath, withFile, type ExperimentConfig, type PresetName } from '../src/core/config';
import { outsideArms } from '../src/core/outsideScores';
import { parseSweep, sweepPoints, type SweepPoint } from '../src/core/sweep';
import type { SweptRun } from '../src/evaluation/sweepTable';
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
}

/** @throws Error that says what is wrong with the command line. */
export function parseCommand(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: 'string', default: 'default' },
      seed: { type: 'string' },
      out: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      data: { type: 'string' },
      arms: { type: 'string' },
      sweep: { type: 'string', multiple: true, default: [] },
      llm: { type: 'string' },
      'llm-url': { type: 'string' },
      'llm-price': { type: 'string' },
      'llm-cap': { type: 'string' },
    },
  });
  if (!(values.preset in PRESETS)) {
    throw new Error(`unknown preset ${values.preset}; known: ${Object.keys(PRESETS).join(', ')}`);
  }
  let config = presetConfig(values.preset as PresetName);
  if (values.arms) config = parseConfig({ ...config, arms: values.arms.split(',').map(armByName) });
  if (values.data) config = withFile(config);
  const sets = [...(values.seed ? [`run.seed=${values.seed}`] : []), ...values.set];
  for (const set of sets) {
    const at = set.indexOf('=');
    if (at < 1) throw new Error(`--set ${set}: write path=value, for example rl.klCoef=0.1`);
    config = setPath(config, set.slice(0, at), set.slice(at + 1));
  }
  const data = values.data ? { name: path.basename(values.data), text: readFileSync(values.data, 'utf8') } : undefined;
  const points = values.sweep.length === 0 ? [] : sweepPoints(values.sweep.map(parseSweep));
  // What does not fit is said before anything runs.
  const runs = points.length === 0 ? [config] : points.map((point) => atPoint(config, point));
  const llm = values.llm === undefined ? undefined : { model: values.llm, url: values['llm-url'], price: values['llm-price'], cap: values['llm-cap'] };
  if (!llm && runs.some((one) => outsideArms(one).length > 0)) {
    throw new Error('A language model is to score responses: name it with --llm, for example --llm openai:gpt-5-mini.');
  }
  return { config, data, llm, out: values.out, points };
}

/** Runs every point of a sweep, one after another. */
export async function runSweep(
  { config, data, llm, points }: Omit<Command, 'out'>, done: (run: SweptRun, index: number) => void,
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
 * Runs the experiment on worker threads, with progress on the console.
 * @param exact whether the bits must be those of every other machine; default: as the config says.
 */
export async function run(
  { config, data, llm }: Pick<Command, 'config' | 'data' | 'llm'>,
  { exact = config.run.exact }: { exact?: boolean } = {},
): Promise<RunBundle> {
  const scorer = llm && nodeScorer(llm, path.join(repositoryRoot(), REPLIES));
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
