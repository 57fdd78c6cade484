import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { wordsToText } from '../../core/text';
import { shownCompareRun, type CompareRow, type CompareRun } from '../../experiments/comparePosts';
import { holdsPlain, toPattern } from '../../experiments/compareSearch';
import type { SearchOutcome } from '../../experiments/compareSearcher';
import { compareColumns, compareTable, type CompareColumns, type CompareTable } from '../../experiments/compareTable';
import { stepsOf } from '../../experiments/sampleHistory';
import { useRun } from '../shared/store';
import { useCompare } from './store';

export interface Search {
  /** Places of the rows that hold what is sought; undefined where nothing is, or nothing is known yet. */
  readonly hits: ReadonlySet<number> | undefined;
  /** What is wrong with the pattern. */
  readonly problem?: string | undefined;
  /** What the reader must know of the result. */
  readonly note?: string | undefined;
}

/** Everything that the screen shows, as it follows from the runs and what is looked at. */
export interface CompareView {
  /** The shown run is being trained. */
  readonly live: boolean;
  /** Steps at which the arms of the shown run were looked at; empty for a run that was not made in this page. */
  readonly steps: readonly number[];
  readonly columns: CompareColumns;
  readonly search: Search;
  readonly table: CompareTable;
}

export function useCompareTable(): CompareView {
  const look = useCompare((state) => state.look);
  const { runs, steps, live } = useRuns();
  const { keys, a, b, base, measure, dimension, slice, bin, sort } = look;
  const columns = useMemo(() => compareColumns(runs, { keys, a, b, base, measure }), [runs, keys, a, b, base, measure]);
  const search = useSearch(columns.rows);
  const { hits } = search;
  const table = useMemo(() => compareTable(columns, hits, { dimension, slice, bin, sort }), [columns, hits, dimension, slice, bin, sort]);
  return { live, steps, columns, search, table };
}

function useRuns(): { runs: readonly CompareRun[]; steps: readonly number[]; live: boolean } {
  const shown = useRun((state) => state.shown);
  const step = useCompare((state) => state.look.step);
  const kept = useCompare((state) => state.runs);
  const others = useMemo(() => Object.values(kept).filter((run) => typeof run === 'object'), [kept]);
  const own = useMemo(() => (shown ? [shownCompareRun(shown, 'shown run', step)] : []), [shown, step]);
  const runs = useMemo(() => [...own, ...others], [own, others]);
  const history = shown?.history;
  const steps = useMemo(() => (history ? stepsOf(history, Object.keys(history.arms).filter((arm) => arm !== 'sft')) : []), [history]);
  return { runs, steps, live: shown !== undefined && shown.bundle === undefined };
}

/** Milliseconds of quiet before a search begins. */
const QUIET = 250;

function useSearch(rows: readonly CompareRow[]): Search {
  const regex = useCompare((state) => state.look.regex);
  const typed = useCompare((state) => state.look.search);
  const search = useCompare((state) => state.search);
  const [sought] = useDebouncedValue(typed, QUIET);
  const texts = useMemo(
    () => rows.map(({ post, answers }) => [wordsToText(post.words), ...answers.map(({ words }) => wordsToText(words))]),
    [rows],
  );
  const [found, setFound] = useState<{ readonly texts: typeof texts; readonly outcome: SearchOutcome }>();
  const pattern = useMemo(() => (regex && sought !== '' ? toPattern(sought) : undefined), [regex, sought]);
  const valid = pattern?.ok === true;
  useEffect(() => {
    if (!valid) return;
    void search(texts, sought).then((outcome) => {
      if (outcome) setFound({ texts, outcome });
    });
  }, [valid, texts, sought, search]);
  const plain = useMemo(() => {
    if (regex || sought === '') return undefined;
    return new Set(texts.flatMap((row, i) => (holdsPlain(row, sought) ? [i] : [])));
  }, [regex, sought, texts]);

  if (!pattern) return { hits: plain };
  if (!pattern.ok) return { hits: undefined, problem: pattern.message };
  // Numbers of rows of other texts say nothing of these.
  if (found?.texts !== texts) return { hits: undefined, note: 'Searching.' };
  const { hits, tested, cutOff } = found.outcome;
  return {
    hits,
    note: cutOff === undefined
      ? undefined
      : `The search was cut off after ${tested.toLocaleString('en')} of ${texts.length.toLocaleString('en')} rows: ${cutOff}. A simpler pattern, without a repetition inside a repetition, is quicker.`,
  };
}
