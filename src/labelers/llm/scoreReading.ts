import { SCORES } from '../../core/tokens';
import { z } from '../../core/zod';
import { jsonIn, LEAST_MASS, mean, numberOf, withoutThoughts } from './reading';
import type { ChatReply, Rung } from './types';

/** What one reply says of a response. */
export interface ScoreAnswer {
  /** P(score = i + 1), 10 numbers that add up to 1; undefined where the reply cannot be read. */
  readonly probabilities?: readonly number[];
  /** Probability of everything that is no score, 0..1; log-probabilities only. */
  readonly missingMass?: number;
  /** Probability of a "1" that may have been the beginning of "10", where nobody could see it, 0..1; log-probabilities only. */
  readonly guessedMass?: number;
  /** What a structured answer gives as its reason. */
  readonly reason?: string;
}

type TopTokens = NonNullable<ChatReply['top']>;

/** The score of a reply at a rung. */
export function readScore(reply: Pick<ChatReply, 'text' | 'top' | 'second'>, rung: Rung): ScoreAnswer {
  if (rung === 'logprobs') return reply.top ? readLogprobs(reply, reply.top) : {};
  if (rung === 'structured') return readStructured(reply.text);
  const score = scoreIn(reply.text);
  return score === undefined ? {} : { probabilities: massAt(score) };
}

/**
 * P(i) / (P(1) + ... + P(10)) over all spellings of the ten numbers among the most likely first tokens (Lee et al. 2023,
 * section 2.2.2). A number that is not among them counts as probability 0.
 */
function readLogprobs(reply: Pick<ChatReply, 'text' | 'second'>, top: TopTokens): ScoreAnswer {
  const mass = Array.from({ length: SCORES }, () => 0);
  for (const { token, logprob } of top) {
    const number = numberOf(token);
    if (/^(?:[1-9]|10)$/.test(number)) mass[Number(number) - 1]! += Math.exp(logprob);
  }
  const { one, ten, guessed } = partOne(mass, reply);
  mass[0] = one;
  mass[SCORES - 1]! += ten;
  const total = mass.reduce((sum, p) => sum + p, 0);
  const masses = { missingMass: Math.min(1, Math.max(0, 1 - total)), guessedMass: guessed };
  return total < LEAST_MASS ? masses : { probabilities: mass.map((p) => p / total), ...masses };
}

/**
 * Parts the probability of a first token "1" into the score 1 and the beginning of a "10" that the model writes as two
 * tokens.
 *  1. The second token is known because "1" was the first one chosen: P(10) = P("1") P("0" | "1"). What goes on with
 *     another digit is no score.
 *  2. "10" is itself among the first tokens: this model writes it as one, and "1" is 1.
 *  3. The text that was chosen begins with "1" or "10": all of it goes where the text went. A guess.
 *  4. Another number was chosen, so nobody saw what would have followed. The scale is ordered: in proportion to the
 *     neighbours, P(2) for 1 and P(9) for 10. A guess; without either neighbour it is left out.
 */
function partOne(mass: readonly number[], { text, second }: Pick<ChatReply, 'text' | 'second'>): { one: number; ten: number; guessed: number } {
  const first = mass[0]!;
  if (first === 0) return { one: 0, ten: 0, guessed: 0 };
  if (second && numberOf(second.after) === '1') {
    const goesOn = (pattern: RegExp): number => second.top.reduce((sum, { token, logprob }) =>
      sum + (pattern.test(token.normalize('NFKC')) ? Math.exp(logprob) : 0), 0);
    const zero = Math.min(1, goesOn(/^0(?!\d)/));
    const otherDigits = goesOn(/^(?:[1-9]|0\d)/);
    return { one: first * Math.max(0, 1 - zero - otherDigits), ten: first * zero, guessed: 0 };
  }
  if (mass[SCORES - 1]! > 0) return { one: first, ten: 0, guessed: 0 };
  const written = numberOf(text);
  if (/^1(?!\d)/.test(written)) return { one: first, ten: 0, guessed: first };
  if (/^10(?!\d)/.test(written)) return { one: 0, ten: first, guessed: first };
  const [two, nine] = [mass[1]!, mass[SCORES - 2]!];
  if (two + nine === 0) return { one: 0, ten: 0, guessed: 0 };
  const ten = (first * nine) / (two + nine);
  return { one: first - ten, ten, guessed: first };
}

const structuredSchema = z.object({
  score: z.union([z.string(), z.number()]).transform(String),
  reason: z.string().optional().catch(undefined),
});

function readStructured(text: string): ScoreAnswer {
  const { score: said = '', reason } = structuredSchema.safeParse(jsonIn(text)).data ?? {};
  const score = scoreIn(said);
  return score === undefined ? {} : { probabilities: massAt(score), ...(reason !== undefined && { reason }) };
}

/** What the scale is called, as in "7/10", "7 out of 10", "from 1 to 10": no scores. */
const SCALE = /\s*(?:\/|\bout of\b)\s*10(?!\.?\d)|\b(?:from )?1\s*(?:to|-|–)\s*10\b/gi;
const LABEL = '(?:score|rating)(?:\\s+(?:is|of))?[^\\p{L}\\p{N}.\\-]*';
const NUMBER = '(?<![\\p{L}\\p{N}.,\\-])(\\d+(?:\\.\\d+)?)(?![\\p{L}\\p{N}%]|[.,]\\d)';
const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/**
 * The score, 1..10, that a plain answer gives: what stands alone on its first or last line, also as a word or after
 * "Score:"; else what stands behind "score" or "rating"; else the only number that is mentioned. Anything else, such as
 * two different numbers, is not guessed at.
 */
function scoreIn(text: string): number | undefined {
  const lines = withoutThoughts(text).normalize('NFKC').replace(SCALE, '').split('\n').map(numberOf).filter((line) => line !== '');
  const whole = lines.join('\n');
  const found = [
    [lines[0], lines.at(-1)].map(alone).filter((value) => value !== undefined),
    allIn(whole, new RegExp(LABEL + NUMBER, 'giu')),
    allIn(whole, new RegExp(NUMBER, 'gu')),
  ].find((values) => values.length > 0);
  const [score, ...others] = new Set(found);
  return score !== undefined && others.length === 0 && score >= 1 && score <= SCORES ? score : undefined;
}

function alone(line = ''): number | undefined {
  const bare = numberOf(line.replace(new RegExp(`^(?:[\\p{L} ]{0,30}\\b)?${LABEL}`, 'iu'), '')).toLowerCase();
  if (/^\d+(?:\.\d+)?$/.test(bare)) return Number(bare);
  return WORDS.includes(bare) ? WORDS.indexOf(bare) + 1 : undefined;
}

function allIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map((found) => Number(found[1]));
}

/** All mass on a score; between two, as 7.5 is, on both so that the expected score is the one that was given. 10 numbers. */
function massAt(score: number): number[] {
  return Array.from({ length: SCORES }, (_, i) => Math.max(0, 1 - Math.abs(i + 1 - score)));
}

/** The middle of the scale, half on 5 and half on 6: expected score 5.5, a reward of 0 in d-RLAIF. */
const NEUTRAL = massAt((1 + SCORES) / 2);

export interface JoinedScores {
  /** Mean of the distributions that could be read; the neutral one where not `parsed`. 10 numbers. */
  readonly probabilities: readonly number[];
  /** False where no reply could be read. */
  readonly parsed: boolean;
  /** Means over the replies that report them. */
  readonly missingMass?: number;
  readonly guessedMass?: number;
  /** Replies that could not be read. */
  readonly unread: number;
}

/** Joins the samples of one response (self-consistency, Wang et al. 2022). */
export function joinScores(answers: readonly ScoreAnswer[]): JoinedScores {
  const read = answers.map(({ probabilities }) => probabilities).filter((one) => one !== undefined);
  const missingMass = mean(answers.map((answer) => answer.missingMass));
  const guessedMass = mean(answers.map((answer) => answer.guessedMass));
  return {
    probabilities: read.length === 0 ? NEUTRAL : NEUTRAL.map((_, i) => mean(read.map((one) => one[i])) ?? 0),
    parsed: read.length > 0,
    ...(missingMass !== undefined && { missingMass }),
    ...(guessedMass !== undefined && { guessedMass }),
    unread: answers.length - read.length,
  };
}
