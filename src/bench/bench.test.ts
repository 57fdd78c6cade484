import '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, it } from 'vitest';
import { benchReportSchema, deviceBench, type BenchReport } from '../core/benchReport';
import type { PeakProbe } from '../nn/peak';
import { createReferenceEngine } from '../nn/reference/engine';
import { benchEngine } from './bench';
import { watchGpu } from './gpuCalls';

const BUDGET = { warmUpMs: 0, measureMs: 0, leastRepeats: 1 };
/** tfjs' own cpu backend takes seconds for the product. */
const openPeak = async (): Promise<PeakProbe> => ({ run: () => new Promise((resolve) => setTimeout(resolve, 1)), dispose: () => undefined });
const DIMS = { width: 16, layers: 1, vocab: 60, prompt: 4, response: 3, batch: 2 };

describe('benchEngine', () => {
  it('measures every workload, reports each part, and fills a valid report', async () => {
    const engine = await createReferenceEngine();
    const parts: string[] = [];
    const shares: number[] = [];
    const measured = await benchEngine({
      engine, dims: DIMS, budget: BUDGET, openPeak,
      onProgress: async ({ part, share }) => {
        if (parts.at(-1) !== part) parts.push(part);
        shares.push(share);
      },
    });
    engine.dispose();
    expect(parts).toEqual(['peak', 'sft', 'reward', 'rollout', 'rl']);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(measured.peakGflops).toBeGreaterThan(0);
    for (const { tokensPerSecond, gflops, quartiles: [low, high] } of measured.workloads) {
      expect(Math.min(tokensPerSecond, gflops, low)).toBeGreaterThan(0);
      expect(high).toBeGreaterThanOrEqual(low);
    }
    const report: BenchReport = {
      measuredAt: '2026-11-22T00:00:00Z', build: { version: '0', commit: 'test', date: '2026-11-22' }, cores: 2,
      size: 'default', quick: true, engines: [measured],
    };
    expect(benchReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const [sft] = measured.workloads;
    expect(deviceBench(report, measured)?.tokensPerSecond.sft).toBe(sft!.tokensPerSecond);
    expect(deviceBench(report, { ...measured, engine: 'gpu' })).toBeUndefined();
    expect(deviceBench({ ...report, engines: [{ ...measured, workloads: [] }] }, measured)).toBeUndefined();
  });
});

describe('watchGpu', () => {
  const scope = globalThis as unknown as Record<string, unknown>;
  afterEach(() => {
    delete scope['GPUComputePassEncoder'];
    delete scope['GPUBuffer'];
  });

  it('is not there without WebGPU', () => {
    expect(watchGpu()).toBeUndefined();
  });

  it('counts dispatches and the time in which a read-back is awaited, overlaps once', async () => {
    class Pass {
      groups = 0;
      dispatchWorkgroups(x: number): void {
        this.groups += x;
      }
      dispatchWorkgroupsIndirect(): void {}
    }
    const waiting: (() => void)[] = [];
    class Buffer {
      mapAsync(): Promise<void> {
        return new Promise((resolve) => waiting.push(resolve));
      }
    }
    scope['GPUComputePassEncoder'] = Pass;
    scope['GPUBuffer'] = Buffer;
    let time = 0;
    const watch = watchGpu(() => time)!;
    const pass = new Pass();
    pass.dispatchWorkgroups(7);
    pass.dispatchWorkgroupsIndirect();
    time = 10;
    const first = new Buffer().mapAsync();
    time = 12;
    const second = new Buffer().mapAsync();
    time = 15;
    waiting[0]!();
    await first;
    time = 20;
    waiting[1]!();
    await second;
    time = 100;
    expect(watch.calls).toEqual({ dispatches: 2, awaitedMs: 10 });
    expect(pass.groups).toBe(7);
    watch.reset();
    watch.end();
    pass.dispatchWorkgroups(1);
    expect(watch.calls.dispatches).toBe(0);
  });
});
