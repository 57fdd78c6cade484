/** The build with relaxed SIMD against the exact one and the reference. Node 20 has relaxed SIMD behind a flag. */
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';
import { packBatch } from '../batch';
import { layoutOf } from '../layout';
import { expectGoldenPass, expectSamePass, runPass } from '../testing/engines';
import { createReferenceEngine } from '../reference/engine';
import type { ForwardOptions, OutputName } from '../types';
import type { CpuEngine } from './engine';
import { hasRelaxedSimd } from './kernels';
import { loadCpuEngine } from './loadNode';
import {
  largestDifference, livelyParameters, randomSequences, read, SMALL, smallBatch, smallModel,
} from './testing/models';

const CHOICES = [7, 3, 50];
const NAMES: OutputName[] = ['logp', 'entropy', 'value', 'tokenWeight', 'choiceLogp'];
const OPTIONS: ForwardOptions = { outputs: NAMES, choices: CHOICES };

let relaxed: CpuEngine;
let exact: CpuEngine;
beforeAll(async () => {
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
  relaxed = await loadCpuEngine({ exact: false });
  exact = await loadCpuEngine({ exact: true });
});

describe('relaxed SIMD', () => {
  it('is used where it is there and asked for', async () => {
    expect(hasRelaxedSimd()).toBe(true);
    expect(relaxed.description).toBe('CPU, WebAssembly relaxed SIMD');
    expect(exact.description).toBe('CPU, WebAssembly SIMD');
    expect((await loadCpuEngine()).description).toBe('CPU, WebAssembly SIMD');
  });

  it('gives the golden values of PyTorch', () => expectGoldenPass(relaxed));

  it('agrees with the reference and the exact build', async () => {
    const reference = await createReferenceEngine();
    const layout = layoutOf(SMALL);
    const values = livelyParameters(layout).map((v) => v / 2);
    const got = await runPass(relaxed, SMALL, values, smallBatch(), OPTIONS);
    expectSamePass(layout, got, await runPass(reference, SMALL, values, smallBatch(), OPTIONS));
    const close = await runPass(exact, SMALL, values, smallBatch(), OPTIONS);
    expectSamePass(layout, got, close);
    expect(largestDifference(got.gradients, close.gradients) / Math.hypot(...close.gradients)).toBeLessThan(1e-5);
    reference.dispose();
  });

  it('gives a row the same bits whatever rows it is computed with', async () => {
    const { params } = smallModel(relaxed);
    const sequences = randomSequences(6, SMALL.vocab, 21);
    const scored = 21;
    const together = await relaxed.forward(params, packBatch(sequences, { scored }), OPTIONS);
    for (const [b, sequence] of sequences.entries()) {
      const alone = await relaxed.forward(params, packBatch([sequence], { scored }), OPTIONS);
      for (const name of NAMES) {
        const all = read(together, name);
        const size = all.length / sequences.length;
        expect(read(alone, name), name).toEqual(all.slice(b * size, (b + 1) * size));
      }
      alone.dispose();
    }
    together.dispose();
    params.dispose();
  });
});
