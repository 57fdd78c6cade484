import { Button, MultiSelect } from '@mantine/core';
import { useId, useMemo, type ReactNode } from 'react';
import { FIELD_LIST, FIELDS, type SectionName } from '../../core/fields';
import { HOLDS, LESSON_PARTS, type Hold, type LessonPart } from '../../core/lesson';
import { changedNames, freeNames, LESSON_NAMES, withAllHiddenBut, withHold } from '../../experiments/lessonLinkDraft';
import { SECTION_TITLES } from '../playground/stages';
import { useRun } from '../shared/store';
import { HoldTable, type HoldRow } from './HoldTable';
import classes from './lesson.module.css';
import { useLesson, useLessonActions } from './store';

const PARTS: Readonly<Record<LessonPart, string>> = {
  arms: 'Arms',
  presets: 'Preset menu',
  questions: 'Ready-made questions ("See it go wrong")',
};

/** Everything that can be held, in the order of the page. */
const GROUPS: readonly { readonly title: string; readonly rows: readonly HoldRow[] }[] = [
  { title: 'Parts of the page', rows: LESSON_PARTS.map((name) => ({ name, label: PARTS[name] })) },
  ...(Object.keys(FIELDS) as SectionName[]).map((section) => ({
    title: SECTION_TITLES[section],
    rows: FIELD_LIST.filter((entry) => entry.section === section).map((entry) => ({ name: entry.path, label: entry.field.label, entry })),
  })),
];
const CHOICES = GROUPS.map(({ title, rows }) => ({ group: title, items: rows.map(({ name, label }) => ({ value: name, label })) }));

/** Most free things that the list of exceptions shows: beyond, it would be a wall. */
const MOST_EXCEPTIONS = 12;

/** What readers may change, see or not see: quick choices, then every setting by section. */
export function LessonHolds(): ReactNode {
  const id = useId();
  const holds = useLesson((state) => state.draft.holds);
  return (
    <section className={classes.group} aria-labelledby={id}>
      <h3 id={id} className={classes.subheading}>
        What students may change
      </h3>
      <QuickChoices />
      <p className={classes.what}>
        Free: can be changed. Fixed: shown with its value. Hidden: not shown, until a student asks for it. A file of one's own is
        offered where Task is free.
      </p>
      <div>
        {GROUPS.map(({ title, rows }) => (
          <Fold key={title} title={title} rows={rows} holds={holds} />
        ))}
      </div>
    </section>
  );
}

function QuickChoices(): ReactNode {
  const edited = useRun((state) => state.edited);
  const draft = useLesson((state) => state.draft);
  const { editDraft } = useLessonActions();
  const changed = useMemo(() => changedNames(edited), [edited]);
  const free = freeNames(draft);
  const exceptions = Object.values(draft.holds).every((hold) => hold === 'hidden') && free.length <= MOST_EXCEPTIONS ? free : [];
  return (
    <>
      <div className={classes.quick}>
        <Button size="xs" variant="default" onClick={() => editDraft((now) => withHold(now, LESSON_NAMES, 'free'))}>
          Everything
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={changed.length === 0}
          onClick={() => editDraft((now) => withAllHiddenBut(now, changed))}
        >
          Only what differs from the default
        </Button>
      </div>
      {changed.length === 0 && <p className={classes.what}>Nothing in the playground differs from its default now.</p>}
      <MultiSelect
        size="xs"
        className={classes.but}
        label="Hide all but"
        placeholder={exceptions.length === 0 ? 'Type to search' : ''}
        searchable
        clearable
        hidePickedOptions
        limit={200}
        maxDropdownHeight={260}
        nothingFoundMessage="No setting of that name"
        clearButtonProps={{ 'aria-label': 'Hide everything' }}
        data={CHOICES}
        value={exceptions}
        onChange={(chosen) => editDraft((now) => withAllHiddenBut(now, chosen))}
      />
    </>
  );
}

interface FoldProps {
  readonly title: string;
  readonly rows: readonly HoldRow[];
  readonly holds: Readonly<Record<string, Hold>>;
}

function Fold({ title, rows, holds }: FoldProps): ReactNode {
  const count = (hold: Hold): number => rows.filter(({ name }) => (holds[name] ?? 'free') === hold).length;
  const words = HOLDS.filter((hold) => count(hold) > 0).map((hold) => (count(hold) === rows.length ? `all ${hold}` : `${count(hold)} ${hold}`));
  return (
    <details className={classes.section}>
      <summary>
        <span className={classes.sectionName}>{title}</span>
        <span className={classes.counts} data-held={count('free') < rows.length || undefined}>
          {words.join(', ')}
        </span>
      </summary>
      <HoldTable title={title} rows={rows} holds={holds} />
    </details>
  );
}
