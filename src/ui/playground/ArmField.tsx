import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { configOfArm, getField, type ArmConfig } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { closedChoices } from '../../experiments/closedChoices';
import { useHold } from '../lesson/store';
import { useActions, useRun } from '../shared/store';
import classes from './arms.module.css';
import { valueWords } from './armWords';
import { SettingControl } from './FieldControl';

/** A setting of one arm: as in the experiment until it is changed, and then with a way back. */
export function ArmField({ arm, entry }: { readonly arm: ArmConfig; readonly entry: FieldEntry }): ReactNode {
  const common = useRun((state) => getField(state.edited, entry));
  const value = useRun((state) => getField(configOfArm(state.edited, arm), entry));
  const task = useRun((state) => state.edited.run.task);
  const { setArmField } = useActions();
  const fixed = useHold(entry.path) === 'fixed';
  const own = arm.set?.[entry.path] !== undefined;
  const words = valueWords(entry, common);
  return (
    <div className={classes.setting} data-own={own || undefined}>
      <SettingControl
        explained
        entry={entry}
        value={value}
        onChange={(next) => setArmField(arm.id, entry.path, next)}
        closed={closedChoices(entry.path, task)}
        fixed={fixed}
        foot={
          own && !fixed ? (
            <UnstyledButton
              className={classes.back}
              aria-label={`${entry.field.label}: its own. Back to the experiment's ${words}`}
              onClick={() => setArmField(arm.id, entry.path, undefined)}
            >
              Its own. Back to the experiment's {words}
            </UnstyledButton>
          ) : (
            <p className={classes.common}>{own ? `Its own; ${words} in the experiment` : 'As in the experiment'}</p>
          )
        }
      />
    </div>
  );
}
