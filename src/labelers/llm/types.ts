import { z } from '../../core/zod';
import type { HttpRequest } from './http';
import type { StructuredAnswer } from './structured';

/**
 * How an answer is read, best first. `logprobs`: from the probabilities of the tokens "1" and "2" (of "1" to "10" where
 * responses are scored), as Lee et al. 2023. `structured`: from JSON objects with a choice and a stated confidence, or
 * with a score. `choice`: from a bare choice or score. Figures of different rungs are not comparable and must not be mixed.
 */
export const RUNGS = ['logprobs', 'structured', 'choice'] as const;
export type Rung = (typeof RUNGS)[number];

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What is wanted of a reply besides its text. */
export type Want = 'logprobs' | 'json' | 'text';

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly seed?: number;
  readonly want: Want;
  /** The form of the answer where `want` is `json`; a choice where absent. */
  readonly answer?: StructuredAnswer;
  /** Merged into the body last: what a visitor knows of their model and we do not. */
  readonly body?: Readonly<Record<string, unknown>>;
}

const alternatives = z.array(z.object({ token: z.string(), logprob: z.number() }));

const replySchema = z.object({
  /** '' where a reasoning model spent its tokens on thoughts. */
  text: z.string(),
  /** Most likely first tokens with their natural log-probabilities, where the reply had them. */
  top: alternatives.optional(),
  /** The same of the second token where more than one was asked for, given the first one that was chosen, `after`. */
  second: z.object({ after: z.string(), top: alternatives }).optional(),
  /** Tokens as reported; absent where the reply did not say. */
  usage: z.object({ input: z.number(), output: z.number() }).optional(),
  /** The model that answered, which may be another than was asked for. */
  servedModel: z.string().optional(),
  fingerprint: z.string().optional(),
});

export type ChatReply = z.infer<typeof replySchema>;

/** A reply that was stored, or undefined where it is not one. */
export function readStoredReply(value: unknown): ChatReply | undefined {
  return replySchema.safeParse(value).data;
}

export interface ModelInfo {
  readonly id: string;
  readonly name?: string;
  /** US dollars per million tokens, where the list says so. */
  readonly price?: { readonly input: number; readonly output: number };
  /** Names of request fields that it takes at one of its hosts at least, where the list says so. */
  readonly parameters?: readonly string[];
}

/** Speaks one provider's protocol. */
export interface Transport {
  /** @throws LlmError */
  chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply>;
  /** The models the provider lists. @throws LlmError */
  models(signal?: AbortSignal): Promise<ModelInfo[]>;
  /** The request as it would be sent, with `KEY_PLACEHOLDER` for the key: for the screen. */
  preview(request: ChatRequest): HttpRequest;
  /** What requests had to be changed in for this model, in words. */
  adaptations(): string[];
}

/** What a preview shows for the key. */
export const KEY_PLACEHOLDER = '(your key)';
