import { z } from '../core/zod';

/** Fields that the page sets itself: what is asked and how the reply comes, by which it is read. */
const OURS = [
  'messages', 'system', 'model', 'stream', 'stream_options', 'temperature', 'seed', 'random_seed', 'logprobs', 'top_logprobs',
  'response_format', 'output_config',
];
/** Fields that make a call dearer than its prompt and its token limit: the cap is reckoned by those. */
const DEARER = [
  'n', 'best_of', 'models', 'plugins', 'tools', 'tool_choice', 'functions', 'function_call', 'web_search_options', 'service_tier',
];
/** Token limits by whatever name, and budgets of thoughts that a provider may bill beyond the limit; at any depth. */
const LIMIT_NAME = /^max\w*tokens$|budget|^(?:n|num)_predict$/i;
const SECRET_NAME = /(?:api|access|secret|private)[-_]?key|^(?:x[-_])?key$|authoriz|bearer|passw|secret|credential|(?:access|auth|refresh)[-_]?token|^(?:id[-_]?)?token$/i;
const SECRET_VALUE = /^\s*bearer\s|(?:^|[^a-z])(?:sk|pk|gsk|xai|hf|ghp)[-_][\w-]{12,}|AIza[\w-]{20,}/i;

const objectSchema = z.record(z.string(), z.unknown());

/** The first token limit at any depth. */
function limitIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const found = LIMIT_NAME.test(name) ? name : limitIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first name or value, at any depth, that looks like a secret. */
function secretIn(value: unknown): string | undefined {
  if (typeof value === 'string') return SECRET_VALUE.test(value) ? 'a value' : undefined;
  if (Array.isArray(value)) return value.map(secretIn).find((found) => found !== undefined);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (SECRET_NAME.test(name)) return `"${name}"`;
    const found = secretIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Fields that a visitor wants in every request, from JSON; none for an empty text. They are merged last, so that nothing may
 * be among them by which the cap is reckoned or a reply is read. They are shown on screen and are part of what a stored reply
 * is found by, so that a key has no place among them either.
 * @returns the reason, in words, where they cannot be sent
 */
export function readExtraBody(text: string): Readonly<Record<string, unknown>> | string {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'The extra fields are not JSON. Write an object, such as {"top_p": 0.9}.';
  }
  const fields = objectSchema.safeParse(value).data;
  if (!fields) return 'The extra fields must be an object, such as {"top_p": 0.9}.';
  const ours = OURS.find((name) => name in fields);
  if (ours !== undefined) return `The extra fields cannot hold "${ours}", which the page sets itself.`;
  const dearer = DEARER.find((name) => name in fields) ?? limitIn(fields);
  if (dearer !== undefined) return `The extra fields cannot hold "${dearer}": a call could cost more than the cap reckons with.`;
  const secret = secretIn(fields);
  if (secret !== undefined) return `In the extra fields ${secret} looks like a key or a password. A key belongs in its own field.`;
  return fields;
}
