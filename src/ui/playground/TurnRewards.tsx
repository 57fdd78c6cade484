import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { configOfArm, fieldAt, type ArmConfig } from '../../core/config';
import { capitalised, wordsOf } from '../../core/taskWords';
import { turnableArms, type ShownRun } from '../../experiments/shownRun';
import { ArmSwatch } from '../charts/ArmSwatch';
import { InfoTip } from '../shared/InfoTip';
import { useActions, useRun } from '../shared/store';
import { SettingControl } from './FieldControl';
import classes from './playground.module.css';

const WEIGHTS = ['coverage', 'invention', 'stumble'] as const;
const ENTRIES = WEIGHTS.map((weight) => ({ weight, entry: fieldAt(`fine.${weight}`) }));

/** What the fine-grained rewards of arms in training pay for, to be turned while they run. */
export function TurnRewards(): ReactNode {
  const shown = useRun((state) => state.shown);
  if (!shown) return null;
  return turnableArms(shown).map((arm) => <TurnArm key={arm.id} arm={arm} run={shown} />);
}

function TurnArm({ arm, run }: { readonly arm: ArmConfig; readonly run: ShownRun }): ReactNode {
  const { turnFine } = useActions();
  const { inventions, invent, responses } = wordsOf(run.config.run.task);
  const { coverage, invention, stumble } = configOfArm(run.config, arm).fine;
  const set = { coverage, invention, stumble };
  const turned = run.turned[arm.id];
  const weights = turned ?? set;
  const back = WEIGHTS.some((weight) => weights[weight] !== set[weight]);
  return (
    <section className={classes.turn} aria-label={`Rewards of ${arm.label}, while it runs`}>
      <h3>
        <ArmSwatch armId={arm.id} /> {arm.label}: turn what it is paid for{' '}
        <InfoTip
          label="turning rewards"
          meaning={`The reward model judges coverage, ${inventions} and stumbles apart. What each is worth is decided last, so it can change in the middle of training: from the next iteration on the policy learns from the new mix, standardised on the same SFT samples. Watch Coverage, ${capitalised(responses)} that ${invent} and ${capitalised(responses)} that stumble.`}
          caveat="A run that was turned is not repeated by its settings alone. Its notes say what was turned and when."
        />
      </h3>
      <div className={classes.turnFields}>
        {ENTRIES.map(({ weight, entry }) => (
          <SettingControl
            key={weight}
            entry={weight === 'invention' ? { ...entry, field: { ...entry.field, label: `Price of ${inventions}` } } : entry}
            value={weights[weight]}
            onChange={(value) => turnFine(arm.id, { ...weights, [weight]: value as number })}
          />
        ))}
      </div>
      {back && (
        <UnstyledButton className={classes.turnBack} onClick={() => turnFine(arm.id, set)}>
          Back to the settings
        </UnstyledButton>
      )}
    </section>
  );
}
