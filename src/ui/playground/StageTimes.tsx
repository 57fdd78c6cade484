import type { ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { ArmMark, armVariable, useScheme } from '../shared/ArmMark';
import { duration } from '../shared/format';
import { stageName } from './stages';
import classes from './verdict.module.css';

/** Where the time went. */
export function StageTimes({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const scheme = useScheme();
  const longest = Math.max(1e-3, ...bundle.stages.map((stage) => stage.seconds));
  return (
    <section aria-labelledby="times-heading">
      <h3 id="times-heading" className={classes.subheading}>
        Time per stage
      </h3>
      <ul className={classes.times}>
        {bundle.stages.map((stage) => {
          const arm = bundle.config.arms.find((candidate) => candidate.id === stage.arm);
          const style = arm && armVariable(arm.id, scheme);
          const owner = bundle.config.arms.find((candidate) => candidate.id === stage.sharedWith);
          return (
            <li key={`${stage.id}/${stage.arm ?? ''}`} style={style}>
              <span className={classes.timeName}>
                {arm && <ArmMark armId={arm.id} />} {stageName(stage.id, bundle.config, arm)}
              </span>
              <span className={classes.timeTrack} aria-hidden>
                <span className={classes.timeBar} style={{ width: `${(stage.seconds / longest) * 100}%` }} />
              </span>
              <span className={classes.timeValue}>{owner ? `shared with ${owner.label}` : duration(stage.seconds)}</span>
            </li>
          );
        })}
      </ul>
      <p className={classes.note}>
        On {bundle.device.description}. Arms run side by side where the machine has cores for it, so the times do not add
        up to the run's.
      </p>
    </section>
  );
}
