import { useMemo, type ReactNode } from 'react';
import { MOST_DRAWN, overlaidArms, overlaidRuns, overlayNotes, RUN_DASHES, type OverlaidRun } from '../../experiments/libraryOverlay';
import { wordsOfAll } from '../../core/taskWords';
import { CurvePanel } from '../charts/CurvePanel';
import { ArmMark } from '../shared/ArmMark';
import { number } from '../shared/format';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';
import { WordsContext } from '../shared/taskWords';
import { OverlayTable } from './OverlayTable';
import { useLibrary } from './store';
import { OVERLAY_HEADING, runsText } from './words';

/** The ticked runs laid over each other: curves, settings that differ, figures. */
export function Overlay(): ReactNode {
  const chosen = useLibrary((state) => state.chosen);
  const entries = useLibrary((state) => state.entries);
  const bundles = useLibrary((state) => state.bundles);
  const runs = useMemo(() => overlaidRuns(chosen, entries, bundles), [chosen, entries, bundles]);
  const notes = useMemo(() => (runs.length > 1 ? overlayNotes(runs) : []), [runs]);
  const unreadable = entries.filter(({ id, trouble }) => trouble !== undefined && chosen.includes(id)).length;
  if (chosen.length === 0) return null;
  return (
    <section className={classes.overlay} aria-labelledby={OVERLAY_HEADING}>
      <h3 id={OVERLAY_HEADING} className={classes.subheading} tabIndex={-1}>
        Chosen runs, side by side
      </h3>
      {unreadable > 0 && <p className={screen.note}>{runsText(unreadable)} of the chosen cannot be read by this build and are not among these.</p>}
      {runs.length + unreadable < chosen.length && <p role="status" className={screen.text}>Reading the runs.</p>}
      {runs.length === 1 && <p className={screen.text}>Choose another run to see where the two part.</p>}
      {notes.map((note) => (
        <p key={note} className={screen.note}>
          {note}
        </p>
      ))}
      <WordsContext value={wordsOfAll(runs.map(({ bundle }) => bundle.config.run.task))}>
        {runs.length > 0 && <OverlaidCurves runs={runs} />}
        {runs.length > 1 && <OverlayTable runs={runs} />}
      </WordsContext>
    </section>
  );
}

function OverlaidCurves({ runs }: { readonly runs: readonly OverlaidRun[] }): ReactNode {
  const drawn = useMemo(() => runs.slice(0, MOST_DRAWN), [runs]);
  const series = useMemo(
    () =>
      drawn.flatMap(({ bundle, letter }, i) =>
        bundle.arms.map(({ id, label, curves }) => ({ armId: id, label, curves, run: { label: letter, dash: RUN_DASHES[i] ?? '' } })),
      ),
    [drawn],
  );
  return (
    <>
      {runs.length > drawn.length && (
        <p className={screen.text}>
          The curves are of the first {number(MOST_DRAWN)} runs: more lines could not be told apart. The table has all {number(runs.length)}.
        </p>
      )}
      <CurvePanel series={series} running={false} legend={<Legend runs={drawn} />} />
    </>
  );
}

/** Colours are arms, dashes are runs. */
function Legend({ runs }: { readonly runs: readonly OverlaidRun[] }): ReactNode {
  return (
    <div className={classes.legends}>
      <ul className={classes.legend} aria-label="Arms, by colour">
        {overlaidArms(runs).filter(({ id }) => id !== 'sft').map(({ id, label }) => (
          <li key={id}>
            <ArmMark armId={id} /> {label}
          </li>
        ))}
      </ul>
      <ul className={classes.legend} aria-label="Runs, by dash">
        {runs.map(({ id, letter, name }, i) => (
          <li key={id}>
            <svg width="34" height="10" viewBox="0 0 34 10" aria-hidden>
              <path d="M0 5H34" stroke="currentColor" strokeWidth="2" strokeDasharray={RUN_DASHES[i] || undefined} />
            </svg>
            <b>{letter}</b> {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
