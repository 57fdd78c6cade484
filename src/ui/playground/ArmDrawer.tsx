import { NativeSelect, TextInput } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { ARM_FIELDS, configOfArm, withoutOffArms, type ArmConfig } from '../../core/config';
import type { FieldEntry, SectionName } from '../../core/fields';
import { METHOD_IDS, METHODS, methodOf, type MethodFamily, type MethodId } from '../../core/methods';
import { MAX_LABEL, type AskedFeedback } from '../../experiments/armEditing';
import { armTrouble, sharingOf, usedPaths } from '../../experiments/armSettings';
import { heldBy } from '../../experiments/lessonLink';
import { FixedNote } from '../lesson/FixedNote';
import { useHold, useLesson } from '../lesson/store';
import { SideDrawer } from '../shared/SideDrawer';
import { useActions, useRun } from '../shared/store';
import { ArmField } from './ArmField';
import classes from './arms.module.css';
import { FAMILY_TITLES, FEEDBACK_CHOICES, sharingWords } from './armWords';
import { ScorerNote } from './ScorerNote';

interface ArmDrawerProps {
  /** Closed where there is none, or no such arm. */
  readonly armId: string | undefined;
  /** Whether the name is to be changed first. */
  readonly naming: boolean;
  readonly onClose: () => void;
}

/** Everything that an arm has of its own: name, feedback, method, and the settings that matter to them. */
export function ArmDrawer({ armId, naming, onClose }: ArmDrawerProps): ReactNode {
  const arm = useRun((state) => state.edited.arms.find(({ id }) => id === armId));
  return (
    <SideDrawer opened={arm !== undefined} onClose={onClose} title={arm && `Edit ${arm.label}`}>
      {arm && (
        <div className={classes.form} key={arm.id}>
          <Name arm={arm} naming={naming} />
          <Feedback arm={arm} />
          <Method arm={arm} />
          <State arm={arm} />
          <ScorerNote arm={arm} />
          <OwnSettings arm={arm} />
        </div>
      )}
    </SideDrawer>
  );
}

function Name({ arm, naming }: { readonly arm: ArmConfig; readonly naming: boolean }): ReactNode {
  // What is being typed, until it is left: an arm cannot be without a name, a field can.
  const [draft, setDraft] = useState<string>();
  const { renameArm } = useActions();
  return (
    <TextInput
      label="Name"
      size="xs"
      data-autofocus={naming || undefined}
      maxLength={MAX_LABEL}
      value={draft ?? arm.label}
      onChange={(event) => {
        setDraft(event.currentTarget.value);
        renameArm(arm.id, event.currentTarget.value);
      }}
      onBlur={() => setDraft(undefined)}
    />
  );
}

const FEEDBACK_OPTIONS = Object.entries(FEEDBACK_CHOICES).map(([value, { name }]) => ({ value, label: name }));

function Feedback({ arm }: { readonly arm: ArmConfig }): ReactNode {
  const { setArmFeedback } = useActions();
  if (arm.feedback === 'given') return null;
  return (
    <NativeSelect
      label="Feedback"
      size="xs"
      description={FEEDBACK_CHOICES[arm.feedback].meaning}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={arm.feedback}
      data={FEEDBACK_OPTIONS}
      onChange={(event) => setArmFeedback(arm.id, event.currentTarget.value as AskedFeedback)}
    />
  );
}

const FAMILIES = (Object.keys(FAMILY_TITLES) as MethodFamily[]).map((family) => ({
  family, title: FAMILY_TITLES[family], methods: METHOD_IDS.filter((id) => METHODS[id].family === family),
}));
const METHOD_OPTIONS = FAMILIES.map(({ title, methods }) => ({
  group: title, items: methods.map((id) => ({ value: id, label: METHODS[id].label })),
}));

function Method({ arm }: { readonly arm: ArmConfig }): ReactNode {
  const method = useRun((state) => configOfArm(state.edited, arm).rl.method);
  const hold = useHold('rl.method');
  const { setArmMethod } = useActions();
  const { help, source } = METHODS[method];
  if (hold === 'hidden') return null;
  return (
    <div>
      <NativeSelect
        label="Method"
        size="xs"
        disabled={hold === 'fixed'}
        description={`${help} ${source}.`}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={method}
        data={METHOD_OPTIONS}
        onChange={(event) => setArmMethod(arm.id, event.currentTarget.value as MethodId)}
      />
      {hold === 'fixed' && <FixedNote />}
      <details className={classes.methods}>
        <summary>What each method does</summary>
        {FAMILIES.map(({ family, title, methods }) => (
          <section key={family} aria-label={title}>
            <h3>{title}</h3>
            <dl>
              {methods.map((id) => (
                <div key={id}>
                  <dt>{METHODS[id].label}</dt>
                  <dd>{METHODS[id].help}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </details>
    </div>
  );
}

/** Why it cannot run, if so, and what it has in common with others. */
function State({ arm }: { readonly arm: ArmConfig }): ReactNode {
  const config = useRun((state) => state.edited);
  const trouble = armTrouble(config, arm);
  const others = withoutOffArms(config).arms.filter(({ id }) => id !== arm.id).length;
  const shared = sharingWords(sharingOf(config, arm), others);
  return (
    <div role="status" className={classes.state}>
      {trouble !== undefined && <p className={classes.trouble}>Cannot run. {trouble}</p>}
      {shared !== '' && <p className={classes.note}>{shared}</p>}
    </div>
  );
}

interface Group {
  readonly title: string;
  readonly has: (entry: FieldEntry, method: MethodId) => boolean;
}

const ofSections = (...sections: readonly SectionName[]) => ({ section }: FieldEntry): boolean => sections.includes(section);
const ofMethod = ({ path }: FieldEntry, method: MethodId): boolean => methodOf(method).settings.includes(path) || path === 'rl.temperature';

const GROUPS: readonly Group[] = [
  { title: 'Settings of the method', has: ofMethod },
  { title: 'Settings of the feedback', has: ofSections('people', 'ai', 'data') },
  { title: 'Settings of the reward', has: (entry) => ofSections('rewardModel', 'fine')(entry) || entry.path === 'rl.standardizeReward' },
];

/** Settings that have a part in what the arm's policy becomes; all others are left out. */
function OwnSettings({ arm }: { readonly arm: ArmConfig }): ReactNode {
  const id = useId();
  const config = useRun((state) => state.edited);
  const inForce = useLesson((state) => state.inForce);
  const used = usedPaths(config, arm);
  const { method } = configOfArm(config, arm).rl;
  const entries = ARM_FIELDS.filter(({ path }) => used.has(path) && path !== 'rl.method' && heldBy(inForce, path) !== 'hidden');
  return GROUPS.map(({ title, has }, i) => {
    const own = entries.filter((entry) => has(entry, method));
    return own.length === 0 ? null : (
      <section key={title} className={classes.group} aria-labelledby={`${id}-${i}`}>
        <h3 id={`${id}-${i}`} className={classes.heading}>
          {title}
        </h3>
        {own.map((entry) => (
          <ArmField key={entry.path} arm={arm} entry={entry} />
        ))}
      </section>
    );
  });
}
