import { describe, expect, it } from 'vitest';
import { forwardFlops, rewardWork, rlWork, rolloutWork, sftWork, type BenchDims } from './work';

const DIMS: BenchDims = { width: 8, layers: 2, vocab: 21, prompt: 5, response: 3, batch: 2 };

/** Marks what the outputs of a pass depend on, from the outputs backwards, and counts multiply-adds one by one. */
class Needed {
  private readonly seen = new Set<string>();
  flops = 0;

  constructor(private readonly dims: BenchDims) {}

  /** Adds the operations of the states and targets of a sequence. Tokens with equal names count once over all sequences. */
  pass(names: readonly string[], from: number, targets: number): void {
    const { layers, width, vocab } = this.dims;
    for (let t = from; t < names.length; t++) this.output(layers - 1, names, t);
    for (let target = 0; target < targets; target++) this.product(1, width, vocab);
  }

  /** The residual stream of position t after a layer; a causal model's state depends on the tokens up to t alone. */
  private output(layer: number, names: readonly string[], t: number): void {
    if (layer < 0 || this.known('output', layer, names, t)) return;
    const { width: d } = this.dims;
    this.output(layer - 1, names, t);
    this.product(1, d, d); // query
    for (let key = 0; key <= t; key++) {
      this.keyAndValue(layer, names, key);
      this.product(1, d, 1); // score, over all heads
      this.product(1, 1, d); // weighted value
    }
    this.product(1, d, d); // output projection
    this.product(1, d, 4 * d);
    this.product(1, 4 * d, d);
  }

  private keyAndValue(layer: number, names: readonly string[], t: number): void {
    if (this.known('key', layer, names, t)) return;
    this.output(layer - 1, names, t);
    this.product(1, this.dims.width, 2 * this.dims.width);
  }

  private known(what: string, layer: number, names: readonly string[], t: number): boolean {
    const id = [what, layer, ...names.slice(0, t + 1)].join(' ');
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    return false;
  }

  /** [m, k] x [k, n] by its plain loops. */
  private product(m: number, k: number, n: number): void {
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) for (let l = 0; l < k; l++) this.flops += 2;
  }
}

function sequence(prompt: string, response: string, { prompt: p, response: r }: BenchDims, length = r): string[] {
  return [
    ...Array.from({ length: p }, (_, t) => `${prompt}${t}`), 'sep', ...Array.from({ length }, (_, t) => `${response}${t}`),
  ];
}

describe('operations counted by the formula and one by one', () => {
  it.each([1, 2, 3])('a forward pass, %i layers', (layers) => {
    const dims = { ...DIMS, layers };
    const needed = new Needed(dims);
    needed.pass(sequence('p', 'r', dims), 5, 3);
    expect(forwardFlops(dims, { length: 9, from: 5, targets: 3 })).toBe(needed.flops);
  });

  it('an SFT step is three passes of each document', () => {
    const needed = new Needed(DIMS);
    for (const document of ['a', 'b']) needed.pass(sequence(document, document, DIMS), 5, 3);
    expect(sftWork(DIMS)).toEqual({ tokens: 2 * 9, flops: 3 * needed.flops });
  });

  it('the responses of a pair pay for their prompt once', () => {
    const needed = new Needed(DIMS);
    for (const prompt of ['a', 'b']) {
      // The separator is scored, so each response has a state of its own there: it counts twice.
      for (const response of ['x', 'y']) {
        const names = sequence(prompt, `${prompt}${response}`, DIMS);
        names[DIMS.prompt] = `sep of ${response}`;
        needed.pass(names, 5, 3);
      }
    }
    expect(rewardWork(DIMS)).toEqual({ tokens: 2 * 2 * 9, flops: 3 * needed.flops });
  });

  it('sampling reads every token but the last', () => {
    const needed = new Needed(DIMS);
    for (const prompt of ['a', 'b']) needed.pass(sequence(prompt, `${prompt}r`, DIMS).slice(0, -1), 5, 3);
    expect(rolloutWork(DIMS)).toEqual({ tokens: 2 * 3, flops: needed.flops });
  });

  it('an RL iteration samples, scores, asks the reference and updates', () => {
    let flops = 0;
    for (const length of [3, 1]) {
      for (const [names, times] of [
        [sequence('p', 'r', DIMS, length).slice(0, -1), 1],
        [sequence('p', 'r', DIMS, length), 5],
      ] as const) {
        const needed = new Needed(DIMS);
        needed.pass(names, 5, length);
        flops += times * needed.flops;
      }
    }
    expect(rlWork(DIMS, [3, 1])).toEqual({ tokens: 4, flops });
  });
});
