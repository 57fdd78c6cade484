import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { randomU32, unitFloat } from '../../core/rng';

export interface Draw {
  /** 0 = greedy. */
  readonly temperature: number;
  readonly bannedIds: readonly number[];
  readonly key: number;
  /** Row number of the first row, for the random number's key. */
  readonly firstRow: number;
  /** Number of the token within the response. */
  readonly position: number;
}

/** Draws a token a row. [B, V] logits -> [2, B]: ids, and their log-probabilities. Call inside `tidy`. */
export type Sampler = (logits: Tensor2D, draw: Draw) => Tensor2D;

/**
 * Sampling by inverse CDF in token order, read back to the host: for tfjs' cpu backend, where that costs nothing.
 * u of row r is unitFloat(randomU32(key, firstRow + r, position)).
 */
export const sampleOnHost: Sampler = (logits, { temperature, bannedIds, key, firstRow, position }) => {
  const [rows, vocab] = logits.shape;
  const values = logits.dataSync<'float32'>();
  const banned = new Set(bannedIds);
  const out = new Float32Array(2 * rows);
  const scale = temperature === 0 ? 1 : 1 / temperature;
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * vocab, (r + 1) * vocab);
    let best = -1;
    for (let id = 0; id < vocab; id++) if (!banned.has(id) && (best < 0 || row[id]! > row[best]!)) best = id;
    const weight = (id: number): number => (banned.has(id) ? 0 : Math.exp((row[id]! - row[best]!) * scale));
    let total = 0;
    for (let id = 0; id < vocab; id++) total += weight(id);
    let chosen = best;
    if (temperature > 0) {
      const target = unitFloat(randomU32(key, firstRow + r, position)) * total;
      let below = 0;
      for (let id = 0; id < vocab; id++) {
        below += weight(id);
        if (below > target) {
          chosen = id;
          break;
        }
      }
    }
    out[r] = chosen;
    out[rows + r] = (row[chosen]! - row[best]!) * scale - Math.log(total);
  }
  return tensor2d(out, [2, rows]);
};
