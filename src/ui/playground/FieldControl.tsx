import { NativeSelect, Switch, Tooltip, VisuallyHidden } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { getField, type FieldValue } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
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
  const { edit } = useActions();
  const changed = shownValue !== undefined && shownValue !== value;
  return (
    <SettingControl
      entry={entry}
      explained={explained}
      value={value}
      onChange={(next) => edit(entry, next)}
      mark={changed && <span className={classes.changed} title="Differs from the run shown" aria-hidden />}
    />
  );
}

interface SettingControlProps extends FieldControlProps {
  readonly value: FieldValue;
  readonly onChange: (value: FieldValue) => void;
  /** Stands behind the label. */
  readonly mark?: ReactNode;
  /** Stands below the control. */
  readonly foot?: ReactNode;
}

/** The control of one setting, whoever's it is. */
export function SettingControl({ entry, explained = false, value, onChange, mark, foot }: SettingControlProps): ReactNode {
  const id = useId();
  const { field } = entry;
  const helpId = `${id}-help`;

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
    <p id={helpId} className={classes.help}>
      {field.help}
    </p>
  ) : (
    <VisuallyHidden id={helpId}>{field.help}</VisuallyHidden>
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
          />
          {foot}
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
            aria-describedby={helpId}
            value={value as string}
            data={Object.entries(field.options).map(([option, meaning]) => ({ value: option, label: String(meaning) }))}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          {foot}
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
              aria-describedby={helpId}
              checked={value as boolean}
              onChange={(event) => onChange(event.currentTarget.checked)}
            />
          </div>
          {help}
          {foot}
        </div>
      );
  }
}
