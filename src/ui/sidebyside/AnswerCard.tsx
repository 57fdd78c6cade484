import type { ReactNode } from 'react';
import type { Answer, PromptRecord } from '../../core/bundle';
import { ArmSwatch } from '../charts/ArmSwatch';
import { useWords } from '../shared/taskWords';
import { AnswerText, type SlotFocus } from './MarkedText';
import { answerLine } from './posts';
import classes from './sidebyside.module.css';

const SIGNS = { covered: '✓', invented: '+', stumble: '~' } as const;
const NOTE_CLASS = { covered: classes.coveredNote, invented: classes.inventedNote, stumble: classes.stumbleNote };

function signed(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}

export interface AnswerCardProps {
  readonly arm: { readonly id: string; readonly label: string };
  readonly answer: Answer | undefined;
  readonly prompt: PromptRecord;
  readonly slots: Readonly<Record<string, string>>;
  readonly focus: SlotFocus;
}

/** One policy's answer to the shown prompt: text with marks, what the checker counted, utility, notes. */
export function AnswerCard({ arm, answer, prompt, slots, focus }: AnswerCardProps): ReactNode {
  const words = useWords();
  const covered = new Set(answer?.check.covered);
  const missed = prompt.facts.filter(({ slot }) => !covered.has(slot)).map(({ slot }) => slots[slot] ?? slot);
  const isPointed = (slot: string | undefined): boolean => slot !== undefined && slot === focus.slot;
  return (
    <article className={classes.card} aria-label={arm.label}>
      <header className={classes.cardHead}>
        <ArmSwatch armId={arm.id} />
        <h3>{arm.label}</h3>
        {answer && (
          <span className={classes.gold} title="Gold utility: what a careful reader wants; 1 is one average fact">
            gold <b>{signed(answer.gold)}</b>
          </span>
        )}
      </header>
      {answer ? (
        <>
          <AnswerText answer={answer} focus={focus} />
          <p className={classes.line}>
            {answerLine(answer, prompt, words)}
            {answer.score !== undefined && (
              <span title="Standardised reward that the arm was trained for, of its own reward model or, in d-RLAIF, of its labeler: 0 is the mean over SFT samples">
                , reward {signed(answer.score)}
              </span>
            )}
          </p>
          <ul className={classes.notes} aria-label={`Notes on ${arm.label}`}>
            {answer.check.marks.map((mark, i) => (
              <li key={i} className={`${NOTE_CLASS[mark.kind]} ${isPointed(mark.slot) ? classes.pointed : ''}`}>
                <span className={classes.sign} aria-hidden="true">
                  {SIGNS[mark.kind]}
                </span>
                <span>
                  <span className={classes.kind}>{words.marks[mark.kind].name}</span> {mark.note}
                </span>
              </li>
            ))}
            {missed.length > 0 && (
              <li className={classes.missed}>
                <span className={classes.sign} aria-hidden="true">
                  ·
                </span>
                <span>
                  <span className={classes.kind}>left out</span> {missed.join(', ')}
                </span>
              </li>
            )}
          </ul>
        </>
      ) : (
        <p className={classes.nothing}>No answer to this {words.prompt} yet.</p>
      )}
    </article>
  );
}
