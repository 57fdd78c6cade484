/** The transformer between embedding and final layer norm over packed rows: its buffers, and its calls both ways. */
import type { Layout, ModelShape } from '../layout';
import type { Allocate } from './buffers';
import { attention, attentionBackward } from './kernels/attention';
import { embed, embedBackward } from './kernels/embedding';
import { layerNorm, layerNormBackward } from './kernels/layerNorm';
import { matmul, weightGradient } from './kernels/matmul';
import type { Matrix, Meta, Rows, Slice, Slots } from './kernels/operands';
import type { Call } from './program';

/** What the calls of a model read beside activations. */
export interface Model {
  readonly layout: Layout;
  /** The flat parameters. */
  readonly params: GPUBuffer;
  readonly meta: Meta;
}

/**
 * Of a layer. R = N token rows; in the last layer, from the attention's output on, the M active rows, since nothing
 * reads the others.
 */
interface LayerActivations {
  /** Residual stream before the layer, [N, d]. */
  readonly input: Matrix;
  readonly stats1: Slice; // [N, 2]
  readonly norm1: Matrix; // [N, d]
  readonly qkv: Slice; // [N, 3d]
  readonly lse: Slice; // [R, heads]
  readonly attended: Matrix; // [R, d]
  /** Residual stream between attention and MLP, [R, d]. */
  readonly middle: Matrix;
  readonly stats2: Slice; // [R, 2]
  readonly norm2: Matrix; // [R, d]
  readonly inner: Matrix; // [R, 4d], before gelu
  readonly activated: Matrix; // [R, 4d], after gelu
  /** Residual stream after the layer, [R, d]. */
  readonly output: Matrix;
}

export interface TrunkActivations {
  readonly layers: readonly LayerActivations[];
  readonly stats: Slice; // [M, 2]
  /** Final layer norm, [M, d]. */
  readonly hidden: Matrix;
}

/** A matrix of its own buffer. */
export function matrix(allocate: Allocate, rows: number, columns: number): Matrix {
  return { buffer: allocate(rows * columns), offset: 0, ld: columns };
}

function slice(allocate: Allocate, floats: number): Slice {
  return { buffer: allocate(floats), offset: 0 };
}

/** Activations that the backward pass finds as they were. */
export function keptActivations(
  { width: d, heads, layers: depth }: ModelShape, tokens: number, active: number, allocate: Allocate,
): TrunkActivations {
  let input = matrix(allocate, tokens, d);
  const layers = Array.from({ length: depth }, (_, l): LayerActivations => {
    const rows = l === depth - 1 ? active : tokens;
    const layer = {
      input,
      stats1: slice(allocate, tokens * 2), norm1: matrix(allocate, tokens, d),
      qkv: slice(allocate, tokens * 3 * d), lse: slice(allocate, rows * heads), attended: matrix(allocate, rows, d),
      middle: matrix(allocate, rows, d), stats2: slice(allocate, rows * 2), norm2: matrix(allocate, rows, d),
      inner: matrix(allocate, rows, 4 * d), activated: matrix(allocate, rows, 4 * d),
      output: matrix(allocate, rows, d),
    };
    input = layer.output;
    return layer;
  });
  return { layers, stats: slice(allocate, active * 2), hidden: matrix(allocate, active, d) };
}

/** Activations of a pass without a way back: every layer overwrites those of the one before. */
export function passingActivations(
  { width: d, heads, layers: depth }: ModelShape, tokens: number, allocate: Allocate,
): TrunkActivations {
  const stream = matrix(allocate, tokens, d);
  const stats = slice(allocate, tokens * 2);
  const norm = matrix(allocate, tokens, d);
  const layer: LayerActivations = {
    input: stream, stats1: stats, norm1: norm,
    qkv: slice(allocate, tokens * 3 * d), lse: slice(allocate, tokens * heads), attended: norm,
    middle: matrix(allocate, tokens, d), stats2: stats, norm2: norm,
    inner: matrix(allocate, tokens, 4 * d), activated: matrix(allocate, tokens, 4 * d),
    output: stream,
  };
  return { layers: Array.from({ length: depth }, () => layer), stats, hidden: norm };
}

/** The same, with the keys and values of every layer in one buffer, [L][tokens, 3d], for decoding. */
export function promptActivations(
  shape: ModelShape, tokens: number, allocate: Allocate,
): { readonly activations: TrunkActivations; readonly qkv: GPUBuffer; readonly layerStride: number } {
  const layerStride = tokens * 3 * shape.width;
  const qkv = allocate(shape.layers * layerStride);
  const passing = passingActivations(shape, tokens, allocate);
  const layers = passing.layers.map((layer, l) => ({ ...layer, qkv: { buffer: qkv, offset: l * layerStride } }));
  return { activations: { ...passing, layers }, qkv, layerStride };
}

/** From token ids to `hidden`. */
export function trunkForward({ layout, params, meta }: Model, activations: TrunkActivations): Call[] {
  const { width: d, heads } = layout.shape;
  const viewAt = (name: string): number => layout.view(name).offset;
  const { layers } = activations;
  const calls: Call[] = [embed({
    d, meta, params,
    wteAt: viewAt('wte.weight'), wpeAt: viewAt('wpe.weight'), extraAt: viewAt('extra_input.weight'),
    x: layers[0]!.input,
  })];
  layers.forEach((layer, l) => {
    const at = (name: string): number => viewAt(`h.${l}.${name}`);
    const weight = (name: string): Slice => ({ buffer: params, offset: at(`${name}.weight`) });
    const last = l === layers.length - 1;
    const rows: Rows = last ? 'active' : 'tokens';
    const { input, norm1, attended, middle, norm2, inner, activated, output } = layer;
    const qkv: Matrix = { ...layer.qkv, ld: 3 * d };
    calls.push(
      layerNorm({
        rows: 'tokens', d, x: input, params, weightAt: at('ln_1.weight'), biasAt: at('ln_1.bias'),
        y: norm1, stats: layer.stats1,
      }),
      matmul({
        form: 'nn', rows: 'tokens', k: d, n: 3 * d,
        x: norm1, w: weight('attn.c_attn'), bias: at('attn.c_attn.bias'), y: qkv,
      }),
      attention({ rows, d, heads, meta, qkv, out: attended, lse: layer.lse }),
      matmul({
        form: 'nn', rows, k: d, n: d,
        x: attended, w: weight('attn.c_proj'), bias: at('attn.c_proj.bias'), y: middle,
        epilogue: { kind: 'residual', from: input, ...(last ? { meta } : {}) },
      }),
      layerNorm({
        rows, d, x: middle, params, weightAt: at('ln_2.weight'), biasAt: at('ln_2.bias'),
        y: norm2, stats: layer.stats2,
      }),
      matmul({
        form: 'nn', rows, k: d, n: 4 * d,
        x: norm2, w: weight('mlp.c_fc'), bias: at('mlp.c_fc.bias'), y: inner,
        epilogue: { kind: 'gelu', activated },
      }),
      matmul({
        form: 'nn', rows, k: 4 * d, n: d,
        x: activated, w: weight('mlp.c_proj'), bias: at('mlp.c_proj.bias'), y: output,
        epilogue: { kind: 'residual', from: middle },
      }),
    );
  });
  calls.push(layerNorm({
    rows: 'active', d, x: layers.at(-1)!.output, params,
    weightAt: viewAt('ln_f.weight'), biasAt: viewAt('ln_f.bias'), y: activations.hidden, stats: activations.stats,
  }));
  return calls;
}

/** Gradients of activations on their way down. */
export interface TrunkGradients {
  /** Of `hidden`, [M, d]: where the way back begins. */
  readonly dHidden: Matrix;
  /** Of the residual stream, in turns, [N, d] each. */
  readonly dStream: readonly [Matrix, Matrix];
  readonly dInner: Matrix; // [N, 4d]
  /** Of a layer norm's or the attention's output, [N, d]. */
  readonly dNorm: Matrix;
  readonly dQkv: Matrix; // [N, 3d]
}

export function trunkGradients(
  { width: d }: ModelShape, tokens: number, active: number, allocate: Allocate,
): TrunkGradients {
  return {
    dHidden: matrix(allocate, active, d),
    dStream: [matrix(allocate, tokens, d), matrix(allocate, tokens, d)],
    dInner: matrix(allocate, tokens, 4 * d),
    dNorm: matrix(allocate, tokens, d),
    dQkv: matrix(allocate, tokens, 3 * d),
  };
}

/** From `dHidden` to the gradients of all parameters of the trunk, which are added to the slots. */
export function trunkBackward(
  { layout, params, meta }: Model, activations: TrunkActivations, gradients: TrunkGradients, slots: Slots,
): Call[] {
  const { width: d, heads, vocab } = layout.shape;
  const viewAt = (name: string): number => layout.view(name).offset;
  const { layers } = activations;
  const { dHidden, dStream: [dOutput, dMiddle], dInner, dNorm, dQkv } = gradients;
  const calls: Call[] = [layerNormBackward({
    rows: 'active', d, dy: dHidden, x: layers.at(-1)!.output, stats: activations.stats, params, slots,
    weightAt: viewAt('ln_f.weight'), biasAt: viewAt('ln_f.bias'), dx: dOutput,
  })];
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]!;
    const at = (name: string): number => viewAt(`h.${l}.${name}`);
    const weight = (name: string): Slice => ({ buffer: params, offset: at(`${name}.weight`) });
    const ofLinear = (name: string): { at: number; biasAt: number } => ({
      at: at(`${name}.weight`), biasAt: at(`${name}.bias`),
    });
    const last = l === layers.length - 1;
    const rows: Rows = last ? 'active' : 'tokens';
    calls.push(
      // dOutput is the gradient of the layer's output and, through the residual, part of that of `middle`.
      weightGradient({ rows, m: 4 * d, n: d, x: layer.activated, dy: dOutput, slots, ...ofLinear('mlp.c_proj') }),
      matmul({
        form: 'nt', rows, k: d, n: 4 * d, x: dOutput, w: weight('mlp.c_proj'), y: dInner,
        epilogue: { kind: 'geluBackward', inner: layer.inner },
      }),
      weightGradient({ rows, m: d, n: 4 * d, x: layer.norm2, dy: dInner, slots, ...ofLinear('mlp.c_fc') }),
      matmul({ form: 'nt', rows, k: 4 * d, n: d, x: dInner, w: weight('mlp.c_fc'), y: dNorm }),
      layerNormBackward({
        rows, d, dy: dNorm, x: layer.middle, stats: layer.stats2, params, slots,
        weightAt: at('ln_2.weight'), biasAt: at('ln_2.bias'), residual: dOutput, dx: dMiddle,
      }),
      // dMiddle is the gradient of `middle` and, through the residual, part of that of the layer's input.
      weightGradient({ rows, m: d, n: d, x: layer.attended, dy: dMiddle, slots, ...ofLinear('attn.c_proj') }),
      matmul({ form: 'nt', rows, k: d, n: d, x: dMiddle, w: weight('attn.c_proj'), y: dNorm }),
      attentionBackward({
        rows, d, heads, meta, qkv: layer.qkv, out: layer.attended, lse: layer.lse, dOut: dNorm, dQkv,
      }),
      weightGradient({ rows: 'tokens', m: d, n: 3 * d, x: layer.norm1, dy: dQkv, slots, ...ofLinear('attn.c_attn') }),
      matmul({ form: 'nt', rows: 'tokens', k: 3 * d, n: d, x: dQkv, w: weight('attn.c_attn'), y: dNorm }),
      layerNormBackward({
        rows: 'tokens', d, dy: dNorm, x: layer.input, stats: layer.stats1, params, slots,
        weightAt: at('ln_1.weight'), biasAt: at('ln_1.bias'),
        residual: dMiddle, ...(last ? { residualOf: meta } : {}), dx: dOutput,
      }),
    );
  }
  calls.push(embedBackward({
    d, vocab, meta, dx: dOutput, slots,
    wteAt: viewAt('wte.weight'), wpeAt: viewAt('wpe.weight'), extraAt: viewAt('extra_input.weight'),
  }));
  return calls;
}
