import { memo, useState, type MouseEvent, type ReactNode } from 'react';
import type { Answer } from '../../core/bundle';
import { wordsToText } from '../../core/text';
import { compareSearchOf } from '../../experiments/compareAddress';
import { difference, type Couple, type Measure } from '../../experiments/compareMeasures';
import type { Column, CompareRow as Row } from '../../experiments/comparePosts';
import type { Marking } from '../../experiments/compareStore';
import { ArmMark } from '../shared/ArmMark';
import { number } from '../shared/format';
import { useWords } from '../shared/taskWords';
import { AnswerCard } from '../sidebyside/AnswerCard';
import { FactList, PostText, type SlotFocus } from '../sidebyside/MarkedText';
import classes from './compare.module.css';
import { ResponseText } from './ResponseText';
import { aheadWords } from './words';

interface CompareRowProps {
  readonly row: Row;
  readonly columns: readonly Column[];
  readonly couple: Couple | undefined;
  readonly measure: Measure;
  readonly base: number;
  readonly marking: Marking;
  /** Cells stand below each other, so that each says whose it is. */
  readonly stacked: boolean;
  /** The prompt that the address names. */
  readonly isGoal: boolean;
  readonly onLink: (postId: string) => void;
}

/** A prompt and what each column's arm wrote for it; with details, all that the main screen shows of it. */
export const CompareRow = memo(function CompareRow({ row, columns, couple, measure, base, marking, stacked, isGoal, onLink }: CompareRowProps): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const [slot, setSlot] = useState<string>();
  const focus: SlotFocus = { slot, point: setSlot };
  const { post, answers } = row;
  const slots = columns[0]?.run.slots ?? {};
  const details = `details-${row.place}`;
  const link = (event: MouseEvent): void => {
    // A new tab or window stays the browser's business.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    onLink(post.id);
  };
  return (
    <>
      <tr data-post={post.id} data-goal={isGoal || undefined} tabIndex={-1}>
        <td className={classes.postCell}>
          <div className={classes.topic}>
            {post.topic}
            {isGoal && <b className={classes.goal}> linked {words.prompt}</b>}
          </div>
          <div className={classes.clamp}>
            <p className={classes.post}>{wordsToText(post.words)}</p>
          </div>
          {couple && <p className={classes.figures}>{aheadWords(difference(row, couple, measure), columns, couple, measure)}</p>}
          <div className={classes.rowButtons}>
            <button type="button" className={classes.detailsButton} aria-expanded={open} aria-controls={details} onClick={() => setOpen(!open)}>
              Details
            </button>
            <a
              className={classes.link}
              href={compareSearchOf(location.search, { post: post.id, columns: columns.map(({ key }) => key) })}
              aria-label={`Link to this ${words.prompt}, ${row.place + 1}`}
              onClick={link}
            >
              Link
            </a>
          </div>
        </td>
        {columns.map((column, i) => (
          <td key={column.key}>
            {stacked && (
              <div className={classes.cellName}>
                <ArmMark armId={column.armId} /> {column.label}
              </div>
            )}
            <div className={classes.clamp}>
              <ResponseText answer={answers[i]!} post={post} base={answers[base]!} marking={marking} focus={focus} />
            </div>
            <Figures answer={answers[i]!} facts={post.facts.length} />
          </td>
        ))}
      </tr>
      {open && (
        <tr id={details} className={classes.details}>
          <td colSpan={columns.length + 1}>
            <div className={classes.detailPost}>
              <PostText prompt={post} slots={slots} focus={focus} />
              <FactList prompt={post} slots={slots} focus={focus} />
            </div>
            <div className={classes.detailCards}>
              {columns.map((column, i) => (
                <AnswerCard key={column.key} arm={{ id: column.armId, label: column.label }} answer={answers[i]} prompt={post} slots={slots} focus={focus} />
              ))}
            </div>
          </td>
        </tr>
      )}
    </>
  );
});

function Figures({ answer: { gold, score, check }, facts }: { readonly answer: Answer; readonly facts: number }): ReactNode {
  const { points, marks } = useWords();
  return (
    <p className={classes.figures}>
      gold <b>{number(gold, 2)}</b>
      {score !== undefined && `, reward ${number(score, 2)}`}, {check.words} {check.words === 1 ? 'word' : 'words'}, {check.covered.length}/{facts} {points}
      {check.invented > 0 && <span className={classes.bad}>, {check.invented} {marks.invented.name}</span>}
    </p>
  );
}
