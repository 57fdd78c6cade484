import { Anchor, Button, Textarea } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useId, type ReactNode } from 'react';
import { notInLink } from '../../core/link';
import { lessonFragment, lessonOfDraft } from '../../experiments/lessonLinkDraft';
import { MOST_QR, QrCode } from '../share/QrCode';
import { number } from '../shared/format';
import { useRun } from '../shared/store';
import classes from './lesson.module.css';
import { useLesson } from './store';

/** The link of the lesson as it stands, its size, and what it leaves out. */
export function LessonLinkBox(): ReactNode {
  const id = useId();
  const edited = useRun((state) => state.edited);
  const draft = useLesson((state) => state.draft);
  const lesson = lessonOfDraft(draft);
  const link = lesson && `${location.origin}${location.pathname}#${lessonFragment(edited, lesson)}`;
  const left = notInLink(edited);
  return (
    <section className={classes.link} aria-labelledby={id}>
      <h3 id={id} className={classes.subheading}>
        Link for students
      </h3>
      {link === undefined ? (
        <p className={classes.what} role="status">
          Give the lesson a title, and its link stands here.
        </p>
      ) : (
        <Link href={link} />
      )}
      {left.length > 0 && (
        <ul className={classes.linkNotes}>
          {left.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Link({ href }: { readonly href: string }): ReactNode {
  const { copy, copied, error } = useClipboard({ timeout: 4000 });
  return (
    <>
      <Textarea
        aria-label="Link of the lesson"
        className={classes.linkText}
        readOnly
        autosize
        minRows={2}
        maxRows={5}
        value={href}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className={classes.linkRow}>
        <Button size="xs" onClick={() => copy(href)}>
          {copied ? 'Copied' : 'Copy the link'}
        </Button>
        <Anchor inherit href={href} target="_blank" rel="noopener">
          Open it in a new tab
        </Anchor>
        <span data-testid="lesson-size">{number(href.length)} characters</span>
        <span role="status">
          {copied && 'The link is on the clipboard.'}
          {error && 'The browser did not let the page copy: select the link and copy it.'}
        </span>
      </div>
      {href.length > MOST_QR ? (
        <p className={classes.what}>
          No QR code: with more than {number(MOST_QR)} characters its squares get too small for the camera of a phone. A shorter text makes a shorter link.
        </p>
      ) : (
        <div className={classes.qr}>
          <QrCode text={href} />
          <p className={classes.what}>The same link, for the cameras of a class.</p>
        </div>
      )}
    </>
  );
}
