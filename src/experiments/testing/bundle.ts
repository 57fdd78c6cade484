/** Test support: a small finished run. */
import { bundleSchema, type Estimate, type RunBundle } from '../../core/bundle';
import { DEFAULT_CONFIG, type ExperimentConfig } from '../../core/config';
import type { RunTexts } from '../../worker/protocol';

const estimate = (value: number): Estimate => ({ value, ci: [value - 0.1, value + 0.1], n: 2, over: 'posts' });
/** A run whose pairs nobody asks for. */
export const NO_TEXTS: RunTexts = { vocabulary: [], pairs: [], labels: {} };

const alignment = { annotator: estimate(0.7), majority: estimate(0.8), gold: estimate(0.8) };

export function testBundle(config: ExperimentConfig = DEFAULT_CONFIG): RunBundle {
  const evaluation = {
    goldUtility: estimate(1),
    coverage: estimate(0.5),
    hallucinationRate: estimate(0.1),
    disfluencyRate: estimate(0.1),
    length: estimate(12),
  };
  const arms = [{ id: 'sft', label: 'SFT' }, ...config.arms].map(({ id, label }) => ({
    id,
    label,
    curves: id === 'sft' ? {} : { 'eval/gold': { step: [0, 5], value: [1, 2] } },
    samples: [],
    evaluation,
    ended: id === 'sft' ? 'the start of every arm' : 'all 60 iterations done',
  }));
  return bundleSchema.parse({
    version: 1,
    config,
    build: { version: '0', commit: 'test', date: '2026-01-01' },
    device: { engine: 'cpu', description: 'fake engine', cores: 2, reason: 'because' },
    recordedAt: '2026-01-01T00:00:00.000Z',
    stages: [
      { id: 'task', seconds: 1, summary: 'posts' },
      { id: 'labels', arm: 'rlhf', seconds: 2, summary: '2,000 labels' },
    ],
    prompts: [],
    slots: { who: 'who it is about' },
    goldWeights: { coverage: 1, invention: 1, stumble: 1, length: 0 },
    arms,
    comparisons: [],
    labelers: [
      { id: 'people', name: 'people', kind: 'people', origin: '', alignment, parsed: 1, n: 2, costUsd: 0, labels: [] },
    ],
    annotatorAgreement: estimate(0.75),
    notes: [],
  });
}
