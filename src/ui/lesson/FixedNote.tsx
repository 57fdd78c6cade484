import type { ReactNode } from 'react';
import classes from './lesson.module.css';

/** Says that the control above it does not move, and why. */
export function FixedNote({ id }: { readonly id?: string }): ReactNode {
  return (
    <p id={id} className={classes.fixed}>
      <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
        <path d="M3 5.5V4a3 3 0 0 1 6 0v1.5M2.5 5.5h7v5h-7Z" fill="none" stroke="currentColor" strokeWidth="1.4" />
      </svg>
      Fixed by the lesson
    </p>
  );
}
