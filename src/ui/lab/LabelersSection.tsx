import { Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import { isOffered } from '../../experiments/labState';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './lab.module.css';
import { useLab } from './store';
import { JUDGE_CHOICES, LLM_CHOICE, PAGE_LLM_CHOICE, RULE_CHOICES, SCORE_CHOICES, WORLD_CHOICES, YOU_CHOICE, type ChoiceWords } from './words';

/** Who judges the pairs. */
export function LabelersSection(): ReactNode {
  const builtIn = useLab((state) => state.source === 'builtIn');
  return (
    <section aria-labelledby="lab-labelers" className={classes.box}>
      <h3 id="lab-labelers" className={screen.subheading}>
        Labelers{' '}
        <InfoTip
          label="labelers"
          meaning="Whoever says which of two responses is better. The rules need no model: a labeler worth its price has to beat them."
        />
      </h3>
      <div className={classes.choices}>
        <Group title="Of the built-in world" choices={WORLD_CHOICES} off={!builtIn} />
        <Group title="Small judges, asked to choose" choices={JUDGE_CHOICES} off={!builtIn} />
        <Group title="Small judges, asked for scores" choices={SCORE_CHOICES} off={!builtIn} />
        <Group title="Rules" choices={RULE_CHOICES} off={false} />
        <Group title="Language models" choices={[LLM_CHOICE, PAGE_LLM_CHOICE]} off={false} />
        <Group title="People" choices={[YOU_CHOICE]} off={false} />
      </div>
      {!builtIn && <p className={classes.text}>The labelers of the built-in world know no other pairs.</p>}
    </section>
  );
}

function Group({ title, choices, off }: {
  readonly title: string;
  readonly choices: readonly ChoiceWords[];
  readonly off: boolean;
}): ReactNode {
  const source = useLab((state) => state.source);
  const task = useLab((state) => state.task);
  const chosen = useLab((state) => state.chosen);
  const busy = useLab((state) => state.status !== 'idle');
  const choose = useLab((state) => state.choose);
  return (
    <fieldset className={classes.group}>
      <legend>{title}</legend>
      {choices.filter(({ choice }) => off || isOffered(choice, { source, task })).map(({ choice, title: name, about }) => (
        <div key={choice} className={classes.choice}>
          <Checkbox
            size="xs"
            label={name}
            checked={!off && chosen.includes(choice)}
            disabled={off || busy}
            onChange={(event) => choose(choice, event.currentTarget.checked)}
          />
          <InfoTip label={name} {...about} />
        </div>
      ))}
    </fieldset>
  );
}
