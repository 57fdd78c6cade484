import { NumberInput, Slider } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { NumberField } from '../../core/fields';
import { clamp, moveTo, SLIDER_STEPS, toPosition } from './sliderScale';
import classes from './settings.module.css';

interface NumberControlProps {
  readonly id: string;
  /** Element that explains the field. */
  readonly helpId?: string;
  readonly field: NumberField;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** Shows the value only. */
  readonly disabled?: boolean;
}

/** Slider and number input of one number. What is out of range is put to its end, and said. */
export function NumberControl({ id, helpId, field, value, onChange, disabled = false }: NumberControlProps): ReactNode {
  // What is being typed, until it is left: half a number must not jump to the end of the range.
  const [draft, setDraft] = useState<string | number>();
  /** About a value that was put right; gone with the value. */
  const [correction, setCorrection] = useState<{ readonly value: number; readonly message: string }>();

  const type = (next: string | number): void => {
    setDraft(next);
    setCorrection(undefined);
    if (typeof next === 'number' && clamp(field, next).message === undefined) onChange(next);
  };
  const leave = (): void => {
    setDraft(undefined);
    if (typeof draft !== 'number') return;
    const fitted = clamp(field, draft);
    if (fitted.message !== undefined) setCorrection({ value: fitted.value, message: fitted.message });
    onChange(fitted.value);
  };

  return (
    <>
      <div className={classes.number}>
        <Slider
          size="sm"
          disabled={disabled}
          min={0}
          max={SLIDER_STEPS}
          value={toPosition(field, value)}
          label={null}
          onChange={(position) => onChange(moveTo(field, value, position))}
          thumbLabel={`${field.label}, slider`}
          thumbValueText={String(value)}
          className={classes.slider}
        />
        <NumberInput
          id={id}
          size="xs"
          disabled={disabled}
          aria-describedby={helpId}
          value={draft ?? value}
          onChange={type}
          onBlur={leave}
          onKeyDown={(event) => event.key === 'Enter' && leave()}
          step={field.step}
          allowDecimal={field.kind === 'float'}
          clampBehavior="none"
          hideControls
          className={classes.numberInput}
        />
      </div>
      <div role="status" className={classes.message}>
        {correction?.value === value && correction.message}
      </div>
    </>
  );
}
