import { Button, TextInput } from '@mantine/core';
import { useId, useRef, useState, type DragEvent, type ReactNode } from 'react';
import { fetchDataFile, MAX_DATA_BYTES, readDataFile } from '../../experiments/dataFile';
import type { DataFile } from '../../worker/protocol';
import { wordsOf } from '../../core/taskWords';
import { number } from '../shared/format';
import { useHold } from '../lesson/store';
import { useActions, useRun } from '../shared/store';
import classes from './data.module.css';

/** Takes a visitor's own file, dropped, chosen or fetched from an address, and makes it the task; not where a lesson holds the task. */
export function DataSource(): ReactNode {
  return useHold('run.task') === 'free' ? <OwnFile /> : null;
}

function OwnFile(): ReactNode {
  const data = useRun((state) => state.data);
  const isTask = useRun((state) => state.edited.run.task === 'file');
  const { setData, clearData } = useActions();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [address, setAddress] = useState('');
  const [over, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const headingId = useId();

  const take = async (reading: Promise<DataFile>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setData(await reading);
      setAddress('');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const takeFile = (file: File | null | undefined): void => {
    if (file) void take(readDataFile(file));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    takeFile(event.dataTransfer.files[0]);
  };

  return (
    <section className={classes.source} aria-labelledby={headingId}>
      <h3 className={classes.heading} id={headingId}>
        Your own data
      </h3>
      <p className={classes.text}>
        A CSV file of the E2E NLG corpus (columns <code>mr</code> and <code>ref</code>: a record and a sentence about it)
        becomes the task. It is read in this page and sent nowhere.
      </p>
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {data ? (
          <p className={classes.text}>
            <b>{data.name}</b>, {number(Math.max(1, data.text.length / 1024))} KB
          </p>
        ) : (
          <p className={classes.text}>Drop a file here, at most {MAX_DATA_BYTES / 1024 / 1024} MB</p>
        )}
        <div className={classes.buttons}>
          <Button size="xs" variant="default" loading={busy} onClick={() => chooser.current?.click()}>
            {data ? 'Choose another file' : 'Choose a file'}
          </Button>
          {data && (
            <Button size="xs" variant="subtle" onClick={clearData}>
              Back to {wordsOf('tldr').kind}
            </Button>
          )}
        </div>
        <input
          ref={chooser}
          type="file"
          accept=".csv,text/csv"
          aria-label="CSV file"
          hidden
          onChange={(event) => {
            takeFile(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
      </div>
      <form
        className={classes.address}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void take(fetchDataFile(address));
        }}
      >
        <TextInput
          size="xs"
          type="url"
          label="or its web address"
          placeholder="https://"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          className={classes.addressInput}
        />
        <Button size="xs" variant="default" type="submit" loading={busy} disabled={address.trim() === ''}>
          Fetch
        </Button>
      </form>
      {problem !== undefined && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {data && isTask && (
        <p className={classes.note} role="status">
          The task is now {data.name}. No policy ships for it, so SFT is trained here from scratch first, which takes
          minutes; its vocabulary, split and checker are made from the file. The small judges have read the built-in tasks only,
          so the AI labeler is now the noise-controlled one.
        </p>
      )}
    </section>
  );
}
