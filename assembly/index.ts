// The CPU engine's kernels: pure functions over raw pointers into one imported memory.
// src/nn/cpu/kernels.ts declares them for TypeScript and src/nn/cpu/memory.ts owns the memory.
export { gemm, heapStart, packB } from './gemm';
export {
  addColumnSums, addTo, embed, embedBackward, gatherRows, gelu, geluBackward, layerNorm, layerNormBackward,
  scatterAddRows, tokenWeight, tokenWeightBackward,
} from './elementwise';
export { attention, attentionBackward, decodeAttention } from './attention';
export { choiceLogp, choiceLogpBackward, crossEntropy, crossEntropyBackward, sample } from './softmax';
export { isRelaxed } from './simd';
export { randomU32, unitFloat } from './rng';
export { adamw, sumSquares } from './adamw';
