/**
 * JSON schema of a structured answer. All keys required and no others, as strict modes ask; the choice is a text because
 * some providers know no enumerations of numbers. The reason comes first: what is written later can lean on it.
 */
export const CHOICE_SCHEMA = {
  type: 'object',
  properties: {
    reason: { type: 'string' },
    choice: { type: 'string', enum: ['1', '2'] },
    confidence: { type: 'number' },
  },
  required: ['reason', 'choice', 'confidence'],
  additionalProperties: false,
} as const;

/** JSON schema of a structured score, by the same rules. */
const SCORE_SCHEMA = {
  type: 'object',
  properties: {
    reason: { type: 'string' },
    score: { type: 'string', enum: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] },
  },
  required: ['reason', 'score'],
  additionalProperties: false,
} as const;

/** What a structured answer must look like: a JSON schema and its name, for protocols that want one. */
export interface StructuredAnswer {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export const CHOICE_ANSWER: StructuredAnswer = { name: 'preference', schema: CHOICE_SCHEMA };
export const SCORE_ANSWER: StructuredAnswer = { name: 'score', schema: SCORE_SCHEMA };
