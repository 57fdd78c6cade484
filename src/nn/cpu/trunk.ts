// The transformer between embedding and final layer norm, forward and backward, over packed rows.
import type { Runtime } from './kernels';
import { linear, linearTransposed, weightGradient } from './linear';
import { type Pointer, Scope } from './memory';
import type { AttentionTable, Packing } from './packing';
import type { CpuParameters } from './parameters';

/**
 * What a layer's backward pass needs. R = N rows; in the last layer the M active ones, as of the others nothing is
 * needed there but keys and values.
 */
interface LayerActivations {
  readonly rows: number;
  readonly table: AttentionTable;
  readonly input: Pointer; // [N, d]
  readonly stats1: Pointer; // [N, 2]
  readonly norm1: Pointer; // [N, d]
  readonly kv: Pointer; // [N, 2d]
  readonly queryInput: Pointer; // [R, d], the rows of norm1 whose queries are needed
  readonly q: Pointer; // [R, d]
  readonly probs: Pointer;
  readonly attended: Pointer; // [R, d]
  readonly middle: Pointer; // [R, d]
  readonly stats2: Pointer; // [R, 2]
  readonly norm2: Pointer; // [R, d]
  readonly inner: Pointer; // [R, 4d], before gelu
  readonly activated: Pointer; // [R, 4d], after gelu
}

export interface Trunk {
  readonly layers: readonly LayerActivations[];
  /** Residual stream of the M active rows after the last layer, and its layer norm. */
  readonly top: Pointer;
  readonly stats: Pointer;
  readonly hidden: Pointer;
}

/** Runs the trunk; everything it computes stays in `scope`. */
export function runTrunk(runtime: Runtime, params: CpuParameters, packing: Packing, scope: Scope): Trunk {
  const { kernels, memory } = runtime;
  const { width: d, layers: depth, heads } = params.layout.shape;
  const { total } = packing;
  const work = scope.alloc(workFloats(packing.longest, d / heads));

  let x = scope.alloc(total * d);
  const vector = params.at('extra_input.weight');
  const { tokens, positions, extra } = packing;
  kernels.embed(tokens, positions, extra, total, d, params.at('wte.weight'), params.at('wpe.weight'), vector, x);

  const layers: LayerActivations[] = [];
  for (let l = 0; l < depth; l++) {
    const at = (name: string): Pointer => params.at(`h.${l}.${name}`);
    const last = l === depth - 1;
    const rows = last ? packing.active : total;
    const table = last ? packing.neededQueries : packing.allQueries;

    const stats1 = scope.alloc(total * 2);
    const norm1 = scope.alloc(total * d);
    kernels.layerNorm(x, total, d, at('ln_1.weight'), at('ln_1.bias'), norm1, stats1);
    const [weight, bias] = [at('attn.c_attn.weight'), at('attn.c_attn.bias')]; // [d, 3d]: query, key, value
    const kv = scope.alloc(total * 2 * d);
    linear(runtime, norm1, total, weight + d * 4, d, 2 * d, kv, { bias: bias + d * 4, ldw: 3 * d });
    const queryInput = last ? scope.alloc(rows * d) : norm1;
    if (last) kernels.gatherRows(norm1, packing.activeRows, rows, d, queryInput);
    const q = scope.alloc(rows * d);
    linear(runtime, queryInput, rows, weight, d, d, q, { bias, ldw: 3 * d });
    const probs = scope.alloc(table.probs);
    const attended = scope.alloc(rows * d);
    kernels.attention(q, kv, table.at, packing.runs, d, heads, probs, attended, work);

    const middle = scope.alloc(rows * d);
    if (last) kernels.gatherRows(x, packing.activeRows, rows, d, middle);
    else memory.copy(x, rows * d, middle);
    linear(runtime, attended, rows, at('attn.c_proj.weight'), d, d, middle, {
      bias: at('attn.c_proj.bias'), accumulate: true,
    });

    const stats2 = scope.alloc(rows * 2);
    const norm2 = scope.alloc(rows * d);
    kernels.layerNorm(middle, rows, d, at('ln_2.weight'), at('ln_2.bias'), norm2, stats2);
    const inner = scope.alloc(rows * 4 * d);
    linear(runtime, norm2, rows, at('mlp.c_fc.weight'), d, 4 * d, inner, { bias: at('mlp.c_fc.bias') });
    const activated = scope.alloc(rows * 4 * d);
    kernels.gelu(inner, rows * 4 * d, activated);
    const output = scope.alloc(rows * d);
    memory.copy(middle, rows * d, output);
    linear(runtime, activated, rows, at('mlp.c_proj.weight'), 4 * d, d, output, {
      bias: at('mlp.c_proj.bias'), accumulate: true,
    });

    layers.push({
      rows, table, input: x, stats1, norm1, kv, queryInput, q, probs, attended, middle, stats2, norm2, inner, activated,
    });
    x = output;
  }

  const stats = scope.alloc(packing.active * 2);
  const hidden = scope.alloc(packing.active * d);
  kernels.layerNorm(x, packing.active, d, params.at('ln_f.weight'), params.at('ln_f.bias'), hidden, stats);
  return { layers, top: x, stats, hidden };
}

/** Adds the gradients of all trunk parameters, given that of `trunk.hidden` [M, d]. Scratch stays in `scope`. */
export function trunkBackward(
  runtime: Runtime, params: CpuParameters, packing: Packing, trunk: Trunk, dHidden: Pointer,
  scope: Scope,
): void {
  const { kernels } = runtime;
  const { width: d, heads } = params.layout.shape;
  const { total, active } = packing;
  const work = scope.alloc(workFloats(packing.longest, d / heads));
  const grad = (name: string): Pointer => params.gradientAt(name);

  let dx = scope.zeros(active * d);
  kernels.layerNormBackward(
    dHidden, trunk.top, trunk.stats, active, d, params.at('ln_f.weight'), grad('ln_f.weight'), grad('ln_f.bias'), dx,
  );

  for (let l = trunk.layers.length - 1; l >= 0; l--) {
    const layer = trunk.layers[l]!;
    const { rows } = layer;
    const name = (part: string): string => `h.${l}.${part}`;
    const at = (part: string): Pointer => params.at(name(part));
    const dAt = (part: string): Pointer => grad(name(part));
    const local = new Scope(runtime.memory);

    // dx is the gradient of the layer's output and, through the residual, of `middle`.
    weightGradient(runtime, layer.activated, 4 * d, dx, rows, 4 * d, d, dAt('mlp.c_proj.weight'));
    kernels.addColumnSums(dx, rows, d, dAt('mlp.c_proj.bias'));
    const dInner = local.alloc(rows * 4 * d);
    linearTransposed(runtime, dx, rows, at('mlp.c_proj.weight'), d, 4 * d, dInner);
    kernels.geluBackward(layer.inner, layer.activated, rows * 4 * d, dInner);
    weightGradient(runtime, layer.norm2, d, dInner, rows, d, 4 * d, dAt('mlp.c_fc.weight'));
    kernels.addColumnSums(dInner, rows, 4 * d, dAt('mlp.c_fc.bias'));
    const dNorm2 = local.alloc(rows * d);
    linearTransposed(runtime, dInner, rows, at('mlp.c_fc.weight'), 4 * d, d, dNorm2);
    kernels.layerNormBackward(
      dNorm2, layer.middle, layer.stats2, rows, d, at('ln_2.weight'), dAt('ln_2.weight'), dAt('ln_2.bias'), dx,
    );

    // dx is now the gradient of `middle` and, through the residual, of the layer's input.
    weightGradient(runtime, layer.attended, d, dx, rows, d, d, dAt('attn.c_proj.weight'));
    kernels.addColumnSums(dx, rows, d, dAt('attn.c_proj.bias'));
    const dAttended = local.alloc(rows * d);
    linearTransposed(runtime, dx, rows, at('attn.c_proj.weight'), d, d, dAttended);
    const dQ = local.alloc(rows * d);
    const dKv = rows < total ? local.zeros(total * 2 * d) : local.alloc(total * 2 * d);
    kernels.attentionBackward(
      layer.q, layer.kv, layer.table.at, packing.runs, d, heads, layer.probs, dAttended, dQ, dKv, work,
    );
    const [weight, dWeight, dBias] = [at('attn.c_attn.weight'), dAt('attn.c_attn.weight'), dAt('attn.c_attn.bias')];
    weightGradient(runtime, layer.queryInput, d, dQ, rows, d, d, dWeight, 3 * d);
    kernels.addColumnSums(dQ, rows, d, dBias);
    weightGradient(runtime, layer.norm1, d, dKv, total, d, 2 * d, dWeight + d * 4, 3 * d);
    kernels.addColumnSums(dKv, total, 2 * d, dBias + d * 4);
    const dNorm1 = local.alloc(total * d);
    linearTransposed(runtime, dKv, total, weight + d * 4, 2 * d, d, dNorm1, { ldw: 3 * d });
    const dQueryInput = local.alloc(rows * d);
    linearTransposed(runtime, dQ, rows, weight, d, d, dQueryInput, { ldw: 3 * d });
    if (rows < total) {
      kernels.scatterAddRows(dQueryInput, packing.activeRows, rows, d, dNorm1);
      const spread = scope.zeros(total * d);
      kernels.scatterAddRows(dx, packing.activeRows, rows, d, spread);
      dx = spread;
    } else {
      kernels.addTo(dQueryInput, rows * d, dNorm1);
    }
    kernels.layerNormBackward(
      dNorm1, layer.input, layer.stats1, total, d, at('ln_1.weight'), dAt('ln_1.weight'), dAt('ln_1.bias'), dx,
    );
    local.free();
  }

  kernels.embedBackward(
    packing.tokens, packing.positions, packing.extra, total, d, dx,
    grad('wte.weight'), grad('wpe.weight'), grad('extra_input.weight'),
  );
}

/** Floats of scratch that the attention kernels need, for sequences up to `longest` and heads of `size`. */
function workFloats(longest: number, size: number): number {
  const rows = Math.ceil(longest / 8) * 8;
  const columns = Math.ceil(size / 8) * 8;
  return 4 * rows * columns + 4 * Math.max(rows, size) + rows * rows;
}
