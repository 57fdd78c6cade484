import { Button } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { paragraphsOf } from '../../core/lesson';
import classes from './lesson.module.css';
import { useLesson, useLessonActions } from './store';

/** Title and text of the lesson in force. The text folds away; the title stays, and with it the way back to the text. */
export function LessonPanel({ leavable = true }: { readonly leavable?: boolean }): ReactNode {
  const id = useId();
  const lesson = useLesson((state) => state.inForce?.lesson);
  const folded = useLesson((state) => state.folded);
  const { fold, leave } = useLessonActions();
  if (!lesson) return null;
  const paragraphs = paragraphsOf(lesson.text);
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.panelHead}>
        <h2 className={classes.title} id={id} dir="auto">
          <span className={classes.kind}>Lesson:</span> {lesson.title}
        </h2>
        <div className={classes.buttons}>
          {paragraphs.length > 0 && (
            <Button size="xs" variant="default" aria-expanded={!folded} aria-controls={`${id}-text`} onClick={() => fold(!folded)}>
              {folded ? 'Show the text' : 'Hide the text'}
            </Button>
          )}
          {leavable && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                leave();
                // The button that had the focus goes with the lesson.
                document.getElementById('main')?.focus();
              }}
            >
              Leave the lesson
            </Button>
          )}
        </div>
      </div>
      <div id={`${id}-text`} className={classes.text} hidden={folded || paragraphs.length === 0}>
        {paragraphs.map((paragraph, i) => (
          <p key={i} dir="auto">
            {paragraph}
          </p>
        ))}
      </div>
    </section>
  );
}
