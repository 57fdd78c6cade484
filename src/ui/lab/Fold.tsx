import { useState, type ReactNode } from 'react';
import classes from './lab.module.css';

interface FoldProps {
  readonly title: ReactNode;
  readonly initiallyOpen?: boolean;
  readonly children: ReactNode;
}

/** What is seldom looked at, folded away. Made when it is opened: fields that grow with their text must be seen for that. */
export function Fold({ title, initiallyOpen = false, children }: FoldProps): ReactNode {
  const [open, setOpen] = useState(initiallyOpen);
  return (
    <details className={classes.details} open={initiallyOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && children}
    </details>
  );
}
