import { Button } from '@mantine/core';
import { useMemo, useRef, type ReactNode } from 'react';
import { annotationsJson, labelsJson, leaderboardCsv, leaderboardJson } from '../../experiments/labFiles';
import { leaderboardRows, type LabResults } from '../../experiments/labResults';
import { WORLD_WAITS } from '../../experiments/labWorld';
import { isActive } from '../../experiments/runState';
import { download } from '../charts/exportChart';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import { Disputes } from './Disputes';
import classes from './lab.module.css';
import { LabCharts } from './LabCharts';
import { Leaderboard } from './Leaderboard';
import { useLab } from './store';

export function Results(): ReactNode {
  const results = useLab((state) => state.results);
  const waits = useWorldWaits();
  return (
    <section aria-labelledby="lab-results" className={classes.results}>
      <div className={classes.bar}>
        <h3 id="lab-results" className={classes.heading}>
          Results
        </h3>
        <Files results={results} />
      </div>
      {waits && <p className={classes.text}>Labels cannot be loaded yet. {WORLD_WAITS}</p>}
      <ReplayNote />
      {results && results.rows.length > 0 ? <Figures results={results} /> : <Empty sampled={results?.pairs.length} />}
    </section>
  );
}

/** Whether loading labels would sample pairs beside a run. */
function useWorldWaits(): boolean {
  const world = useLab((state) => state.source === 'builtIn');
  return useRun((state) => isActive(state)) && world;
}

function Empty({ sampled }: { readonly sampled: number | undefined }): ReactNode {
  return (
    <p className={classes.lead}>
      {sampled !== undefined && `${number(sampled)} pairs are there. `}
      Nothing is labelled yet. A table will show how often each labeler picks what people picked, whether it keeps its
      pick when the responses are swapped, and whether it beats the rule that the longer one wins. Labelers that are run
      later on the same pairs are added to it.
    </p>
  );
}

function Figures({ results }: { readonly results: LabResults }): ReactNode {
  const { pairs, name } = results;
  const rows = useMemo(() => leaderboardRows(results.rows), [results.rows]);
  const several = rows.some(({ trainings }) => trainings.length > 0);
  return (
    <>
      <p className={classes.text}>
        {number(pairs.length)} pairs of {name}. Intervals are of 95%, over pairs
        {several && '; where a model was trained several times, figures are means over its trainings, and intervals are over pairs and trainings'}.
      </p>
      <Leaderboard rows={rows} />
      <LabCharts rows={rows} results={results} />
      <Disputes results={results} />
    </>
  );
}

function ReplayNote(): ReactNode {
  const note = useLab((state) => state.replayNote);
  if (note === undefined) return null;
  return (
    <p className={classes.note} role="status">
      {note}
    </p>
  );
}

/** Files out of the lab, and recorded labels into it. */
function Files({ results }: { readonly results: LabResults | undefined }): ReactNode {
  const busy = useLab((state) => state.status !== 'idle');
  const waits = useWorldWaits();
  const noPairs = useLab((state) => state.source === 'imported' && !state.imported);
  const replay = useLab((state) => state.replay);
  const clear = useLab((state) => state.clearResults);
  const chooser = useRef<HTMLInputElement>(null);
  const save = (file: string, type: string, text: string): void => download(file, new Blob([text], { type }));
  return (
    <div className={classes.files}>
      {results && results.rows.length > 0 && (
        <>
          <Button size="compact-sm" variant="default" onClick={() => save('leaderboard.csv', 'text/csv', leaderboardCsv(leaderboardRows(results.rows)))}>
            CSV
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => save('leaderboard.json', 'application/json', leaderboardJson(results.name, leaderboardRows(results.rows)))}
          >
            JSON
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => save('annotations.json', 'application/json', annotationsJson(results.pairs, results.sets))}
          >
            AlpacaEval annotations
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => save('labels.json', 'application/json', labelsJson(results.name, results.sets))}
          >
            Labels
          </Button>
        </>
      )}
      <Button size="compact-sm" variant="default" disabled={busy || noPairs || waits} onClick={() => chooser.current?.click()}>
        Load labels
      </Button>
      <InfoTip
        label="files of labels"
        meaning="Labels saved here can be loaded by others, who see the same table without a key and without asking anybody."
        caveat="They belong to the same pairs: choose the same source and number first. The texts of the pairs are not in the file."
      />
      <input
        ref={chooser}
        type="file"
        accept=".json,application/json"
        aria-label="File of labels"
        hidden
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void replay(file);
          event.currentTarget.value = '';
        }}
      />
      {results && (
        <Button size="compact-sm" variant="subtle" disabled={busy} onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
}
