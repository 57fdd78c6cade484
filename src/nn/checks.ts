/** The arguments that all engines refuse before anything is computed. */
import type { ModelShape } from './layout';
import type { AdamWOptions, Batch, ForwardOptions, GenerateOptions } from './types';

function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RangeError(message);
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 1;

/** @throws RangeError on sizes, lengths, positions or ids out of bounds. */
export function checkBatch(shape: ModelShape, batch: Batch): void {
  const { rows, length, tokens, start, end, scoreFrom, scored, extra } = batch;
  require([rows, length, scored].every(isCount), 'batch: rows, length and scored must be positive integers');
  require(tokens.length === rows * length, `batch: ${tokens.length} tokens for ${rows} rows of ${length}`);
  for (const [name, array] of Object.entries({ start, end, scoreFrom })) {
    require(array.length === rows, `batch: ${name} has ${array.length} entries for ${rows} rows`);
  }
  const extras = extra?.length ?? rows * length;
  require(extras === rows * length, `batch: ${extras} extra inputs for ${rows} rows of ${length}`);
  for (let b = 0; b < rows; b++) {
    const [from, to, first] = [start[b]!, end[b]!, scoreFrom[b]!];
    require(from >= 0 && from < to && to <= length, `batch row ${b}: columns ${from}..${to} of a row of ${length}`);
    require(
      to - from <= shape.positions,
      `batch row ${b}: ${to - from} tokens for a model of ${shape.positions} positions`,
    );
    require(first >= from && first < to, `batch row ${b}: scored from column ${first}, its columns are ${from}..${to}`);
    for (let t = from; t < to; t++) {
      const id = tokens[b * length + t]!;
      require(id >= 0 && id < shape.vocab, `batch row ${b}: token ${id} outside the vocabulary of ${shape.vocab}`);
    }
  }
}

/** @throws RangeError on a temperature that is not positive, on choices missing or outside the vocabulary. */
export function checkForward(shape: ModelShape, options: ForwardOptions): void {
  const { temperature = 1, outputs, choices } = options;
  require(temperature > 0 && Number.isFinite(temperature), `forward: temperature ${temperature} is not positive`);
  if (!outputs.includes('choiceLogp')) return;
  require(choices !== undefined && choices.length > 0, 'forward: choiceLogp needs choices');
  for (const id of choices) {
    require(Number.isInteger(id) && id >= 0 && id < shape.vocab, `forward: choice ${id} outside the vocabulary`);
  }
}

/** @throws RangeError on prompts, lengths, ids or options out of bounds. */
export function checkGenerate(
  shape: ModelShape, prompts: readonly ArrayLike<number>[], options: GenerateOptions,
): void {
  const { temperature, maxNewTokens, samplesPerPrompt = 1, bannedIds = [], firstRow = 0 } = options;
  require(temperature >= 0 && Number.isFinite(temperature), `generate: temperature ${temperature} is negative`);
  require(isCount(maxNewTokens), `generate: maxNewTokens ${maxNewTokens} is not a positive integer`);
  require(isCount(samplesPerPrompt), `generate: samplesPerPrompt ${samplesPerPrompt} is not a positive integer`);
  require(Number.isInteger(firstRow) && firstRow >= 0, `generate: firstRow ${firstRow} is not a row number`);
  for (const id of bannedIds) {
    require(Number.isInteger(id) && id >= 0 && id < shape.vocab, `generate: banned id ${id} outside the vocabulary`);
  }
  require(new Set(bannedIds).size < shape.vocab, 'generate: every id is banned');
  prompts.forEach((prompt, p) => {
    require(prompt.length >= 1, `generate: prompt ${p} is empty`);
    require(
      prompt.length + maxNewTokens <= shape.positions,
      `generate: prompt ${p}: ${prompt.length} tokens and ${maxNewTokens} new ones exceed ${shape.positions} positions`,
    );
    for (let t = 0; t < prompt.length; t++) {
      const id = prompt[t]!;
      require(
        Number.isInteger(id) && id >= 0 && id < shape.vocab,
        `generate: prompt ${p} holds token ${id}, outside the vocabulary of ${shape.vocab}`,
      );
    }
  });
}

/** @throws RangeError on rates and constants that make no step. */
export function checkAdamW(options: AdamWOptions): void {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0, clipNorm = 1 } = options;
  require(Number.isFinite(learningRate) && learningRate >= 0, `adamw: learning rate ${learningRate} is not 0 or more`);
  require(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, `adamw: betas ${beta1}, ${beta2} are not in [0, 1)`);
  require(epsilon > 0, `adamw: epsilon ${epsilon} is not positive`);
  require(weightDecay >= 0, `adamw: weight decay ${weightDecay} is negative`);
  require(clipNorm > 0, `adamw: clip norm ${clipNorm} is not positive`);
}
