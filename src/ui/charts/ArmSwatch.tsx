import type { ReactNode } from 'react';
import { ArmMark, useScheme } from '../shared/ArmMark';
import { armStyle } from '../shared/arms';
import classes from './charts.module.css';

/** An arm's colour, dash and marker as its line shows them. @param dash of the run, where several are drawn over each other */
export function ArmSwatch({ armId, dash }: { readonly armId: string; readonly dash?: string | undefined }): ReactNode {
  const style = armStyle(armId);
  const scheme = useScheme();
  return (
    <span className={classes.swatch} aria-hidden="true">
      <svg width="28" height="10" viewBox="0 0 28 10">
        <path d="M0 5H28" stroke={style.color(scheme)} strokeWidth="2" strokeDasharray={(dash ?? style.dash) || undefined} />
      </svg>
      <ArmMark armId={armId} />
    </span>
  );
}
