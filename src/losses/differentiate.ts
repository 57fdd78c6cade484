import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** The declared entries of a set of outputs, all present. */
export type Declared<Outputs, Name extends keyof Outputs> = { [N in Name]-?: NonNullable<Outputs[N]> };

export interface Differentiated<Outputs, Name extends keyof Outputs> {
  /** The loss. Read it when it suits (`await value.data()`); a readback stalls a GPU. The caller disposes it. */
  readonly value: Scalar;
  /** d loss / d output for each declared output, shaped like it. The caller disposes them (`tf.dispose(grads)`). */
  readonly grads: Declared<Outputs, Name>;
}

/**
 * Value and gradient of a loss with respect to the outputs of a forward pass that it declares.
 *
 * tfjs throws where a function leaves an input unused, so the loss is given the declared outputs alone. Everything made
 * inside is freed but the value and the gradients.
 * @throws RangeError where a declared output is missing.
 */
export function differentiate<Outputs extends { [N in keyof Outputs]?: Tensor }, Name extends keyof Outputs & string>(
  outputs: Outputs,
  declared: readonly Name[],
  loss: (outputs: Declared<Outputs, Name>) => Scalar,
): Differentiated<Outputs, Name> {
  const inputs = declared.map((name): Tensor => {
    const output: Tensor | undefined = outputs[name];
    if (!output) throw new RangeError(`the loss declares the output "${name}", which the forward pass did not compute`);
    return output;
  });
  const byName = (tensors: readonly Tensor[]): Declared<Outputs, Name> =>
    Object.fromEntries(declared.map((name, i) => [name, tensors[i]])) as Declared<Outputs, Name>;
  const { value, grads } = valueAndGrads((...tensors: Tensor[]) => loss(byName(tensors)))(inputs);
  return { value, grads: byName(grads) };
}
