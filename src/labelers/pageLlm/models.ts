import list from './models.json';

/** A model that WebLLM can run in a page. */
export interface PageModel {
  /** The library's name for it, e.g. `Qwen2.5-0.5B-Instruct-q4f16_1-MLC`. */
  readonly id: string;
  /** GPU memory for weights and context together as the library states it, MB. */
  readonly memoryMB: number;
  /** Tokens of prompt and reply together. */
  readonly contextTokens: number;
  /** Whether the library counts it among the models for weak devices, such as phones. */
  readonly lowResource: boolean;
  /** Largest piece of memory bound at once, bytes, where the library states one. */
  readonly bufferBytes?: number;
}

/**
 * Models that can be a labeler, those that need the least memory first. Kept as a file, because the list in the library
 * comes with 6 MB of code; `scripts/pageModels.ts` writes it and a test holds it against the library.
 */
export const PAGE_MODELS: readonly PageModel[] = list;

/** What a GPU offers, as far as models differ in what they need. */
export interface GpuOffer {
  /** WGSL's 16-bit floats, the feature `shader-f16`. */
  readonly f16: boolean;
  /** Most bytes that can be bound at once. */
  readonly bufferBytes: number;
}

/** The name without how its weights are stored: `Qwen2.5-0.5B-Instruct`. */
export function familyOf(id: string): string {
  return id.replace(/-q\df\d.*$/, '');
}

/** Whether its GPU programs compute in 16-bit floats. By name: the library marks some of these models only. */
export function needsF16(id: string): boolean {
  return /-q\df16/.test(id);
}

/** The number of parameters that the name tells, rounded as it is there: 1 B for 1.24 B. */
export function parametersOf(id: string): number | undefined {
  const found = /-(\d+(?:[._]\d+)?)([bm])(?=-)/i.exec(id);
  if (!found) return undefined;
  return Number(found[1]!.replace('_', '.')) * (found[2]!.toLowerCase() === 'b' ? 1e9 : 1e6);
}

/**
 * Bits of a weight as it is downloaded, by MLC's quantisation schemes: 4 bits and a 16-bit scale for 32 weights; 3 bits,
 * ten in 32, and a scale for 40; 16 bits where nothing is quantised. 32-bit floats travel as bfloat16.
 */
const WEIGHT_BITS: Readonly<Record<string, number>> = { q0: 16, q3: 3.6, q4: 4.5 };

/** About how much is downloaded, MB: parameters by name times bits of a weight. Undefined where the name tells no size. */
export function downloadMB(id: string): number | undefined {
  const parameters = parametersOf(id);
  const bits = WEIGHT_BITS[/-(q\d)f/.exec(id)?.[1] ?? ''];
  return parameters === undefined || bits === undefined ? undefined : (parameters * bits) / 8 / 1e6;
}

/** Models that think aloud unless told not to. A thought would take the place of the first token that is read. */
export function thinksByDefault(id: string): boolean {
  return id.startsWith('Qwen3');
}

/** Of each model the variant for this GPU, least memory first: with 16-bit floats where it has them, else with 32. */
export function modelsFor({ f16, bufferBytes }: GpuOffer): PageModel[] {
  const able = PAGE_MODELS.filter((model) => (f16 || !needsF16(model.id)) && (model.bufferBytes ?? 0) <= bufferBytes);
  const withF16 = new Set(able.filter(({ id }) => needsF16(id)).map(({ id }) => familyOf(id)));
  return able.filter(({ id }) => needsF16(id) || !withF16.has(familyOf(id)));
}

/** Chosen at first: the smallest download of a model of half a billion parameters or more. */
const FIRST_FAMILY = 'Qwen2.5-0.5B-Instruct';

/** @param models not empty */
export function firstModel(models: readonly PageModel[]): PageModel {
  return models.find(({ id }) => familyOf(id) === FIRST_FAMILY) ?? models[0]!;
}
