/** What went wrong, and what a visitor can do about it. */
export interface Trouble {
  readonly message: string;
  readonly advice: string;
  /** For a report: where it happened. */
  readonly details?: string | undefined;
  /** The screen on which it is put right, where that is another one. */
  readonly view?: 'lab';
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^the lesson/i, 'Leave the lesson, at the top of the page, to change what it holds.'],
  [
    /webgpu|adapter|gpu|device (was )?lost/i,
    'Run on the CPU engine instead: open this page with ?backend=cpu at the end of its address.',
  ],
  [
    /not finite|non-finite|nan\b|infinit/i,
    'Lower the learning rate of the stage that failed, or raise the KL coefficient, and run again.',
  ],
  [
    /memory|allocation|out of bounds/i,
    'Close other tabs, or choose the quick preset or smaller batches, and run again.',
  ],
  [
    /could not be loaded|failed to fetch|networkerror|load failed|integrity|checksum|importing a module/i,
    'Check the connection and reload the page: a part of it did not arrive.',
  ],
  [/labelled pairs/i, 'Label pairs in the labeler lab again, in this browser, and press "Train on these labels" there.'],
  [/\brow\b|column|csv|\bfile\b/i, 'Correct the file and drop it again, or go back to the built-in task.'],
  [/setting|config/i, 'Go back to a preset and run again.'],
];

const OTHERWISE =
  'Run again; if it happens again, reload the page. Your settings and the last finished run are kept.';

export function toTrouble(error: unknown): Trouble {
  const message = error instanceof Error ? error.message : String(error);
  const found = ADVICE.find(([pattern]) => pattern.test(message));
  return {
    message,
    advice: found?.[1] ?? OTHERWISE,
    details: error instanceof Error ? error.stack : undefined,
  };
}
