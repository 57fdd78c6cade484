import { backend, engine, tensor1d, type Tensor2D } from '@tensorflow/tfjs-core';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { Draw, Sampler } from '../reference/sampler';

const LANES = 64;

/** The generator of `core/rng.ts`, in WGSL. */
export const RNG_WGSL = `
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

  fn unitFloat(value : u32) -> f32 {
    return f32(value >> 8u) * 5.9604644775390625e-8;
  }
`;

/**
 * One workgroup a row: greatest logit, sum of exponentials, then the inverse CDF in token order. Each lane owns a
 * contiguous run of ids, and sums are added in lane order, so one device gives the same draw every time.
 */
class SampleProgram implements WebGPUProgram {
  readonly variableNames = ['logits', 'banned'];
  readonly uniforms = 'key : u32, firstRow : u32, position : u32, greedy : i32, scale : f32,';
  readonly workgroupSize: [number, number, number] = [LANES, 1, 1];
  readonly dispatchLayout = { x: [0] };
  readonly dispatch: [number, number, number];
  readonly outputShape: number[];
  // tfjs extends the key of a program it has run, so a program object is used once.
  shaderKey = 'playgroundSample';

  constructor(rows: number) {
    this.dispatch = [rows, 1, 1];
    this.outputShape = [2, rows];
  }

  getUserCode(): string {
    return `
      ${RNG_WGSL}
      var<workgroup> laneValue : array<f32, ${LANES}>;
      var<workgroup> laneId : array<i32, ${LANES}>;

      fn weight(offset : i32, id : i32, top : f32) -> f32 {
        if (banned[id] > 0.0) { return 0.0; }
        return exp((logits[offset + id] - top) * uniforms.scale);
      }

      fn main(index : i32) {
        let rows = uniforms.outShape[1];
        let vocab = uniforms.logitsShape[1];
        let row = i32(workgroupId.x);
        let lane = i32(localId.x);
        let offset = row * vocab;
        let run = (vocab + ${LANES - 1}) / ${LANES};
        let first = min(lane * run, vocab);
        let last = min(first + run, vocab);

        var best = -1;
        var top = 0.0;
        for (var id = first; id < last; id++) {
          if (banned[id] == 0.0 && (best < 0 || logits[offset + id] > top)) {
            best = id;
            top = logits[offset + id];
          }
        }
        laneId[lane] = best;
        laneValue[lane] = top;
        workgroupBarrier();
        best = -1;
        for (var l = 0; l < ${LANES}; l++) {
          if (laneId[l] >= 0 && (best < 0 || laneValue[l] > top)) {
            best = laneId[l];
            top = laneValue[l];
          }
        }
        workgroupBarrier();

        var sum = 0.0;
        for (var id = first; id < last; id++) { sum += weight(offset, id, top); }
        laneValue[lane] = sum;
        workgroupBarrier();

        if (lane == 0) {
          var total = 0.0;
          for (var l = 0; l < ${LANES}; l++) { total += laneValue[l]; }
          var chosen = best;
          if (uniforms.greedy == 0) {
            let u = unitFloat(randomU32(uniforms.key, uniforms.firstRow + u32(row), uniforms.position));
            let goal = u * total;
            var below = 0.0;
            var owner = 0;
            loop {
              if (owner == ${LANES} || below + laneValue[owner] > goal) { break; }
              below += laneValue[owner];
              owner++;
            }
            let start = min(owner * run, vocab);
            let stop = min(start + run, vocab);
            for (var id = start; id < stop; id++) {
              let w = weight(offset, id, top);
              if (w > 0.0) { chosen = id; }
              below += w;
              if (below > goal) { break; }
            }
          }
          result[row] = f32(chosen);
          result[rows + row] = (logits[offset + chosen] - top) * uniforms.scale - log(total);
        }
      }
    `;
  }
}

/** `sampleOnHost`'s draw, on the GPU: nothing is read back. */
export const sampleOnGpu: Sampler = (logits: Tensor2D, draw: Draw) => {
  const { temperature, bannedIds, key, firstRow, position } = draw;
  const [rows, vocab] = logits.shape;
  const mask = new Float32Array(vocab);
  for (const id of bannedIds) mask[id] = 1;
  const banned = tensor1d(mask);
  const greedy = temperature === 0;
  const drawn = (backend() as WebGPUBackend).runWebGPUProgram(new SampleProgram(rows), [logits, banned], 'float32', [
    { type: 'uint32', data: [key >>> 0] },
    { type: 'uint32', data: [firstRow] },
    { type: 'uint32', data: [position] },
    { type: 'int32', data: [greedy ? 1 : 0] },
    { type: 'float32', data: [greedy ? 1 : 1 / temperature] },
  ]);
  return engine().makeTensorFromTensorInfo(drawn) as Tensor2D;
};
