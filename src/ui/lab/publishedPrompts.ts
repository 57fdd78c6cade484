import type { Asked } from '../../core/labReport';

/**
 * How often PaLM 2 L agrees with people on TL;DR summaries, by prompt: Table 2 of Lee et al. (2023), arXiv:2309.00267.
 * Answers were read from log-probabilities, both orders averaged. Shares, by number of exemplars; drawn as hollow marks and
 * never as our own results.
 */
export const PUBLISHED_PROMPTS: readonly (Pick<Asked, 'detail' | 'chainOfThought'> & {
  readonly name: string;
  readonly alignment: readonly (readonly [exemplars: number, alignment: number])[];
})[] = [
  { name: 'PaLM 2 L, base prompt', detail: 'base', chainOfThought: false, alignment: [[0, 0.761], [1, 0.76], [2, 0.757]] },
  { name: 'PaLM 2 L, base prompt, chain of thought', detail: 'base', chainOfThought: true, alignment: [[0, 0.775]] },
  { name: 'PaLM 2 L', detail: 'detailed', chainOfThought: false, alignment: [[0, 0.774], [1, 0.762], [2, 0.763], [8, 0.698]] },
  { name: 'PaLM 2 L, chain of thought', detail: 'detailed', chainOfThought: true, alignment: [[0, 0.78], [1, 0.774], [2, 0.768]] },
];
