import { z } from '../../core/zod';
import { jsonIn, LEAST_MASS, mean, numberOf, withoutThoughts } from './reading';
import type { ChatReply, Rung } from './types';

/** What one reply says. */
export interface Answer {
  /** P(the response shown first is better), 0..1; undefined where the reply cannot be read. */
  readonly pFirst?: number;
  /** Probability of everything that is neither "1" nor "2", 0..1; log-probabilities only. */
  readonly missingMass?: number;
  /** What a structured answer gives as its reason. */
  readonly reason?: string;
}

/** Answers of a reply at a rung. */
export function readAnswer(reply: Pick<ChatReply, 'text' | 'top'>, rung: Rung): Answer {
  if (rung === 'logprobs') return readLogprobs(reply.top);
  return rung === 'structured' ? readStructured(reply.text) : readChoice(reply.text);
}

/** The answer to which response is better, from one to which is worse. */
export function turnedAnswer(answer: Answer): Answer {
  return answer.pFirst === undefined ? answer : { ...answer, pFirst: 1 - answer.pFirst };
}

/**
 * p1 / (p1 + p2) over all spellings of "1" and "2" among the most likely first tokens. A number that is not among them
 * counts as probability 0.
 */
function readLogprobs(top: ChatReply['top']): Answer {
  if (!top) return {};
  let [one, two] = [0, 0];
  for (const { token, logprob } of top) {
    const number = numberOf(token);
    if (number === '1') one += Math.exp(logprob);
    if (number === '2') two += Math.exp(logprob);
  }
  const mass = one + two;
  const missingMass = Math.min(1, Math.max(0, 1 - mass));
  return mass < LEAST_MASS ? { missingMass } : { pFirst: one / mass, missingMass };
}

const structuredSchema = z.object({
  choice: z.union([z.string(), z.number()]).transform((value) => numberOf(String(value))).pipe(z.enum(['1', '2'])),
  confidence: z.number().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
});

/**
 * Stated confidence in percent, 50 to
 * 100; without one the choice counts as certain. A stated confidence below 50 contradicts the choice and counts as 50.
 */
function readStructured(text: string): Answer {
  const parsed = structuredSchema.safeParse(jsonIn(text));
  if (!parsed.success) return {};
  const { choice, confidence = 100, reason } = parsed.data;
  // Some models answer on the scale from 0 to 1 all the same; 1 itself is "certain" there.
  const share = confidence <= 1 ? confidence : confidence / 100;
  const certain = Math.min(1, Math.max(0.5, share));
  return { pFirst: choice === '1' ? certain : 1 - certain, ...(reason !== undefined && { reason }) };
}

/**
 * A number that stands alone on the first or the last line; else the only one of "1" and "2" that the text mentions.
 * Anything else, e.g. "1 is better than 2", is not guessed at.
 */
function readChoice(text: string): Answer {
  const lines = withoutThoughts(text).split('\n').map(numberOf).filter((line) => line !== '');
  const alone = new Set([lines[0], lines.at(-1)].filter((line) => line === '1' || line === '2'));
  const mentioned = new Set(lines.join('\n').match(/(?<![\p{L}\p{N}.])[12](?![\p{L}\p{N}]|\.\d)/gu));
  const numbers = alone.size > 0 ? alone : mentioned;
  if (numbers.size !== 1) return {};
  return { pFirst: numbers.has('1') ? 1 : 0 };
}

/** Answers of one order: mean over the replies that could be read. */
export interface OrderAnswer {
  /** P(the response shown first is better); undefined where no reply could be read. */
  readonly pFirst?: number;
  /** Mean over the replies that report it. */
  readonly missingMass?: number;
  /** Replies that could not be read. */
  readonly unread: number;
}

/** Joins the samples of one order (self-consistency, Wang et al. 2022). */
export function joinSamples(answers: readonly Answer[]): OrderAnswer {
  const pFirst = mean(answers.map((answer) => answer.pFirst));
  const missingMass = mean(answers.map((answer) => answer.missingMass));
  return {
    ...(pFirst !== undefined && { pFirst }),
    ...(missingMass !== undefined && { missingMass }),
    unread: answers.filter((answer) => answer.pFirst === undefined).length,
  };
}

export interface JoinedOrders {
  /** P(responses[0] is better): both distributions over the same response averaged; 0.5 where not `parsed`. */
  readonly pA: number;
  /** As in `Label.raw`; 0.5 for an order that could not be read. */
  readonly raw: readonly number[];
  /** False if an order could not be read: half a comparison would carry the whole position bias. */
  readonly parsed: boolean;
  readonly missingMass?: number;
  readonly unread: number;
}

/** Joins the orders asked: [0] responses[0] shown first, [1] responses[1] shown first. */
export function joinOrders(orders: readonly OrderAnswer[]): JoinedOrders {
  const parsed = orders.every((order) => order.pFirst !== undefined);
  const raw = orders.map((order) => order.pFirst ?? 0.5);
  const overA = raw.map((pFirst, order) => (order === 0 ? pFirst : 1 - pFirst));
  const missingMass = mean(orders.map((order) => order.missingMass));
  return {
    pA: parsed ? mean(overA)! : 0.5,
    raw,
    parsed,
    ...(missingMass !== undefined && { missingMass }),
    unread: orders.reduce((sum, order) => sum + order.unread, 0),
  };
}
