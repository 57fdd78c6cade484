import { useMemo, type ReactNode } from 'react';
import type { Answer, PromptRecord } from '../../core/bundle';
import { textPieces, wordsToText } from '../../core/text';
import { overlapParts, wordDiff } from '../../experiments/compareDiff';
import type { Marking } from '../../experiments/compareStore';
import screen from '../shared/screen.module.css';
import { AnswerText, type SlotFocus } from '../sidebyside/MarkedText';
import classes from './compare.module.css';

interface ResponseTextProps {
  readonly answer: Answer;
  readonly post: PromptRecord;
  /** What word diffs start from; the response itself in the base column. */
  readonly base: Answer;
  readonly marking: Marking;
  readonly focus: SlotFocus;
}

/** A response, with what is marked in it. */
export function ResponseText({ answer, post, base, marking, focus }: ResponseTextProps): ReactNode {
  if (marking === 'checker' || answer.words.length === 0) return <AnswerText answer={answer} focus={focus} plainTips />;
  if (marking === 'diff' && base !== answer) return <DiffText base={base.words} words={answer.words} />;
  if (marking === 'overlap') return <OverlapText words={answer.words} post={post.words} />;
  return <p className={classes.response}>{wordsToText(answer.words)}</p>;
}

function DiffText({ base, words }: { readonly base: readonly string[]; readonly words: readonly string[] }): ReactNode {
  const parts = useMemo(() => wordDiff(base, words), [base, words]);
  const pieces = { base: textPieces(base), words: textPieces(words) };
  return (
    <p className={classes.response}>
      {parts.map(({ kind, words: own, from }, i) => {
        const all = kind === 'removed' ? pieces.base : pieces.words;
        const text = all.slice(from, from + own.length).map(({ before, text: word }, k) => (k === 0 ? '' : before) + word).join('');
        // What was removed stands between words that have no space of their own for it.
        const space = i > 0 && (kind === 'removed' || parts[i - 1]?.kind === 'removed') ? ' ' : (all[from]?.before ?? '');
        if (kind === 'kept') return space + text;
        const Tag = kind === 'added' ? 'ins' : 'del';
        return [
          space,
          <Tag key={i} className={classes[kind]}>
            <span className={screen.unseen}>[{kind}: </span>
            {text}
            <span className={screen.unseen}>]</span>
          </Tag>,
        ];
      })}
    </p>
  );
}

function OverlapText({ words, post }: { readonly words: readonly string[]; readonly post: readonly string[] }): ReactNode {
  const parts = useMemo(() => overlapParts(words, post), [words, post]);
  const pieces = textPieces(words);
  return (
    <p className={classes.response}>
      {parts.map(({ inPost, from, to }) => {
        const text = pieces.slice(from, to).map(({ before, text: word }, k) => (k === 0 ? '' : before) + word).join('');
        const space = pieces[from]?.before ?? '';
        if (!inPost) return space + text;
        return [
          space,
          <mark key={from} className={classes.overlap}>
            {text}
          </mark>,
        ];
      })}
    </p>
  );
}
