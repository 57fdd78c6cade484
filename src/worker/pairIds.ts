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
  const text = (tokens: Int32Array): string => wordsToText(task.vocabulary.decode(tokens));
  const texts = { prompt: text(prompt.tokens), responses: [text(withoutEnd(responses[0])), text(withoutEnd(responses[1]))] } as const;
  return { id: `${id}-${digest(JSON.stringify([texts.prompt, ...texts.responses]))}`, ...texts };
}

/** A response without its end-of-text token, which is no text. */
function withoutEnd(response: Int32Array): Int32Array {
  return response.at(-1) === TOKEN.eos ? response.subarray(0, response.length - 1) : response;
}
