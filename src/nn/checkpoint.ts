/**
 * Checkpoints: parameter sets as safetensors, one tensor per view of the layout, under GPT-2's names. A file may hold
 * several sets; the tensors of set "judge" are named `judge.wte.weight` and so on, those of set "" plainly.
 */
import { layoutOf, type ModelShape } from './layout';
import { CheckpointError, readSafetensors, writeSafetensors, type NamedTensor } from './safetensors';

export { CheckpointError } from './safetensors';

const OTHER_MODEL = 'Load it with the model it was made for.';

/**
 * @param sets flat buffers of `layoutOf(shape).size` floats by set name.
 * @param metadata strings for people and tools. The shape is added as `shape`.
 * @throws CheckpointError where a buffer does not fit the shape or a set name holds a dot.
 */
export function writeCheckpoint(
  shape: ModelShape,
  sets: Readonly<Record<string, Float32Array>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const layout = layoutOf(shape);
  const tensors = new Map<string, NamedTensor>();
  for (const [set, values] of Object.entries(sets)) {
    if (set.includes('.')) throw new CheckpointError(`A set must not have a dot in its name: "${set}".`);
    if (values.length !== layout.size) {
      throw new CheckpointError(`Set "${set}" has ${values.length} values, the model takes ${layout.size}.`);
    }
    for (const view of layout.views) {
      const data = values.subarray(view.offset, view.offset + view.size);
      tensors.set(prefixOf(set) + view.name, { shape: view.shape, data });
    }
  }
  return writeSafetensors({ metadata: { ...metadata, shape: JSON.stringify(shape) }, tensors });
}

/**
 * Flat buffer of one set; the layout's gaps are zero.
 * @throws CheckpointError where the file is malformed, or lacks a tensor of the model, or has one more, or holds one of
 * another shape or with a value that is not finite.
 */
export function readCheckpoint(bytes: Uint8Array, shape: ModelShape, set = ''): Float32Array {
  const { tensors } = readSafetensors(bytes);
  const layout = layoutOf(shape);
  const prefix = prefixOf(set);
  const expected = new Set(layout.views.map((view) => prefix + view.name));
  for (const name of tensors.keys()) {
    if (name.startsWith(prefix) && !expected.has(name)) {
      throw new CheckpointError(`The file holds a tensor "${name}" that this model does not have. ${OTHER_MODEL}`);
    }
  }
  const values = new Float32Array(layout.size);
  for (const view of layout.views) {
    const name = prefix + view.name;
    const tensor = tensors.get(name);
    if (!tensor) {
      throw new CheckpointError(`The file lacks the tensor "${name}". ${OTHER_MODEL}`);
    }
    if (tensor.shape.length !== view.shape.length || tensor.shape.some((n, i) => n !== view.shape[i])) {
      throw new CheckpointError(
        `Tensor "${name}" has shape [${tensor.shape.join(', ')}], not [${view.shape.join(', ')}]. ${OTHER_MODEL}`,
      );
    }
    if (!tensor.data.every(Number.isFinite)) {
      throw new CheckpointError(`Tensor "${name}" holds values that are not finite. Use an earlier checkpoint.`);
    }
    values.set(tensor.data, view.offset);
  }
  return values;
}

/**
 * SHA-256 in lower-case hexadecimal.
 * @throws Error where the browser withholds its hash functions: pages served neither over https nor from localhost.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) throw new Error('Files cannot be checked here. Open the page over https or from localhost.');
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function prefixOf(set: string): string {
  return set === '' ? '' : `${set}.`;
}
