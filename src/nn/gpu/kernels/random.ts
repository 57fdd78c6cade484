/** The generator of `core/rng.ts` in WGSL, bit for bit. u32 arithmetic wraps in WGSL as `Math.imul` does there. */
export const RANDOM_WGSL = `
  fn pcg(value : u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
  }

  fn mixIn(hash : u32, part : u32) -> u32 {
    return pcg(hash ^ (part * 0x9e3779b1u + 0x85ebca6bu));
  }

  fn randomU32(key : u32, row : u32, position : u32) -> u32 {
    return mixIn(mixIn(key, row), position);
  }

  fn unitFloat(bits : u32) -> f32 {
    return f32(bits >> 8u) * 5.9604644775390625e-8;
  }
`;
