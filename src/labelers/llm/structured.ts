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
