import type { ChatCompletion, ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';

/** How far loading is. */
export interface LoadProgress {
  readonly stage: 'preparing' | 'downloading' | 'loading' | 'compiling';
  /** Of this stage, 0..1. */
  readonly share: number;
  /** MB so far of this stage, where it moves any. */
  readonly megabytes?: number;
}

/** What the page asks of the worker that runs the model, and what comes back. */
export interface Commands {
  /** Downloads what is not in this browser yet and puts it onto the GPU, in place of the model before. */
  load: { readonly in: string; readonly out: undefined };
  chat: { readonly in: ChatCompletionRequestNonStreaming; readonly out: ChatCompletion };
  /** Those of the given models that are wholly in this browser. */
  cached: { readonly in: readonly string[]; readonly out: readonly string[] };
  /** Takes a model out of this browser's storage. */
  forget: { readonly in: string; readonly out: undefined };
}

export type CommandName = keyof Commands;

export type Request = {
  [C in CommandName]: { readonly id: number; readonly command: C; readonly input: Commands[C]['in'] };
}[CommandName];

/** Errors keep name and message; what they were made of stays in the worker. */
export type Answer =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly output: Commands[CommandName]['out'] }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** A model in this page: what the labeler and the screen need of WebLLM. One model at a time. */
export interface PageEngine {
  /** @throws Error with the library's name and words; EngineStopped */
  load(model: string, onProgress: (progress: LoadProgress) => void): Promise<void>;
  /** @throws Error with the library's name and words; EngineStopped */
  chat(request: ChatCompletionRequestNonStreaming): Promise<ChatCompletion>;
  cached(models: readonly string[]): Promise<readonly string[]>;
  forget(model: string): Promise<void>;
  /** Frees the memory at once. What is under way ends with EngineStopped; the next call starts anew. */
  unload(reason: string): void;
}

/** The worker with the model has ended. The message says why. */
export class EngineStopped extends Error {
  override readonly name = 'EngineStopped';
}
