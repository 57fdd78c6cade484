/**
 * Numbers that are read from log-probabilities must together have at least this probability. Below it the model is saying
 * something else, and ratios of tiny numbers are noise.
 */
export const LEAST_MASS = 0.01;

/**
 * The number that a token spells: with a space before it (also as the marks that tokenisers write for one, "▁" and "Ġ"),
 * full width, in quotes, brackets or bold. Not "A" and "B", nor "one" and "two": the prompt asks for numbers, and those
 * begin sentences ("A better summary ...", "One of them ...").
 */
export function numberOf(token: string): string {
  return token.normalize('NFKC').replace(/^[\u2581\u0120\s"'`([{*#]+|[\s"'`)\]}*.:,]+$/g, '');
}

/** The JSON object in a text, also inside a code block or after some words; undefined where there is none. */
export function jsonIn(text: string): unknown {
  const found = /\{[^]*\}/.exec(withoutThoughts(text));
  if (!found) return undefined;
  try {
    return JSON.parse(found[0]);
  } catch {
    return undefined;
  }
}

/** Without thoughts that some servers leave in the text. */
export function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[^]*?<\/think>/, '').trim();
}

/** Of the values that are known; undefined where none is. */
export function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
