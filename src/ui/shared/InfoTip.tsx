import { Popover, Text, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './InfoTip.module.css';

export interface InfoTipProps {
  /** What it explains; the button is called "About LABEL". */
  readonly label: string;
  readonly meaning: ReactNode;
  readonly formula?: string | undefined;
  readonly caveat?: ReactNode;
  readonly source?: ReactNode;
}

/** The small (i): meaning, formula, caveat and source of a number or a term, on click, tap or Enter. */
export function InfoTip({ label, meaning, formula, caveat, source }: InfoTipProps): ReactNode {
  return (
    <Popover width={320} position="bottom" withArrow shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <UnstyledButton className={classes.button} aria-label={`About ${label}`}>
          i
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={`About ${label}`} tabIndex={-1} data-autofocus>
        <Text fw={600} size="sm" className={classes.title}>
          {label}
        </Text>
        <Text size="sm" component="div">
          {meaning}
        </Text>
        {formula !== undefined && <code className={classes.formula}>{formula}</code>}
        {caveat !== undefined && (
          <Text size="sm" component="div">
            <b>Mind: </b>
            {caveat}
          </Text>
        )}
        {source !== undefined && (
          <Text size="xs" c="dimmed" component="div">
            {source}
          </Text>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
