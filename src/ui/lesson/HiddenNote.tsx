import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { hiddenWords } from '../../experiments/lessonLink';
import classes from './lesson.module.css';
import { useLesson, useLessonActions } from './store';

/** What the lesson in force hides, and the way to see it all the same: the page is the reader's own. */
export function HiddenNote(): ReactNode {
  const inForce = useLesson((state) => state.inForce);
  const { showAll } = useLessonActions();
  if (!inForce) return null;
  const words = hiddenWords(inForce);
  if (words === '') return null;
  return (
    <p className={classes.hidden}>
      {`${words.charAt(0).toUpperCase()}${words.slice(1)}`} {words === '1 setting' ? 'is' : 'are'}{' '}
      {inForce.all ? 'hidden by this lesson, but shown for now.' : 'hidden by this lesson.'}{' '}
      <UnstyledButton className={classes.showAll} onClick={() => showAll(!inForce.all)}>
        {inForce.all ? 'Hide again' : 'Show all'}
      </UnstyledButton>
    </p>
  );
}
