import { Button, SegmentedControl } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { compareSearchOf, parseCompareAddress } from '../../experiments/compareAddress';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { BlindVote } from './BlindVote';
import { CheckpointSlider } from './CheckpointSlider';
import { ColumnPicker, CouplePicker } from './ColumnPicker';
import classes from './compare.module.css';
import { CompareRows } from './CompareRows';
import { ScoreHistogram } from './ScoreHistogram';
import { SliceTable } from './SliceTable';
import { wordsOfAll } from '../../core/taskWords';
import { useWords, WordsContext } from '../shared/taskWords';
import { useCompare } from './store';
import { FilterChips, SearchField, TableTools } from './TableTools';
import { useCompareTable, type CompareView } from './useCompareTable';

/** The screen "Compare": arms of one run or of several, prompt by prompt. */
export function CompareScreen(): ReactNode {
  const view = useCompareTable();
  const tasks = view.columns.columns.map(({ run }) => run.task);
  const shown = useWords();
  // Columns may be of runs on another task than the shown one.
  return (
    <WordsContext value={tasks.length === 0 ? shown : wordsOfAll(tasks)}>
      <Screen view={view} />
    </WordsContext>
  );
}

function Screen({ view }: { readonly view: CompareView }): ReactNode {
  const { prompts } = useWords();
  const mode = useCompare((state) => state.look.mode);
  const set = useCompare((state) => state.set);
  const note = useCompare((state) => state.note);
  const ready = useRun((state) => state.ready || state.shown !== undefined);
  useAddress();
  const { columns, live, steps } = view;
  return (
    <div className={screen.screen}>
      <h2 className={screen.heading}>
        What did each arm write?{' '}
        <InfoTip
          label="comparing arms"
          meaning={`Arms of the shown run, or of runs kept in this browser, side by side on the same ${prompts}: which words differ, where one is better, on which ${prompts} it is so, and which you would choose without knowing whose it is.`}
          caveat={`Only ${prompts} that a run has kept can be shown: the recorded run keeps some of its test ${prompts}, and its verdict is over all of them.`}
        />
      </h2>
      <div className={screen.panel}>
        <ColumnPicker columns={columns} />
        <CouplePicker columns={columns} />
        <CheckpointSlider steps={steps} live={live} />
        {columns.note !== undefined && <p className={screen.text}>{columns.note}</p>}
        {note !== undefined && (
          <p className={screen.note} role="status">
            {note}
          </p>
        )}
      </div>
      <LinkedPost view={view} />
      {columns.reason !== undefined ? (
        <p className={classes.empty} role="status" data-testid="compare-reason">
          {ready ? columns.reason : 'Loading the run.'}
        </p>
      ) : (
        <>
          <div className={classes.row}>
            <SegmentedControl
              aria-label={`What to do with the ${prompts}`}
              value={mode}
              onChange={(value) => set({ mode: value })}
              data={[
                { value: 'table', label: 'Table' },
                { value: 'vote', label: 'Vote blind' },
              ]}
            />
            <SearchField view={view} />
          </div>
          {mode === 'table' ? <TableMode view={view} /> : <VoteMode view={view} />}
        </>
      )}
    </div>
  );
}

function TableMode({ view }: { readonly view: CompareView }): ReactNode {
  const { columns: { columns, couple, measure }, table } = view;
  return (
    <>
      {couple && table.histogram && (
        <div className={classes.overview}>
          <ScoreHistogram histogram={table.histogram} {...{ columns, couple, measure }} />
          <SliceTable slices={table.slices} {...{ columns, couple }} />
        </div>
      )}
      <TableTools view={view} />
      <FilterChips view={view} />
      <CompareRows view={view} />
    </>
  );
}

function VoteMode({ view }: { readonly view: CompareView }): ReactNode {
  if (view.live) {
    return <p className={screen.text}>The run is being trained and its responses change. You can vote when it has ended.</p>;
  }
  return <BlindVote columns={view.columns} rows={view.table.inSlice} />;
}

/** The address names the columns and the prompt, so that it can be handed on. */
function useAddress(): void {
  const open = useCompare((state) => state.open);
  const keys = useCompare((state) => state.look.keys);
  const post = useCompare((state) => state.look.post);
  const [asked] = useState(() => parseCompareAddress(location.search));
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    void open(asked).then(() => setOpened(true));
  }, [open, asked]);
  useEffect(() => {
    if (!opened) return;
    const search = compareSearchOf(location.search, { ...(post === undefined ? {} : { post }), ...(keys ? { columns: keys } : {}) });
    if (search !== location.search) history.replaceState(history.state, '', `${search}${location.hash}`);
  }, [opened, keys, post]);
}

/** Says so where the prompt of the address is not in the table. */
function LinkedPost({ view: { columns: { rows: all }, table: { rows } } }: { readonly view: CompareView }): ReactNode {
  const post = useCompare((state) => state.look.post);
  const set = useCompare((state) => state.set);
  const { prompt, prompts } = useWords();
  if (post === undefined || all.length === 0 || rows.some((row) => row.post.id === post)) return null;
  const filtered = all.some((row) => row.post.id === post);
  return (
    <div className={`${screen.note} ${classes.linked}`} role="status" data-testid="compare-linked">
      <p>
        {filtered
          ? `The ${prompt} of the link does not pass the search and the filters.`
          : `The ${prompt} of the link is not among the ${number(all.length)} ${prompts} that these columns have in common. It may be of another run, or of a link that holds only some of a run's ${prompts}.`}
      </p>
      {filtered && (
        <Button size="compact-xs" variant="default" onClick={() => set({ search: '', slice: undefined, bin: undefined })}>
          Show all {prompts}
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={() => set({ post: undefined })}>
        Forget the link
      </Button>
    </div>
  );
}
