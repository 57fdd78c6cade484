import { Button, UnstyledButton } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { givenArms } from '../../core/config';
import { FIELD_LIST, FIELDS, type SectionName } from '../../core/fields';
import { usedInCommon } from '../../experiments/armSettings';
import { lessonFits, lessonOf, LESSONS } from '../../experiments/lessons';
import { labelsAtHand } from '../../experiments/runStore';
import { InfoTip } from '../shared/InfoTip';
import { SideDrawer } from '../shared/SideDrawer';
import { useActions, useRun } from '../shared/store';
import { ArmsPanel } from './ArmsPanel';
import { DataSource } from './DataSource';
import { FieldControl } from './FieldControl';
import classes from './settings.module.css';
import { SECTION_TITLES } from './stages';

/** The seed has its place in the run bar. */
const FORM = FIELD_LIST.filter((entry) => entry.path !== 'run.seed');
const PROMINENT = FORM.filter((entry) => entry.field.prominent);

/** The few settings that matter, ready-made questions, and the way to all others. */
export function SettingsPanel(): ReactNode {
  const [all, setAll] = useState(false);
  const edited = useRun((state) => state.edited);
  return (
    <section className={classes.panel} aria-labelledby="settings-heading">
      <h2 className={classes.heading} id="settings-heading">
        What differs
        <InfoTip
          label="what differs"
          meaning="All arms share posts, start and seed. At first they differ in nothing but who labels the pairs: people in RLHF, an AI labeler in RLAIF. In d-RLAIF there is no reward model: the AI labeler itself scores every response of RL. An arm can also have a method and settings of its own. The settings below are those of every arm that has none of its own."
          caveat="Where two arms differ in several things, a difference in quality cannot be put down to one of them."
        />
      </h2>
      <GivenLabels />
      <ArmsPanel />
      {PROMINENT.filter(({ path }) => usedInCommon(edited, path)).map((entry) => (
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
  const edited = useRun((state) => state.edited);
  const active = lessonOf(edited);
  const { chooseLesson } = useActions();
  return (
    <section aria-labelledby="lessons-heading">
      <h2 className={classes.heading} id="lessons-heading">
        See it go wrong
      </h2>
      <ul className={classes.lessons}>
        {LESSONS.filter((lesson) => lessonFits(edited, lesson)).map((lesson) => (
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
