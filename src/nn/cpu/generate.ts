// Sampling with cached keys and values. Prompts run once each; then all rows that are not finished advance together.
import { TOKEN } from '../../core/tokens';
import type { GenerateOptions, Generation } from '../types';
import type { Runtime } from './kernels';
import { multiply, pack, type PackedMatrix, packTransposed } from './linear';
import { type Pointer, Scope } from './memory';
import { packRuns } from './packing';
import type { CpuParameters } from './parameters';
import { runTrunk } from './trunk';

/** Rows decoded together; more prompts than fit are done one group after the other, with the same result. */
const GROUP_ROWS = 128;

export function generateAll(
  runtime: Runtime, params: CpuParameters, prompts: readonly ArrayLike<number>[], options: GenerateOptions,
): Generation[] {
  const { samplesPerPrompt = 1, firstRow = 0 } = options;
  const perGroup = Math.max(1, Math.floor(GROUP_ROWS / samplesPerPrompt));
  const scope = new Scope(runtime.memory);
  try {
    const weights = packWeights(runtime, params, scope);
    const generations: Generation[] = [];
    for (let p = 0; p < prompts.length; p += perGroup) {
      const group = prompts.slice(p, p + perGroup);
      generations.push(...generateGroup(runtime, params, weights, group, options, firstRow + p * samplesPerPrompt));
    }
    return generations;
  } finally {
    scope.free();
  }
}

interface PackedWeights {
  readonly layers: readonly { readonly [name in 'attn' | 'proj' | 'fc' | 'out']: PackedMatrix }[];
  readonly head: PackedMatrix;
}

function packWeights(runtime: Runtime, params: CpuParameters, scope: Scope): PackedWeights {
  const { width: d, layers, vocab } = params.layout.shape;
  return {
    layers: Array.from({ length: layers }, (_, l) => ({
      attn: pack(runtime, scope, params.at(`h.${l}.attn.c_attn.weight`), d, 3 * d),
      proj: pack(runtime, scope, params.at(`h.${l}.attn.c_proj.weight`), d, d),
      fc: pack(runtime, scope, params.at(`h.${l}.mlp.c_fc.weight`), d, 4 * d),
      out: pack(runtime, scope, params.at(`h.${l}.mlp.c_proj.weight`), 4 * d, d),
    })),
    head: packTransposed(runtime, scope, params.at('wte.weight'), d, vocab),
  };
}

/** A generation under way. */
interface Draft {
  readonly tokens: number[];
  readonly logp: number[];
  finished: boolean;
}

function generateGroup(
  runtime: Runtime, params: CpuParameters, weights: PackedWeights,
  prompts: readonly ArrayLike<number>[], options: GenerateOptions, firstRow: number,
): Generation[] {
  const { kernels, memory } = runtime;
  const { width: d, heads, layers: depth, vocab } = params.layout.shape;
  const { temperature, maxNewTokens, samplesPerPrompt: samples = 1, bannedIds = [], key } = options;
  const rows = prompts.length * samples;
  const ld = Math.ceil(vocab / 4) * 4;
  const scope = new Scope(memory);
  try {
    const packing = packRuns(scope, heads, prompts.map((tokens) => ({ tokens, from: tokens.length - 1 })));
    const trunk = runTrunk(runtime, params, packing, scope);
    let start = 0;
    const promptTable = scope.ints(prompts.flatMap((prompt) => {
      const entry = [start, prompt.length];
      start += prompt.length;
      return entry;
    }));
    const caches = trunk.layers.map(() => scope.alloc(rows * maxNewTokens * 2 * d));

    const x = scope.alloc(rows * d);
    const norm = scope.alloc(rows * d);
    const stats = scope.alloc(rows * 2);
    const qkv = scope.alloc(rows * 3 * d);
    const attended = scope.alloc(rows * d);
    const inner = scope.alloc(rows * 4 * d);
    const logits = scope.alloc(Math.max(rows, prompts.length) * ld);
    const scratch = scope.alloc(Math.max(ld, packing.longest + maxNewTokens + 4));
    const banned = scope.ints(bannedIds);
    const rowIds = scope.alloc(rows);
    const tokens = scope.alloc(rows);
    const positions = scope.alloc(rows);
    const logps = scope.alloc(rows);

    const drafts = Array.from({ length: rows }, (): Draft => ({ tokens: [], logp: [], finished: false }));
    let active = drafts.map((_, row) => row);
    const draw = (step: number, share: number): void => {
      memory.i32(rowIds, active.length).set(active);
      kernels.sample(
        logits, active.length, vocab, temperature, banned, bannedIds.length, rowIds, share,
        key, firstRow, step, scratch, tokens, logps,
      );
      const drawn = memory.i32(tokens, active.length);
      const drawnLogp = memory.f32(logps, active.length);
      active.forEach((row, i) => {
        const draft = drafts[row]!;
        draft.tokens.push(drawn[i]!);
        draft.logp.push(drawnLogp[i]!);
        draft.finished = drawn[i] === TOKEN.eos;
      });
      active = active.filter((row) => !drafts[row]!.finished);
    };

    multiply(runtime, trunk.hidden, prompts.length, weights.head, logits, { ldy: ld });
    draw(0, samples);
    for (let step = 0; step + 1 < maxNewTokens && active.length > 0; step++) {
      const n = active.length;
      memory.i32(rowIds, n).set(active);
      memory.i32(tokens, n).set(active.map((row) => drafts[row]!.tokens[step]!));
      memory.i32(positions, n).set(active.map((row) => prompts[Math.floor(row / samples)]!.length + step));
      kernels.embed(tokens, positions, 0, n, d, params.at('wte.weight'), params.at('wpe.weight'), 0, x);
      for (let l = 0; l < depth; l++) {
        const at = (name: string): Pointer => params.at(`h.${l}.${name}`);
        const packed = weights.layers[l]!;
        kernels.layerNorm(x, n, d, at('ln_1.weight'), at('ln_1.bias'), norm, stats);
        multiply(runtime, norm, n, packed.attn, qkv, { bias: at('attn.c_attn.bias') });
        kernels.decodeAttention(
          qkv, n, d, heads, trunk.layers[l]!.kv, promptTable, samples, rowIds,
          caches[l]!, maxNewTokens, step, scratch, attended,
        );
        multiply(runtime, attended, n, packed.proj, x, { bias: at('attn.c_proj.bias'), accumulate: true });
        kernels.layerNorm(x, n, d, at('ln_2.weight'), at('ln_2.bias'), norm, stats);
        multiply(runtime, norm, n, packed.fc, inner, { bias: at('mlp.c_fc.bias') });
        kernels.gelu(inner, n * 4 * d, inner);
        multiply(runtime, inner, n, packed.out, x, { bias: at('mlp.c_proj.bias'), accumulate: true });
      }
      kernels.layerNorm(x, n, d, params.at('ln_f.weight'), params.at('ln_f.bias'), norm, stats);
      multiply(runtime, norm, n, weights.head, logits, { ldy: ld });
      draw(step + 1, 1);
    }
    return drafts.map((draft) => ({
      tokens: Int32Array.from(draft.tokens),
      logp: Float32Array.from(draft.logp),
      finished: draft.finished,
    }));
  } finally {
    scope.free();
  }
}
