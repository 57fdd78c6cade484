/**
 * How differently a policy writes, as in Kirk et al. 2023 (arXiv 2310.06452, section 4): per input, over K samples of
 * one prompt, and across inputs, over one sample for each of many prompts. With C n-grams in a set, N of them distinct:
 *
 *     distinct-n = N / C                                 Li et al. 2016 (arXiv 1510.03055)
 *     EAD_n      = N / (U (1 - ((U - 1) / U)^C))         Liu et al. 2022 (arXiv 2202.13587), U = V^n
 *     EAD        = mean of EAD_n over n = 1..5
 *
 * The denominator of EAD_n is the number of distinct n-grams to expect of C draws from U equally likely ones. Longer
 * texts lower distinct-n by chance alone; EAD takes that out. V is the number of words that the policy can write, the same
 * for every policy that is compared. 1 is as many as uniform draws would give, and it may lie a little above.
 *
 * Departures. Liu and Kirk (in code: 50257 for every n) take U = V. With vocabularies of tens of thousands and sets of
 * hundreds of words that hardly differs. Ours have hundreds of words, thousands of n-grams fit into a set, and N / V would
 * be far above 1; V^n is how many n-grams there are. In place of Sentence-BERT, which needs a large model, similarity is
 * the cosine of bags of unigrams and bigrams. Tevet & Berant 2021 (arXiv 2004.02990) measure diversity by the cosine of
 * n-grams too, for each n apart. All these see form, not meaning.
 */
import type { Estimate } from '../core/bundle';
import { meanEstimate } from './estimate';
import { NgramNumbers, type Text, type Word } from './ngrams';

/** What one set of responses is like; plain numbers, since the set as a whole is what is measured. */
export interface SetDiversity {
  /** Responses in it. */
  readonly responses: number;
  /** Expectation-adjusted distinct n-grams, mean over n = 1..5, from 0 to about 1. More is more diverse. */
  readonly ead: number;
  /** Distinct n-grams / n-grams, 0..1. Depends on how much text there is. */
  readonly distinct1: number;
  readonly distinct2: number;
  readonly distinct3: number;
  /** Mean cosine of two different responses' bags of unigrams and bigrams, 0..1. More is less diverse. */
  readonly selfSimilarity: number;
  /** Number of different responses. */
  readonly distinctResponses: number;
  /** Share of responses that repeat another one word for word, 1 - distinctResponses / responses. */
  readonly repeats: number;
}

/** The same per prompt: means over prompts, with t intervals over posts. */
export type PerInputDiversity = { readonly [Figure in keyof Omit<SetDiversity, 'responses'>]: Estimate } & {
  /** Samples of each prompt, K. */
  readonly samples: number;
};

/** Diversity of one policy. */
export interface Diversity {
  /** V of the expectation, words. */
  readonly vocabulary: number;
  readonly perInput: PerInputDiversity;
  readonly acrossInput: SetDiversity;
}

/** Longest n-grams of EAD. */
const LONGEST = 5;

/** N-grams of a set: all, and different ones. */
interface NgramCount {
  readonly total: number;
  readonly distinct: number;
}

/** Expected number of distinct values among `draws` from `kinds` equally likely ones. */
function expectedDistinct(draws: number, kinds: number): number {
  return -kinds * Math.expm1(draws * Math.log1p(-1 / kinds));
}

/** A set without n-grams of some length (all responses are shorter) has no diversity in them: 0, as in Kirk's code. */
function distinctShare({ total, distinct }: NgramCount): number {
  return total === 0 ? 0 : distinct / total;
}

function expectationAdjusted(counts: readonly NgramCount[], vocabulary: number): number {
  const ofEach = counts.map(({ total, distinct }, i) =>
    total === 0 ? 0 : distinct / expectedDistinct(total, vocabulary ** (i + 1)));
  return ofEach.reduce((sum, value) => sum + value, 0) / counts.length;
}

/**
 * Mean cosine over pairs of bags. For unit vectors u_i the sum over pairs is (|sum_i u_i|^2 - K) / 2, so no pair is
 * formed. Two empty bags are alike (cosine 1), an empty and another one are not (0).
 */
function meanCosine(bags: readonly (readonly number[])[]): number {
  const sum = new Map<number, number>();
  let empty = 0;
  for (const bag of bags) {
    if (bag.length === 0) empty++;
    const counts = new Map<number, number>();
    for (const ngram of bag) counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    const norm = Math.sqrt([...counts.values()].reduce((squares, count) => squares + count * count, 0));
    for (const [ngram, count] of counts) sum.set(ngram, (sum.get(ngram) ?? 0) + count / norm);
  }
  const squared = [...sum.values()].reduce((total, value) => total + value * value, 0);
  const filled = bags.length - empty;
  const ofPairs = (squared - filled + empty * (empty - 1)) / (bags.length * (bags.length - 1));
  // Rounding must not carry a share past its ends.
  return Math.min(1, Math.max(0, ofPairs));
}

/**
 * Diversity of one set of responses: several of one prompt, or one for each of many.
 * @param vocabulary number of words that the policy can write, V.
 * @throws RangeError on fewer than two responses, or a vocabulary without words.
 */
export function setDiversity<W extends Word>(responses: readonly Text<W>[], vocabulary: number): SetDiversity {
  if (responses.length < 2) throw new RangeError(`diversity of ${responses.length} responses`);
  if (!(vocabulary >= 1)) throw new RangeError(`a vocabulary of ${vocabulary} words`);
  const numbers = new NgramNumbers<W>();
  const ngrams = responses.map((response) => numbers.of(response, LONGEST));
  const counts = Array.from({ length: LONGEST }, (_, i): NgramCount => {
    const all = ngrams.flatMap((ofLengths) => ofLengths[i]!);
    return { total: all.length, distinct: new Set(all).size };
  });
  const distinctResponses = new Set(responses.map((response) => numbers.whole(response))).size;
  return {
    responses: responses.length,
    ead: expectationAdjusted(counts, vocabulary),
    distinct1: distinctShare(counts[0]!),
    distinct2: distinctShare(counts[1]!),
    distinct3: distinctShare(counts[2]!),
    selfSimilarity: meanCosine(ngrams.map(([unigrams, bigrams]) => [...unigrams!, ...bigrams!])),
    distinctResponses,
    repeats: 1 - distinctResponses / responses.length,
  };
}

/**
 * Per-input diversity: that of each prompt's samples, averaged over prompts.
 * @param groups K samples of one prompt each.
 * @throws RangeError on fewer than two prompts, fewer than two samples, or groups of different size, which do not compare.
 */
export function perInput<W extends Word>(groups: readonly (readonly Text<W>[])[], vocabulary: number): PerInputDiversity {
  const samples = groups[0]?.length ?? 0;
  if (groups.some((group) => group.length !== samples)) throw new RangeError('prompts with different numbers of samples');
  const sets = groups.map((group) => setDiversity(group, vocabulary));
  const over = (figure: (set: SetDiversity) => number): Estimate => meanEstimate(sets.map(figure), 'posts');
  return {
    samples,
    ead: over(({ ead }) => ead),
    distinct1: over(({ distinct1 }) => distinct1),
    distinct2: over(({ distinct2 }) => distinct2),
    distinct3: over(({ distinct3 }) => distinct3),
    selfSimilarity: over(({ selfSimilarity }) => selfSimilarity),
    distinctResponses: over(({ distinctResponses }) => distinctResponses),
    repeats: over(({ repeats }) => repeats),
  };
}

/** What a policy wrote, for `diversity`. */
export interface WrittenResponses<W extends Word> {
  /** K samples of one prompt each. */
  readonly groups: readonly (readonly Text<W>[])[];
  /** One sample for each of many prompts. */
  readonly acrossInput: readonly Text<W>[];
  /** Number of words that the policy can write. */
  readonly vocabulary: number;
}

/** All figures of one policy. @throws RangeError as `perInput` and `setDiversity` do. */
export function diversity<W extends Word>({ groups, acrossInput, vocabulary }: WrittenResponses<W>): Diversity {
  return { vocabulary, perInput: perInput(groups, vocabulary), acrossInput: setDiversity(acrossInput, vocabulary) };
}
