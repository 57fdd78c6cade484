import type { ReactNode } from 'react';
import type { Estimate } from '../../core/bundle';
import { interval, number, percent, percentInterval } from '../shared/format';
import { useWords } from '../shared/taskWords';
import classes from './verdict.module.css';

interface EstimateCellProps {
  readonly estimate: Estimate | undefined;
  /** Reads as a percentage. */
  readonly share?: boolean | undefined;
  /** Decimals; by default 2, of a percentage 1. */
  readonly digits?: number;
  /** Says how many prompts or pairs it is of. */
  readonly counted?: boolean;
}

/** A figure with its 95% interval; a dash where there is none. */
export function EstimateCell({ estimate, share = false, digits = share ? 1 : 2, counted = false }: EstimateCellProps): ReactNode {
  const { prompts } = useWords();
  if (!estimate) return '–';
  const { value, ci, n, over } = estimate;
  return (
    <>
      <b>{share ? percent(value, digits) : number(value, digits)}</b>{' '}
      <span className={classes.n}>
        {share ? percentInterval(ci, digits) : interval(ci, digits)}
        {counted && ` n = ${number(n)} ${over === 'posts' ? prompts : over}`}
      </span>
    </>
  );
}
