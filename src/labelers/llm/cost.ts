import type { TextPair, TextToScore } from '../text';
import { LlmError } from './errors';
import { messagesOf, type Order, type PromptSpec } from './prompt';
import { scoreMessages, type ScorePrompt } from './scorePrompt';
import { CHOICE_ANSWER, SCORE_ANSWER } from './structured';
import type { ChatMessage, Rung } from './types';

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

export function costOf(tokens: Tokens, price: Price): number {
  return (tokens.input * price.input + tokens.output * price.output) / 1e6;
}

/** About how many tokens a text is: characters / 4, good for English within a third or so, too low for other scripts. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Roles and separators that a chat template adds to a message, tokens. */
const PER_MESSAGE = 4;

export function estimateInput(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + PER_MESSAGE, 0);
}

const encoder = new TextEncoder();

/**
 * More input tokens than a call can have: a token of the usual byte-level vocabularies is at least a byte, templates add
 * a few, a schema may be put into the prompt.
 */
export function mostInput(messages: readonly ChatMessage[]): number {
  const schema = Math.max(...[CHOICE_ANSWER, SCORE_ANSWER].map((answer) => JSON.stringify(answer.schema).length));
  return messages.reduce((sum, { content }) => sum + encoder.encode(content).length + 4 * PER_MESSAGE, schema);
}

/** Output tokens to be expected of a call, by what it asks for. Rationales of a few sentences; rough. */
const EXPECTED_OUTPUT: Record<Rung | 'rationale', number> = { logprobs: 1, structured: 60, choice: 3, rationale: 120 };

/** Tokens asked for where a score is read from log-probabilities: "10" may be two. */
export const SCORE_TOKENS = 2;

export interface RunShape {
  readonly prompt: PromptSpec;
  readonly rung: Rung;
  readonly bothOrders: boolean;
  /** Replies asked for each order. */
  readonly samples: number;
}

/** How many replies an order needs: without chain of thought, log-probabilities do not differ from sample to sample. */
export function samplesOf(
  { prompt, rung, samples }: Pick<RunShape, 'rung' | 'samples'> & { readonly prompt: Pick<PromptSpec, 'chainOfThought'> },
): number {
  return rung === 'logprobs' && !prompt.chainOfThought ? 1 : samples;
}

export interface Estimate extends Tokens {
  readonly calls: number;
  /** Absent without a price. */
  readonly usd?: number;
}

/** What labelling these pairs will take, before it starts. An estimate: tokens are characters / 4. */
export function estimateRun(pairs: readonly TextPair[], shape: RunShape, price?: Price): Estimate {
  const { prompt, rung, bothOrders } = shape;
  const samples = samplesOf(shape);
  const orders: readonly Order[] = bothOrders ? [0, 1] : [0];
  let [calls, input, output] = [0, 0, 0];
  for (const pair of pairs) {
    for (const order of orders) {
      const first = estimateInput(messagesOf(prompt, pair, order, { rung }));
      calls += samples;
      input += samples * first;
      output += samples * EXPECTED_OUTPUT[rung];
      if (!prompt.chainOfThought) continue;
      const second = estimateInput(messagesOf(prompt, pair, order, { rung, rationale: '' })) + EXPECTED_OUTPUT.rationale;
      calls += samples;
      input += samples * second;
      output += samples * EXPECTED_OUTPUT.rationale;
    }
  }
  return { calls, input, output, ...(price && { usd: costOf({ input, output }, price) }) };
}

/** What scoring these responses will take, before it starts; repeated ones count once. As rough as `estimateRun`. */
export function estimateScores(
  items: readonly TextToScore[],
  { prompt, rung, samples }: { readonly prompt: ScorePrompt } & Pick<RunShape, 'rung' | 'samples'>,
  price?: Price,
): Estimate {
  const different = new Map(items.map((item) => [JSON.stringify([item.prompt, item.response]), item]));
  const each = samplesOf({ prompt: { chainOfThought: false }, rung, samples });
  const calls = each * different.size;
  const once = [...different.values()].reduce((sum, item) => sum + estimateInput(scoreMessages(prompt, item, rung)), 0);
  const tokens = { input: each * once, output: calls * (rung === 'logprobs' ? SCORE_TOKENS : EXPECTED_OUTPUT[rung]) };
  return { calls, ...tokens, ...(price && { usd: costOf(tokens, price) }) };
}

/**
 * Keeps what is spent below a cap: a call is only made if the most it can cost, with the most that calls in flight can
 * cost, still fits.
 */
export class Budget {
  private spent = 0;
  private reserved = 0;
  private waiting: (() => void)[] = [];

  /** @param capUsd Infinity for none. */
  constructor(private readonly capUsd: number) {}

  get spentUsd(): number {
    return this.spent;
  }

  /**
   * Sets `usd` aside; every `reserve` is followed by one `settle`. Waits while only calls in flight stand in the way.
   * @throws LlmError of kind `cap`; the signal's reason
   */
  async reserve(usd: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      if (this.spent + usd > this.capUsd) {
        throw new LlmError('cap', `Stopped before a call that could cost more than the cap of $${this.capUsd}; ` +
          `$${this.spent.toPrecision(3)} is spent. Finished answers are kept. Raise the cap, or run again, to go on.`);
      }
      if (this.spent + this.reserved + usd <= this.capUsd) break;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.reserved += usd;
  }

  /** Ends a reservation with what the call did cost. */
  settle(reservedUsd: number, spentUsd: number): void {
    this.reserved -= reservedUsd;
    this.spent += spentUsd;
    for (const wake of this.waiting.splice(0)) wake();
  }
}
