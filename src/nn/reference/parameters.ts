/** Parameter sets and AdamW of the reference engine: flat tensors, cut into views where the model reads them. */
import {
  add, concat, div, dispose, keep, maximum, mul, reshape, slice, sqrt, square, sub, sum, tensor1d, tidy, zeros,
  type Rank, type Scalar, type Tensor, type Tensor1D,
} from '@tensorflow/tfjs-core';
import { settingsOfView } from '../adamw';
import type { Layout } from '../layout';
import type { AdamWOptions, Optimizer, OptimizerState, ParameterSet, StepOutcome } from '../types';
import type { Weights } from './model';

/** Flat parameters and gradient, each one tensor that is replaced, never written to. */
export class ReferenceParameters implements ParameterSet {
  values: Tensor1D;
  gradient: Tensor1D;
  private views: Tensor[];

  /** @throws RangeError where there are not `layout.size` values. */
  constructor(
    readonly layout: Layout,
    values: Float32Array,
  ) {
    checkSize(layout, values);
    this.values = keep(tensor1d(values.slice(), 'float32'));
    this.gradient = keep(zeros<Rank.R1>([layout.size]));
    this.views = cutViews(layout, this.values);
  }

  /** Takes over `values`. */
  replaceValues(values: Tensor1D): void {
    dispose([this.values, ...this.views]);
    this.values = keep(values);
    this.views = cutViews(this.layout, values);
  }

  write(values: Float32Array): void {
    checkSize(this.layout, values);
    this.replaceValues(tensor1d(values.slice(), 'float32'));
  }

  /** Takes over `gradient`. */
  replaceGradient(gradient: Tensor1D): void {
    this.gradient.dispose();
    this.gradient = keep(gradient);
  }

  /** The views as they are now, as tensors that outlive the next step. The caller disposes them. */
  snapshot(): Tensor[] {
    return this.views.map((view) => keep(view.clone()));
  }

  get weights(): Weights {
    return weightsOf(this.layout, this.views);
  }

  dispose(): void {
    dispose([this.values, this.gradient, ...this.views]);
  }
}

/** Looks up the views of a layout by name. */
export function weightsOf(layout: Layout, views: readonly Tensor[]): Weights {
  const byName = new Map(layout.views.map((view, i) => [view.name, views[i]!]));
  return (name) => byName.get(name)!;
}

/** Flat tensor of one tensor per view; a missing one, and the gaps of the layout, become zeros. Call inside `tidy`. */
export function joinViews(layout: Layout, views: readonly (Tensor | undefined)[]): Tensor1D {
  const pieces: Tensor1D[] = [];
  let at = 0;
  layout.views.forEach((view, i) => {
    if (view.offset > at) pieces.push(zeros<Rank.R1>([view.offset - at]));
    const piece = views[i];
    pieces.push(piece ? reshape<Rank.R1>(piece, [view.size]) : zeros<Rank.R1>([view.size]));
    at = view.offset + view.size;
  });
  if (layout.size > at) pieces.push(zeros<Rank.R1>([layout.size - at]));
  return concat(pieces, 0);
}

function cutViews(layout: Layout, flat: Tensor1D): Tensor[] {
  return layout.views.map((view) => keep(tidy(() => reshape(slice(flat, view.offset, view.size), [...view.shape]))));
}

function checkSize(layout: Layout, values: Float32Array): void {
  if (values.length !== layout.size) {
    throw new RangeError(`parameters: ${values.length} values for a layout of ${layout.size}`);
  }
}

/**
 * AdamW (Loshchilov & Hutter 2019) with bias-corrected moments and global-norm clipping. The gradients of frozen groups
 * do not count in the norm, and their moments stay.
 */
export class ReferenceAdamW implements Optimizer {
  private readonly first: { moment: Tensor1D };
  private readonly second: { moment: Tensor1D };
  private steps: number;

  /** @throws RangeError where `state` has other moments than `layout.size`. */
  constructor(readonly params: ReferenceParameters, state?: OptimizerState) {
    const { layout } = params;
    if (state) for (const moments of [state.first, state.second]) checkSize(layout, moments);
    const moment = (values: Float32Array | undefined): { moment: Tensor1D } => ({
      moment: keep(values ? tensor1d(values.slice(), 'float32') : zeros<Rank.R1>([layout.size])),
    });
    this.first = moment(state?.first);
    this.second = moment(state?.second);
    this.steps = state?.steps ?? 0;
  }

  async read(): Promise<OptimizerState> {
    const [first, second] = [await this.first.moment.data<'float32'>(), await this.second.moment.data<'float32'>()];
    return { steps: this.steps, first: first.slice(), second: second.slice() };
  }

  async step(options: AdamWOptions): Promise<StepOutcome> {
    const { params } = this;
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm = 1 } = options;
    const { rates, decays, trained } = perParameter(params.layout, options);
    const norm = tidy(() => sqrt(sum<Scalar>(square(mul(params.gradient, tensor1d(trained))))));
    const gradNorm = (await norm.data<'float32'>())[0]!;
    if (Number.isFinite(gradNorm)) {
      this.steps++;
      const clip = gradNorm > clipNorm ? clipNorm / gradNorm : 1;
      const moved = tidy(() => {
        const mask = tensor1d(trained);
        const gradient: Tensor1D = mul(mul(params.gradient, clip), mask);
        const follow = (old: Tensor1D, target: Tensor1D, beta: number): Tensor1D =>
          add(old, mul(mul(sub(target, old), 1 - beta), mask));
        const m = follow(this.first.moment, gradient, beta1);
        const v = follow(this.second.moment, square<Tensor1D>(gradient), beta2);
        const direction = div(
          div(m, 1 - beta1 ** this.steps),
          add(sqrt(maximum(div(v, 1 - beta2 ** this.steps), 0)), epsilon),
        );
        const rate = tensor1d(rates);
        const decayed = sub(params.values, mul(params.values, tensor1d(decays)));
        return { values: sub<Tensor1D>(decayed, mul(rate, direction)), m, v };
      });
      replace(this.first, moved.m);
      replace(this.second, moved.v);
      params.replaceValues(moved.values);
    }
    params.replaceGradient(zeros<Rank.R1>([params.layout.size]));
    return { gradNorm: norm };
  }

  dispose(): void {
    dispose([this.first.moment, this.second.moment]);
  }
}

function replace(holder: { moment: Tensor1D }, moment: Tensor1D): void {
  holder.moment.dispose();
  holder.moment = keep(moment);
}

/** Learning rate, learning rate times decay, and 1 where trained, for each float of the flat buffer. */
function perParameter(
  layout: Layout,
  options: AdamWOptions,
): { rates: Float32Array; decays: Float32Array; trained: Float32Array } {
  const rates = new Float32Array(layout.size);
  const decays = new Float32Array(layout.size);
  const trained = new Float32Array(layout.size);
  for (const view of layout.views) {
    const settings = settingsOfView(view, options);
    if (!settings) continue;
    const { learningRate, weightDecay } = settings;
    const end = view.offset + view.size;
    rates.fill(learningRate, view.offset, end);
    decays.fill(learningRate * weightDecay, view.offset, end);
    trained.fill(1, view.offset, end);
  }
  return { rates, decays, trained };
}
