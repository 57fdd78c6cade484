import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError, readCheckpoint, sha256, writeCheckpoint } from './checkpoint';
import { layoutOf, type ModelShape } from './layout';
import { readSafetensors, writeSafetensors, type NamedTensor } from './safetensors';
import { randomParameters } from './testing/engines';

const SHAPE: ModelShape = { vocab: 7, width: 8, layers: 1, heads: 2, positions: 5, valueHeads: 3 };
const LAYOUT = layoutOf(SHAPE);

const tensorFile = fc.record({
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }),
  tensors: fc
    .dictionary(
      fc.string().filter((name) => name !== '__metadata__'),
      fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = fc.float32Array({ minLength: size, maxLength: size, noNaN: true });
        return fc.record({ shape: fc.constant(shape), data });
      }),
      { maxKeys: 6 },
    )
    .map((entries) => new Map<string, NamedTensor>(Object.entries(entries))),
});

/** A file with this header and this many data bytes. */
function fileOf(header: unknown, dataLength: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function f32(shape: number[], begin: number, end: number): object {
  return { dtype: 'F32', shape, data_offsets: [begin, end] };
}

describe('safetensors', () => {
  it('reads back whatever was written, with an 8-byte aligned header', () => {
    fc.assert(
      fc.property(tensorFile, (file) => {
        const bytes = writeSafetensors(file);
        expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
        const back = readSafetensors(bytes);
        expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(file.metadata).sort());
        expect([...back.tensors.keys()].sort()).toEqual([...file.tensors.keys()].sort());
        for (const [name, { shape, data }] of file.tensors) {
          expect(back.tensors.get(name)!.shape).toEqual(shape);
          expect(Array.from(back.tensors.get(name)!.data)).toEqual(Array.from(data));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('reads from any place within a larger buffer', () => {
    const tensors = new Map([['x', { shape: [2], data: Float32Array.of(1, -2) }]]);
    const bytes = writeSafetensors({ metadata: {}, tensors });
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(Array.from(readSafetensors(larger.subarray(3)).tensors.get('x')!.data)).toEqual([1, -2]);
  });

  it('meets any damage with a CheckpointError or an intact file, never with another error', () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat() });
    fc.assert(
      fc.property(tensorFile, damage, (file, { at, byte, cut }) => {
        const bytes = writeSafetensors(file);
        bytes[at % bytes.length] = byte;
        expectReadOrRefused(cut % 2 === 0 ? bytes : bytes.subarray(0, cut % bytes.length));
      }),
      { numRuns: 400 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), expectReadOrRefused), { numRuns: 200 });
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(16), (header, size) => expectReadOrRefused(fileOf(header, size))),
      { numRuns: 300 },
    );
  });

  function expectReadOrRefused(bytes: Uint8Array): void {
    try {
      const { tensors } = readSafetensors(bytes);
      for (const { shape, data } of tensors.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
    }
  }

  it.each([
    ['too short', new Uint8Array(4), /4 bytes.*download/],
    ['a length beyond all reason', new Uint8Array(16).fill(255), /header would take/],
    ['a header beyond the end', fileOf('{}', 0).fill(9, 0, 1), /The header takes 9 bytes/],
    ['no JSON', fileOf('{"a":', 0), /cannot be read/],
    ['no object', fileOf([], 0), /not an object/],
    ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }, 0), /strings/],
    ['another type', fileOf({ x: { dtype: 'F16', shape: [2], data_offsets: [0, 4] } }, 4), /F16.*float32/],
    ['a negative shape', fileOf({ x: f32([-1], 0, 4) }, 4), /valid shape/],
    ['a fractional shape', fileOf({ x: f32([0.5], 0, 2) }, 2), /valid shape/],
    ['a shape that overflows', fileOf({ x: f32([2 ** 52, 2 ** 52], 0, 4) }, 4), /takes 4 bytes/],
    ['three offsets', fileOf({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 4), /valid offsets/],
    ['offsets beyond the data', fileOf({ x: f32([2], 0, 8) }, 4), /lies at 0..8 of 4/],
    ['offsets that run backwards', fileOf({ x: f32([1], 4, 0) }, 4), /lies at 4..0/],
    ['a size that does not fit', fileOf({ x: f32([2], 0, 4) }, 4), /shape \[2\] takes 4 bytes/],
    ['an overlap', fileOf({ x: f32([2], 0, 8), y: f32([1], 4, 8) }, 8), /"y" overlaps/],
    ['a hole', fileOf({ x: f32([1], 0, 4), y: f32([1], 8, 12) }, 12), /hole/],
    ['data left over', fileOf({ x: f32([1], 0, 4) }, 8), /take 4 bytes, the file holds 8/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
  });
});

describe('checkpoints', () => {
  it('hold several sets bit for bit, under their names', () => {
    const lm = randomParameters(LAYOUT, 1);
    const judge = randomParameters(LAYOUT, 2);
    const bytes = writeCheckpoint(SHAPE, { lm, judge }, { seed: '1' });
    expect(readCheckpoint(bytes, SHAPE, 'lm')).toEqual(lm);
    expect(readCheckpoint(bytes, SHAPE, 'judge')).toEqual(judge);
    expect(readSafetensors(bytes).metadata).toEqual({ seed: '1', shape: JSON.stringify(SHAPE) });
    expect([...readSafetensors(bytes).tensors.keys()]).toContain('judge.h.0.attn.c_attn.weight');
    expect([...readSafetensors(writeCheckpoint(SHAPE, { '': lm })).tensors.keys()]).toContain('wte.weight');
  });

  it('say what does not fit', () => {
    const values = randomParameters(LAYOUT, 1);
    const bytes = writeCheckpoint(SHAPE, { lm: values });
    expect(() => readCheckpoint(bytes, SHAPE, 'judge')).toThrow(/lacks the tensor "judge.wte.weight"/);
    expect(() => readCheckpoint(bytes, SHAPE)).toThrow(/does not have/);
    expect(() => readCheckpoint(bytes, { ...SHAPE, vocab: 8 }, 'lm')).toThrow(/shape \[7, 8\].*\[8, 8\]/);
    expect(() => readCheckpoint(bytes, { ...SHAPE, layers: 2 }, 'lm')).toThrow(/lacks the tensor "lm.h.1/);
    const deeper = { ...SHAPE, layers: 2 };
    const two = writeCheckpoint(deeper, { lm: new Float32Array(layoutOf(deeper).size) });
    expect(() => readCheckpoint(two, SHAPE, 'lm')).toThrow(/"lm.h.1.*does not have/);
    values[LAYOUT.view('ln_f.bias').offset] = NaN;
    expect(() => readCheckpoint(writeCheckpoint(SHAPE, { lm: values }), SHAPE, 'lm')).toThrow(/ln_f.bias.*not finite/);
    expect(() => writeCheckpoint(SHAPE, { lm: new Float32Array(3) })).toThrow(/3 values/);
    expect(() => writeCheckpoint(SHAPE, { 'a.b': values })).toThrow(/dot/);
  });

  it('have a checksum', async () => {
    expect(await sha256(new TextEncoder().encode('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
