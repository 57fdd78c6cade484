import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../../core/rng';
import { installDawn, removeDawn } from '../../testing/dawn';
import { Bench, openDevice } from '../testing/run';
import {
  adamw, NORM_AT, settingsOf, settingsSize, STATE_SIZE, sumSlots, sumSquares, type StepSettings,
} from './optimizer';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench(await openDevice(await installDawn()));
});
afterAll(() => {
  bench.device.destroy();
  removeDawn();
});

const stream = new Stream(streamKey(1, PURPOSE.test, 3));
const normals = (length: number): Float32Array<ArrayBuffer> => Float32Array.from({ length }, () => stream.normal());

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) if (!(Math.abs(a[i]! - b[i]!) <= worst)) worst = Math.abs(a[i]! - b[i]!);
  return worst;
}

describe('sumSlots', () => {
  it.each([[1, 4], [3, 1000], [16, 260]])('adds %d slots of %d floats to the gradient', async (count, size) => {
    const parts = normals(count * size);
    const before = normals(size);
    const gradient = bench.buffer(before);
    await bench.run([sumSlots({ slots: { buffer: bench.buffer(parts), count, size }, gradient })]);
    const expected = Float64Array.from(before, (g, i) => {
      for (let s = 0; s < count; s++) g += parts[s * size + i]!;
      return g;
    });
    expect(largest(await bench.read(gradient, size), expected)).toBeLessThan(1e-5);
  });
});

/** Floats of the views; the first is longer than all invocations of `adamw` take at once. */
const VIEWS = [70_000, 4, 1000, 60];
const SIZE = VIEWS.reduce((a, b) => a + b, 0);
const viewOf = Uint32Array.from(VIEWS.flatMap((size, v) => Array<number>(size / 4).fill(v)));

/** An optimizer on the device. */
class Device {
  readonly buffers;
  private parity: 0 | 1 = 0;
  constructor(params: Float32Array) {
    this.buffers = {
      params: bench.buffer(params),
      gradient: bench.buffer(new Float32Array(SIZE)),
      first: bench.buffer(new Float32Array(SIZE)),
      second: bench.buffer(new Float32Array(SIZE)),
      settings: bench.buffer(new Float32Array(settingsSize(VIEWS.length))),
      viewOf: bench.buffer(viewOf),
      state: bench.buffer(new Uint32Array(STATE_SIZE)),
    };
  }

  /** The gradient's norm as the step reports it. */
  async step(gradient: Float32Array<ArrayBuffer>, settings: Omit<StepSettings, 'parity'>): Promise<number> {
    const { queue } = bench.device;
    queue.writeBuffer(this.buffers.gradient, 0, gradient);
    queue.writeBuffer(this.buffers.settings, 0, settingsOf({ ...settings, parity: this.parity }));
    this.parity = this.parity === 0 ? 1 : 0;
    await bench.run([sumSquares({ size: SIZE, ...this.buffers }), adamw({ size: SIZE, ...this.buffers })]);
    expect((await bench.read(this.buffers.gradient)).every((g) => g === 0)).toBe(true);
    return (await bench.read(this.buffers.state))[NORM_AT]!;
  }

  read(name: 'params' | 'first' | 'second'): Promise<Float32Array> {
    return bench.read(this.buffers[name]);
  }

  async everything(): Promise<number[]> {
    return [...(await this.read('params')), ...(await this.read('first')), ...(await this.read('second'))];
  }
}

const DECAYING = [
  { learningRate: 0.01, weightDecay: 0.1 }, null, { learningRate: 0.003, weightDecay: 0 }, { learningRate: 0, weightDecay: 0.1 },
];
const BASE = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1, views: DECAYING };

/** Algorithm 2 of Loshchilov & Hutter (2019), the schedule multiplier being part of the learning rate, in doubles. */
class Plain {
  readonly x: Float64Array;
  readonly m = new Float64Array(SIZE);
  readonly v = new Float64Array(SIZE);
  private t = 0;
  constructor(params: Float32Array) {
    this.x = Float64Array.from(params);
  }

  step(gradient: Float32Array, { beta1, beta2, epsilon, clipNorm, views }: Omit<StepSettings, 'parity'>): number {
    const norm = Math.sqrt(gradient.reduce((sum, g, i) => sum + (views[viewOf[i >> 2]!] ? g * g : 0), 0));
    this.t++;
    for (let i = 0; i < SIZE; i++) {
      const view = views[viewOf[i >> 2]!];
      if (!view) continue;
      const g = gradient[i]! * Math.min(1, clipNorm / norm);
      this.m[i] = beta1 * this.m[i]! + (1 - beta1) * g;
      this.v[i] = beta2 * this.v[i]! + (1 - beta2) * g * g;
      const [mHat, vHat] = [this.m[i]! / (1 - beta1 ** this.t), this.v[i]! / (1 - beta2 ** this.t)];
      const { learningRate, weightDecay } = view;
      this.x[i] = this.x[i]! - learningRate * (mHat / (Math.sqrt(vHat) + epsilon) + weightDecay * this.x[i]!);
    }
    return norm;
  }
}

describe('adamw', () => {
  it.each([
    ['clipped', BASE],
    ['not clipped', { ...BASE, clipNorm: Infinity }],
    ['with other constants, all views alike', {
      ...BASE, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, clipNorm: 300,
      views: VIEWS.map(() => ({ learningRate: 0.02, weightDecay: 0.05 })),
    }],
  ])('is AdamW as written down plainly, five steps, %s', async (_, settings) => {
    const params = normals(SIZE);
    const [device, plain] = [new Device(params), new Plain(params)];
    for (let t = 0; t < 5; t++) {
      const gradient = normals(SIZE);
      const norm = plain.step(gradient, settings);
      expect(Math.abs((await device.step(gradient, settings)) / norm - 1)).toBeLessThan(1e-5);
    }
    expect(largest(await device.read('params'), plain.x)).toBeLessThan(2e-6);
    expect(largest(await device.read('first'), plain.m)).toBeLessThan(1e-6);
    expect(largest(await device.read('second'), plain.v)).toBeLessThan(1e-6);
    const frozen = (i: number): boolean => settings.views[viewOf[i >> 2]!] === null;
    expect((await device.read('params')).every((x, i) => !frozen(i) || x === params[i])).toBe(true);
    expect(largest(plain.x, params)).toBeGreaterThan(0.01);
  });

  it.each([NaN, Infinity, -Infinity, 3e38])('changes nothing but the gradient where it holds %s, and goes on', async (poison) => {
    const params = normals(SIZE);
    const [device, plain] = [new Device(params), new Plain(params)];
    const spoilt = normals(SIZE);
    spoilt[SIZE - 1] = poison;
    // The first step too may be skipped.
    for (const bad of [true, false, true, true, false]) {
      const gradient = bad ? spoilt.slice() : normals(SIZE);
      const before = await device.everything();
      const norm = await device.step(gradient, BASE);
      expect(Number.isFinite(norm)).toBe(!bad);
      if (!bad) plain.step(gradient, BASE);
      else expect((await device.everything()).every((value, i) => value === before[i])).toBe(true);
    }
    // Had a skipped step counted, the bias corrections would be others.
    expect(largest(await device.read('params'), plain.x)).toBeLessThan(2e-6);
  });

  it('does not look at the gradient of a frozen view, but clears it', async () => {
    const params = normals(SIZE);
    const [device, plain] = [new Device(params), new Plain(params)];
    const gradient = normals(SIZE);
    const spoilt = gradient.slice();
    spoilt[VIEWS[0]! + 1] = NaN;
    const norm = plain.step(gradient, BASE);
    expect(Math.abs((await device.step(spoilt, BASE)) / norm - 1)).toBeLessThan(1e-5);
    expect(largest(await device.read('params'), plain.x)).toBeLessThan(2e-6);
  });

  it('corrects the moments after many steps', async () => {
    const params = normals(SIZE);
    const steps = 1234;
    const device = new Device(params);
    bench.device.queue.writeBuffer(device.buffers.state, 0, Uint32Array.from({ length: STATE_SIZE }, () => steps - 1));
    const gradient = normals(SIZE);
    await device.step(gradient, { ...BASE, clipNorm: Infinity });
    const rate = 0.01 * (0.1 / (1 - 0.9 ** steps)) / Math.sqrt(0.001 / (1 - 0.999 ** steps));
    const expected = Float64Array.from(params.subarray(0, 100), (x, i) => x * (1 - 0.01 * 0.1) - rate * Math.sign(gradient[i]!));
    expect(largest(await device.read('params'), expected)).toBeLessThan(2e-6);
  });
});
