import { NativeSelect, Switch, Tooltip, VisuallyHidden } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { getField, type FieldValue } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { closedChoices, type ClosedChoices } from '../../experiments/closedChoices';
import { FixedNote } from '../lesson/FixedNote';
import { useHold } from '../lesson/store';
import { useActions, useRun } from '../shared/store';
import { NumberControl } from './NumberControl';
import classes from './settings.module.css';

interface FieldControlProps {
  readonly entry: FieldEntry;
  /** Prints the help under the label instead of keeping it for hover and screen readers. */
  readonly explained?: boolean;
}

/** The control of one setting of all arms, made from the table of fields. */
export function FieldControl({ entry, explained = false }: FieldControlProps): ReactNode {
  const value = useRun((state) => getField(state.edited, entry));
  const shownValue = useRun((state) => state.shown && getField(state.shown.config, entry));
  const fixed = useHold(entry.path) === 'fixed';
  const task = useRun((state) => state.edited.run.task);
  const { edit } = useActions();
  const changed = shownValue !== undefined && shownValue !== value;
  return (
    <SettingControl
      entry={entry}
      explained={explained}
      value={value}
      onChange={(next) => edit(entry, next)}
      closed={closedChoices(entry.path, task)}
      fixed={fixed}
      mark={changed && <span className={classes.changed} title="Differs from the run shown" aria-hidden />}
    />
  );
}

interface SettingControlProps extends FieldControlProps {
  readonly value: FieldValue;
  readonly onChange: (value: FieldValue) => void;
  /** Choices that cannot be made; the help says why. */
  readonly closed?: ClosedChoices | undefined;
  /** Whether a lesson shows its value only. */
  readonly fixed?: boolean;
  /** Stands behind the label. */
  readonly mark?: ReactNode;
  /** Stands below the control. */
  readonly foot?: ReactNode;
}

/** The control of one setting, whoever's it is. */
export function SettingControl({ entry, explained = false, value, onChange, closed, fixed = false, mark, foot }: SettingControlProps): ReactNode {
  const id = useId();
  const { field } = entry;
  const meaning = closed ? `${field.help} ${closed.why}` : field.help;
  const fixedId = `${id}-fixed`;
  const helpId = fixed ? `${id}-help ${fixedId}` : `${id}-help`;
  const notes = (
    <>
      {fixed && <FixedNote id={fixedId} />}
      {foot}
    </>
  );

  const label = (
    <Tooltip
      label={meaning}
      multiline
      w={280}
      withArrow
      openDelay={300}
      disabled={explained}
      events={{ hover: true, focus: false, touch: true }}
    >
      <label htmlFor={id} className={classes.label} data-plain={explained || undefined}>
        {field.label}
        {mark}
      </label>
    </Tooltip>
  );
  const help = explained ? (
    <p id={`${id}-help`} className={classes.help}>
      {meaning}
    </p>
  ) : (
    <VisuallyHidden id={`${id}-help`}>{meaning}</VisuallyHidden>
  );

  switch (field.kind) {
    case 'int':
    case 'float':
      return (
        <div className={classes.field}>
          {label}
          {help}
          <NumberControl
            id={id}
            helpId={helpId}
            field={field}
            value={value as number}
            onChange={onChange}
            disabled={fixed}
          />
          {notes}
        </div>
      );
    case 'choice':
      return (
        <div className={classes.field}>
          {label}
          {help}
          <NativeSelect
            id={id}
            size="xs"
            disabled={fixed}
            aria-describedby={helpId}
            value={value as string}
            data={Object.entries(field.options).map(([option, words]) => ({ value: option, label: String(words), disabled: closed?.values.includes(option) === true && option !== value }))}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          {notes}
        </div>
      );
    case 'switch':
      return (
        <div className={classes.field}>
          <div className={classes.switchRow}>
            {label}
            <Switch
              id={id}
              size="sm"
              disabled={fixed}
              aria-describedby={helpId}
              checked={value as boolean}
              onChange={(event) => onChange(event.currentTarget.checked)}
            />
          </div>
          {help}
          {notes}
        </div>
      );
  }
}
