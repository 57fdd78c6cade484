import type { ModelShape } from '../core/modelShape';

/**
 * The model and where its parameters lie.
 *
 * Decoder-only transformer, pre-LN, learned positions, tied input and output embedding, GPT-2's conventions (Radford
 * et al. 2019): gelu in its tanh form, layer-norm epsilon 1e-5, biases everywhere, `Conv1D` weight layout [in, out],
 * names as in `transformers`' GPT-2. Added to it: a value head with K outputs on the final layer norm, a learned vector
 * through which a per-token scalar (`batch.extra`) enters the embedding, and a learned per-token weight for the
 * likelihood-aware reward head.
 */
export type { ModelShape };

export interface ParameterView {
  readonly name: string;
  readonly shape: readonly number[];
  /** In floats, from the start of the flat buffer. */
  readonly offset: number;
  readonly size: number;
  /** Matrices decay, biases, norms and single vectors do not. */
  readonly decays: boolean;
}

export interface Layout {
  readonly shape: ModelShape;
  readonly views: readonly ParameterView[];
  /** Floats in the flat buffer. Views are 4-float aligned, the gaps stay zero. */
  readonly size: number;
  view(name: string): ParameterView;
}

export const LAYER_NORM_EPSILON = 1e-5;

/** @throws RangeError when a shape cannot be built. */
export function layoutOf(shape: ModelShape): Layout {
  const { vocab, width: d, layers, heads, positions, valueHeads } = shape;
  for (const [name, value] of Object.entries(shape)) {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`model shape: ${name} must be a positive integer`);
  }
  if (d % (4 * heads) !== 0) throw new RangeError(`model shape: width ${d} is not a multiple of 4 * heads (${heads})`);
  const views: ParameterView[] = [];
  let offset = 0;
  const add = (name: string, ...dims: number[]): void => {
    const size = dims.reduce((a, b) => a * b, 1);
    views.push({ name, shape: dims, offset, size, decays: dims.length > 1 });
    offset += Math.ceil(size / 4) * 4;
  };
  add('wte.weight', vocab, d);
  add('wpe.weight', positions, d);
  for (let i = 0; i < layers; i++) {
    add(`h.${i}.ln_1.weight`, d);
    add(`h.${i}.ln_1.bias`, d);
    add(`h.${i}.attn.c_attn.weight`, d, 3 * d);
    add(`h.${i}.attn.c_attn.bias`, 3 * d);
    add(`h.${i}.attn.c_proj.weight`, d, d);
    add(`h.${i}.attn.c_proj.bias`, d);
    add(`h.${i}.ln_2.weight`, d);
    add(`h.${i}.ln_2.bias`, d);
    add(`h.${i}.mlp.c_fc.weight`, d, 4 * d);
    add(`h.${i}.mlp.c_fc.bias`, 4 * d);
    add(`h.${i}.mlp.c_proj.weight`, 4 * d, d);
    add(`h.${i}.mlp.c_proj.bias`, d);
  }
  add('ln_f.weight', d);
  add('ln_f.bias', d);
  add('value_head.weight', valueHeads, d);
  add('value_head.bias', valueHeads);
  add('extra_input.weight', d);
  add('token_weight.weight', d);
  add('token_weight.bias', 1);
  const byName = new Map(views.map((view) => [view.name, view]));
  return {
    shape,
    views,
    size: offset,
    view(name) {
      const view = byName.get(name);
      if (!view) throw new RangeError(`no parameter named ${name}`);
      return view;
    },
  };
}

/** Number of trained parameters (alignment gaps not counted). */
export function parameterCount(layout: Layout): number {
  return layout.views.reduce((sum, view) => sum + view.size, 0);
}
