import { LlmError } from '../labelers/llm/errors';
import { toTrouble, type Trouble } from './advice';
import { DataFileError } from './dataFile';

/** What some labelers of a run ended early by; the others were asked all the same. */
export class LabelersFailed extends Error {
  constructor(readonly failures: readonly { readonly labeler: string; readonly error: unknown }[]) {
    super('Some labelers have ended early.');
  }
}

/** What went wrong in the lab. Messages of its own kinds of errors say what to do already. */
export function labTrouble(error: unknown): Trouble {
  if (error instanceof LabelersFailed) {
    const message = error.failures.map(({ labeler, error: cause }) => {
      const trouble = labTrouble(cause);
      return `${labeler}: ${trouble.message} ${trouble.advice}`.trim();
    }).join(' ');
    return { message, advice: '' };
  }
  if (error instanceof LlmError || error instanceof DataFileError) return { message: error.message, advice: '' };
  return toTrouble(error);
}
