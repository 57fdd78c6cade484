// npm run bench [-- --size default[,small,large] --only NAME --quick --gpu --scale --browser --json FILE]
//
// Speed of the engines, side by side in one run: see docs/performance.md.
//   --size     models to measure, default all; what small, default and large are is in src/core/benchReport.ts
//   --only     only engines whose name contains this: "CPU", "null device", "PyTorch"
//   --quick    a fraction of the time, for a first impression
//   --gpu      adds WebGPU through Dawn on whatever adapter there is, and on its null device, which computes nothing
//   --scale    how the cost of an SFT step grows with batch, length, width and layers, one at a time
//   --browser  measures the page in Chromium instead of Node (with --gpu on WebGPU)
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { benchEngine } from '../src/bench/bench';
import { dimsOf } from '../src/bench/dims';
import { openTfjsPeak } from '../src/bench/tfjsPeak';
import { FULL, QUICK, type TimeBudget } from '../src/bench/timing';
import type { BenchDims } from '../src/bench/work';
import { BENCH_SIZES, WORKLOADS, type BenchReport, type BenchSize, type WorkloadId } from '../src/core/benchReport';
import { createCpuEngine } from '../src/nn/cpu/engine';
import { openCpuPeak } from '../src/nn/cpu/peak';
import type { PeakProbe } from '../src/nn/peak';
import { createReferenceEngine } from '../src/nn/reference/engine';
import type { Engine } from '../src/nn/types';
import { readZeros } from './bench/nullDevice';
import { columns, describeSize, type Measured } from './bench/table';
import { sampleWithTfjs } from './bench/tfjsSampler';
import { benchTorch, findTorch } from './bench/torch';
import { repositoryRoot } from './nodePool';

const { values: flags } = parseArgs({
  options: {
    size: { type: 'string', default: Object.keys(BENCH_SIZES).join(',') },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const sizes = flags.size.split(',').map((name) => {
  if (!(name in BENCH_SIZES)) throw new Error(`no size ${name}; there are ${Object.keys(BENCH_SIZES).join(', ')}`);
  return name as BenchSize;
});
const budget = flags.quick ? QUICK : FULL;

/** For what takes seconds a step. */
const SLOW_BUDGET: TimeBudget = { warmUpMs: 0, measureMs: flags.quick ? 0 : 3000, leastRepeats: 1 };
const SLOW_BATCH = 4;
const PLAIN = 'plain tfjs';
const TORCH = 'PyTorch';

/** An engine to measure; its order is that of the table. */
interface Candidate {
  readonly name: string;
  open(): Promise<Engine>;
  openPeak(): Promise<PeakProbe>;
  readonly slow?: boolean;
  /** It computes nothing. */
  readonly callsOnly?: true;
  /** Called after the engine is disposed. */
  close?(): void;
}

function cpuCandidates(): Candidate[] {
  const kernels = (file: string): Buffer<ArrayBuffer> => readFileSync(path.join(repositoryRoot(), 'src/nn/cpu/generated', file));
  const builds = [['CPU engine', kernels('kernels.wasm')], ['CPU engine, relaxed', kernels('kernels-relaxed.wasm')]] as const;
  return [
    ...builds.filter(([, wasm]) => WebAssembly.validate(wasm)).map(([name, wasm]) => ({
      name, open: () => createCpuEngine(wasm), openPeak: () => openCpuPeak(wasm),
    })),
    { name: PLAIN, open: () => createReferenceEngine(), openPeak: openTfjsPeak, slow: true },
  ];
}

/** tfjs looks for WebGPU when its backend is imported: Dawn comes first, the engines after it. */
async function gpuCandidates(): Promise<Candidate[]> {
  const { installDawn } = await import('../src/nn/testing/dawn');
  const gpu = await installDawn();
  const { create } = await import('webgpu');
  const { findAdapter, isSoftwareAdapter } = await import('../src/nn/gpu/adapter');
  const { GPU_BACKEND, startGpu } = await import('../src/nn/gpu/backend');
  const { createGpuEngine } = await import('../src/nn/gpu/engine');
  const { openGpuPeak } = await import('../src/nn/gpu/peak');
  const found = await findAdapter(gpu);
  if ('missing' in found) throw new Error(`No GPU: ${found.missing}.`);
  const slow = isSoftwareAdapter(found.adapter.info);
  const nothing = create(['backend=null']);
  let readAgain = (): void => undefined;
  return [
    { name: 'GPU engine', open: () => createGpuEngine({ allowSoftware: true, gpu }), openPeak: openGpuPeak, slow },
    {
      name: 'plain tfjs, WebGPU',
      slow,
      async open() {
        const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
        const device = await startGpu(adapter!);
        return createReferenceEngine({
          kind: 'gpu', backendName: GPU_BACKEND, description: `tfjs on ${device.description}`, sample: sampleWithTfjs,
          assertAlive: () => device.assertAlive(), onDispose: () => device.dispose(),
        });
      },
      openPeak: openTfjsPeak,
    },
    {
      name: 'GPU engine, null device',
      callsOnly: true,
      open() {
        readAgain = readZeros();
        return createGpuEngine({ allowSoftware: true, gpu: nothing });
      },
      openPeak: openGpuPeak,
      close: () => readAgain(),
    },
  ];
}

async function measure(
  candidate: Candidate, size: string, dims: BenchDims, workloads: readonly WorkloadId[] = WORKLOADS,
): Promise<Measured> {
  const started = performance.now();
  const engine = await candidate.open();
  try {
    const used = candidate.slow ? { ...dims, batch: Math.min(dims.batch, SLOW_BATCH) } : dims;
    const bench = await benchEngine({
      engine, dims: used, workloads, budget: candidate.slow ? SLOW_BUDGET : budget, openPeak: () => candidate.openPeak(),
      onProgress: async ({ part, share }) => say(`${size}, ${candidate.name}: ${part}, ${(100 * share).toFixed(0)}%`),
    });
    return { ...bench, size, dims: used, engine: candidate.name, ...(candidate.callsOnly ? { callsOnly: true } : {}) };
  } finally {
    engine.dispose();
    candidate.close?.();
    say('');
    console.error(`${size}, ${candidate.name}: took ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

/** One line that is written over, where someone watches. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

async function measureSizes(candidates: readonly Candidate[]): Promise<Measured[]> {
  const wanted = TORCH.includes(flags.only);
  const python = wanted ? findTorch() : undefined;
  if (wanted && !python) console.log('No Python with PyTorch here: it is left out.');
  const all: Measured[] = [];
  for (const size of sizes) {
    const dims = dimsOf(size);
    const measured: Measured[] = [];
    for (const candidate of candidates) measured.push(await measure(candidate, size, dims));
    if (python) {
      say(`${size}, ${TORCH}`);
      measured.push({ size, dims, engine: TORCH, ...benchTorch(python, dims, budget, WORKLOADS) });
    }
    say('');
    console.log(`\n${describeSize(measured, [PLAIN, TORCH])}`);
    all.push(...measured);
  }
  console.log('\nMatrix product [2048, 256] x [256, 256], GFLOP/s:');
  const peaks = all.filter(({ size, callsOnly }) => size === sizes[0] && !callsOnly).map(({ engine, description, peakGflops }) => [engine, peakGflops.toFixed(1), description]);
  for (const [engine, peak, description] of peaks) console.log(`  ${engine!.padEnd(26)} ${peak!.padStart(9)}  ${description}`);
  return all;
}

const FACTORS = {
  batch: [8, 16, 32, 64],
  prompt: [16, 36, 76, 156],
  width: [32, 64, 128],
  layers: [1, 2, 4],
} as const satisfies Partial<Record<keyof BenchDims, readonly number[]>>;

/** One factor at a time, all others as in the default size. */
async function measureScale(candidates: readonly Candidate[]): Promise<Measured[]> {
  const all: Measured[] = [];
  for (const candidate of candidates.filter(({ slow, callsOnly }) => !slow && !callsOnly)) {
    for (const [factor, values] of Object.entries(FACTORS)) {
      const rows: string[][] = [[`SFT step, ${candidate.name}: ${factor}`, 'ms', 'tokens/s', 'GFLOP/s']];
      for (const value of values) {
        const measured = await measure(candidate, `${factor} ${value}`, { ...dimsOf('default'), [factor]: value }, ['sft']);
        const [sft] = measured.workloads;
        rows.push([`  ${value}`, sft!.ms.toFixed(1), sft!.tokensPerSecond.toFixed(0), sft!.gflops.toFixed(1)]);
        all.push(measured);
      }
      say('');
      console.log(`\n${columns(rows).join('\n')}`);
    }
  }
  return all;
}

/** The page's own bench, in a Chromium without a window. */
async function measureBrowser(): Promise<Measured[]> {
  // Plain modules, which are not bundled: they bring Vite and Playwright with them.
  const address = pathToFileURL(path.join(repositoryRoot(), 'scripts/bench/browser.mjs')).href;
  const { benchInBrowser } = (await import(/* @vite-ignore */ address)) as {
    benchInBrowser: (options: { sizes: readonly BenchSize[]; quick: boolean; gpu: boolean }) => Promise<BenchReport[]>;
  };
  const reports = await benchInBrowser({ sizes, quick: flags.quick, gpu: flags.gpu });
  return reports.flatMap((report) => {
    const measured = report.engines.map((bench): Measured => ({
      ...bench, size: report.size, dims: dimsOf(report.size),
      engine: `${bench.engine === 'gpu' ? 'GPU engine' : 'CPU engine'}, Chromium`,
    }));
    console.log(`\n${describeSize(measured, [])}`);
    return measured;
  });
}

async function main(): Promise<void> {
  const machine = { processor: cpus()[0]?.model ?? 'unknown processor', cores: cpus().length, node: process.version };
  console.log(
    `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, build ${__BUILD__.version} (${__BUILD__.commit}), ` +
      `${new Date().toISOString().slice(0, 10)}; one thread; medians${flags.quick ? ', quick' : ''}`,
  );
  let results: Measured[];
  if (flags.browser) results = await measureBrowser();
  else {
    const all = [...cpuCandidates(), ...(flags.gpu ? await gpuCandidates() : [])];
    const candidates = all.filter(({ name }) => name.includes(flags.only));
    results = flags.scale ? await measureScale(candidates) : await measureSizes(candidates);
  }
  if (flags.json) {
    const report = { measuredAt: new Date().toISOString(), build: __BUILD__, machine, quick: flags.quick, results };
    writeFileSync(flags.json, `${JSON.stringify(report, null, 1)}\n`);
    console.log(`\nwritten to ${flags.json}`);
  }
  // Dawn keeps the process alive otherwise.
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
