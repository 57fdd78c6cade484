import { ActionIcon, MultiSelect, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { MEASURES } from '../../experiments/compareMeasures';
import { columnKey, MOST_COLUMNS } from '../../experiments/comparePosts';
import type { CompareColumns } from '../../experiments/compareTable';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import classes from './compare.module.css';
import { useCompare } from './store';
import { MEASURE_WORDS } from './words';

/** Which arms of which runs stand side by side. */
export function ColumnPicker({ columns: { columns, missing } }: { readonly columns: CompareColumns }): ReactNode {
  const shown = useRun((state) => state.shown);
  const entries = useCompare((state) => state.entries);
  const runs = useCompare((state) => state.runs);
  const choose = useCompare((state) => state.choose);
  const reading = Object.values(runs).includes('reading');
  const groups = useMemo(() => {
    const own = shown ? [{ id: 'sft', label: 'SFT' }, ...shown.config.arms] : [];
    const arms = (shown?.bundle?.arms ?? own).map(({ id, label }) => ({ value: id, label }));
    return [
      { group: 'Shown run', items: arms },
      ...entries.flatMap(({ id: key, name, summary }) => {
        const items = (summary?.arms ?? []).map(({ id, label }) => ({ value: columnKey({ key }, { id }), label: `${label}, ${name}` }));
        return items.length > 0 ? [{ group: name, items }] : [];
      }),
    ];
  }, [shown, entries]);
  const known = new Set(groups.flatMap(({ items }) => items.map(({ value }) => value)));
  // A name in the address that nobody knows is told below; the control has no words for it.
  const value = columns.map(({ key }) => key).filter((key) => known.has(key));
  const gone = reading || !shown ? [] : missing;
  return (
    <>
      <MultiSelect
        className={classes.columnsField}
        label={`Columns, up to ${MOST_COLUMNS}`}
        description={entries.length === 0 ? 'Arms of the shown run. Finished runs that are kept in this browser join them here.' : 'Arms of the shown run and of the runs that are kept in this browser.'}
        placeholder={value.length < MOST_COLUMNS ? 'Add an arm' : ''}
        data={groups}
        value={value}
        onChange={choose}
        maxValues={MOST_COLUMNS}
        searchable
        nothingFoundMessage="No such arm"
        comboboxProps={{ withinPortal: true }}
      />
      {reading && (
        <p className={screen.text} role="status">
          Reading a run of the library.
        </p>
      )}
      {gone.length > 0 && (
        <p className={screen.note} role="status">
          Not there, and left out: {gone.join(', ')}. A link names arms of the run that is shown, or of runs kept in this browser.
        </p>
      )}
    </>
  );
}

/** Which two columns are compared, and by what. */
export function CouplePicker({ columns: { columns, couple, measures, measure } }: { readonly columns: CompareColumns }): ReactNode {
  const set = useCompare((state) => state.set);
  if (!couple) return null;
  const [a, b] = [columns[couple.a]!, columns[couple.b]!];
  const data = columns.map(({ key, label }) => ({ value: key, label }));
  // Choosing the other one's column swaps the two.
  const choose = (side: 'a' | 'b', key: string): void => {
    const other = side === 'a' ? b.key : a.key;
    const own = side === 'a' ? a.key : b.key;
    set(side === 'a' ? { a: key, b: key === other ? own : other } : { b: key, a: key === other ? own : other });
  };
  return (
    <div className={classes.row}>
      <NativeSelect label="Compare" size="xs" value={a.key} data={data} onChange={(event) => choose('a', event.currentTarget.value)} />
      <ActionIcon variant="default" size="md" aria-label="Swap the two" onClick={() => set({ a: b.key, b: a.key })}>
        <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
          <path d="M2 4.5h9M8.5 2L11 4.5L8.5 7M12 9.5H3M5.5 7L3 9.5L5.5 12" fill="none" stroke="currentColor" strokeWidth="1.4" />
        </svg>
      </ActionIcon>
      <NativeSelect label="with" size="xs" value={b.key} data={data} onChange={(event) => choose('b', event.currentTarget.value)} />
      <div className={classes.labelled}>
        <span className={classes.label} id="compare-measure">
          by
        </span>
        <SegmentedControl
          size="xs"
          aria-labelledby="compare-measure"
          value={measure}
          onChange={(value) => set({ measure: value })}
          data={MEASURES.map((value) => ({ value, label: MEASURE_WORDS[value], disabled: !measures.includes(value) }))}
        />
      </div>
      {!measures.includes('score') && (
        <p className={`${screen.text} ${classes.middle}`}>Rewards can be compared where one and the same reward scored both.</p>
      )}
    </div>
  );
}
