// The counter-based generator of src/core/rng.ts: the same u32 operations, the same bits.

@inline
function pcg(value: u32): u32 {
  const state = value * 747796405 + 2891336453;
  const word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737;
  return (word >> 22) ^ word;
}

@inline
function mix(hash: u32, part: u32): u32 {
  return pcg(hash ^ (part * 0x9e3779b1 + 0x85ebca6b));
}

/** Random u32 at (row, position) of a stream. */
export function randomU32(key: u32, row: u32, position: u32): u32 {
  return mix(mix(key, row), position);
}

/** The u32 as a float in [0, 1) with 24 random bits. */
export function unitFloat(bits: u32): f32 {
  return <f32>(bits >> 8) * <f32>(1.0 / 16777216.0);
}
