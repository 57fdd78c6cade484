import { Button } from '@mantine/core';
import { useId, useRef, useState, type ReactNode } from 'react';
import { isActive } from '../../experiments/runState';
import { readRuns, type RunFile } from '../../experiments/sweepFiles';
import { useActions, useRun } from '../shared/store';
import classes from './takehome.module.css';

/** Puts the run of a bundle on the main screen. */
export function OpenBundle({ onShown }: { readonly onShown: () => void }): ReactNode {
  const { openFile } = useActions();
  const active = useRun((state) => isActive(state));
  const [problem, setProblem] = useState<string>();
  const chooser = useRef<HTMLInputElement>(null);
  const headingId = useId();

  const open = async (file: RunFile): Promise<void> => {
    setProblem(undefined);
    try {
      const { bundles: [bundle, ...others], problems } = await readRuns([file]);
      if (others.length > 0) setProblem(`${file.name} holds ${others.length + 1} runs. Load it under Sweeps, or import it under Runs.`);
      else if (!bundle) setProblem(`${problems.join(' ')} Choose a run bundle that was saved here or written by npm run experiment.`);
      else if (openFile(bundle)) onShown();
      else setProblem('A run is under way here. Open the file when it has ended.');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <section className={classes.open} aria-labelledby={headingId}>
      <h2 id={headingId} className={classes.heading}>
        Bring a run back
      </h2>
      <p className={classes.text}>
        A run bundle, made here or by <code>npm run experiment</code>, is shown on the main screen. It is not kept: import it under
        Runs for that.
      </p>
      <Button size="xs" variant="default" disabled={active} onClick={() => chooser.current?.click()}>
        Open a run bundle
      </Button>
      {active && <p className={classes.saved}>A run is under way: open a file when it has ended.</p>}
      <input
        ref={chooser}
        type="file"
        accept=".json,application/json"
        aria-label="Run bundle"
        hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void open(file);
          event.currentTarget.value = '';
        }}
      />
      {problem !== undefined && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
    </section>
  );
}
