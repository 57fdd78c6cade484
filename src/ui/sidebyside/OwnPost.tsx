import { Alert, Button, Textarea } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { LiveAnswer } from '../../worker/protocol';
import { AnswerCard } from './AnswerCard';
import { FactList, PostText, type SlotFocus } from './MarkedText';
import { useWords } from '../shared/taskWords';
import classes from './sidebyside.module.css';

export interface OwnPostProps {
  /** The text to begin with: the prompt that was shown. */
  readonly start: string;
  readonly arms: readonly { readonly id: string; readonly label: string }[];
  readonly slots: Readonly<Record<string, string>>;
  readonly focus: SlotFocus;
  readonly onAsk: ((text: string, draw: number) => Promise<LiveAnswer>) | undefined;
  readonly onClose: () => void;
}

interface Asked {
  readonly text: string;
  readonly draw: number;
  readonly reply: LiveAnswer;
}

/** The visitor's own prompt: a text to edit, the policies' answers to it, and what was understood of it. */
export function OwnPost({ start, arms, slots, focus, onAsk, onClose }: OwnPostProps): ReactNode {
  const { prompt: name, prompts, example } = useWords();
  const [text, setText] = useState(start);
  const [asked, setAsked] = useState<Asked | undefined>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  /** Only the latest question's reply is shown. */
  const latest = useRef(0);
  useEffect(() => () => void latest.current++, []);

  const again = asked?.text === text;
  const canAsk = onAsk !== undefined && !busy && text.trim() !== '';

  const ask = (): void => {
    if (!onAsk || !canAsk) return;
    const question = ++latest.current;
    const draw = again ? asked.draw + 1 : 0;
    setBusy(true);
    setProblem(undefined);
    onAsk(text, draw).then(
      (reply) => {
        if (question !== latest.current) return;
        setAsked({ text, draw, reply });
        setBusy(false);
      },
      (error: unknown) => {
        if (question !== latest.current) return;
        setProblem(error instanceof Error ? error.message : String(error));
        setBusy(false);
      },
    );
  };

  const keys = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    } else if (event.key === 'Escape') onClose();
  };

  return (
    <div className={classes.own}>
      <Textarea
        label={`Your ${name}`}
        description="Swap a fact, add a misleading detail, or write from scratch. Ctrl+Enter asks, Esc goes back."
        placeholder={example}
        autosize
        minRows={4}
        maxRows={12}
        maxLength={5000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={keys}
        autoFocus
      />
      <div className={classes.row}>
        <Button onClick={ask} disabled={!canAsk && !busy} loading={busy} size="sm">
          {again ? 'Ask again, new draw' : 'Ask all policies'}
        </Button>
        <Button onClick={onClose} variant="default" size="sm">
          Back to the {prompts}
        </Button>
        {asked && !busy && (
          <span className={classes.quiet} role="status">
            {again ? `Answered, draw ${asked.draw + 1}.` : 'The text has changed: the answers are to the one before.'}
          </span>
        )}
      </div>
      {!onAsk && (
        <Alert color="gray" variant="light" title="Nobody here can answer yet">
          The policies of a run answer once it has finished on this page; a recorded run brings its texts but not its
          policies. Press Run; your text stays here.
        </Alert>
      )}
      {problem !== undefined && (
        <Alert color="red" variant="light" title="No answer" role="alert">
          {problem}
        </Alert>
      )}
      {asked && <Reply {...{ asked, arms, slots, focus }} />}
    </div>
  );
}

function Reply({ asked, arms, slots, focus }: Pick<OwnPostProps, 'arms' | 'slots' | 'focus'> & {
  readonly asked: Asked;
}): ReactNode {
  const { prompt: name, marks } = useWords();
  const { prompt, unknown, answers } = asked.reply;
  const byArm = new Map(answers.map(({ armId, answer }) => [armId, answer]));
  const names = [...new Set(unknown)];
  return (
    <>
      <div className={classes.postCard}>
        <div>
          <h3 className={classes.understood}>As the policies read it</h3>
          <PostText {...{ prompt, slots, focus }} />
          {names.length > 0 && (
            <p className={classes.unknown}>
              {names.length === 1 ? 'One word is' : `${names.length} words are`} outside the vocabulary and read as a
              blank:{' '}
              {names.map((word, i) => (
                <span key={word}>
                  {i > 0 && ', '}
                  <b>{word}</b>
                </span>
              ))}
              .
            </p>
          )}
        </div>
        {prompt.facts.length > 0 ? (
          <FactList {...{ prompt, slots, focus }} />
        ) : (
          <p className={classes.unknown}>
            No fact was recognised, so the marks below cannot tell {marks.covered.name} from {marks.invented.name}. Starting from a shown{' '}
            {name} and changing a detail works best.
          </p>
        )}
      </div>
      <div className={classes.columns}>
        {arms.map((arm) => (
          <AnswerCard key={arm.id} {...{ arm, answer: byArm.get(arm.id), prompt, slots, focus }} />
        ))}
      </div>
    </>
  );
}
