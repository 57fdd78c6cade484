/**
 * What Lee et al. (2023) report for summarisation and helpful dialogue, shown beside ours as hollow marks and never as our
 * own results. Shares. Their policies are larger, their tasks are Reddit TL;DR and HH, and their raters are people.
 */
export const CITATION = 'Lee et al. 2023, RLAIF vs. RLHF, arXiv:2309.00267';

/** Labelers of summaries are compared with labelers of summaries only. */
export function isComparable(task: string): boolean {
  return task === 'tldr';
}

interface PublishedWinRate {
  readonly raw: number;
  readonly lengthControlled: number;
}

/** Table 1 and the length-controlled tables of the appendix, by task and the two sides. None for a visitor's file. */
const WIN_RATES: Readonly<Record<string, Readonly<Record<string, PublishedWinRate>>>> = {
  tldr: {
    'rlaif/sft': { raw: 0.71, lengthControlled: 0.59 },
    'rlhf/sft': { raw: 0.73, lengthControlled: 0.61 },
    'rlaif/rlhf': { raw: 0.5, lengthControlled: 0.47 },
  },
  helpful: {
    'rlaif/sft': { raw: 0.63, lengthControlled: 0.61 },
    'rlhf/sft': { raw: 0.64, lengthControlled: 0.61 },
    'rlaif/rlhf': { raw: 0.52, lengthControlled: 0.5 },
  },
};

export function hasPublishedWinRates(task: string): boolean {
  return task in WIN_RATES;
}

export function publishedWinRate(task: string, a: string, b: string): PublishedWinRate | undefined {
  return WIN_RATES[task]?.[`${a}/${b}`];
}

/** Table 1: harmless dialogue is rated, each answer by itself, and not compared. */
export const PUBLISHED_HARMLESS = `Published: SFT 64%, RLHF 76%, RLAIF 88% (${CITATION}; rated by people, on HH), not ours.`;

/** Table 3 and the position-bias table: how often an AI labeler agrees with people, and keeps the same position. */
export const PUBLISHED_LABELERS = [
  { name: 'PaLM 2 L', alignment: 0.78, samePosition: 0.18 },
  { name: 'PaLM 2 S', alignment: 0.738, samePosition: 0.21 },
  { name: 'PaLM 2 XS', alignment: 0.627, samePosition: 0.56 },
] as const;

/** How often two people agree on TL;DR (Stiennon et al. 2020, as quoted there). */
export const PUBLISHED_AGREEMENT = [0.73, 0.77] as const;
