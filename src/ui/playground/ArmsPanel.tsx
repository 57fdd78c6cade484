import { ActionIcon, Button, Menu, Switch, UnstyledButton } from '@mantine/core';
import { useId, useRef, useState, type ReactNode, type RefObject } from 'react';
import { givenArms, type ArmConfig } from '../../core/config';
import { dispensable, PAGE_ARMS, type AskedFeedback } from '../../experiments/armEditing';
import { armTrouble } from '../../experiments/armSettings';
import { ArmSwatch } from '../charts/ArmSwatch';
import { FixedNote } from '../lesson/FixedNote';
import { useHold } from '../lesson/store';
import { useActions, useRun } from '../shared/store';
import { ArmDrawer } from './ArmDrawer';
import { armWords, FEEDBACK_CHOICES } from './armWords';
import classes from './arms.module.css';

const NEW_ARMS: readonly { readonly feedback: AskedFeedback; readonly name: string }[] = [
  { feedback: 'people', name: 'RLHF' },
  { feedback: 'ai', name: 'RLAIF' },
  { feedback: 'scores', name: 'd-RLAIF' },
  { feedback: 'mixed', name: 'People and AI mixed' },
];

/** An arm that is being edited. */
interface Editing {
  readonly id: string;
  /** Whether its name comes first. */
  readonly naming: boolean;
}

/**
 * The arms of the next run: which run, and the ways to change, add and take away. Arms from the labeler lab, and those that a
 * lesson fixes, stay as they are.
 */
export function ArmsPanel(): ReactNode {
  const headingId = useId();
  const held = useHold('arms') === 'fixed';
  const arms = useRun((state) => state.edited.arms);
  const given = useRun((state) => givenArms(state.edited).length > 0);
  const [editing, setEditing] = useState<Editing>();
  const { removeArm } = useActions();
  const add = useRef<HTMLButtonElement>(null);
  return (
    <section aria-labelledby={headingId} className={classes.panel}>
      <h3 id={headingId} className={classes.heading}>
        Arms
      </h3>
      <ul className={classes.list}>
        {arms.map((arm) => (
          <ArmRow
            key={arm.id}
            arm={arm}
            fixed={given || held}
            onEdit={(naming) => setEditing({ id: arm.id, naming })}
            onRemove={() => {
              removeArm(arm.id);
              // The menu that had the focus goes with the arm.
              add.current?.focus();
            }}
          />
        ))}
      </ul>
      {!given && !held && <AddArm target={add} />}
      {held && <FixedNote />}
      <ArmDrawer armId={editing?.id} naming={editing?.naming ?? false} onClose={() => setEditing(undefined)} />
    </section>
  );
}

interface ArmRowProps {
  readonly arm: ArmConfig;
  /** Nothing of it can be changed. */
  readonly fixed: boolean;
  readonly onEdit: (naming: boolean) => void;
  readonly onRemove: () => void;
}

function ArmRow({ arm, fixed, onEdit, onRemove }: ArmRowProps): ReactNode {
  const config = useRun((state) => state.edited);
  const { switchArm } = useActions();
  const last = !arm.off && !dispensable(config, arm.id);
  const trouble = armTrouble(config, arm);
  return (
    <li className={classes.row} data-off={arm.off}>
      <ArmSwatch armId={arm.id} />
      <span className={classes.who}>
        {fixed ? (
          <b className={classes.name}>{arm.label}</b>
        ) : (
          <UnstyledButton className={classes.name} aria-label={`Edit ${arm.label}`} onClick={() => onEdit(false)}>
            {arm.label}
          </UnstyledButton>
        )}
        <span className={classes.words}>{armWords(config, arm)}</span>
      </span>
      {!fixed && (
        <>
          <Switch
            size="xs"
            aria-label={`${arm.label} runs`}
            title={last ? 'One arm has to run' : undefined}
            checked={!arm.off}
            disabled={last}
            onChange={(event) => switchArm(arm.id, event.currentTarget.checked)}
          />
          <ArmMenu arm={arm} onEdit={onEdit} onRemove={onRemove} />
        </>
      )}
      {trouble !== undefined && (
        <p className={classes.trouble} role="status">
          {arm.off ? 'Could not run. ' : 'Cannot run. '}
          {trouble}
        </p>
      )}
    </li>
  );
}

function ArmMenu({ arm, onEdit, onRemove }: Pick<ArmRowProps, 'arm' | 'onEdit' | 'onRemove'>): ReactNode {
  const removable = useRun((state) => dispensable(state.edited, arm.id));
  const full = useRun((state) => state.edited.arms.length >= PAGE_ARMS);
  const { duplicateArm } = useActions();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More for ${arm.label}`}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M7 2.5v.01M7 7v.01M7 11.5v.01" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
          </svg>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onEdit(false)}>Edit</Menu.Item>
        <Menu.Item onClick={() => onEdit(true)}>Rename</Menu.Item>
        <Menu.Item disabled={full} onClick={() => duplicateArm(arm.id)}>
          Duplicate
        </Menu.Item>
        <Menu.Item disabled={!removable} onClick={onRemove}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function AddArm({ target }: { readonly target: RefObject<HTMLButtonElement | null> }): ReactNode {
  const full = useRun((state) => state.edited.arms.length >= PAGE_ARMS);
  const { addArm } = useActions();
  if (full) return <p className={classes.note}>The page has room for {PAGE_ARMS} arms.</p>;
  return (
    <Menu position="bottom-start" withinPortal width={270}>
      <Menu.Target>
        <Button ref={target} variant="default" size="xs" className={classes.add}>
          Add an arm
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {NEW_ARMS.map(({ feedback, name }) => (
          <Menu.Item key={feedback} onClick={() => addArm(feedback)}>
            {name}
            <span className={classes.meaning}>{FEEDBACK_CHOICES[feedback].meaning}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
