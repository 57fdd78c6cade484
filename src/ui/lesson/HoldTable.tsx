import { useId, type ReactNode } from 'react';
import { getField } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { HOLDS, type Hold } from '../../core/lesson';
import { canBeFixed, withHold } from '../../experiments/lessonLinkDraft';
import { valueWords } from '../playground/armWords';
import { useRun } from '../shared/store';
import classes from './lesson.module.css';
import { useLessonActions } from './store';

/** Something that can be free, fixed or hidden. */
export interface HoldRow {
  /** Path of a setting or name of a part. */
  readonly name: string;
  readonly label: string;
  /** Of a setting. */
  readonly entry?: FieldEntry;
}

interface HoldTableProps {
  readonly title: string;
  readonly rows: readonly HoldRow[];
  readonly holds: Readonly<Record<string, Hold>>;
}

const HEADS: Readonly<Record<Hold, string>> = { free: 'Free', fixed: 'Fixed', hidden: 'Hidden' };

/** A row of three radio buttons for each, under one for all of them. */
export function HoldTable({ title, rows, holds }: HoldTableProps): ReactNode {
  const { editDraft } = useLessonActions();
  const names = rows.map(({ name }) => name);
  const states = new Set(rows.map(({ name }) => holds[name] ?? 'free'));
  const [only] = states;
  const set = (some: readonly string[], hold: Hold): void => editDraft((draft) => withHold(draft, some, hold));
  return (
    <table className={classes.table} aria-label={title}>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          {HOLDS.map((hold) => (
            <th key={hold} scope="col">
              {HEADS[hold]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Row label="All of them" group={`${title}: all of them`} value={states.size === 1 ? only : undefined} onChange={(hold) => set(names, hold)} />
        {rows.map(({ name, label, entry }) => (
          <Row
            key={name}
            label={label}
            group={label}
            entry={entry}
            value={holds[name] ?? 'free'}
            fixable={canBeFixed(name)}
            onChange={(hold) => set([name], hold)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly label: string;
  /** Name of the radio buttons for who does not see the table. */
  readonly group: string;
  readonly entry?: FieldEntry | undefined;
  /** Undefined where they differ. */
  readonly value: Hold | undefined;
  readonly fixable?: boolean;
  readonly onChange: (hold: Hold) => void;
}

function Row({ label, group, entry, value, fixable = true, onChange }: RowProps): ReactNode {
  const id = useId();
  return (
    <tr>
      <th scope="row">
        {label}
        {entry && <Value entry={entry} />}
      </th>
      {HOLDS.map((hold) => (
        <td key={hold}>
          {(hold !== 'fixed' || fixable) && (
            <input
              type="radio"
              className={classes.radio}
              name={id}
              aria-label={`${group}: ${hold}`}
              checked={value === hold}
              onChange={() => onChange(hold)}
            />
          )}
        </td>
      ))}
    </tr>
  );
}

/** The value that the link gives. */
function Value({ entry }: { readonly entry: FieldEntry }): ReactNode {
  const value = useRun((state) => getField(state.edited, entry));
  const changed = value !== entry.field.default;
  return (
    <span className={classes.value} data-changed={changed || undefined}>
      {valueWords(entry, value)}
      {changed && `, by default ${valueWords(entry, entry.field.default)}`}
    </span>
  );
}
