import { Button, NativeSelect, SegmentedControl, Slider, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { compareCsv } from '../../experiments/compareCsv';
import { binRange } from '../../experiments/compareHistogram';
import { ALL_LINES, type CompareLook, type Marking } from '../../experiments/compareStore';
import screen from '../shared/screen.module.css';
import { CsvButton } from '../sweep/CsvButton';
import classes from './compare.module.css';
import { useCompare } from './store';
import type { CompareView } from './useCompareTable';
import { useWords } from '../shared/taskWords';
import { binWords, dimensionWords, markingWords, sortChoices } from './words';
const lineWords = (lines: number): string => (lines >= ALL_LINES ? 'all' : String(lines));

/** Search for words or a regular expression. */
export function SearchField({ view: { search } }: { readonly view: CompareView }): ReactNode {
  const { prompts } = useWords();
  const sought = useCompare((state) => state.look.search);
  const regex = useCompare((state) => state.look.regex);
  const set = useCompare((state) => state.set);
  return (
    <>
      <TextInput
        className={classes.search}
        size="xs"
        type="search"
        label={`Search ${prompts} and responses`}
        placeholder={regex ? 'for example ^my (boss|landlord)' : 'a word or a phrase'}
        value={sought}
        maxLength={400}
        error={search.problem === undefined ? undefined : `This is no regular expression: ${search.problem}.`}
        onChange={(event) => set({ search: event.currentTarget.value })}
      />
      <Switch size="xs" className={classes.switch} label="Regular expression" checked={regex} onChange={(event) => set({ regex: event.currentTarget.checked })} />
      {search.note !== undefined && (
        <p className={screen.note} role="status">
          {search.note}
        </p>
      )}
    </>
  );
}

/** How the table is sorted and what is marked in it. */
export function TableTools({ view: { columns: { columns, couple, measures, base }, table } }: { readonly view: CompareView }): ReactNode {
  const sort = useCompare((state) => state.look.sort);
  const marking = useCompare((state) => state.look.marking);
  const lines = useCompare((state) => state.look.lines);
  const set = useCompare((state) => state.set);
  const words = useWords();
  const sorts = sortChoices(columns, couple, measures);
  return (
    <div className={classes.row}>
      <NativeSelect
        className={classes.sort}
        size="xs"
        label="Sort"
        value={`${sort.key} ${sort.reversed}`}
        data={sorts.map(({ value, label }) => ({ value, label }))}
        onChange={(event) => {
          const choice = sorts.find(({ value }) => value === event.currentTarget.value);
          if (choice) set({ sort: choice.sort });
        }}
      />
      <div className={classes.labelled}>
        <span className={classes.label} id="compare-marking">
          Marks in responses
        </span>
        <SegmentedControl
          size="xs"
          aria-labelledby="compare-marking"
          value={marking}
          onChange={(value) => set({ marking: value })}
          data={(Object.entries(markingWords(words)) as [Marking, string][]).map(([value, label]) => ({ value, label, disabled: value === 'diff' && !couple }))}
        />
      </div>
      {marking === 'diff' && couple && (
        <NativeSelect
          size="xs"
          label="Differences from"
          value={columns[base]?.key}
          data={columns.map(({ key, label }) => ({ value: key, label }))}
          onChange={(event) => set({ base: event.currentTarget.value })}
        />
      )}
      <div className={classes.slider}>
        <span className={classes.label} aria-hidden>
          Lines per cell: {lineWords(lines)}
        </span>
        <Slider
          size="sm"
          thumbLabel="Lines per cell"
          thumbProps={{ 'aria-valuetext': lines >= ALL_LINES ? 'all lines' : `${lines} lines` }}
          min={1}
          max={ALL_LINES}
          label={lineWords}
          value={lines}
          onChange={(value) => set({ lines: value })}
        />
      </div>
      <CsvButton title="the table as it is filtered" file="compare" csv={() => compareCsv(table.rows, columns, couple, measures)} />
    </div>
  );
}

/** Which prompts are left out, and the way back. */
export function FilterChips({ view: { columns: { columns, couple, measure }, table } }: { readonly view: CompareView }): ReactNode {
  const look = useCompare((state) => state.look);
  const words = useWords();
  const set = useCompare((state) => state.set);
  const bin = look.bin && table.histogram?.width === look.bin.width ? look.bin : undefined;
  const names = { a: columns[couple?.a ?? -1]?.label ?? '', b: columns[couple?.b ?? -1]?.label ?? '' };
  const filters: { readonly label: string; readonly off: Partial<CompareLook> }[] = [
    ...(look.search === '' ? [] : [{ label: `holds ${look.regex ? `/${look.search}/` : `“${look.search}”`}`, off: { search: '' } }]),
    ...(table.slice ? [{ label: `${dimensionWords(words)[look.dimension]}: ${table.slice.label}`, off: { slice: undefined } }] : []),
    ...(bin ? [{ label: binWords({ index: bin.index, ...binRange(bin.index, bin.width) }, measure, names), off: { bin: undefined } }] : []),
  ];
  if (filters.length === 0) return null;
  return (
    <div className={classes.chips} role="group" aria-label="Filters">
      {filters.map(({ label, off }) => (
        <Button key={label} size="compact-xs" variant="light" aria-label={`Remove the filter: ${label}`} rightSection={<span aria-hidden>×</span>} onClick={() => set(off)}>
          {label}
        </Button>
      ))}
      {filters.length > 1 && (
        <Button size="compact-xs" variant="default" onClick={() => set({ search: '', slice: undefined, bin: undefined })}>
          Show all {words.prompts}
        </Button>
      )}
    </div>
  );
}
