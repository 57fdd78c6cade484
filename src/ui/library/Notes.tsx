import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';
import { useLibrary } from './store';
import { runsText } from './words';

/** Problems that are named one by one. */
const MOST_NAMED = 8;

/** What went wrong last, and what to do. */
export function TroubleNote(): ReactNode {
  const trouble = useLibrary((state) => state.trouble);
  const dismiss = useLibrary((state) => state.dismissTrouble);
  if (trouble === undefined) return null;
  return (
    <div className={`${screen.note} ${screen.trouble} ${classes.told}`} role="alert">
      <p>{trouble}</p>
      <Button size="compact-sm" variant="subtle" onClick={dismiss}>
        Dismiss
      </Button>
    </div>
  );
}

/** What was deleted last, until the next change. */
export function UndoNote(): ReactNode {
  const removed = useLibrary((state) => state.removed);
  const undo = useLibrary((state) => state.undo);
  const forget = useLibrary((state) => state.forget);
  if (!removed) return null;
  const [first] = removed.runs;
  const what = removed.runs.length === 1 && first ? `"${first.entry.name}"` : runsText(removed.runs.length);
  return (
    <div className={`${screen.note} ${screen.news} ${classes.told}`} role="status" data-testid="undo">
      <p>
        {what} deleted. This can be undone until the next change, or until the page is closed.
      </p>
      {/* The button that was pressed is gone with its run. */}
      <Button key={first?.entry.id} autoFocus size="compact-sm" onClick={() => void undo()}>
        Undo
      </Button>
      <Button size="compact-sm" variant="default" onClick={forget}>
        Dismiss
      </Button>
    </div>
  );
}

/** What came of files. */
export function ImportNote(): ReactNode {
  const imported = useLibrary((state) => state.imported);
  if (!imported) return null;
  const { added, known, problems } = imported;
  const more = problems.length - MOST_NAMED;
  return (
    <div role="status" className={problems.length > 0 ? screen.note : screen.text} data-testid="imported">
      <p>
        {runsText(added)} imported.
        {known > 0 && ` ${runsText(known)} ${known === 1 ? 'was' : 'were'} in the library already and ${known === 1 ? 'stays as it is' : 'stay as they are'}.`}
      </p>
      {problems.length > 0 && (
        <ul className={screen.list}>
          {problems.slice(0, MOST_NAMED).map((problem, i) => (
            // Two files may have the same name and the same fault.
            <li key={i}>{problem}</li>
          ))}
          {more > 0 && <li>{more} more.</li>}
        </ul>
      )}
    </div>
  );
}
