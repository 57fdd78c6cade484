import { Button, NativeSelect, NumberInput, Progress, SegmentedControl, TextInput } from '@mantine/core';
import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { wordsOf } from '../../core/taskWords';
import { PAIR_COUNT, type ImportQuestion } from '../../experiments/labState';
import type { PairImport } from '../../experiments/pairImport';
import type { PairColumns } from '../../experiments/pairRows';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { HhBox } from './HhBox';
import classes from './lab.module.css';
import { useLab } from './store';

/** Where the pairs come from, and how many of them are judged. */
export function PairsSection(): ReactNode {
  const source = useLab((state) => state.source);
  const count = useLab((state) => state.count);
  const busy = useLab((state) => state.status !== 'idle');
  const setSource = useLab((state) => state.setSource);
  const setCount = useLab((state) => state.setCount);
  const words = useLab((state) => wordsOf(state.task));
  return (
    <section aria-labelledby="lab-pairs" className={classes.box}>
      <h3 id="lab-pairs" className={screen.subheading}>
        Pairs{' '}
        <InfoTip
          label="pairs"
          meaning="A prompt with two responses, and the share of people who prefer the first."
          caveat="Agreement depends on the pairs: easy ones flatter every labeler. Compare labelers on the same pairs only."
        />
      </h3>
      <SegmentedControl
        size="xs"
        aria-label="Source of the pairs"
        value={source}
        disabled={busy}
        data={[{ value: 'builtIn', label: 'Built-in world' }, { value: 'imported', label: 'Your own' }]}
        onChange={(value) => setSource(value)}
      />
      <NumberInput
        size="xs"
        label="Pairs judged, at most"
        className={classes.short}
        value={count}
        disabled={busy}
        min={PAIR_COUNT.min}
        max={PAIR_COUNT.max}
        step={20}
        clampBehavior="blur"
        allowDecimal={false}
        onChange={(value) => typeof value === 'number' && value >= PAIR_COUNT.min && setCount(value)}
      />
      {source === 'builtIn' ? (
        <p className={classes.text}>
          Two {words.responses} to a simulated {words.prompt}, sampled from the SFT policy as in a run. The task is that of the
          playground: {words.name}. People are a jury of simulated annotators.
        </p>
      ) : (
        <Import disabled={busy} />
      )}
    </section>
  );
}

function Import({ disabled }: { readonly disabled: boolean }): ReactNode {
  const imported = useLab((state) => state.imported);
  const reading = useLab((state) => state.reading);
  const question = useLab((state) => state.question);
  const trouble = useLab((state) => state.importTrouble);
  const takeFile = useLab((state) => state.takeFile);
  const findDataset = useLab((state) => state.findDataset);
  const stopReading = useLab((state) => state.stopReading);
  const [over, setOver] = useState(false);
  const [name, setName] = useState('');
  const chooser = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file && !disabled) void takeFile(file);
  };
  return (
    <>
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p className={classes.text}>
          Drop JSON lines or CSV with <code>prompt</code>, <code>chosen</code>, <code>rejected</code>, HH transcripts, or a
          prompt, two responses and a preference; also packed with gzip (.gz). Files are read in this page and sent nowhere.
        </p>
        <Button size="xs" variant="default" disabled={disabled} onClick={() => chooser.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={chooser}
          type="file"
          accept=".jsonl,.ndjson,.json,.csv,.gz,text/csv,application/json,application/gzip"
          aria-label="File of pairs"
          hidden
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file) void takeFile(file);
            event.currentTarget.value = '';
          }}
        />
      </div>
      <form
        className={classes.inline}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void findDataset(name);
        }}
      >
        <TextInput
          size="xs"
          label="or a data set on Hugging Face"
          placeholder="owner/name"
          value={name}
          className={classes.grow}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button size="xs" variant="default" type="submit" disabled={disabled || name.trim() === ''}>
          Find
        </Button>
      </form>
      <HhBox disabled={disabled} />
      {reading && (
        <div className={classes.inline}>
          <div className={classes.grow}>
            <Progress value={100 * reading.share} size="sm" aria-label="Read so far" />
            <p className={classes.text}>
              {reading.name}: {number(reading.comparisons)} comparisons, {number(reading.bad)} unusable rows
            </p>
          </div>
          <Button size="compact-xs" variant="default" onClick={stopReading}>
            Stop reading
          </Button>
        </div>
      )}
      {trouble !== undefined && (
        <p className={classes.trouble} role="alert">
          {trouble}
        </p>
      )}
      {question && <Question question={question} />}
      {imported && !reading && <Report imported={imported} />}
    </>
  );
}

/** What an importer made of its source. */
function Report({ imported }: { readonly imported: PairImport }): ReactNode {
  const { name, pairs, comparisons, repeated, bad } = imported;
  return (
    <div className={classes.note} data-testid="lab-import">
      <p>
        <b>{name}</b>: {number(pairs.length)} pairs kept of {number(comparisons)} comparisons
        {repeated > 0 && ` (${number(repeated)} further votes on the same pairs)`}
        {bad.count > 0 ? `, ${number(bad.count)} unusable rows.` : ', every row usable.'}
      </p>
      {bad.count > 0 && (
        <ul className={classes.bad}>
          {bad.first.map(({ place, reason }) => (
            <li key={place}>
              {place}: {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Question({ question }: { readonly question: ImportQuestion }): ReactNode {
  return question.about === 'splits' ? <SplitChoice {...question} /> : <ColumnChoice {...question} />;
}

function SplitChoice({ splits }: Extract<ImportQuestion, { about: 'splits' }>): ReactNode {
  const readSplit = useLab((state) => state.readSplit);
  const [index, setIndex] = useState('0');
  return (
    <form
      className={classes.inline}
      onSubmit={(event) => {
        event.preventDefault();
        void readSplit(splits[Number(index)]!);
      }}
    >
      <NativeSelect
        size="xs"
        label="Part of the data set"
        className={classes.grow}
        value={index}
        data={splits.map(({ config, split }, i) => ({ value: String(i), label: `${config}, ${split}` }))}
        onChange={(event) => setIndex(event.currentTarget.value)}
      />
      <Button size="xs" type="submit">
        Read
      </Button>
    </form>
  );
}

type Form = PairColumns['form'];
const FORMS: Readonly<Record<Form, readonly (readonly [key: string, label: string])[]>> = {
  chosen: [['prompt', 'Prompt'], ['chosen', 'Preferred response'], ['rejected', 'Other response']],
  compared: [['prompt', 'Prompt'], ['a', 'First response'], ['b', 'Second response'], ['preference', 'Who is preferred']],
};
/** The value of a choice of no column. */
const NONE = '';

/** Columns as chosen; undefined while one is missing. Whole transcripts hold their prompt themselves. */
function toColumns(form: Form, picked: Readonly<Record<string, string>>): PairColumns | undefined {
  const { prompt, chosen, rejected, a, b, preference } = picked;
  if (form === 'chosen') return chosen && rejected ? { form, chosen, rejected, ...(prompt ? { prompt } : {}) } : undefined;
  return prompt && a && b && preference ? { form, prompt, a, b, preference } : undefined;
}

function ColumnChoice({ file, head }: Extract<ImportQuestion, { about: 'columns' }>): ReactNode {
  const takeFile = useLab((state) => state.takeFile);
  const [form, setForm] = useState<Form>('chosen');
  const [picked, setPicked] = useState<Readonly<Record<string, string>>>({});
  const columns = toColumns(form, picked);
  const [row] = head.rows;
  return (
    <form
      className={classes.note}
      onSubmit={(event) => {
        event.preventDefault();
        if (columns) void takeFile(file, columns);
      }}
    >
      <p>
        <b>{file.name}</b>: which column holds what?
      </p>
      <div className={classes.fields}>
        <NativeSelect
          size="xs"
          label="A row holds"
          value={form}
          data={[
            { value: 'chosen', label: 'the preferred and the other response' },
            { value: 'compared', label: 'two responses and who is preferred' },
          ]}
          onChange={(event) => setForm(event.currentTarget.value as Form)}
        />
        {FORMS[form].map(([key, label]) => (
          <NativeSelect
            key={key}
            size="xs"
            label={label}
            value={picked[key] ?? NONE}
            data={[
              { value: NONE, label: key === 'prompt' && form === 'chosen' ? 'within the responses' : 'choose' },
              ...head.columns.map((column) => ({ value: column, label: column })),
            ]}
            onChange={(event) => setPicked({ ...picked, [key]: event.currentTarget.value })}
          />
        ))}
      </div>
      {row && (
        <dl className={classes.row}>
          {head.columns.map((column) => (
            <div key={column}>
              <dt>{column}</dt>
              <dd>{shorten(row[column])}</dd>
            </div>
          ))}
        </dl>
      )}
      <Button size="xs" type="submit" disabled={!columns}>
        Read the file
      </Button>
    </form>
  );
}

/** The beginning of a cell. */
function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
