import { Button } from '@mantine/core';
import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { MOST_RUNS, runsJson } from '../../experiments/sweepFiles';
import type { LoadReport } from '../../experiments/sweepStore';
import { download } from '../charts/exportChart';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useSweep } from './store';
import classes from './sweep.module.css';
import { counted } from './words';

/** Problems that are named one by one. */
const MOST_NAMED = 8;

/** Runs out of the page, and into it. */
export function RunFiles(): ReactNode {
  const runs = useSweep((state) => state.runs);
  const idle = useSweep((state) => state.status === 'idle');
  const loading = useSweep((state) => state.loading);
  const loaded = useSweep((state) => state.loaded);
  const load = useSweep((state) => state.load);
  const clear = useSweep((state) => state.clear);
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (idle) void load([...event.dataTransfer.files]);
  };
  return (
    <div
      className={classes.files}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className={screen.buttons}>
        <Button size="compact-sm" variant="default" disabled={!idle} loading={loading} onClick={() => chooser.current?.click()}>
          Load runs
        </Button>
        <InfoTip
          label="files of runs"
          meaning="A run saved here or written by npm run experiment is a JSON file, several runs a list in one. Choose or drop as many files as you like, also of runs that several machines made: they are put together, and what differs between them is found."
          caveat={`At most ${MOST_RUNS} runs and 200 MB. Runs of the same settings count once. Runs are kept until the page is closed: save them if you want them again.`}
        />
        {runs.length > 0 && (
          <>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => download('runs.json', new Blob(runsJson(runs), { type: 'application/json' }))}
            >
              Save runs
            </Button>
            <Button size="compact-sm" variant="subtle" disabled={!idle} onClick={clear}>
              Clear
            </Button>
          </>
        )}
        <input
          ref={chooser}
          type="file"
          multiple
          accept=".json,application/json"
          aria-label="Files of runs"
          hidden
          onChange={(event) => {
            void load([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {loaded && <Loaded report={loaded} />}
    </div>
  );
}

/** What came of the files. */
function Loaded({ report: { added, duplicates, problems } }: { readonly report: LoadReport }): ReactNode {
  const more = problems.length - MOST_NAMED;
  return (
    <div role="status" className={problems.length > 0 ? screen.note : screen.text} data-testid="sweep-loaded">
      <p>
        {counted(added, 'run')} loaded.
        {duplicates > 0 && ` ${duplicates} more ${duplicates === 1 ? 'has' : 'have'} the settings of a run that is here: they count once.`}
      </p>
      {problems.length > 0 && (
        <ul className={screen.list}>
          {problems.slice(0, MOST_NAMED).map((problem, i) => (
            // Two files may have the same name and the same fault.
            <li key={i}>{problem}</li>
          ))}
          {more > 0 && <li>{more} more could not be read.</li>}
        </ul>
      )}
    </div>
  );
}
