import { Button, Progress } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { isActive } from '../../experiments/runState';
import { activeStages } from '../../experiments/shownRun';
import { configKey, planSweep, sweepSeconds, type NoSweep, type SweepPlan } from '../../experiments/sweepPlan';
import type { SweepReport } from '../../experiments/sweepStore';
import { AsCode } from '../code/AsCode';
import { stageName } from '../playground/stages';
import { duration } from '../shared/format';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { useSweep } from './store';
import classes from './sweep.module.css';
import { counted } from './words';

const TRAINING = 'A run is under way in the playground: let it finish, or stop it there first.';

/** Start, pause and stop, what will be run, and what is run now. */
export function SweepControls({ plan }: { readonly plan: SweepPlan | NoSweep }): ReactNode {
  const form = useSweep((state) => state.form);
  const status = useSweep((state) => state.status);
  const start = useSweep((state) => state.start);
  const stop = useSweep((state) => state.stop);
  const pause = useSweep((state) => state.pause);
  const resume = useSweep((state) => state.resume);
  const edited = useRun((state) => state.edited);
  const data = useRun((state) => state.data);
  const training = useRun((state) => isActive(state));
  const idle = status === 'idle';
  const reason = 'reason' in plan
    ? `${plan.axis === undefined ? '' : `Setting ${plan.axis + 1}: `}${plan.reason}`
    : training ? TRAINING : undefined;
  const blocked = idle && reason !== undefined;
  return (
    <section className={screen.panel} aria-label="Progress of the sweep">
      <div className={screen.buttons}>
        {/* Not disabled while something is missing: the reason stands beside it and is read with it. */}
        <Button
          size="md"
          className={classes.main}
          variant={idle ? 'filled' : 'default'}
          {...(blocked ? { 'aria-disabled': true, 'data-disabled': true } : {})}
          aria-describedby="sweep-state"
          onClick={() => {
            if (!idle) {
              stop();
              return;
            }
            // What was typed last may not have been planned yet.
            const latest = planSweep(form, edited);
            if (!blocked && !('reason' in latest)) void start(latest, data);
          }}
        >
          {idle ? 'Start the sweep' : 'Stop'}
        </Button>
        {status === 'running' && (
          <Button size="md" variant="default" onClick={pause}>
            Pause
          </Button>
        )}
        {status === 'paused' && (
          <Button size="md" onClick={resume}>
            Resume
          </Button>
        )}
        {idle && <AsCode of="sweep" size="md" />}
        <p id="sweep-state" className={classes.state}>
          {idle ? (reason ?? (!('reason' in plan) && <Outlook plan={plan} />)) : <Now />}
        </p>
      </div>
      {!idle && <SoFar />}
      <Outcome />
      <Trouble />
    </section>
  );
}

/** How many runs, and how long they will take. */
function Outlook({ plan }: { readonly plan: SweepPlan }): ReactNode {
  const runs = useSweep((state) => state.runs);
  const here = useSweep((state) => state.lastHere);
  const finished = useRun((state) => state.lastFinished);
  const todo = useMemo(() => {
    const there = new Set(runs.map(({ config }) => configKey(config)));
    return plan.runs.filter(({ config }) => !there.has(configKey(config)));
  }, [plan, runs]);
  const example = here ?? finished?.bundle;
  const seconds = example && sweepSeconds(todo, example);
  const by = here ? 'last run of a sweep' : finished?.origin === 'recorded' ? 'recorded run, on its machine' : 'last run';
  const there = plan.runs.length - todo.length;
  return (
    <>
      {[counted(plan.seeds, 'seed'), ...plan.counts.map((count) => counted(count, 'value'))].join(' × ')}:{' '}
      {counted(plan.runs.length, 'run')}, one after another{there > 0 && `, of which ${there} ${there === 1 ? 'is' : 'are'} here already`}.{' '}
      {todo.length > 0 && (seconds === undefined
        ? 'How long they take is not known before one has finished.'
        : `About ${duration(Math.max(1, seconds))} for reward models and RL, going by the ${by}; labels and verdicts come on top.`)}
      {plan.seeds === 1 && ' One seed says nothing of spread: take three or more.'}
    </>
  );
}

/** What runs now. */
function Now(): ReactNode {
  const current = useSweep((state) => state.current);
  const status = useSweep((state) => state.status);
  if (!current) return 'Starting';
  const { label, run } = current;
  const stages = activeStages(run).map(({ stage, arm, state }) => {
    const own = run.config.arms.find(({ id }) => id === arm);
    const share = state.total > 1 ? ` ${Math.floor((100 * state.done) / state.total)}%` : '';
    return `${own ? `${own.label}: ` : ''}${stageName(stage, run.config, own)}${share}`;
  });
  return (
    <>
      {status === 'paused' && <b>Paused. </b>}
      <b>{label}</b>
      {stages.length > 0 && `: ${stages.join(', ')}`}
    </>
  );
}

/** How far the sweep is. */
function SoFar(): ReactNode {
  const report = useSweep((state) => state.report);
  if (!report) return null;
  const { done, failed, waiting, seconds } = report;
  const over = done + failed.length;
  const total = over + waiting.length + 1;
  const left = seconds.length === 0 ? undefined : ((waiting.length + 1) * seconds.reduce((a, b) => a + b, 0)) / seconds.length;
  return (
    <div className={screen.progress}>
      <Progress value={(100 * over) / total} size="sm" aria-label="Runs finished" />
      <span className={classes.soft}>
        {over} of {total} runs{left !== undefined && `, at most about ${duration(left)} to go`}
      </span>
    </div>
  );
}

/** How the last sweep ended, and what of it failed or did not run. */
function Outcome(): ReactNode {
  const report = useSweep((state) => state.report);
  const idle = useSweep((state) => state.status === 'idle');
  if (!report) return null;
  return (
    <>
      {idle && <p className={screen.text}>{outcomeWords(report)}</p>}
      {report.failed.length > 0 && (
        <div className={`${screen.note} ${screen.trouble}`} role="alert">
          <p>
            <b>{counted(report.failed.length, 'run')} failed and {report.failed.length === 1 ? 'is' : 'are'} in no result:</b>
          </p>
          <ul className={screen.list}>
            {report.failed.map(({ label, message, advice }) => (
              <li key={label}>
                {label}: {message} {advice}
              </li>
            ))}
          </ul>
        </div>
      )}
      {idle && report.waiting.length > 0 && (
        <details className={screen.more}>
          <summary>Not run: {report.waiting.length}</summary>
          <ul className={`${screen.list} ${classes.others}`}>
            {report.waiting.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function outcomeWords({ planned, there, done, failed, waiting }: SweepReport): string {
  return [
    `Of ${counted(planned, 'run')}, ${done} finished`,
    ...(there > 0 ? [`${there} ${there === 1 ? 'was' : 'were'} here already`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} did not run. Start again to run what is missing`] : []),
  ].join(', ').concat('.');
}

function Trouble(): ReactNode {
  const trouble = useSweep((state) => state.trouble);
  if (!trouble) return null;
  return (
    <p className={`${screen.note} ${screen.trouble}`} role="alert">
      <b>{trouble.message}</b> {trouble.advice}
    </p>
  );
}
