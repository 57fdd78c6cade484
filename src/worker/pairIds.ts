import { TOKEN } from '../core/tokens';
import { wordsToText } from '../core/text';
import { digest } from '../labelers/llm/prompt';
import type { JudgedPair, Task } from '../tasks/types';

/** A pair of the built-in world as it is read, under the name by which labels find it. */
export interface NamedPair {
  /** `pair:N-DIGEST`: its number in the run, and 16 hexadecimal digits of its texts. */
  readonly id: string;
  readonly prompt: string;
  readonly responses: readonly [string, string];
}

/**
 * The pair as text. A run numbers its pairs; another seed, temperature or engine writes other texts under the same number.
 * With the texts in the name, labels that come from elsewhere find their own pairs only.
 */
export function namedPair(task: Pick<Task, 'vocabulary'>, { id, prompt, responses }: JudgedPair): NamedPair {
  const texts = { prompt: textOf(task, prompt.tokens), responses: [textOf(task, responses[0]), textOf(task, responses[1])] } as const;
  return { id: `${id}-${digest(JSON.stringify([texts.prompt, ...texts.responses]))}`, ...texts };
}

/** Tokens as they are read: without the end-of-text token, which is no text. */
export function textOf(task: Pick<Task, 'vocabulary'>, tokens: ArrayLike<number>): string {
  const words = Array.from(tokens);
  return wordsToText(task.vocabulary.decode(words.at(-1) === TOKEN.eos ? words.slice(0, -1) : words));
}
