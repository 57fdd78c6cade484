import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { WorkloadBench, WorkloadId } from '../../src/core/benchReport';
import { PEAK } from '../../src/nn/peak';
import { spread, type TimeBudget } from '../../src/bench/timing';
import { rewardWork, rlWork, rolloutWork, sftWork, type BenchDims, type Work } from '../../src/bench/work';
import { repositoryRoot } from '../nodePool';

interface TorchAnswer {
  readonly version: string;
  readonly threads: number;
  readonly configuration: string;
  readonly peakGflops: number;
  readonly repeats: Readonly<Record<string, readonly number[]>>;
}

export interface TorchBench {
  readonly description: string;
  /** PyTorch's own account of the libraries it was built with. */
  readonly configuration: string;
  readonly peakGflops: number;
  readonly workloads: readonly WorkloadBench[];
}

/** A Python with PyTorch, or undefined. PYTHON names another one to try first. */
export function findTorch(): string | undefined {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'].filter((python) => python !== undefined);
  return candidates.find((python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);
}

const WORK: Readonly<Record<WorkloadId, (dims: BenchDims) => Work>> = {
  sft: sftWork,
  reward: rewardWork,
  rollout: rolloutWork,
  rl: (dims) => rlWork(dims, Array.from({ length: dims.batch }, () => dims.response)),
};

/** The same workloads in PyTorch, on one thread. @throws Error with what Python said where it fails. */
export function benchTorch(python: string, dims: BenchDims, budget: TimeBudget, workloads: readonly WorkloadId[]): TorchBench {
  const asked = { dims, budget, workloads, peak: [PEAK.m, PEAK.k, PEAK.n] };
  const program = path.join(repositoryRoot(), 'scripts/bench/torch_model.py');
  const { status, stdout, stderr } = spawnSync(python, [program, JSON.stringify(asked)], {
    encoding: 'utf8',
    // Libraries under PyTorch start threads of their own unless told not to.
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  const answer = JSON.parse(stdout) as TorchAnswer;
  return {
    description: `PyTorch ${answer.version}, ${answer.threads} thread`,
    configuration: answer.configuration,
    peakGflops: answer.peakGflops,
    workloads: workloads.map((id): WorkloadBench => {
      const times = answer.repeats[id]!;
      const { median: ms, quartiles } = spread(times);
      const { tokens, flops } = WORK[id](dims);
      return { id, ms, quartiles, repeats: times.length, tokensPerSecond: (1000 * tokens) / ms, gflops: flops / ms / 1e6 };
    }),
  };
}
