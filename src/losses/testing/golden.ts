/** Losses and gradients against PyTorch's autograd in float64 (scripts/golden/*.py write the JSON). */
import { tensor, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { differentiate } from '..';

export type Nested = number | readonly Nested[];

/** A loss of some inputs and constants, with its gradients with respect to the inputs. */
export interface Case {
  readonly inputs: Record<string, Nested>;
  readonly constants: Record<string, Nested>;
  readonly loss: number;
  readonly grads: Record<string, Nested>;
}

export type Tensors = Record<string, Tensor>;

export function tensors(values: Record<string, Nested>): Tensors {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, x]) => [name, tensor(x as number[], undefined, 'float32')]));
}

/** Expects value and gradients of a loss to be those of PyTorch. */
export function hold(expected: Case, loss: (inputs: Tensors, constants: Tensors) => Scalar): void {
  tidy(() => {
    const inputs = tensors(expected.inputs);
    const constants = tensors(expected.constants);
    const { value, grads } = differentiate(inputs, Object.keys(inputs), (declared) => loss(declared, constants));
    expect(value.dataSync()[0]!).toBeCloseTo(expected.loss, 5);
    for (const [name, wanted] of Object.entries(tensors(expected.grads))) {
      const got = grads[name]!.dataSync();
      wanted.dataSync().forEach((x, i) => {
        expect(Math.abs(got[i]! - x), `${name}[${i}]`).toBeLessThan(2e-6 + 1e-5 * Math.abs(x));
      });
    }
  });
}
