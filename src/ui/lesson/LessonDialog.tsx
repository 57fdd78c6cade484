import { Modal, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMediaQuery, useWindowEvent } from '@mantine/hooks';
import { useEffect, useRef, type ReactNode } from 'react';
import { MOST_TEXT, MOST_TITLE } from '../../core/lesson';
import { TITLES } from '../shell/Header';
import { VIEWS } from '../shell/view';
import classes from './lesson.module.css';
import { LessonHolds } from './LessonHolds';
import { LessonLinkBox } from './LessonLinkBox';
import { PreviewBox } from './PreviewBox';
import { useLesson, useLessonActions } from './store';

interface LessonDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** In which a lesson is made: its words, what its readers may change, and beside it what they will see. */
export function LessonDialog({ opened, onClose }: LessonDialogProps): ReactNode {
  const narrow = useMediaQuery('(max-width: 1000px)');
  const content = useRef<HTMLDivElement>(null);
  // The page behind has the same panels as the preview: who does not see the screen should meet them once.
  useEffect(() => {
    const page = document.getElementById('root');
    if (!opened || !page) return undefined;
    page.inert = true;
    return () => {
      page.inert = false;
    };
  }, [opened]);
  // Mantine's own would close the dialog together with a drawer of the preview that stands over it.
  useWindowEvent('keydown', (event) => {
    if (!opened || event.key !== 'Escape' || event.isComposing) return;
    const { target } = event;
    const taken = target instanceof HTMLElement && target.dataset['mantineStopPropagation'] === 'true';
    const onTop = [...document.querySelectorAll('[aria-modal="true"]')].at(-1) === content.current;
    if (onTop && !taken) onClose();
  }, { capture: true });
  return (
    <Modal.Root opened={opened} onClose={onClose} size="min(1320px, 100vw)" fullScreen={narrow} closeOnEscape={false} returnFocus={false} padding={20}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content ref={content}>
        <div className={classes.dialogHead}>
          <Modal.Title className={classes.dialogTitle} component="h2">
            Make a lesson
          </Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body className={classes.dialogBody}>
          <div className={classes.form}>
            <p className={classes.what}>
              A lesson is a link: these settings with your words, less on the screen, and some of it fixed. It arranges the page for
              whoever opens it; it locks nothing. Set the playground as you want your students to find it, then come here.
            </p>
            <Words />
            <LessonHolds />
            <LessonLinkBox />
          </div>
          <PreviewBox />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const VIEW_OPTIONS = VIEWS.map((view) => ({ value: view, label: TITLES[view] }));

function Words(): ReactNode {
  const { title, text, view } = useLesson((state) => state.draft);
  const { editDraft } = useLessonActions();
  return (
    <div className={classes.group}>
      <TextInput
        label="Title"
        size="sm"
        required
        data-autofocus
        maxLength={MOST_TITLE}
        value={title}
        onChange={(event) => {
          const { value } = event.currentTarget;
          editDraft((draft) => ({ ...draft, title: value }));
        }}
      />
      <Textarea
        label="Text"
        size="sm"
        description={`What to do and what to look for. Plain text, a blank line between paragraphs: ${text.length} of ${MOST_TEXT} characters.`}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={MOST_TEXT}
        value={text}
        onChange={(event) => {
          const { value } = event.currentTarget;
          editDraft((draft) => ({ ...draft, text: value }));
        }}
      />
      <NativeSelect
        label="Screen that opens"
        size="sm"
        value={view}
        data={VIEW_OPTIONS}
        onChange={(event) => {
          const { value } = event.currentTarget;
          editDraft((draft) => ({ ...draft, view: value }));
        }}
      />
    </div>
  );
}
