import { useEffect, useId, useMemo, type ReactNode } from 'react';
import { linkConfig } from '../../core/link';
import { lessonOfDraft } from '../../experiments/lessonLinkDraft';
import { createLessonPreview } from '../../experiments/lessonLinkPreview';
import { SettingsPanel } from '../playground/SettingsPanel';
import { RunStoreContext, useRun } from '../shared/store';
import { TITLES } from '../shell/Header';
import { VIEWS } from '../shell/view';
import classes from './lesson.module.css';
import { LessonPanel } from './LessonPanel';
import { LessonStoreContext, useLesson } from './store';

/** What students will see: the panels of the page themselves, on stores of their own. */
export function PreviewBox(): ReactNode {
  const id = useId();
  const edited = useRun((state) => state.edited);
  const draft = useLesson((state) => state.draft);
  const preview = useMemo(() => createLessonPreview(__BUILD__, linkConfig(edited)), [edited]);
  useEffect(() => {
    const lesson = lessonOfDraft({ ...draft, title: draft.title.trim() === '' ? 'Untitled' : draft.title });
    preview.lessons.getState().open(lesson, linkConfig(edited));
    preview.run.getState().keepHeld();
  }, [preview, draft, edited]);
  const view = VIEWS.find((one) => one === draft.view) ?? 'playground';
  return (
    <section className={classes.preview} aria-labelledby={id}>
      <h3 id={id} className={classes.subheading}>
        What students see
      </h3>
      <p className={classes.what}>
        The page itself, to try: nothing that you change in here counts.{' '}
        {view !== 'playground' && `It opens with ${TITLES[view]}; the settings are those of the playground.`}
      </p>
      <div className={classes.page} data-testid="lesson-preview">
        <RunStoreContext value={preview.run}>
          <LessonStoreContext value={preview.lessons}>
            <LessonPanel leavable={false} />
            <SettingsPanel />
          </LessonStoreContext>
        </RunStoreContext>
      </div>
    </section>
  );
}
