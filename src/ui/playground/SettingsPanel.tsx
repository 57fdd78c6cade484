import { Button, UnstyledButton } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { givenArms } from '../../core/config';
import { FIELD_LIST, FIELDS, type SectionName } from '../../core/fields';
import { usedInCommon } from '../../experiments/armSettings';
import { heldBy, panelFields, questionOpen, withHeld } from '../../experiments/lessonLink';
import { lessonFits, lessonOf, LESSONS } from '../../experiments/lessons';
import { labelsAtHand } from '../../experiments/runForm';
import { AsCode } from '../code/AsCode';
import { HiddenNote } from '../lesson/HiddenNote';
import { useHold, useLesson } from '../lesson/store';
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

/**
 * The few settings that matter, ready-made questions, and the way to all others.
 * @param more stands below the way to all settings
 */
export function SettingsPanel({ more }: { readonly more?: ReactNode }): ReactNode {
  const headingId = useId();
  const [all, setAll] = useState(false);
  const edited = useRun((state) => state.edited);
  const inForce = useLesson((state) => state.inForce);
  const inPanel = panelFields(FORM, inForce).filter(({ path }) => usedInCommon(edited, path));
  const elsewhere = FORM.some((entry) => heldBy(inForce, entry.path) !== 'hidden' && !inPanel.includes(entry));
  const anyHidden = FORM.some(({ path }) => heldBy(inForce, path) === 'hidden');
  return (
    <section className={classes.panel} aria-labelledby={headingId}>
      <h2 className={classes.heading} id={headingId}>
        What differs
        <InfoTip
          label="what differs"
          meaning="All arms share prompts, start and seed. At first they differ in nothing but who labels the pairs: people in RLHF, an AI labeler in RLAIF. In d-RLAIF there is no reward model: the AI labeler itself scores every response of RL. An arm can also have a method and settings of its own. The settings below are those of every arm that has none of its own."
          caveat="Where two arms differ in several things, a difference in quality cannot be put down to one of them."
        />
      </h2>
      <GivenLabels />
      {heldBy(inForce, 'arms') !== 'hidden' && <ArmsPanel />}
      {inPanel.map((entry) => (
        <FieldControl key={entry.path} entry={entry} />
      ))}
      {elsewhere && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          {heldBy(inForce, 'run.task') === 'free' ? 'All settings and your own data' : 'All settings'}
        </Button>
      )}
      <HiddenNote />
      {/* Code names every setting: also those that a lesson hides. */}
      {!anyHidden && <AsCode of="experiment" size="xs" />}
      {more}
      {heldBy(inForce, 'questions') !== 'hidden' && <Questions />}
      <SideDrawer opened={all} onClose={() => setAll(false)} title="All settings">
        <DataSource />
        {(Object.keys(FIELDS) as SectionName[]).map((section) => (
          <SectionFields key={section} section={section} />
        ))}
      </SideDrawer>
    </section>
  );
}

/** All settings of a section that are shown, each with its sentence of meaning. */
export function SectionFields({ section }: { readonly section: SectionName }): ReactNode {
  const inForce = useLesson((state) => state.inForce);
  const entries = FORM.filter((entry) => entry.section === section && heldBy(inForce, entry.path) !== 'hidden');
  if (entries.length === 0) return null;
  return (
    <section className={classes.section} aria-label={SECTION_TITLES[section]}>
      <h3 className={classes.heading}>{SECTION_TITLES[section]}</h3>
      <div className={classes.fields}>
        {entries.map((entry) => (
          <FieldControl key={entry.path} entry={entry} explained />
        ))}
      </div>
    </section>
  );
}

/** Where the arms come from the labeler lab: what that means, and the way back. */
function GivenLabels(): ReactNode {
  const fixed = useHold('arms') !== 'free';
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
      {!fixed && (
        <Button variant="default" size="xs" onClick={clearLabels}>
          Back to RLHF and RLAIF
        </Button>
      )}
    </div>
  );
}

/** Ready-made questions. Under a lesson that holds what one of them turns on, it is left out. */
function Questions(): ReactNode {
  const headingId = useId();
  const edited = useRun((state) => state.edited);
  const inForce = useLesson((state) => state.inForce);
  const { chooseLesson } = useActions();
  const asked = LESSONS.filter((lesson) => lessonFits(edited, lesson) && questionOpen(inForce, lesson));
  const active = lessonOf(edited, (config) => withHeld(config, inForce));
  if (asked.length === 0) return null;
  return (
    <section aria-labelledby={headingId}>
      <h2 className={classes.heading} id={headingId}>
        See it go wrong
      </h2>
      <ul className={classes.lessons}>
        {asked.map((lesson) => (
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
