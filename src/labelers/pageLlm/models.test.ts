import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { describe, expect, it } from 'vitest';
import { chatModels } from './catalogue';
import { downloadMB, familyOf, firstModel, modelsFor, needsF16, PAGE_MODELS, parametersOf } from './models';
import { PAGE_PROVIDER } from './transport';

const GIB = 2 ** 30;
const records = new Map(prebuiltAppConfig.model_list.map((record) => [record.model_id, record]));

describe('the list of models', () => {
  it('is that of the installed library; after an update, scripts/pageModels.ts writes it anew', () => {
    expect(PAGE_MODELS).toEqual(chatModels(prebuiltAppConfig.model_list));
  });
  it('comes from where the page says, and wants memory as the library says', () => {
    for (const { id, memoryMB } of PAGE_MODELS) {
      const record = records.get(id)!;
      expect(record.model).toBe(`${PAGE_PROVIDER.baseUrl}/${id}`);
      expect(record.model_lib).toMatch(/^https:\/\/raw\.githubusercontent\.com\//);
      expect(memoryMB).toBeCloseTo(record.vram_required_MB!, -0.5);
    }
  });
  it('holds models that chat, and no others', () => {
    const families = new Set(PAGE_MODELS.map(({ id }) => familyOf(id)));
    for (const one of ['Llama-3.2-1B-Instruct', 'gemma-2-2b-it', 'Qwen3-0.6B', 'TinyLlama-1.1B-Chat-v1.0', 'stablelm-2-zephyr-1_6b']) {
      expect(families).toContain(one);
    }
    const others = /coder|math|embed|vision|base|reasoning|r1-|^phi-2|^phi-1/i;
    expect([...families].filter((family) => others.test(family))).toEqual([]);
    // The same weights with room for a quarter of the text.
    expect(PAGE_MODELS.filter(({ contextTokens }) => contextTokens < 2048)).toEqual([]);
    // Unquantised weights only where there are no others.
    expect(PAGE_MODELS.filter(({ id }) => id.includes('-q0')).map(({ id }) => familyOf(id))).toEqual([
      'SmolLM2-135M-Instruct', 'SmolLM2-135M-Instruct',
    ]);
  });
  it('is sorted by memory', () => {
    const memory = PAGE_MODELS.map(({ memoryMB }) => memoryMB);
    expect(memory).toEqual([...memory].sort((a, b) => a - b));
  });
  it('knows every model that the library itself marks as needing 16-bit floats', () => {
    for (const { id } of PAGE_MODELS) {
      if (records.get(id)!.required_features?.includes('shader-f16')) expect(needsF16(id), id).toBe(true);
    }
  });
});

describe('names', () => {
  it.each([
    ['Qwen2.5-0.5B-Instruct-q4f16_1-MLC', 0.5e9],
    ['SmolLM2-360M-Instruct-q4f32_1-MLC', 360e6],
    ['stablelm-2-zephyr-1_6b-q4f16_1-MLC', 1.6e9],
    ['Hermes-3-Llama-3.2-3B-q4f16_1-MLC', 3e9],
    ['OLMo-2-1124-7B-Instruct-q4f16_1-MLC', 7e9],
    ['Ministral-3-3B-Instruct-2512-BF16-q4f16_1-MLC', 3e9],
    ['Llama-2-13b-chat-hf-q4f16_1-MLC', 13e9],
    // "E2B": as much as 2 B would need, which is not their number.
    ['gemma-4-E2B-it-q4f16_1-MLC', undefined],
    ['Phi-3-mini-4k-instruct-q4f16_1-MLC', undefined],
  ])('%s has %s parameters', (id, parameters) => {
    expect(parametersOf(id)).toBe(parameters);
  });
  it('tell about how much is downloaded', () => {
    // 4 bits and a share of a scale of 16 bits for 32 weights: 0.5625 bytes.
    expect(downloadMB('Qwen2.5-0.5B-Instruct-q4f16_1-MLC')).toBeCloseTo(281.25, 10);
    expect(downloadMB('SmolLM2-135M-Instruct-q0f16-MLC')).toBeCloseTo(270, 10);
    expect(downloadMB('Phi-3.5-mini-instruct-q4f16_1-MLC')).toBeUndefined();
    // What is downloaded has to fit into the memory that the library states (it counts in 1,048,576 bytes).
    for (const { id, memoryMB } of PAGE_MODELS) expect(((downloadMB(id) ?? 0) * 1e6) / 2 ** 20, id).toBeLessThan(memoryMB);
  });
});

describe('models for a GPU', () => {
  const families = (models: readonly { readonly id: string }[]) => models.map(({ id }) => familyOf(id));

  it('have 16-bit floats where it has them, each model once', () => {
    const models = modelsFor({ f16: true, bufferBytes: GIB });
    expect(new Set(families(models)).size).toBe(models.length);
    expect(models.map(({ id }) => id)).toContain('Llama-3.2-1B-Instruct-q4f16_1-MLC');
    expect(new Set(families(models))).toEqual(new Set(families(PAGE_MODELS)));
    expect(familyOf(firstModel(models).id)).toBe('Qwen2.5-0.5B-Instruct');
  });
  it('have 32-bit floats where it has not, and some are missing then', () => {
    const models = modelsFor({ f16: false, bufferBytes: GIB });
    expect(models.filter(({ id }) => needsF16(id))).toEqual([]);
    expect(families(models)).not.toContain('gemma3-1b-it');
    expect(firstModel(models).id).toBe('Qwen2.5-0.5B-Instruct-q4f32_1-MLC');
  });
  it('bind no more at once than it can', () => {
    expect(families(modelsFor({ f16: true, bufferBytes: 2 ** 27 }))).not.toContain('gemma-2b-it');
  });
});
