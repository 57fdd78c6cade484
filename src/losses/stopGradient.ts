import { customGrad, zerosLike, type Tensor } from '@tensorflow/tfjs-core';

/** x without a gradient: the sg(x) of the papers, which tfjs does not have. Any shape. */
export function stopGradient<T extends Tensor>(x: T): T {
  const op = customGrad<T>((input) => ({ value: (input as T).clone(), gradFunc: (dy: Tensor) => zerosLike(dy) }));
  return op(x);
}
