import { Button, Textarea } from '@mantine/core';
import { useDeferredValue, useId, useMemo, useState, type ReactNode } from 'react';
import type { CodeRefused } from '../../experiments/configCode';
import classes from './code.module.css';

/** What pasted text would do. */
export interface Pasted {
  /** What would be another than now; nothing where it is the same. */
  readonly changes: readonly string[];
  /** What was ignored, or has to be known, a sentence each. */
  readonly notes: readonly string[];
  readonly take: () => void;
}

interface PasteBoxProps {
  /** Must be the same function as long as nothing has changed that it looks at. */
  readonly check: (text: string) => Pasted | CodeRefused;
}

/** Changes that are named one by one. */
const MOST_CHANGES = 10;

/** Takes settings as text. Nothing changes until the text can be read whole and its button is pressed. */
export function PasteBox({ check }: PasteBoxProps): ReactNode {
  const headingId = useId();
  const stateId = useId();
  const [draft, setDraft] = useState('');
  const [taken, setTaken] = useState(false);
  // A run may have a megabyte: typing does not wait for its being read.
  const text = useDeferredValue(draft);
  const found = useMemo(() => (text.trim() === '' ? undefined : check(text)), [text, check]);
  const ready = found !== undefined && !('problems' in found);
  const take = (): void => {
    // What was typed last may not have been read yet.
    const latest = draft.trim() === '' ? undefined : check(draft);
    if (!latest || 'problems' in latest) return;
    latest.take();
    setDraft('');
    setTaken(true);
  };
  return (
    <section className={classes.paste} aria-labelledby={headingId}>
      <h3 id={headingId} className={classes.heading}>
        Set the page from code
      </h3>
      <Textarea
        label="A command, settings as JSON, or a run"
        classNames={{ input: classes.code! }}
        placeholder="npm run experiment -- --preset quick --set rl.klCoef=0.1"
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        value={draft}
        onChange={(event) => {
          setDraft(event.currentTarget.value);
          setTaken(false);
        }}
      />
      <div className={classes.buttons}>
        {/* Not disabled while something is wrong: what it is stands below it and is read with it. */}
        <Button size="xs" aria-describedby={stateId} {...(ready ? {} : { 'aria-disabled': true, 'data-disabled': true })} onClick={take}>
          Set the page
        </Button>
      </div>
      <div id={stateId} role="status" className={classes.state} data-testid="pasted">
        {taken && <p>The page has these settings now.</p>}
        {!taken && found === undefined && <p className={classes.text}>Paste it above, and what would change stands here first.</p>}
        {found && 'problems' in found && (
          <div className={classes.trouble}>
            <p>
              <b>Nothing was changed:</b>
            </p>
            <Sentences of={found.problems} />
          </div>
        )}
        {found && !('problems' in found) && <Preview found={found} />}
      </div>
    </section>
  );
}

function Preview({ found: { changes, notes } }: { readonly found: Pasted }): ReactNode {
  const more = changes.length - MOST_CHANGES;
  return (
    <>
      {changes.length === 0 ? <p>These are the settings of the page already.</p> : (
        <>
          <p>
            <b>Would change:</b>
          </p>
          <Sentences of={[...changes.slice(0, MOST_CHANGES), ...(more > 0 ? [`and ${more} more`] : [])]} />
        </>
      )}
      {notes.length > 0 && (
        <div className={classes.note}>
          <Sentences of={notes} />
        </div>
      )}
    </>
  );
}

function Sentences({ of }: { readonly of: readonly string[] }): ReactNode {
  return (
    <ul className={classes.list}>
      {of.map((sentence, i) => (
        // Two of them may say the same.
        <li key={i}>{sentence}</li>
      ))}
    </ul>
  );
}
