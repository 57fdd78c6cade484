import { useDeferredValue, useEffect, useMemo, useState, type DragEvent, type ReactNode } from 'react';
import { entriesInView } from '../../experiments/libraryList';
import { isActive } from '../../experiments/runState';
import { ResumeNotice } from '../playground/ResumeNotice';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import classes from './library.module.css';
import { ChosenTools, LibraryFiles, ViewControls } from './LibraryTools';
import { ImportNote, TroubleNote, UndoNote } from './Notes';
import { Overlay } from './Overlay';
import { RunRow } from './RunRow';
import { StorageLine } from './StorageLine';
import { useLibrary } from './store';
import { runsText } from './words';

/** The screen "Runs": every finished run that is kept in this browser. */
export function LibraryScreen(): ReactNode {
  const load = useLibrary((state) => state.load);
  const entries = useLibrary((state) => state.entries);
  const view = useDeferredValue(useLibrary((state) => state.view));
  const ready = useLibrary((state) => state.ready);
  const announcement = useLibrary((state) => state.announcement);
  const active = useRun((state) => isActive(state));
  const listed = useMemo(() => entriesInView(entries, view), [entries, view]);
  const drop = useFileDrop();
  useEffect(() => void load(), [load]);
  return (
    <div className={`${screen.screen} ${classes.screen}`} {...drop}>
      <h2 className={screen.heading}>
        Which runs are there, and what came of them?{' '}
        <InfoTip
          label="the runs"
          meaning="Every run that finishes in the playground is kept here with its settings, curves, sample texts and verdict. Runs of sweeps stay on their own screen until they are saved and imported. The weights of policies are not kept: a kept run cannot answer a post of yours."
        />
      </h2>
      <p className={screen.lead}>
        Every finished run is kept in this browser. Open one to see it in full, tick several to lay their curves over each other, or
        save them as a file to take along.
      </p>
      <StorageLine />
      <TroubleNote />
      <ResumeNotice />
      {active && <p className={screen.text}>A run is under way: a kept one can be opened once it has ended.</p>}
      <div className={classes.tools}>
        <ViewControls />
        <LibraryFiles />
      </div>
      <ImportNote />
      <UndoNote />
      {entries.length > 0 && <ChosenTools shown={listed.map(({ id }) => id)} />}
      {ready && entries.length === 0 && <p className={screen.text}>No runs yet. Press Run in the playground, or import a file of runs.</p>}
      {entries.length > 0 && listed.length === 0 && <p className={screen.text}>None of the {runsText(entries.length)} fits.</p>}
      <ul className={classes.runs} aria-label="Runs">
        {listed.map((entry) => (
          <RunRow key={entry.id} entry={entry} />
        ))}
      </ul>
      <Overlay />
      <div aria-live="polite" className={screen.unseen} data-testid="library-announcement">
        {announcement}
      </div>
    </div>
  );
}

interface DropTarget {
  readonly 'data-over': true | undefined;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: () => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** Files may be dropped anywhere on the screen. */
function useFileDrop(): DropTarget {
  const importFiles = useLibrary((state) => state.importFiles);
  const [over, setOver] = useState(false);
  return {
    'data-over': over || undefined,
    onDragOver: (event) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event) => {
      event.preventDefault();
      setOver(false);
      void importFiles([...event.dataTransfer.files]);
    },
  };
}
