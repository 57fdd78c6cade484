import { NativeSelect, Switch, Tooltip, VisuallyHidden } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { getField, type FieldValue } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
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
  const { edit } = useActions();
  const changed = shownValue !== undefined && shownValue !== value;
  return (
    <SettingControl
      entry={entry}
      explained={explained}
      value={value}
      onChange={(next) => edit(entry, next)}
      fixed={fixed}
      mark={changed && <span className={classes.changed} title="Differs from the run shown" aria-hidden />}
    />
  );
}

interface SettingControlProps extends FieldControlProps {
  readonly value: FieldValue;
  readonly onChange: (value: FieldValue) => void;
  /** Whether a lesson shows its value only. */
  readonly fixed?: boolean;
  /** Stands behind the label. */
  readonly mark?: ReactNode;
  /** Stands below the control. */
  readonly foot?: ReactNode;
}

/** The control of one setting, whoever's it is. */
export function SettingControl({ entry, explained = false, value, onChange, fixed = false, mark, foot }: SettingControlProps): ReactNode {
  const id = useId();
  const { field } = entry;
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
      label={field.help}
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
      {field.help}
    </p>
  ) : (
    <VisuallyHidden id={`${id}-help`}>{field.help}</VisuallyHidden>
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
            data={Object.entries(field.options).map(([option, meaning]) => ({ value: option, label: String(meaning) }))}
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
