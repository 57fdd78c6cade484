import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Answer, PromptRecord } from '../../core/bundle';
import screen from '../shared/screen.module.css';
import { useWords } from '../shared/taskWords';
import { segments } from './segments';
import classes from './sidebyside.module.css';

/** The slot a visitor points at: the fact in the prompt and what the answers say about it light up together. */
export interface SlotFocus {
  readonly slot: string | undefined;
  readonly point: (slot: string | undefined) => void;
}

/** Pointer, keyboard and finger. */
const EVERY_WAY = { hover: true, focus: true, touch: true };
const MARK_CLASS = { covered: classes.covered, invented: classes.invented, stumble: classes.stumble } as const;

/** A prompt, its facts quietly underlined; pointing at one or reaching it with Tab names it. */
export function PostText({ prompt, slots, focus }: {
  readonly prompt: PromptRecord;
  readonly slots: Readonly<Record<string, string>>;
  readonly focus: SlotFocus;
}): ReactNode {
  const stretches = prompt.facts.flatMap((fact) => fact.spans.map(([from, to]) => ({ from, to, fact })));
  return (
    <p className={classes.post}>
      {segments(prompt.words, stretches).map(({ before, text, within, from }) => {
        // Where facts overlap, the innermost is meant.
        const fact = within.at(-1)?.fact;
        if (!fact) return before + text;
        const name = slots[fact.slot] ?? fact.slot;
        return [
          before,
          <Tooltip key={from} label={`${name}: ${fact.value}`} events={EVERY_WAY} withArrow>
            <span
              className={`${classes.fact} ${focus.slot === fact.slot ? classes.pointed : ''}`}
              tabIndex={0}
              onMouseEnter={() => focus.point(fact.slot)}
              onMouseLeave={() => focus.point(undefined)}
              onFocus={() => focus.point(fact.slot)}
              onBlur={() => focus.point(undefined)}
            >
              {text}
            </span>
          </Tooltip>,
        ];
      })}
    </p>
  );
}

/** The facts of a prompt by name, with what each is worth to a careful reader of it. */
export function FactList({ prompt, slots, focus }: {
  readonly prompt: PromptRecord;
  readonly slots: Readonly<Record<string, string>>;
  readonly focus: SlotFocus;
}): ReactNode {
  const { facts } = useWords();
  return (
    <table className={classes.facts}>
      <thead>
        <tr>
          <th scope="col" colSpan={2}>
            {prompt.facts.length} {facts}
          </th>
          <th scope="col">worth</th>
        </tr>
      </thead>
      <tbody>
        {prompt.facts.map((fact) => (
          <tr
            key={fact.slot}
            className={focus.slot === fact.slot ? classes.pointed : undefined}
            onMouseEnter={() => focus.point(fact.slot)}
            onMouseLeave={() => focus.point(undefined)}
          >
            <th scope="row">{slots[fact.slot] ?? fact.slot}</th>
            <td>{fact.value}</td>
            <td>{fact.importance.toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface AnswerTextProps {
  readonly answer: Answer;
  readonly focus: SlotFocus;
  /** Among hundreds of answers, notes are left to the browser's own tips, which cost nothing. */
  readonly plainTips?: boolean;
}

/** An answer with the checker's marks: shapes for the eye, words for a screen reader. */
export function AnswerText({ answer, focus, plainTips = false }: AnswerTextProps): ReactNode {
  const { marks } = useWords();
  if (answer.words.length === 0) return <p className={`${classes.answer} ${classes.nothing}`}>(an empty answer)</p>;
  return (
    <p className={classes.answer}>
      {segments(answer.words, answer.check.marks).map(({ before, text, within, starts, ends, from }) => {
        if (within.length === 0) return before + text;
        const kinds = new Set(within.map((mark) => mark.kind));
        const slot = within.find((mark) => mark.slot !== undefined)?.slot;
        const notes = within.map((mark) => `${marks[mark.kind].name}: ${mark.note}`).join('; ');
        const opensBox = starts.some((mark) => mark.kind === 'invented');
        const closesBox = ends.some((mark) => mark.kind === 'invented');
        const className = [
          ...[...kinds].map((kind) => MARK_CLASS[kind]),
          opensBox ? classes.boxStart : '',
          closesBox ? classes.boxEnd : '',
          slot !== undefined && focus.slot === slot ? classes.pointed : '',
        ].join(' ');
        const marked = (
          <span
            key={from}
            className={className}
            title={plainTips ? notes : undefined}
            onMouseEnter={() => focus.point(slot)}
            onMouseLeave={() => focus.point(undefined)}
          >
            {starts.length > 0 && (
              <span className={screen.unseen}>[{starts.map((mark) => marks[mark.kind].name).join(' and ')}: </span>
            )}
            {opensBox && (
              <span className={classes.plus} aria-hidden="true">
                +
              </span>
            )}
            {text}
            {ends.length > 0 && <span className={screen.unseen}>]</span>}
          </span>
        );
        if (plainTips) return [before, marked];
        return [
          before,
          <Tooltip key={from} label={notes} events={EVERY_WAY} multiline maw={320} withArrow>
            {marked}
          </Tooltip>,
        ];
      })}
      {!answer.finished && <span className={classes.nothing}> … (cut off: no end)</span>}
    </p>
  );
}

/** What the marks look like. */
export function MarkLegend(): ReactNode {
  const { fact, marks } = useWords();
  return (
    <ul className={classes.legend} aria-label="Marks">
      <li>
        <span className={classes.fact}>dotted</span> {fact}
      </li>
      <li>
        <span className={classes.covered}>solid underline</span> {marks.covered.legend}
      </li>
      <li>
        <span className={`${classes.invented} ${classes.boxStart} ${classes.boxEnd}`}>
          <span className={classes.plus} aria-hidden="true">
            +
          </span>
          boxed
        </span>{' '}
        {marks.invented.legend}
      </li>
      <li>
        <span className={classes.stumble}>wavy</span> {marks.stumble.legend}
      </li>
    </ul>
  );
}
