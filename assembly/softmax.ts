// What is read from logits: log-probability and entropy with their gradients, choices, samples.
// Logits are rows of ld = ceil4(vocab) floats; the columns from vocab to ld are filled with -1e30 here.
import { randomU32, unitFloat } from './rng';
import { exp4, larger, madd, maxLanes, sumLanes } from './simd';

const NOTHING: f32 = -1e30;

@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/**
 * Per row, with z = logits / temperature: stats[row, 3] = max z before scaling, log sum exp(z - max z), entropy.
 * logp[row] = log softmax(z)[target], entropy[row] in nats.
 */
export function crossEntropy(
  logits: usize, rows: i32, vocab: i32, inverseTemperature: f32, targets: usize,
  stats: usize, logp: usize, entropy: usize,
): void {
  const ld = (vocab + 3) & ~3;
  const bytes = (<usize>ld) << 2;
  const scale4 = f32x4.splat(inverseTemperature);
  for (let i = 0; i < rows; i++) {
    for (let j = vocab; j < ld; j++) store<f32>(at(logits, j), NOTHING);
    let top4 = f32x4.splat(NOTHING);
    for (let o: usize = 0; o < bytes; o += 16) top4 = larger(top4, v128.load(logits + o));
    const top = maxLanes(top4);
    top4 = f32x4.splat(top);
    let total = f32x4.splat(0);
    let weighted = f32x4.splat(0);
    for (let o: usize = 0; o < bytes; o += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(logits + o), top4), scale4);
      const e = exp4(z);
      total = f32x4.add(total, e);
      weighted = madd(e, z, weighted);
    }
    const sum = sumLanes(total);
    const logSum = <f32>Math.log(<f64>sum);
    const h = logSum - sumLanes(weighted) / sum;
    store<f32>(stats, top);
    store<f32>(stats, logSum, 4);
    store<f32>(stats, h, 8);
    const target = load<f32>(at(logits, load<i32>(at(targets, i))));
    store<f32>(at(logp, i), (target - top) * inverseTemperature - logSum);
    store<f32>(at(entropy, i), h);
    stats += 12;
    logits += bytes;
  }
}

/** dLogits[rows, ld] of sum(dLogp * logp + dEntropy * entropy); a gradient pointer of 0 stands for zeros. */
export function crossEntropyBackward(
  logits: usize, rows: i32, vocab: i32, inverseTemperature: f32, targets: usize, stats: usize,
  dLogp: usize, dEntropy: usize, dLogits: usize,
): void {
  const bytes = (<usize>((vocab + 3) & ~3)) << 2;
  const scale4 = f32x4.splat(inverseTemperature);
  for (let i = 0; i < rows; i++) {
    const top4 = v128.load_splat<f32>(stats);
    const logSum4 = v128.load_splat<f32>(stats, 4);
    const h4 = v128.load_splat<f32>(stats, 8);
    const gLogp: f32 = dLogp ? load<f32>(at(dLogp, i)) : 0;
    const gEntropy: f32 = dEntropy ? load<f32>(at(dEntropy, i)) : 0;
    // d logp / d z_j = [j = target] - p_j;  d entropy / d z_j = -p_j (log p_j + entropy)
    const gLogp4 = f32x4.splat(gLogp);
    const gEntropy4 = f32x4.splat(gEntropy);
    const minusScale4 = f32x4.neg(scale4);
    for (let o: usize = 0; o < bytes; o += 16) {
      const z = f32x4.mul(f32x4.sub(v128.load(logits + o), top4), scale4);
      const logP = f32x4.sub(z, logSum4);
      const slope = madd(gEntropy4, f32x4.add(logP, h4), gLogp4);
      v128.store(dLogits + o, f32x4.mul(f32x4.mul(exp4(logP), slope), minusScale4));
    }
    const target = at(dLogits, load<i32>(at(targets, i)));
    store<f32>(target, load<f32>(target) + gLogp * inverseTemperature);
    stats += 12;
    logits += bytes;
    dLogits += bytes;
  }
}

/** out[rows, n] = log softmax(logits)[choices], from the stats of `crossEntropy` at temperature 1. */
export function choiceLogp(
  logits: usize, rows: i32, vocab: i32, stats: usize, choices: usize, n: i32, out: usize,
): void {
  const ld = (vocab + 3) & ~3;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < n; c++) {
      const z = load<f32>(at(logits, i * ld + load<i32>(at(choices, c))));
      store<f32>(at(out, i * n + c), z - load<f32>(at(stats, i * 3)) - load<f32>(at(stats, i * 3 + 1)));
    }
  }
}

/** dLogits[rows, ld] of sum(dOut * choiceLogp). */
export function choiceLogpBackward(
  logits: usize, rows: i32, vocab: i32, stats: usize, choices: usize, n: i32, dOut: usize, dLogits: usize,
): void {
  const bytes = (<usize>((vocab + 3) & ~3)) << 2;
  for (let i = 0; i < rows; i++) {
    let total: f32 = 0;
    for (let c = 0; c < n; c++) total += load<f32>(at(dOut, i * n + c));
    const minusTotal = f32x4.splat(-total);
    const shift = f32x4.splat(load<f32>(stats) + load<f32>(stats, 4));
    for (let o: usize = 0; o < bytes; o += 16) {
      v128.store(dLogits + o, f32x4.mul(minusTotal, exp4(f32x4.sub(v128.load(logits + o), shift))));
    }
    for (let c = 0; c < n; c++) {
      const to = at(dLogits, load<i32>(at(choices, c)));
      store<f32>(to, load<f32>(to) + load<f32>(at(dOut, i * n + c)));
    }
    stats += 12;
    logits += bytes;
    dLogits += bytes;
  }
}

/**
 * Draws one token per active row. Active row i is row rowIds[i] of the generation and reads logits row i or, where the
 * `share` samples of a prompt still share the prompt's logits, row rowIds[i] / share.
 * u = unitFloat(randomU32(key, firstRow + rowIds[i], step)); the token is the first at which the running sum of
 * exp(z - max) passes u times the total, in token order, in double precision. Temperature 0: the first largest logit,
 * with its log-probability at temperature 1. Banned ids are overwritten in the logits.
 * @param weights scratch of ceil4(vocab) floats
 */
export function sample(
  logits: usize, n: i32, vocab: i32, temperature: f32, banned: usize, bannedCount: i32, rowIds: usize, share: i32,
  key: u32, firstRow: u32, step: u32, weights: usize, tokens: usize, logps: usize,
): void {
  const ld = (vocab + 3) & ~3;
  const bytes = (<usize>ld) << 2;
  const scale: f32 = temperature > 0 ? <f32>1 / temperature : 1;
  const scale4 = f32x4.splat(scale);
  for (let i = 0; i < n; i++) {
    const rowId = load<i32>(at(rowIds, i));
    const row = logits + (share > 1 ? rowId / share : i) * bytes;
    for (let j = vocab; j < ld; j++) store<f32>(at(row, j), NOTHING);
    for (let j = 0; j < bannedCount; j++) store<f32>(at(row, load<i32>(at(banned, j))), NOTHING);
    let top4 = f32x4.splat(NOTHING);
    for (let o: usize = 0; o < bytes; o += 16) top4 = larger(top4, v128.load(row + o));
    const top = maxLanes(top4);
    top4 = f32x4.splat(top);
    let total: f64 = 0;
    for (let o: usize = 0; o < bytes; o += 16) {
      const e = exp4(f32x4.mul(f32x4.sub(v128.load(row + o), top4), scale4));
      v128.store(weights + o, e);
      total += <f64>f32x4.extract_lane(e, 0);
      total += <f64>f32x4.extract_lane(e, 1);
      total += <f64>f32x4.extract_lane(e, 2);
      total += <f64>f32x4.extract_lane(e, 3);
    }
    let token = 0;
    if (temperature > 0) {
      const goal = <f64>unitFloat(randomU32(key, firstRow + rowId, step)) * total;
      let sum = <f64>load<f32>(weights);
      while (sum <= goal && token < vocab - 1) {
        token++;
        sum += <f64>load<f32>(at(weights, token));
      }
    } else {
      while (load<f32>(at(row, token)) < top && token < vocab - 1) token++;
    }
    store<i32>(at(tokens, i), token);
    store<f32>(at(logps, i), (load<f32>(at(row, token)) - top) * scale - <f32>Math.log(total));
  }
}
