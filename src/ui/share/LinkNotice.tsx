import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useActions, useRun } from '../shared/store';
import classes from './share.module.css';

/** What there is to say of the link that the page was opened by: a result that cannot be shown, what was ignored or changed. */
export function LinkNotice(): ReactNode {
  const link = useRun((state) => state.link);
  const { dismissLink } = useActions();
  if (!link) return null;
  const { problem, notes } = link;
  return (
    <div className={classes.notice} data-problem={problem !== undefined || undefined} role={problem === undefined ? 'status' : 'alert'} data-testid="link-notice">
      <div className={classes.news}>
        {problem !== undefined && (
          <p>
            <b>{problem.title}</b> {problem.advice}
          </p>
        )}
        {notes.length > 0 && (
          <>
            <p>{problem === undefined ? <b>Not all of the link was taken as it stands.</b> : 'Of the settings, not all were taken as they stand.'}</p>
            <ul className={classes.list}>
              {notes.map((note, i) => (
                // Two parts of a link may have the same fault.
                <li key={i}>{note}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      <Button size="xs" variant="default" onClick={dismissLink}>
        Dismiss
      </Button>
    </div>
  );
}
