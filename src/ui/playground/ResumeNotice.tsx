import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { PRESETS } from '../../core/config';
import { presetOf } from '../../experiments/lessons';
import type { JournalHeader } from '../../experiments/resumeDatabase';
import type { Unfinished } from '../../experiments/resumeKeeper';
import { isActive } from '../../experiments/runState';
import { STAGES } from '../../experiments/shownRun';
import { moment, percent } from '../shared/format';
import { useRun } from '../shared/store';
import classes from './playground.module.css';
import { useResume } from './resume';
import { stageName } from './stages';

/** Runs that were cut short, by a closed tab or an error, and the way to go on with them. */
export function ResumeNotice(): ReactNode {
  const runs = useResume((state) => state.runs);
  const trouble = useResume((state) => state.trouble);
  const active = useRun((state) => isActive(state));
  if (active || (runs.length === 0 && trouble === undefined)) return null;
  return (
    <section className={classes.unfinished} aria-label="Unfinished runs">
      {trouble !== undefined && <p role="alert">{trouble}</p>}
      {runs.map((run) => (
        <Offer key={run.header.runId} run={run} />
      ))}
    </section>
  );
}

function Offer({ run: { header, state } }: { readonly run: Unfinished }): ReactNode {
  const busy = useResume((own) => own.busy);
  const goOn = useResume((own) => own.goOn);
  const discard = useResume((own) => own.discard);
  const { runId, build } = header;
  return (
    <div className={classes.offer} data-testid="unfinished">
      <p>
        <b>{TITLES[state]}</b> {whatItWas(header)} {howFar(header)}
        {state === 'other build' &&
          ` It was begun by another build of this page (${build.commit}). Its numbers would be of two builds, so it cannot be gone on with here.`}
        {state === 'elsewhere' && ' It can be gone on with here if that tab is closed before the run ends.'}
      </p>
      {state !== 'elsewhere' && (
        <div className={classes.staleButtons}>
          {state === 'ready' && (
            <Button size="xs" disabled={busy} onClick={() => void goOn(runId)}>
              Go on
            </Button>
          )}
          <Button size="xs" variant="default" disabled={busy} onClick={() => void discard(runId)}>
            Discard
          </Button>
        </div>
      )}
    </div>
  );
}

const TITLES: Readonly<Record<Unfinished['state'], string>> = {
  ready: 'A run was cut short.',
  'other build': 'A run was cut short.',
  elsewhere: 'A run is running in another tab.',
};

function whatItWas({ config, dataName, begun }: JournalHeader): string {
  const preset = presetOf(config);
  const settings = preset ? `${PRESETS[preset].label.toLowerCase()} preset` : 'settings of your own';
  const file = dataName === undefined ? '' : `, file ${dataName}`;
  return `${config.arms.map(({ label }) => label).join(', ')}: ${settings}${file}, seed ${config.run.seed}, begun ${moment(begun)}.`;
}

/** "Kept until 3 May, 10:31, in stage 6 of 7 (RLHF: REINFORCE 45%)." */
function howFar({ config, active, kept }: JournalHeader): string {
  const [first] = active;
  const until = `Kept until ${moment(kept)}`;
  if (!first) return `${until}.`;
  const names = active.map(({ stage, arm, share }) => {
    const own = config.arms.find(({ id }) => id === arm);
    const name = stageName(stage, config, own);
    return `${own ? `${own.label}: ` : ''}${name} ${percent(share)}`;
  });
  return `${until}, in stage ${STAGES.indexOf(first.stage) + 1} of ${STAGES.length} (${names.join(', ')}).`;
}
