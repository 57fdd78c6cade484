import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useRef, type ReactNode } from 'react';
import { LIBRARY_SORTS, type LibrarySort } from '../../experiments/libraryList';
import { MOST_RUN_BYTES, MOST_RUNS } from '../../experiments/sweepFiles';
import { MOST_ZIPPED } from '../../experiments/libraryZip';
import { download } from '../charts/exportChart';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';
import { useLibrary } from './store';
import { OVERLAY_HEADING } from './words';

const SORT_NAMES: Readonly<Record<LibrarySort, string>> = { newest: 'newest first', name: 'name', gold: 'best gold utility first' };

/** Which runs are listed, and in which order. */
export function ViewControls(): ReactNode {
  const view = useLibrary((state) => state.view);
  const look = useLibrary((state) => state.look);
  return (
    <div className={classes.view} role="search" aria-label="Runs">
      <TextInput
        className={classes.search}
        size="xs"
        type="search"
        label="Search"
        placeholder="Name, note or setting"
        value={view.query}
        onChange={(event) => look({ query: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Order"
        value={view.sort}
        data={LIBRARY_SORTS.map((value) => ({ value, label: SORT_NAMES[value] }))}
        onChange={(event) => look({ sort: event.currentTarget.value as LibrarySort })}
      />
      <Checkbox
        size="xs"
        label="Starred only"
        checked={view.starredOnly}
        onChange={(event) => look({ starredOnly: event.currentTarget.checked })}
      />
    </div>
  );
}

/** Runs out of the library, and into it. */
export function LibraryFiles(): ReactNode {
  const all = useLibrary((state) => state.entries);
  const busy = useLibrary((state) => state.busy);
  const importFiles = useLibrary((state) => state.importFiles);
  const zip = useLibrary((state) => state.zip);
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div className={screen.buttons}>
      <Button size="compact-sm" variant="default" loading={busy === 'importing'} onClick={() => chooser.current?.click()}>
        Import
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={all.length === 0}
        loading={busy === 'zipping'}
        onClick={() => void saveZip(zip, all.map(({ id }) => id))}
      >
        Save all as a file
      </Button>
      <InfoTip
        label="files of runs"
        meaning="Save all writes one zip file with every run, its name, note and star; importing that file brings them back, here or in another browser. A run saved on its own, or written by npm run experiment, is a JSON file and can be imported too. Files can also be dropped on this screen."
        caveat={`At most ${number(MOST_ZIPPED)} runs in a zip file, ${number(MOST_RUNS)} runs and ${MOST_RUN_BYTES / 1024 / 1024} MB in a JSON file. A run that is here already is not doubled.`}
      />
      <input
        ref={chooser}
        type="file"
        multiple
        accept=".zip,.json,application/zip,application/json"
        aria-label="Files of runs to import"
        hidden
        onChange={(event) => {
          void importFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

/** Hands a zip file of runs to the browser's download, if one could be made. */
export async function saveZip(zip: (ids: readonly string[]) => Promise<Uint8Array[] | undefined>, ids: readonly string[]): Promise<void> {
  const parts = await zip(ids);
  // The typed arrays are of plain buffers, which the type of fflate does not say.
  if (parts) download('runs.zip', new Blob(parts as BlobPart[], { type: 'application/zip' }));
}

/** Goes to the chosen runs, which may stand far below a long list. */
function showOverlay(): void {
  const heading = document.getElementById(OVERLAY_HEADING);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}

/** What can be done with the ticked runs. */
export function ChosenTools({ shown }: { readonly shown: readonly string[] }): ReactNode {
  const chosen = useLibrary((state) => state.chosen);
  const busy = useLibrary((state) => state.busy);
  const chooseAll = useLibrary((state) => state.chooseAll);
  const remove = useLibrary((state) => state.remove);
  const zip = useLibrary((state) => state.zip);
  const all = shown.length > 0 && shown.every((id) => chosen.includes(id));
  return (
    <div className={classes.chosen} role="group" aria-label="Chosen runs">
      <Checkbox
        size="xs"
        label={chosen.length === 0 ? 'Choose all listed' : `${number(chosen.length)} chosen`}
        aria-label="Choose all listed"
        checked={all}
        indeterminate={!all && chosen.length > 0}
        disabled={shown.length === 0}
        onChange={() => chooseAll(all ? [] : shown)}
      />
      {chosen.length > 0 && (
        <>
          <Button size="compact-xs" onClick={showOverlay}>
            Side by side
          </Button>
          <Button size="compact-xs" variant="default" loading={busy === 'zipping'} onClick={() => void saveZip(zip, chosen)}>
            Save chosen as a file
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => void remove(chosen)}>
            Delete chosen
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => chooseAll([])}>
            Choose none
          </Button>
        </>
      )}
    </div>
  );
}
