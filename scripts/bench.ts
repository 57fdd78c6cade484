// npm run bench [-- --width 64 --layers 2 --rows 16 --length 96 --gpu --json FILE]
//
// Speed of the engines against plain tfjs operations, as ratios in one run. Plain tfjs is the reference engine on tfjs'
// cpu backend; its backward pass computes the forward pass again, so a training step costs it about 4 forward passes where
// a tape of its own would cost 3.
// --gpu adds the GPU engine through the npm package `webgpu` (Dawn) on whatever adapter there is.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { update } from '../src/algorithms/train';
import { PURPOSE, Stream, streamKey } from '../src/core/rng';
import { TOKEN } from '../src/core/tokens';
import { negativeLogLikelihood } from '../src/losses';
import { packBatch, promptAndResponse } from '../src/nn/batch';
import { loadCpuEngine } from '../src/nn/cpu/loadNode';
import { initialParameters } from '../src/nn/init';
import { layoutOf, parameterCount, type ModelShape } from '../src/nn/layout';
import { createReferenceEngine } from '../src/nn/reference/engine';
import type { Engine } from '../src/nn/types';

interface Row {
  readonly engine: string;
  readonly work: string;
  readonly tokensPerSecond: number;
  readonly secondsMedian: number;
  readonly secondsSpread: number;
  /** Useful multiply-adds, counted twice; training counts 3 forward passes. */
  readonly gflops?: number;
}

const { values: flags } = parseArgs({
  options: {
    width: { type: 'string', default: '64' },
    layers: { type: 'string', default: '2' },
    rows: { type: 'string', default: '16' },
    length: { type: 'string', default: '96' },
    vocab: { type: 'string', default: '900' },
    repeats: { type: 'string', default: '5' },
    gpu: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const shape: ModelShape = {
  vocab: Number(flags.vocab), width: Number(flags.width), layers: Number(flags.layers), heads: 4, positions: 176, valueHeads: 1,
};
const rows = Number(flags.rows);
const promptLength = Number(flags.length) - 20;
const responseLength = 19;

async function measure(work: () => Promise<void>): Promise<{ median: number; spread: number }> {
  await work();
  const times: number[] = [];
  for (let i = 0; i < Number(flags.repeats); i++) {
    const started = performance.now();
    await work();
    times.push((performance.now() - started) / 1000);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(times.length / 2)]!, spread: times.at(-1)! - times[0]! };
}

async function benchEngine(name: string, engine: Engine): Promise<Row[]> {
  const stream = new Stream(streamKey(1, PURPOSE.test));
  const word = (): number => TOKEN.firstWord + stream.int(shape.vocab - TOKEN.firstWord);
  const sequences = Array.from({ length: rows }, () =>
    promptAndResponse(Array.from({ length: promptLength }, word), Array.from({ length: responseLength }, word)),
  );
  const batch = packBatch(sequences);
  const mask = tensor2d(new Float32Array(batch.rows * batch.scored).fill(1), [batch.rows, batch.scored]);
  const params = engine.createParameters(shape, initialParameters(layoutOf(shape), 1));
  const optimizer = engine.createOptimizer(params);
  const d = shape.width;
  const trunk = 24 * d * d * shape.layers + 2 * Number(flags.length) * d * shape.layers;
  const tokens = rows * Number(flags.length);
  const forwardFlops = tokens * trunk + rows * (responseLength + 1) * 2 * d * shape.vocab;

  const training = await measure(async () => {
    const forward = engine.forward(params, batch, { outputs: ['logp'], keep: true });
    await update(
      engine, forward, ['logp'], ({ logp }) => negativeLogLikelihood(logp, mask), optimizer, { learningRate: 1e-3 },
      { step: 0, advice: '' },
    );
  });
  const prompts = sequences.map(({ tokens: ids }) => Array.from(ids).slice(0, promptLength + 1));
  const rollout = await measure(async () => {
    await engine.generate(params, prompts, {
      temperature: 0.9, maxNewTokens: responseLength, bannedIds: [TOKEN.eos], key: 7,
    });
  });
  dispose(mask);
  optimizer.dispose();
  params.dispose();
  return [
    {
      engine: name, work: 'training step', tokensPerSecond: tokens / training.median, secondsMedian: training.median,
      secondsSpread: training.spread, gflops: (3 * forwardFlops) / training.median / 1e9,
    },
    {
      engine: name, work: 'rollout', tokensPerSecond: (rows * responseLength) / rollout.median, secondsMedian: rollout.median,
      secondsSpread: rollout.spread,
    },
  ];
}

async function main(): Promise<void> {
  const table: Row[] = [];
  const run = async (name: string, open: () => Promise<Engine>): Promise<void> => {
    const engine = await open();
    table.push(...(await benchEngine(`${name} (${engine.description})`, engine)));
    engine.dispose();
  };
  await run('plain tfjs', () => createReferenceEngine());
  await run('CPU engine', loadCpuEngine);
  if (flags.gpu) {
    // tfjs looks for WebGPU when its backend is imported.
    const { installDawn } = await import('../src/nn/testing/dawn');
    await installDawn();
    const { createGpuEngine } = await import('../src/nn/gpu/engine');
    await run('GPU engine', () => createGpuEngine({ allowSoftware: true }));
  }
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, one thread; width ${shape.width}, ${shape.layers} layers, vocabulary ${shape.vocab}, ` +
      `${parameterCount(layoutOf(shape)).toLocaleString('en')} parameters; ${rows} sequences of ${flags.length} tokens; median of ${flags.repeats}`,
  );
  for (const row of table) {
    const plain = table.find((other) => other.work === row.work)!;
    console.log(
      `${row.work.padEnd(14)} ${row.tokensPerSecond.toFixed(0).padStart(9)} tokens/s  ${(row.tokensPerSecond / plain.tokensPerSecond).toFixed(1).padStart(6)}x  ` +
        `${(1000 * row.secondsMedian).toFixed(1).padStart(8)} ms (spread ${(1000 * row.secondsSpread).toFixed(1)})  ` +
        `${row.gflops ? `${row.gflops.toFixed(1)} GFLOP/s  ` : ''}${row.engine}`,
    );
  }
  if (flags.json) writeFileSync(flags.json, JSON.stringify({ shape, rows, length: Number(flags.length), table }, null, 2));
  // Dawn keeps the process alive otherwise.
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
