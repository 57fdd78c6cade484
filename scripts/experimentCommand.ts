import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunBundle } from '../src/core/bundle';
import { PAPER_ARMS, PRESETS, presetConfig, setPath, withFile, type ArmConfig, type ExperimentConfig, type PresetName } from '../src/core/config';
import { runExperiment } from '../src/worker/coordinator';
import type { DataFile } from '../src/worker/protocol';
import { openNodePool } from './nodePool';
import { progressPrinter } from './report';

export interface Command {
  readonly config: ExperimentConfig;
  readonly data: DataFile | undefined;
  readonly out: string | undefined;
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
    },
  });
  if (!(values.preset in PRESETS)) {
    throw new Error(`unknown preset ${values.preset}; known: ${Object.keys(PRESETS).join(', ')}`);
  }
  let config = presetConfig(values.preset as PresetName);
  if (values.arms) config = { ...config, arms: paperArms(values.arms.split(',')) };
  if (values.data) config = withFile(config);
  const sets = [...(values.seed ? [`run.seed=${values.seed}`] : []), ...values.set];
  for (const set of sets) {
    const at = set.indexOf('=');
    if (at < 1) throw new Error(`--set ${set}: write path=value, for example rl.klCoef=0.1`);
    config = setPath(config, set.slice(0, at), set.slice(at + 1));
  }
  const data = values.data ? { name: path.basename(values.data), text: readFileSync(values.data, 'utf8') } : undefined;
  return { config, data, out: values.out };
}

/** @throws Error on an arm that is none of the paper's. */
function paperArms(ids: readonly string[]): ArmConfig[] {
  return ids.map((id) => {
    const arm = PAPER_ARMS.find((candidate) => candidate.id === id);
    if (!arm) throw new Error(`--arms: there is no arm ${id}; known: ${PAPER_ARMS.map((known) => known.id).join(', ')}`);
    return arm;
  });
}

/**
 * Runs the experiment on worker threads, with progress on the console.
 * @param exact whether the bits must be those of every other machine; default: as the config says.
 */
export async function run(
  { config, data }: Omit<Command, 'out'>,
  { exact = config.run.exact }: { exact?: boolean } = {},
): Promise<RunBundle> {
  const pool = await openNodePool(config.arms.length, exact);
  try {
    const { bundle } = await runExperiment(pool, {
      runId: 'node', config, data, build: __BUILD__, onEvents: progressPrinter((line) => console.log(line)),
    });
    return bundle;
  } finally {
    for (const endpoint of pool.endpoints) endpoint.close();
  }
}
