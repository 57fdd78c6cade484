import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';
import { useLibrary } from './store';
import { isNearlyFull, usageText } from './words';

const ANSWERS = {
  granted: 'The browser agreed: it deletes nothing of this page unless you do.',
  refused:
    'The browser did not agree. Some decide by themselves, and agree once the page is bookmarked, installed or often used. ' +
    'Until then it may clear the runs when the disk is full: save them as a file to be safe.',
  unknown: 'This browser cannot be asked. Save the runs as a file to be safe.',
} as const;

/** How much is stored, of how much, and whether the browser may clear it. */
export function StorageLine(): ReactNode {
  const usage = useLibrary((state) => state.usage);
  const persistence = useLibrary((state) => state.persistence);
  const keepForGood = useLibrary((state) => state.keepForGood);
  if (!usage) return null;
  return (
    <section className={classes.storage} aria-label="Storage">
      <div className={screen.buttons}>
        <p className={screen.text}>{usageText(usage)}</p>
        {usage.persisted === true ? (
          <p className={screen.text}>Kept for good.</p>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => void keepForGood()}>
            Keep for good
          </Button>
        )}
        <InfoTip
          label="storage"
          meaning="Runs are kept in this browser, on this device, and nowhere else. When the disk is full a browser may clear what pages have stored; one that agrees to keep it for good does not."
          caveat="Clearing the browser's data for this page, or closing a private window, deletes the runs all the same. The page itself never deletes a run that you did not delete."
        />
      </div>
      {persistence !== undefined && (
        <p className={screen.text} role="status" data-testid="persistence">
          {ANSWERS[persistence]}
        </p>
      )}
      {isNearlyFull(usage) && (
        <p className={screen.note} role="status">
          The storage is nearly full. Save runs as a file and delete some, or the next ones may not be kept.
        </p>
      )}
    </section>
  );
}
