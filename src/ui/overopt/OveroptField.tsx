import { NativeSelect } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import type { FieldValue } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { NumberControl } from '../playground/NumberControl';
import classes from './overopt.module.css';

interface OveroptFieldProps {
  readonly entry: FieldEntry;
  /** As by default where it is not set. */
  readonly value: FieldValue | undefined;
  readonly onChange: (value: FieldValue) => void;
}

/** The control of one setting of the lab, made from the table of fields; switches it has none. */
export function OveroptField({ entry: { field }, value = field.default, onChange }: OveroptFieldProps): ReactNode {
  const id = useId();
  const helpId = `${id}-help`;
  return (
    <div className={classes.field}>
      <label htmlFor={id} className={classes.label}>
        {field.label}
      </label>
      <p id={helpId} className={classes.help}>
        {field.help}
      </p>
      {(field.kind === 'int' || field.kind === 'float') && (
        <NumberControl id={id} helpId={helpId} field={field} value={Number(value)} onChange={onChange} />
      )}
      {field.kind === 'choice' && (
        <NativeSelect
          id={id}
          size="xs"
          aria-describedby={helpId}
          value={String(value)}
          data={Object.entries(field.options).map(([option, meaning]) => ({ value: option, label: meaning }))}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </div>
  );
}
