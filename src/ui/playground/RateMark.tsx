import type { CSSProperties, ReactNode } from 'react';
import type { Estimate } from '../../core/bundle';
import { armVariable, useScheme } from '../shared/ArmMark';
import { percent, percentInterval } from '../shared/format';
import { useWords } from '../shared/taskWords';
import classes from './verdict.module.css';

interface RateMarkProps {
  readonly estimate: Estimate;
  /** Whose rate it is, for the colour. */
  readonly armId?: string;
  /** A published figure, drawn hollow. */
  readonly published?: number | undefined;
}

const at = (share: number): CSSProperties => ({ left: `${Math.min(1, Math.max(0, share)) * 100}%` });

/** A share on a line from 0 to 100% with a tick at 50%: dot, 95% interval, and the same in words. */
export function RateMark({ estimate, armId, published }: RateMarkProps): ReactNode {
  const scheme = useScheme();
  const { prompts } = useWords();
  const { value, ci, n, over } = estimate;
  const style = armId === undefined ? undefined : armVariable(armId, scheme);
  return (
    <div className={classes.rate} style={style}>
      <div className={classes.axis} aria-hidden>
        <span className={classes.half} />
        <span className={classes.interval} style={{ ...at(ci[0]), width: `${(ci[1] - ci[0]) * 100}%` }} />
        {published !== undefined && <span className={classes.published} style={at(published)} />}
        <span className={classes.dot} style={at(value)} />
      </div>
      <div className={classes.figures}>
        <b>{percent(value)}</b> {percentInterval(ci)}{' '}
        <span className={classes.n}>
          n = {n.toLocaleString('en-US')} {over === 'posts' ? prompts : over}
        </span>
        {published !== undefined && <span className={classes.n}> · paper {percent(published)}</span>}
      </div>
    </div>
  );
}
