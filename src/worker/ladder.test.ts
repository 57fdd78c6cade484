import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sample } from '../algorithms/rollouts';
import { DEFAULT_CONFIG } from '../core/config';
import { judgesOf } from '../core/judges';
import type { Label } from '../core/preferences';
import { mean } from '../core/stats';
import { PURPOSE, streamKey } from '../core/rng';
import { agreement, configuredJury, toContest } from '../evaluation/alignment';
import { juryVerdict } from '../evaluation/verdicts';
import type { JudgedPair } from '../labelers/types';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { BUILT_IN } from '../tasks/builtIn';
import { openJudge } from './labelers';
import { loadShipped } from './shipped';

const PAIRS = 96;

describe.each([...BUILT_IN.values()].map((task) => [task.id, task] as const))('the shipped judges of %s', async (id, task) => {
  const engine = await loadCpuEngine();
  const readAsset = (file: string): Promise<Uint8Array> => readFile(path.resolve('public', file));
  const { weights } = await loadShipped(readAsset, task, 'sft');
  const policy = engine.createParameters(weights.shape, weights.values);
  const prompts = task.prompts('preference', PAIRS, 7);
  const generations = await sample(engine, policy, prompts.map(({ tokens }) => tokens), {
    temperature: 0.9, maxNewTokens: task.maxResponseTokens, samplesPerPrompt: 2, key: streamKey(7, PURPOSE.test),
  });
  const pairs = prompts.map((prompt, i): JudgedPair => ({
    id: `pair:${i}`, promptId: prompt.id, prompt, responses: [generations[2 * i]!.tokens, generations[2 * i + 1]!.tokens],
  }));
  const jury = configuredJury(task, DEFAULT_CONFIG);
  const verdicts = pairs.map((pair) => juryVerdict(toContest(task, pair), jury));
  const scope = { task, engine, readAsset };

  it.each(judgesOf(id).sizes)('of size %s choose and score better than chance, each training', async (size) => {
    for (let training = 1; training <= judgesOf(id).trainings; training++) {
      for (const question of [{ ask: 'choice', bothOrders: true }, { ask: 'scores' }] as const) {
        const judge = await openJudge(scope, size, training, question);
        const labels: Label[] = [];
        for await (const label of judge.label(pairs)) labels.push(label);
        const share = (of: readonly (0 | 0.5 | 1)[]): number => mean(labels.map((label, i) => agreement(label, of[i]!)));
        // The least that was measured on 2,000 pairs is 71%; below 60% is three standard errors of 96 pairs from it.
        expect(share(verdicts)).toBeGreaterThan(0.6);
        // Control: verdicts on other pairs are a coin flip.
        expect(Math.abs(share([...verdicts.slice(1), verdicts[0]!]) - 0.5)).toBeLessThan(0.16);
        const [first] = await judge.score([{ prompt: pairs[0]!.prompt.tokens, response: pairs[0]!.responses[0] }]);
        expect(first!.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        judge.dispose?.();
      }
    }
  });
});
