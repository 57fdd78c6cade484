import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { showView } from '../shell/view';
import { useLibrary } from './store';

/** Puts a run into the library that came by a link or from a file: those are kept only if the visitor says so. */
export function KeepRun(): ReactNode {
  const shown = useRun((state) => state.shown);
  const keep = useLibrary((state) => state.keep);
  const trouble = useLibrary((state) => state.trouble);
  /** The run that was asked to be kept, and whether it is. */
  const [asked, setAsked] = useState<{ readonly bundle: RunBundle; readonly kept: boolean }>();
  if (!shown?.bundle || (shown.origin !== 'link' && shown.origin !== 'file')) return null;
  const { bundle, dataName, origin } = shown;
  if (asked?.bundle === bundle && asked.kept) {
    return (
      <p className={screen.text} role="status">
        Kept in this browser.{' '}
        <Button size="compact-xs" variant="subtle" onClick={() => showView('runs')}>
          Go to Runs
        </Button>
      </p>
    );
  }
  const start = async (): Promise<void> => {
    const kept = await keep(bundle, { origin: origin === 'link' ? 'link' : 'imported', dataName });
    setAsked({ bundle, kept });
  };
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => void start()}>
        Keep in this browser
      </Button>
      {asked?.bundle === bundle && trouble !== undefined && (
        <p className={screen.note} role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}
