import { Button, Checkbox, UnstyledButton } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { givenArms, PAPER_ARMS } from '../../core/config';
import { FIELD_LIST, FIELDS, type SectionName } from '../../core/fields';
import { lessonOf, LESSONS } from '../../experiments/lessons';
import { labelsAtHand } from '../../experiments/runStore';
import { InfoTip } from '../shared/InfoTip';
import { SideDrawer } from '../shared/SideDrawer';
import { useActions, useRun } from '../shared/store';
import { DataSource } from './DataSource';
import { FieldControl } from './FieldControl';
import classes from './settings.module.css';
import { isUsed, SECTION_TITLES } from './stages';

/** The seed has its place in the run bar. */
const FORM = FIELD_LIST.filter((entry) => entry.path !== 'run.seed');
const PROMINENT = FORM.filter((entry) => entry.field.prominent);

/** The few settings that matter, ready-made questions, and the way to all others. */
export function SettingsPanel(): ReactNode {
  const [all, setAll] = useState(false);
  const arms = useRun((state) => state.edited.arms);
  return (
    <section className={classes.panel} aria-labelledby="settings-heading">
      <h2 className={classes.heading} id="settings-heading">
        What differs
        <InfoTip
          label="what differs"
          meaning="All arms share posts, start, seed and training; they differ in who labels the pairs: people in RLHF, an AI labeler in RLAIF. In d-RLAIF there is no reward model: the AI labeler itself scores every response of RL. These settings decide how good that feedback is and how hard the policies chase it."
        />
      </h2>
      <GivenLabels />
      <Arms />
      {PROMINENT.filter(({ section }) => isUsed(section, arms)).map((entry) => (
        <FieldControl key={entry.path} entry={entry} />
      ))}
      <Button variant="default" size="xs" onClick={() => setAll(true)}>
        All settings and your own data
      </Button>
      <Lessons />
      <SideDrawer opened={all} onClose={() => setAll(false)} title="All settings">
        <DataSource />
        {(Object.keys(FIELDS) as SectionName[]).map((section) => (
          <SectionFields key={section} section={section} />
        ))}
      </SideDrawer>
    </section>
  );
}

/** All settings of a section, each with its sentence of meaning. */
export function SectionFields({ section }: { readonly section: SectionName }): ReactNode {
  return (
    <section className={classes.section} aria-label={SECTION_TITLES[section]}>
      <h3 className={classes.heading}>{SECTION_TITLES[section]}</h3>
      <div className={classes.fields}>
        {FORM.filter((entry) => entry.section === section).map((entry) => (
          <FieldControl key={entry.path} entry={entry} explained />
        ))}
      </div>
    </section>
  );
}

/** Which arms of the paper run. Not where the arms come from the labeler lab. */
function Arms(): ReactNode {
  const arms = useRun((state) => state.edited.arms);
  const file = useRun((state) => state.edited.run.task === 'file');
  const { chooseArms } = useActions();
  const ids = arms.map(({ id }) => id);
  if (arms.some(({ feedback }) => feedback === 'given')) return null;
  return (
    <Checkbox.Group label="Arms" size="xs" value={ids} onChange={chooseArms}>
      <div className={classes.arms}>
        {PAPER_ARMS.map(({ id, label, feedback }) => (
          <Checkbox
            key={id}
            size="xs"
            value={id}
            label={label}
            // One arm has to stay; and nothing that ships scores texts of a file.
            disabled={(ids.length === 1 && ids[0] === id) || (file && feedback === 'scores' && !ids.includes(id))}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}

/** Where the arms come from the labeler lab: what that means, and the way back. */
function GivenLabels(): ReactNode {
  const count = useRun((state) => givenArms(state.edited).length);
  const here = useRun((state) => labelsAtHand(state) !== undefined);
  const { clearLabels } = useActions();
  if (count === 0) return null;
  return (
    <div className={classes.given}>
      <p>
        {count === 1 ? 'One arm trains' : `${count} arms train`} on labels from the labeler lab, so who labels is settled.
        {!here && ' The labels are not here any more: train on them again from Labelers.'}
      </p>
      <Button variant="default" size="xs" onClick={clearLabels}>
        Back to RLHF and RLAIF
      </Button>
    </div>
  );
}

function Lessons(): ReactNode {
  const active = useRun((state) => lessonOf(state.edited));
  const arms = useRun((state) => state.edited.arms);
  const { chooseLesson } = useActions();
  return (
    <section aria-labelledby="lessons-heading">
      <h2 className={classes.heading} id="lessons-heading">
        See it go wrong
      </h2>
      <ul className={classes.lessons}>
        {LESSONS.filter(({ settings }) => Object.keys(settings).some((section) => isUsed(section, arms))).map((lesson) => (
          <li key={lesson.id}>
            <UnstyledButton
              className={classes.lesson}
              aria-pressed={lesson === active}
              onClick={() => chooseLesson(lesson)}
            >
              {lesson.title}
              {lesson === active && <p className={classes.prediction}>{lesson.prediction}</p>}
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
