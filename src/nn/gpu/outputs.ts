/** From the final layer norm to the outputs of a forward pass, and back: buffers and calls. */
import type { ModelShape } from '../layout';
import type { Batch, ForwardOptions, OutputName } from '../types';
import type { Allocate } from './buffers';
import {
  headBackward, headForward, tokenWeight, tokenWeightBackward, value, valueBackward,
} from './kernels/heads';
import { matmul, weightGradient } from './kernels/matmul';
import type { Matrix, Slice, Slots } from './kernels/operands';
import type { Call } from './program';
import { matrix, type Model } from './trunk';

/** Most ids of `choices`: what the kernels take. */
const MAX_CHOICES = 16;

/** A buffer for each output, or for the gradient of each. */
export type OutputBuffers = Readonly<Record<OutputName, GPUBuffer>>;

export function outputBuffers(
  { valueHeads }: ModelShape, sequences: number, cells: number, allocate: Allocate,
): OutputBuffers {
  return {
    logp: allocate(cells),
    entropy: allocate(cells),
    value: allocate(cells * valueHeads),
    tokenWeight: allocate(cells),
    choiceLogp: allocate(sequences * MAX_CHOICES),
  };
}

/**
 * Shapes of the outputs that are asked for, in the order of `OutputName`.
 * @throws RangeError on more choices than the kernels take.
 */
export function outputShapes(
  { valueHeads }: ModelShape, { rows, scored }: Batch, { outputs, choices = [] }: ForwardOptions,
): Partial<Record<OutputName, number[]>> {
  const wants = (name: OutputName): boolean => outputs.includes(name);
  if (wants('choiceLogp') && choices.length > MAX_CHOICES) {
    throw new RangeError(`forward: ${choices.length} choices, on the GPU at most ${MAX_CHOICES}`);
  }
  return {
    ...(wants('logp') ? { logp: [rows, scored] } : {}),
    ...(wants('entropy') ? { entropy: [rows, scored] } : {}),
    ...(wants('value') ? { value: [rows, scored, valueHeads] } : {}),
    ...(wants('tokenWeight') ? { tokenWeight: [rows, scored] } : {}),
    ...(wants('choiceLogp') ? { choiceLogp: [rows, choices.length] } : {}),
  };
}

export interface Logits {
  /** [M, V]. */
  readonly values: Matrix;
  /** [M, 2], of the softmax. */
  readonly stats: Slice;
}

export function logitsOf({ vocab }: ModelShape, active: number, allocate: Allocate): Logits {
  return {
    values: matrix(allocate, active, Math.ceil(vocab / 4) * 4),
    stats: { buffer: allocate(active * 2), offset: 0 },
  };
}

/** Which outputs, or gradients of outputs, a list of calls is for. */
export interface Heads {
  readonly names: ReadonlySet<OutputName>;
  /** For `choiceLogp`. */
  readonly choices: readonly number[];
  /** Whether gradients of `value` stop at the value head. */
  readonly detachValue: boolean;
}

/** Everything the calls of `heads` depend on. */
export function headsKey({ names, choices, detachValue }: Heads): string {
  return [...names].sort().map((name) => {
    if (name === 'choiceLogp') return `${name} ${choices.join(' ')}`;
    return name === 'value' && detachValue ? 'value detached' : name;
  }).join(', ');
}

/** Whether any of the outputs is read off the logits. */
export function readsLogits({ names }: Heads): boolean {
  return names.has('logp') || names.has('entropy') || names.has('choiceLogp');
}

/** Whether gradients of these outputs reach the trunk. The learned token weight only reads the embedding. */
export function reachesTrunk(heads: Heads): boolean {
  return readsLogits(heads) || (heads.names.has('value') && !heads.detachValue);
}

/** From `hidden` [M, d] to the outputs. Cells that no row speaks of are left as they are. */
export function headsForward(
  { layout, params, meta }: Model, hidden: Matrix, logits: Logits, outputs: OutputBuffers, heads: Heads,
): Call[] {
  const { width: d, vocab, valueHeads } = layout.shape;
  const at = (name: string): number => layout.view(name).offset;
  const { names, choices } = heads;
  const calls: Call[] = [];
  if (readsLogits(heads)) {
    const wte: Slice = { buffer: params, offset: at('wte.weight') };
    calls.push(
      matmul({ form: 'nt', rows: 'active', k: d, n: vocab, x: hidden, w: wte, y: logits.values }),
      headForward({
        vocab, meta, logits: logits.values, stats: logits.stats,
        ...(names.has('logp') ? { logp: outputs.logp } : {}),
        ...(names.has('entropy') ? { entropy: outputs.entropy } : {}),
        ...(names.has('choiceLogp') ? { choice: { out: outputs.choiceLogp, ids: choices } } : {}),
      }),
    );
  }
  if (names.has('value')) {
    calls.push(value({
      d, heads: valueHeads, meta, params, hidden, out: outputs.value,
      weightAt: at('value_head.weight'), biasAt: at('value_head.bias'),
    }));
  }
  if (names.has('tokenWeight')) {
    calls.push(tokenWeight({
      d, meta, params, out: outputs.tokenWeight,
      wteAt: at('wte.weight'), weightAt: at('token_weight.weight'), biasAt: at('token_weight.bias'),
    }));
  }
  return calls;
}

export interface HeadGradients {
  /** Of the outputs. */
  readonly outputs: OutputBuffers;
  readonly dLogits: Matrix; // [M, V]
  /** Of `hidden`, [M, d]. Written where the outputs read logits, else added to. */
  readonly dHidden: Matrix;
}

/** From gradients of the outputs in `heads` to `dHidden`, and to those of the heads' parameters in the slots. */
export function headsBackward(
  { layout, params, meta }: Model, hidden: Matrix, logits: Logits, gradients: HeadGradients, slots: Slots, heads: Heads,
): Call[] {
  const { width: d, vocab, valueHeads } = layout.shape;
  const at = (name: string): number => layout.view(name).offset;
  const { names, choices, detachValue } = heads;
  const { outputs, dLogits, dHidden } = gradients;
  const calls: Call[] = [];
  if (readsLogits(heads)) {
    const wteAt = at('wte.weight');
    calls.push(
      headBackward({
        vocab, meta, logits: logits.values, stats: logits.stats, dLogits,
        ...(names.has('logp') ? { dLogp: outputs.logp } : {}),
        ...(names.has('entropy') ? { dEntropy: outputs.entropy } : {}),
        ...(names.has('choiceLogp') ? { choice: { dOut: outputs.choiceLogp, ids: choices } } : {}),
      }),
      matmul({
        form: 'nn', rows: 'active', k: vocab, n: d, x: dLogits, w: { buffer: params, offset: wteAt }, y: dHidden,
      }),
      weightGradient({ rows: 'active', m: vocab, n: d, x: dLogits, dy: hidden, slots, at: wteAt }),
    );
  }
  if (names.has('value')) {
    calls.push(valueBackward({
      d, heads: valueHeads, meta, params, hidden, dOut: outputs.value, slots,
      weightAt: at('value_head.weight'), biasAt: at('value_head.bias'),
      ...(detachValue ? {} : { dHidden }),
    }));
  }
  if (names.has('tokenWeight')) {
    calls.push(tokenWeightBackward({
      d, vocab, meta, params, dOut: outputs.tokenWeight, slots,
      wteAt: at('wte.weight'), weightAt: at('token_weight.weight'), biasAt: at('token_weight.bias'),
    }));
  }
  return calls;
}
