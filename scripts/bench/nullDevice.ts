/**
 * Dawn's null device computes nothing, and what is read from it is whatever lay in memory. With this every read gives
 * zeros, which are finite numbers and valid token ids. @returns what puts WebGPU's own function back.
 */
export function readZeros(): () => void {
  const { prototype } = (globalThis as unknown as { GPUBuffer: { prototype: GPUBuffer } }).GPUBuffer;
  const original = Object.getOwnPropertyDescriptor(prototype, 'getMappedRange')!;
  const getMappedRange = original.value as (this: GPUBuffer, ...range: number[]) => ArrayBuffer;
  Object.defineProperty(prototype, 'getMappedRange', {
    ...original,
    value(this: GPUBuffer, ...range: number[]): ArrayBuffer {
      const bytes = getMappedRange.apply(this, range);
      new Uint8Array(bytes).fill(0);
      return bytes;
    },
  });
  return () => Object.defineProperty(prototype, 'getMappedRange', original);
}
