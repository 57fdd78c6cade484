/**
 * What Lee et al. (2023) report for summarisation, shown beside ours as hollow marks and never as our own results.
 * Shares. Their policies are larger, their task is Reddit TL;DR and their raters are people.
 */
export const CITATION = 'Lee et al. 2023, RLAIF vs. RLHF, arXiv:2309.00267';

/** Summaries are compared with summaries only: on a visitor's file none of these figures is drawn. */
export function isComparable(task: string): boolean {
  return task === 'tldr';
}

interface PublishedWinRate {
  readonly raw: number;
  readonly lengthControlled: number;
}

/** Table 1 and the length-controlled table of the appendix, by the two sides. */
const WIN_RATES: Readonly<Record<string, PublishedWinRate>> = {
  'rlaif/sft': { raw: 0.71, lengthControlled: 0.59 },
  'rlhf/sft': { raw: 0.73, lengthControlled: 0.61 },
  'rlaif/rlhf': { raw: 0.5, lengthControlled: 0.47 },
};

export function publishedWinRate(a: string, b: string): PublishedWinRate | undefined {
  return WIN_RATES[`${a}/${b}`];
}

/** Table 3 and the position-bias table: how often an AI labeler agrees with people, and keeps the same position. */
export const PUBLISHED_LABELERS = [
  { name: 'PaLM 2 L', alignment: 0.78, samePosition: 0.18 },
  { name: 'PaLM 2 S', alignment: 0.738, samePosition: 0.21 },
  { name: 'PaLM 2 XS', alignment: 0.627, samePosition: 0.56 },
] as const;

/** How often two people agree on TL;DR (Stiennon et al. 2020, as quoted there). */
export const PUBLISHED_AGREEMENT = [0.73, 0.77] as const;
