import { writeSafetensors, type NamedTensor } from '../nn/safetensors';
import { layoutOf } from '../nn/layout';
import type { Commands, WeightFiles } from './protocol';

/** What GPT-2 has: embeddings, blocks and the last norm. */
const TRANSFORMER = /^(wte|wpe|h|ln_f)\./;
/** `transformers` writes it before the names of a language model's trunk; the output layer is the embedding. */
const PREFIX = 'transformer.';
/** Without it `transformers` does not read a file: the framework that the layout of the tensors is of. */
const FORMAT = { format: 'pt' };

/**
 * A policy as `transformers` loads one: shapes and orientation are GPT-2's already (`nn/layout`), so names alone change.
 * @throws Error where the values do not fit the shape.
 */
export function exportWeights({ weights: { shape, values }, metadata }: Commands['exportWeights']['in']): WeightFiles {
  const layout = layoutOf(shape);
  if (values.length !== layout.size) throw new Error(`The policy has ${values.length} values, its model takes ${layout.size}.`);
  const model = new Map<string, NamedTensor>();
  const heads = new Map<string, NamedTensor>();
  for (const { name, shape: dims, offset, size } of layout.views) {
    const tensor = { shape: dims, data: values.subarray(offset, offset + size) };
    if (TRANSFORMER.test(name)) model.set(PREFIX + name, tensor);
    else heads.set(name, tensor);
  }
  const about = { ...metadata, ...FORMAT };
  return { model: writeSafetensors({ metadata: about, tensors: model }), heads: writeSafetensors({ metadata: about, tensors: heads }) };
}
