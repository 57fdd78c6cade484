// The panel's scale against the policy that experiments start from.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sample } from '../algorithms/rollouts';
import { PURPOSE, streamKey } from '../core/rng';
import { annotatorAgreement, toContest } from '../evaluation/alignment';
import { loadCpuEngine } from '../nn/cpu/loadNode';
import { loadShipped } from '../worker/shipped';
import { BUILT_IN } from './builtIn';

const NEUTRAL = { coverage: 1, invention: 1, stumble: 1, length: 1 };

describe.each([...BUILT_IN.values()].map((task) => [task.id, task] as const))('the panel of %s', (_id, task) => {
  it('agrees on 73 to 77% of pairs sampled from the shipped SFT policy; readers who do not care agree on half', async () => {
    const engine = await loadCpuEngine();
    const { weights } = await loadShipped((file) => readFile(path.resolve('public', file)), task, 'sft');
    const policy = engine.createParameters(weights.shape, weights.values);
    const prompts = task.prompts('validation', 400, 0);
    const written = await sample(engine, policy, prompts.map((prompt) => prompt.tokens), {
      temperature: 0.9, maxNewTokens: task.maxResponseTokens, samplesPerPrompt: 2, key: streamKey(1, PURPOSE.test),
    });
    const contests = prompts.map((prompt, i) =>
      toContest(task, {
        id: `pair:${i}`, promptId: prompt.id, prompt, responses: [written[2 * i]!.tokens, written[2 * i + 1]!.tokens],
      }),
    );
    const agreement = annotatorAgreement(contests, { task: task, seed: 1, factors: NEUTRAL });
    // The 95% interval of 400 pairs is about 2 points to either side.
    expect(agreement.value).toBeGreaterThan(0.73);
    expect(agreement.value).toBeLessThan(0.78);
    const careless = { ...task, reader: (...args: Parameters<typeof task.reader>) => ({ ...task.reader(...args), scale: 0 }) };
    expect(annotatorAgreement(contests, { task: careless, seed: 1, factors: NEUTRAL }).value).toBeCloseTo(0.5, 5);
    engine.dispose();
  });
});
