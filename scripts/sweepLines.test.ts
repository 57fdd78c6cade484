// A sweep as commands of their own, run apart as a scheduler would, against the same sweep in one process.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { comparable, type RunBundle } from '../src/core/bundle';
import { shellQuote } from '../src/core/shell';
import { cellFigure } from '../src/evaluation/sweepTable';
import { findSweep } from '../src/experiments/sweepAxes';
import { mergeRuns, readRuns, runsJson } from '../src/experiments/sweepFiles';
import { listCommands, parseCommand } from './experimentCommand';

/** Everything at its smallest. */
const SETTINGS = {
  'sft.source': 'live', 'sft.steps': 2, 'sft.batch': 8, 'model.width': 16, 'model.layers': 1, 'pairs.count': 24,
  'rewardModel.batch': 8, 'rewardModel.epochs': 1, 'rl.iterations': 2, 'rl.batch': 8, 'evaluation.every': 2,
  'evaluation.validationPosts': 8, 'evaluation.testPosts': 16, 'evaluation.diversityPosts': 2, 'evaluation.diversitySamples': 2, 'run.exact': true,
};
const PROGRAM = ['scripts/run.mjs', 'scripts/experiment.ts'];
const start = promisify(execFile);

/** The runs of a folder, as the screen "Sweeps" loads them. */
async function load(folder: string): Promise<RunBundle[]> {
  const names = (await readdir(folder)).sort();
  const files = await Promise.all(names.map(async (name) => {
    const text = await readFile(path.join(folder, name), 'utf8');
    return { name, size: text.length, text: async () => text };
  }));
  const { bundles, problems } = await readRuns(files);
  expect(problems).toEqual([]);
  return mergeRuns([], bundles).runs;
}

/** What the sweep's table says, to the last digit. */
function tableOf(runs: readonly RunBundle[]): unknown {
  const { axes, seeds, arms, cells } = findSweep(runs);
  return {
    axes, seeds, arms,
    rows: cells.map((cell) => [cell.label, arms.map(({ id }) => (['gold', 'majority', 'kl'] as const).map((figure) => cellFigure(cell, id, figure)))]),
  };
}

it('gives the same table from single commands as from one process', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sweep-'));
  try {
    const options = ['--arms', 'rlhf', ...Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]), '--seed', '2', '--sweep', 'rl.klCoef=0,0.3'];
    const [together, apart] = [path.join(folder, 'together'), path.join(folder, "a part's")];
    await start(process.execPath, [...PROGRAM, ...options, '--out', together]);
    const lines = listCommands(parseCommand([...options, '--out', apart, '--list']));
    expect(lines).toHaveLength(2);
    // The last one first, both at a time, each through a shell: as it may come on several machines.
    await Promise.all(lines.toReversed().map((line) =>
      start('sh', ['-c', line.replace(/^npm run experiment --/, [process.execPath, ...PROGRAM].map(shellQuote).join(' '))])));
    const [whole, parts] = [await load(together), await load(apart)];
    expect(parts.map(comparable)).toEqual(whole.map(comparable));
    expect(tableOf(parts)).toEqual(tableOf(whole));
    // The setting did make a difference, and the joined file is read back too.
    expect(new Set(whole.map(({ arms }) => JSON.stringify(arms[1]?.curves))).size).toBe(2);
    const text = runsJson(parts).join('');
    expect((await readRuns([{ name: 'runs.json', size: text.length, text: async () => text }])).bundles).toEqual(whole.map((bundle, i) => ({ ...bundle, ...timesOf(parts[i]!) })));
  } finally {
    await rm(folder, { recursive: true });
  }
  // Three processes, each of which is bundled and starts its threads.
}, 900_000);

/** What is not the same from one process to the next. */
function timesOf({ recordedAt, stages, device }: RunBundle): Pick<RunBundle, 'recordedAt' | 'stages' | 'device'> {
  return { recordedAt, stages, device };
}
