// A batch through the trunk and the heads that read it, and back.
import type { Batch, ForwardOptions, OutputName } from '../types';
import type { Runtime } from './kernels';
import { linear, linearTransposed, weightGradient } from './linear';
import type { Pointer, Scope } from './memory';
import { packRuns, type Packing, type Run } from './packing';
import type { CpuParameters } from './parameters';
import { runTrunk, type Trunk, trunkBackward } from './trunk';

/** Rows whose logit gradients are held at a time. */
const LOGIT_BLOCK = 256;

/** Outputs as plain arrays, shapes as in `Outputs`. */
export type OutputArrays = Partial<Record<OutputName, Float32Array>>;

/** Some of the active rows, and the cell b * scored + s of the outputs that each of them speaks of. */
interface Selection {
  readonly count: number;
  /** Index among the active rows. */
  readonly rows: Pointer;
  readonly cells: readonly number[];
  /** Their hidden states, [count, d]. */
  readonly hidden: Pointer;
}

interface Logits {
  readonly values: Pointer; // [count, ceil4(vocab)]
  readonly stats: Pointer; // [count, 3]
}

/** Activations of a forward pass. */
export interface Activations {
  readonly packing: Packing;
  readonly trunk: Trunk;
  /** Scored positions with a token after them, that token, and the logits if asked for. */
  readonly targets: Selection;
  readonly targetIds: Pointer;
  readonly targetLogits?: Logits;
  /** Scored positions with a state. */
  readonly states: Selection;
  readonly choices?: { readonly last: Selection; readonly logits: Logits; readonly ids: Pointer; readonly n: number };
  readonly inverseTemperature: number;
  readonly detachValue: boolean;
}

/** Sizes of the outputs, in floats. */
export function outputSizes(params: CpuParameters, batch: Batch, options: ForwardOptions): Record<OutputName, number> {
  const cells = batch.rows * batch.scored;
  return {
    logp: cells,
    entropy: cells,
    value: cells * params.layout.shape.valueHeads,
    tokenWeight: cells,
    choiceLogp: batch.rows * (options.choices?.length ?? 0),
  };
}

/**
 * Runs some rows of the batch and writes their cells of `outputs`. All activations stay in `scope`.
 * @param groups the rows, those with a common prompt (see `promptGroups`) together
 */
export function runForward(
  runtime: Runtime, params: CpuParameters, batch: Batch, groups: readonly (readonly number[])[],
  options: ForwardOptions, outputs: OutputArrays, scope: Scope,
): Activations {
  const { kernels, memory } = runtime;
  const { width: d, vocab, heads, valueHeads } = params.layout.shape;
  const { length, scored } = batch;
  const asked = new Set(options.outputs);
  const needsStates = asked.has('logp') || asked.has('entropy') || asked.has('value');

  const rows = groups.flat();
  const { runs, runOf } = runsOf(batch, groups, needsStates);
  const packing = packRuns(scope, heads, runs);
  const trunk = runTrunk(runtime, params, packing, scope);
  /** Active rows of a row of the batch: the first one, and the one after its last. */
  const activeRange = (i: number): [number, number] => {
    const run = runOf[i]!;
    return [packing.activeStart[run]!, packing.activeStart[run + 1] ?? packing.active];
  };

  const select = (wanted: boolean, active: readonly number[], cells: readonly number[]): Selection => {
    const index = scope.ints(active);
    const hidden = wanted ? scope.alloc(active.length * d) : 0;
    if (wanted) kernels.gatherRows(trunk.hidden, index, active.length, d, hidden);
    return { count: active.length, rows: index, cells, hidden };
  };
  const targetRows: number[] = [];
  const targetCells: number[] = [];
  const targetTokens: number[] = [];
  const stateRows: number[] = [];
  const stateCells: number[] = [];
  rows.forEach((b, i) => {
    const [firstActive] = activeRange(i);
    for (let s = 0; s < scored; s++) {
      const column = batch.scoreFrom[b]! + s;
      if (column >= batch.end[b]!) break;
      stateRows.push(firstActive + s);
      stateCells.push(b * scored + s);
      if (column + 1 >= batch.end[b]!) continue;
      targetRows.push(firstActive + s);
      targetCells.push(b * scored + s);
      targetTokens.push(batch.tokens[b * length + column + 1]!);
    }
  });
  const wantsLogits = asked.has('logp') || asked.has('entropy');
  const targets = select(wantsLogits, targetRows, targetCells);
  const targetIds = scope.ints(targetTokens);
  const states = select(asked.has('value'), stateRows, stateCells);
  const inverseTemperature = 1 / (options.temperature ?? 1);

  const logitsOf = (selection: Selection, ids: Pointer, scale: number, logp: Pointer, entropy: Pointer): Logits => {
    const ld = Math.ceil(vocab / 4) * 4;
    const values = scope.alloc(selection.count * ld);
    const { hidden, count } = selection;
    linearTransposed(runtime, hidden, count, params.at('wte.weight'), d, vocab, values, { ldy: ld });
    const stats = scope.alloc(selection.count * 3);
    kernels.crossEntropy(values, selection.count, vocab, scale, ids, stats, logp, entropy);
    return { values, stats };
  };
  const write = (name: OutputName, from: Pointer, cells: readonly number[], width = 1): void => {
    const out = outputs[name];
    if (!out) return;
    const values = memory.f32(from, cells.length * width);
    cells.forEach((cell, i) => {
      for (let k = 0; k < width; k++) out[cell * width + k] = values[i * width + k]!;
    });
  };

  let targetLogits: Logits | undefined;
  if (wantsLogits) {
    const logp = scope.alloc(targets.count);
    const entropy = scope.alloc(targets.count);
    targetLogits = logitsOf(targets, targetIds, inverseTemperature, logp, entropy);
    write('logp', logp, targetCells);
    write('entropy', entropy, targetCells);
  }
  if (asked.has('value')) {
    const value = scope.alloc(states.count * valueHeads);
    const [weight, bias] = [params.at('value_head.weight'), params.at('value_head.bias')];
    linearTransposed(runtime, states.hidden, states.count, weight, d, valueHeads, value, { bias });
    write('value', value, stateCells, valueHeads);
  }
  if (asked.has('tokenWeight')) {
    const weight = scope.alloc(targets.count);
    const [projection, bias] = [params.at('token_weight.weight'), params.at('token_weight.bias')];
    kernels.tokenWeight(params.at('wte.weight'), targetIds, targets.count, d, projection, bias, weight);
    write('tokenWeight', weight, targetCells);
  }
  let choices: Activations['choices'];
  if (asked.has('choiceLogp')) {
    const ids = scope.ints(options.choices!);
    const n = options.choices!.length;
    const last = select(true, rows.map((_, i) => activeRange(i)[1] - 1), rows);
    // The target of this cross-entropy is not used: any id does.
    const logits = logitsOf(last, scope.zeros(last.count), 1, scope.alloc(last.count), scope.alloc(last.count));
    const logp = scope.alloc(last.count * n);
    kernels.choiceLogp(logits.values, last.count, vocab, logits.stats, ids, n, logp);
    write('choiceLogp', logp, rows, n);
    choices = { last, logits, ids, n };
  }
  return {
    packing, trunk, targets, targetIds, states, inverseTemperature,
    detachValue: options.detachValue ?? false,
    ...(targetLogits ? { targetLogits } : {}),
    ...(choices ? { choices } : {}),
  };
}

/**
 * The runs of the rows of `groups`: a row that shares its prompt with none is one run; others continue the prompt's.
 * @param needsStates whether the scored positions' states are needed, beside the last token's
 * @returns for each row, in the order of the groups, the run in which it ends
 */
function runsOf(
  batch: Batch, groups: readonly (readonly number[])[], needsStates: boolean,
): { runs: Run[]; runOf: number[] } {
  const runs: Run[] = [];
  const runOf: number[] = [];
  const add = (b: number, first: number, stop: number, from: number, prefix?: number): void => {
    const [begin, end] = [b * batch.length + first, b * batch.length + stop];
    const extra = batch.extra?.subarray(begin, end);
    const tokens = batch.tokens.subarray(begin, end);
    runs.push({ tokens, from: from - first, ...(extra ? { extra } : {}), ...(prefix === undefined ? {} : { prefix }) });
  };
  for (const group of groups) {
    const head = group[0]!;
    const shared = group.length > 1 ? runs.length : undefined;
    if (shared !== undefined) add(head, batch.start[head]!, batch.scoreFrom[head]!, batch.scoreFrom[head]!);
    for (const b of group) {
      const [scoreFrom, end] = [batch.scoreFrom[b]!, batch.end[b]!];
      runOf.push(runs.length);
      add(b, shared === undefined ? batch.start[b]! : scoreFrom, end, needsStates ? scoreFrom : end - 1, shared);
    }
  }
  return { runs, runOf };
}

/**
 * Adds the gradient of sum(output * grad) to the parameters' gradient buffer. The activations stay as they are, scratch
 * stays in `scope`.
 */
export function runBackward(
  runtime: Runtime, params: CpuParameters, activations: Activations, grads: OutputArrays, scope: Scope,
): void {
  const { kernels } = runtime;
  const { width: d, vocab, valueHeads } = params.layout.shape;
  const { packing, trunk, targets, states, targetLogits, choices } = activations;
  const wte = params.at('wte.weight');
  const dWte = params.gradientAt('wte.weight');
  const ld = Math.ceil(vocab / 4) * 4;
  const dHidden = scope.zeros(packing.active * d);

  const gather = (grad: Float32Array, cells: readonly number[], width = 1): Pointer => {
    const gathered = new Float32Array(cells.length * width);
    cells.forEach((cell, i) => gathered.set(grad.subarray(cell * width, (cell + 1) * width), i * width));
    return scope.floats(gathered);
  };

  /** From logit gradients, filled block by block, to the embedding and the hidden states. */
  const throughLogits = (
    selection: Selection, fill: (first: number, rows: number, dLogits: Pointer) => void,
  ): void => {
    const block = scope.alloc(Math.min(LOGIT_BLOCK, selection.count) * ld);
    const dSelected = scope.alloc(selection.count * d);
    for (let first = 0; first < selection.count; first += LOGIT_BLOCK) {
      const rows = Math.min(LOGIT_BLOCK, selection.count - first);
      fill(first, rows, block);
      const offset = first * d * 4;
      linear(runtime, block, rows, wte, vocab, d, dSelected + offset, { ldx: ld });
      weightGradient(runtime, block, ld, selection.hidden + offset, rows, vocab, d, dWte);
    }
    kernels.scatterAddRows(dSelected, selection.rows, selection.count, d, dHidden);
  };

  if (targetLogits && (grads.logp || grads.entropy)) {
    const dLogp = grads.logp ? gather(grads.logp, targets.cells) : 0;
    const dEntropy = grads.entropy ? gather(grads.entropy, targets.cells) : 0;
    throughLogits(targets, (first, rows, dLogits) => {
      kernels.crossEntropyBackward(
        targetLogits.values + first * ld * 4, rows, vocab, activations.inverseTemperature,
        activations.targetIds + first * 4, targetLogits.stats + first * 12,
        dLogp && dLogp + first * 4, dEntropy && dEntropy + first * 4, dLogits,
      );
    });
  }
  if (choices && grads.choiceLogp) {
    const { last, logits, ids, n } = choices;
    const dOut = gather(grads.choiceLogp, last.cells, n);
    throughLogits(last, (first, rows, dLogits) => {
      kernels.choiceLogpBackward(
        logits.values + first * ld * 4, rows, vocab, logits.stats + first * 12, ids, n, dOut + first * n * 4, dLogits,
      );
    });
  }
  if (grads.value) {
    const dValue = gather(grads.value, states.cells, valueHeads);
    const dWeight = params.gradientAt('value_head.weight');
    weightGradient(runtime, dValue, valueHeads, states.hidden, states.count, valueHeads, d, dWeight);
    kernels.addColumnSums(dValue, states.count, valueHeads, params.gradientAt('value_head.bias'));
    if (!activations.detachValue) {
      const dStates = scope.alloc(states.count * d);
      linear(runtime, dValue, states.count, params.at('value_head.weight'), valueHeads, d, dStates);
      kernels.scatterAddRows(dStates, states.rows, states.count, d, dHidden);
    }
  }
  if (grads.tokenWeight) {
    kernels.tokenWeightBackward(
      wte, activations.targetIds, targets.count, d, params.at('token_weight.weight'),
      gather(grads.tokenWeight, targets.cells), dWte,
      params.gradientAt('token_weight.weight'), params.gradientAt('token_weight.bias'),
    );
  }
  const reachesTrunk = grads.logp || grads.entropy || grads.choiceLogp || (grads.value && !activations.detachValue);
  if (reachesTrunk) trunkBackward(runtime, params, packing, trunk, dHidden, scope);
}
