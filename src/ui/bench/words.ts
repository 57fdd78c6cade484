import { BENCH_SIZES, type BenchReport, type BenchSize, type WorkloadId } from '../../core/benchReport';
import { DEFAULT_CONFIG } from '../../core/config';
import { duration, number } from '../shared/format';

interface WorkloadWords {
  readonly title: string;
  readonly unit: string;
  readonly meaning: string;
}

export const WORKLOAD_WORDS: Readonly<Record<WorkloadId, WorkloadWords>> = {
  sft: {
    title: 'SFT step',
    unit: '32 documents',
    meaning: 'One optimizer step of supervised fine-tuning. Tokens are those of the posts and of the summaries.',
  },
  reward: {
    title: 'Reward-model step',
    unit: '32 pairs',
    meaning: 'One optimizer step of the reward model. Tokens are those of both responses, each with its post.',
  },
  rollout: {
    title: 'Rollout',
    unit: '32 responses',
    meaning: 'Sampling a batch of responses of 20 tokens, one to a post. Tokens are those written.',
  },
  rl: {
    title: 'RL iteration',
    unit: '32 responses',
    meaning:
      "One REINFORCE iteration: a rollout, its scores by the reward model, the SFT policy's pass for the KL penalty, the update. Tokens are those written.",
  },
};

export function sizeWords(size: BenchSize): string {
  const { width, layers } = BENCH_SIZES[size];
  return `width ${width}, ${layers} layer${layers === 1 ? '' : 's'}`;
}

/** Three significant digits at most from 1 up: 0.34, 5.2, 48, 1,230. */
export function figure(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 1 - Math.floor(Math.log10(value)));
  return number(value, Math.min(2, digits));
}

/** Seconds that an arm of the default run trains for, from what was measured; undefined for another size. */
export function defaultTrainingSeconds({ size, engines }: BenchReport): number | undefined {
  const ms = (id: WorkloadId): number | undefined => engines[0]?.workloads.find((workload) => workload.id === id)?.ms;
  const [reward, rl] = [ms('reward'), ms('rl')];
  if (size !== 'default' || reward === undefined || rl === undefined) return undefined;
  const { pairs, rewardModel, rl: { iterations } } = DEFAULT_CONFIG;
  return ((pairs.count * rewardModel.epochs) / rewardModel.batch) * (reward / 1000) + iterations * (rl / 1000);
}

/** What the numbers mean for a run, in a sentence or two. */
export function meaningOf(report: BenchReport): string {
  const seconds = defaultTrainingSeconds(report);
  if (seconds === undefined) return 'This is not the size of the shipped policy: the default run takes another time.';
  const onGpu = report.engines[0]?.engine === 'gpu';
  const { pairs, rewardModel, rl } = DEFAULT_CONFIG;
  return (
    `The training of a default run takes about ${duration(seconds)} an arm on ${onGpu ? 'the GPU' : 'one thread'} here: ` +
    `${rewardModel.epochs} passes of the reward model over up to ${number(pairs.count)} pairs, then ${rl.iterations} RL iterations. ` +
    `Sampling the pairs, labels and measurements come on top${onGpu ? '' : '; further cores shorten it'}.`
  );
}
