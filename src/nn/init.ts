import { PURPOSE, Stream, streamKey } from '../core/rng';
import type { Layout } from './layout';

const STANDARD_DEVIATION = 0.02;
const TOKEN_WEIGHT_BIAS = 0.1;

/**
 * Initial parameters, a flat buffer of `layout.size` floats: GPT-2's initialisation (Radford et al. 2019). Matrices are
 * normal(0, 0.02), the projections back into the residual stream divided by sqrt(2 * layers); norms start as identity;
 * biases, value heads, the extra-input vector and the token weight's projection start at 0, its bias at 0.1.
 * A pure function of layout and seed.
 */
export function initialParameters(layout: Layout, seed: number): Float32Array {
  const values = new Float32Array(layout.size);
  const residual = STANDARD_DEVIATION / Math.sqrt(2 * layout.shape.layers);
  layout.views.forEach(({ name, offset, size }, index) => {
    const view = values.subarray(offset, offset + size);
    if (/ln_(1|2|f)\.weight$/.test(name)) view.fill(1);
    else if (name === 'token_weight.bias') view.fill(TOKEN_WEIGHT_BIAS);
    else if (/^(wte|wpe|h\.\d+\.(attn|mlp)\.\w+)\.weight$/.test(name)) {
      const deviation = name.endsWith('c_proj.weight') ? residual : STANDARD_DEVIATION;
      const stream = new Stream(streamKey(seed, PURPOSE.init, index));
      for (let i = 0; i < size; i++) view[i] = deviation * stream.normal();
    }
  });
  return values;
}
