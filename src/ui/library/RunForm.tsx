import { Button, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { MOST_NOTE, type LibraryEntry } from '../../experiments/libraryEntry';
import { MOST_NAME } from '../../experiments/libraryNames';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';
import { useLibrary } from './store';

/** The name and the note of a run, to be changed. Enter in the name keeps both, Escape leaves them as they were. */
export function RunForm({ entry, onDone }: { readonly entry: LibraryEntry; readonly onDone: () => void }): ReactNode {
  const { id, name, note } = entry;
  const rename = useLibrary((state) => state.rename);
  const annotate = useLibrary((state) => state.annotate);
  const [draft, setDraft] = useState({ name, note });
  const keep = async (): Promise<void> => {
    if (draft.name.trim() !== name) await rename(id, draft.name);
    if (draft.note.trim() !== note) await annotate(id, draft.note);
    onDone();
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
      }}
    >
      <TextInput
        size="xs"
        label="Name"
        maxLength={MOST_NAME}
        data-autofocus
        autoFocus
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Textarea
        size="xs"
        label="Note"
        description={`${draft.note.length} of ${MOST_NOTE} characters`}
        maxLength={MOST_NOTE}
        autosize
        minRows={2}
        maxRows={8}
        value={draft.note}
        onChange={(event) => setDraft({ ...draft, note: event.currentTarget.value })}
      />
      <div className={screen.buttons}>
        <Button size="compact-sm" type="submit">
          Keep
        </Button>
        <Button size="compact-sm" variant="default" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
