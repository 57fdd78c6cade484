/**
 * The safetensors format (github.com/huggingface/safetensors): a u64 little-endian header length, a JSON header
 * `{name: {dtype, shape, data_offsets}, __metadata__?: {key: string}}`, then the data without holes. Only F32 is known
 * here. Whatever a file says is checked before it is used.
 */

/** A file that is not what it should be. The message says what is wrong and what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

const METADATA = '__metadata__';
/** Far above what any file of ours needs (a few KiB); keeps a hostile length from costing memory. */
const LONGEST_HEADER = 4 * 1024 * 1024;
const DAMAGED = 'The file is damaged or cut short: download it again.';
const FOREIGN = 'Choose a .safetensors file that this page or `npm run pretrain` wrote.';

/**
 * @throws CheckpointError where a tensor does not hold as many values as its shape says, or is named `__metadata__`.
 */
export function writeSafetensors({ metadata, tensors }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header[METADATA] = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA) throw new CheckpointError(`A tensor must not be named ${METADATA}.`);
    if (sizeOf(shape) !== data.length) {
      throw new CheckpointError(`Tensor "${name}" of shape [${shape.join(', ')}] holds ${data.length} values.`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + 4 * data.length] };
    offset += 4 * data.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  let at = 8 + headerLength;
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** @throws CheckpointError on anything that is not a well-formed file of F32 tensors. */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < 8) throw new CheckpointError(`Not a safetensors file: ${bytes.length} bytes. ${DAMAGED}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = view.getBigUint64(0, true);
  if (claimed > BigInt(LONGEST_HEADER)) {
    throw new CheckpointError(`Not a safetensors file of ours: its header would take ${claimed} bytes. ${FOREIGN}`);
  }
  const headerLength = Number(claimed);
  const dataStart = 8 + headerLength;
  if (dataStart > bytes.length) {
    throw new CheckpointError(`The header takes ${headerLength} bytes, the file has ${bytes.length}. ${DAMAGED}`);
  }
  const header = parseHeader(bytes.subarray(8, dataStart));
  const dataLength = bytes.length - dataStart;

  let metadata: Record<string, string> = {};
  const entries: { name: string; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) metadata = parseMetadata(entry);
    else entries.push({ name, ...parseEntry(name, entry, dataLength) });
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) throw new CheckpointError(`Tensor "${name}" overlaps the one before it. ${DAMAGED}`);
    if (begin > covered) throw new CheckpointError(`There is a hole in the data before tensor "${name}". ${DAMAGED}`);
    covered = end;
  }
  if (covered !== dataLength) {
    throw new CheckpointError(`The tensors take ${covered} bytes, the file holds ${dataLength}. ${DAMAGED}`);
  }

  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape, begin, end } of entries) {
    const data = new Float32Array((end - begin) / 4);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(dataStart + begin + 4 * i, true);
    tensors.set(name, { shape, data });
  }
  return { metadata, tensors };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new CheckpointError(`The header cannot be read. ${DAMAGED}`);
  }
  if (!isObject(header)) throw new CheckpointError(`The header is not an object. ${FOREIGN}`);
  return header;
}

function parseMetadata(entry: unknown): Record<string, string> {
  if (!isObject(entry) || Object.values(entry).some((value) => typeof value !== 'string')) {
    throw new CheckpointError(`${METADATA} must map names to strings. ${FOREIGN}`);
  }
  return entry as Record<string, string>;
}

function parseEntry(name: string, entry: unknown, dataLength: number): { shape: number[]; begin: number; end: number } {
  if (!isObject(entry)) throw new CheckpointError(`Tensor "${name}" has no description. ${FOREIGN}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') {
    throw new CheckpointError(`Tensor "${name}" is of type ${JSON.stringify(dtype)}. Convert the file to float32.`);
  }
  if (!isCounts(shape)) throw new CheckpointError(`Tensor "${name}" has no valid shape. ${FOREIGN}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw new CheckpointError(`Tensor "${name}" has no valid offsets. ${FOREIGN}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataLength) {
    throw new CheckpointError(`Tensor "${name}" lies at ${begin}..${end} of ${dataLength} bytes. ${DAMAGED}`);
  }
  if (end - begin !== 4 * sizeOf(shape)) {
    throw new CheckpointError(`Tensor "${name}" of shape [${shape.join(', ')}] takes ${end - begin} bytes. ${DAMAGED}`);
  }
  return { shape, begin, end };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
