import { Button } from '@mantine/core';
import { useId, useMemo, type ReactNode } from 'react';
import { wordsOf } from '../../core/taskWords';
import { everything, takeHome } from '../../experiments/formats/takeHome';
import type { ShownRun } from '../../experiments/shownRun';
import { bytesText } from '../library/words';
import { useScheme } from '../shared/ArmMark';
import { day } from '../shared/format';
import { useActions, useRun } from '../shared/store';
import { FileRow } from './FileRow';
import { OpenBundle } from './OpenBundle';
import { chartFiles } from './pictures';
import { useSaving } from './saving';
import classes from './takehome.module.css';

type Bundle = NonNullable<ShownRun['bundle']>;

/** Everything of the shown run as files, and the way back. @param onShown called when a file's run is on screen. */
export function TakeHomeFiles({ onShown }: { readonly onShown: () => void }): ReactNode {
  const bundle = useRun((state) => state.shown?.bundle);
  return (
    <div className={classes.drawer}>
      {bundle ? (
        <RunFiles bundle={bundle} />
      ) : (
        <p className={classes.text}>When a run has ended, its files can be saved here. Each curve can be saved from its own chart at any time.</p>
      )}
      <OpenBundle onShown={onShown} />
    </div>
  );
}

const ORIGINS: Readonly<Record<ShownRun['origin'], string>> = {
  recorded: 'the recorded run', kept: 'a run kept in this browser', link: 'the run of a link', file: 'the run of a file', here: 'the run made here',
};

function RunFiles({ bundle }: { readonly bundle: Bundle }): ReactNode {
  const headingId = useId();
  const origin = useRun((state) => state.shown?.origin ?? 'here');
  const canAnswer = useRun((state) => state.canAnswer);
  const scheme = useScheme();
  const { made, exportWeights } = useActions();
  const items = useMemo(
    () => takeHome({ bundle, made: canAnswer ? made() : undefined, exportWeights, charts: () => chartFiles(bundle, scheme) }),
    [bundle, canAnswer, made, exportWeights, scheme],
  );
  const { busy, saved, problem, save } = useSaving(bundle.recordedAt);
  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} className={classes.heading}>
        Files of {ORIGINS[origin]}
      </h2>
      <p className={classes.text}>
        {day(bundle.recordedAt)}, seed {bundle.config.run.seed}, {bundle.prompts.length} test {wordsOf(bundle.config.run.task).prompts} with their responses. Everything is
        written in this browser; nothing is sent.
      </p>
      <Button size="sm" aria-busy={busy} onClick={() => save(() => everything(bundle, items))}>
        {busy ? 'Making the zip file' : 'Save everything, one zip file'}
      </Button>
      <p role="status" className={classes.saved}>
        {saved && `Saved ${saved.name}, ${bytesText(saved.bytes)}.`}
      </p>
      {problem !== undefined && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      <ul className={classes.items} aria-label="Files">
        {items.map((item) => (
          <FileRow key={item.id} item={item} made={bundle.recordedAt} />
        ))}
      </ul>
    </section>
  );
}
