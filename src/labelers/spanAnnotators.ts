import { hashString, PURPOSE, Stream, streamKey } from '../core/rng';
import type { Check, Mark } from '../tasks/types';
import type { Facts } from '../tasks/utility';
import type { Words } from './types';

/** What a simulated person marks in a response. */
export interface SpanAnnotation {
  /** 1 on tokens of statements that the post does not support, else 0. [response tokens, end-of-text included] */
  readonly invented: Uint8Array;
  /** 1 on tokens of stumbles, else 0. [response tokens, end-of-text included] */
  readonly stumble: Uint8Array;
  /** Share of the post's importance that is covered, 0..1. */
  readonly coverage: number;
}

/** How annotators err. */
export interface SpanNoise {
  readonly seed: number;
  /** Probability that an invention or a stumble is not seen, 0..1. */
  readonly miss: number;
  /** Probability that a right statement is marked as an invention, and, drawn apart, as a stumble, 0..1. */
  readonly falseAlarm: number;
  /** Standard deviation of the coverage stated, which is then held in 0..1. */
  readonly coverageDeviation: number;
}

export interface AnnotatedItem {
  /** Unique among responses, e.g. the pair's id and which response of it. */
  readonly id: string;
  readonly prompt: Facts;
  readonly response: Words;
  readonly check: Check;
}

const FAULTS = ['invented', 'stumble'] as const;
type Fault = (typeof FAULTS)[number];

/**
 * Simulated people who mark spans, as in Wu et al. 2023 (arXiv 2306.01693), section 4.1: the checker's marks, seen with
 * misses and false alarms. Whether a mark is seen depends on (seed, response id, mark) alone, and a higher probability of an
 * error keeps the errors of a lower one.
 */
export function annotateSpans({ id, prompt, response, check }: AnnotatedItem, noise: SpanNoise): SpanAnnotation {
  const key = streamKey(noise.seed, PURPOSE.annotator, hashString(id), hashString('spans'));
  const errs = (probability: number, { kind, from, to }: Mark, as: Fault): boolean =>
    new Stream(streamKey(key, PURPOSE.noise, hashString(`${kind} ${from} ${to} ${as}`))).chance(probability);
  const mark = (fault: Fault): Uint8Array => {
    const tokens = new Uint8Array(response.length);
    for (const found of check.marks) {
      const marked = found.kind === fault ? !errs(noise.miss, found, fault)
        : found.kind === 'covered' && errs(noise.falseAlarm, found, fault);
      if (!marked) continue;
      // A stumble over something missing has no tokens: it is noticed at the next one, or at the last.
      const from = Math.min(found.from, response.length - 1);
      tokens.fill(1, from, Math.max(found.to, from + 1));
    }
    return tokens;
  };
  const stated = coveredShare(prompt, check) + noise.coverageDeviation * new Stream(key).normal();
  return { invented: mark('invented'), stumble: mark('stumble'), coverage: Math.min(1, Math.max(0, stated)) };
}

/** Share of a post's importance that a response covers, 0..1; 0 where nothing matters. */
function coveredShare({ facts }: Facts, { covered }: Check): number {
  const total = facts.reduce((sum, { importance }) => sum + importance, 0);
  const own = facts.reduce((sum, { slot, importance }) => sum + (covered.includes(slot) ? importance : 0), 0);
  return total > 0 ? own / total : 0;
}
