import { Button, Tooltip } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { compareRuns, replayHindrance, type ReplayVerdict } from '../../experiments/replay';
import { isActive } from '../../experiments/runState';
import { ArmMark } from '../shared/ArmMark';
import { day } from '../shared/format';
import { useActions, useRun } from '../shared/store';
import classes from './share.module.css';
import { AGREEMENTS, armName, FIGURES, figureText, replayWords } from './words';

/** Runs the settings of a record here, to see whether the same comes out. */
export function RunAgain(): ReactNode {
  const bundle = useRun((state) => (state.shown?.origin === 'here' ? undefined : state.shown?.bundle));
  const hasFile = useRun((state) => state.data !== undefined);
  const active = useRun((state) => isActive(state));
  const { runAgain } = useActions();
  if (!bundle || active) return null;
  const hindrance = replayHindrance(bundle, hasFile);
  return (
    <Tooltip label={hindrance ?? 'The same settings, here and now; then every figure beside that of the record'} withArrow multiline maw={260}>
      {/* Not disabled, or nobody could read why it does nothing. */}
      <Button
        size="compact-sm"
        variant="default"
        {...(hindrance === undefined ? {} : { 'aria-disabled': true, 'data-disabled': true })}
        onClick={() => {
          if (hindrance === undefined) void runAgain();
        }}
      >
        Run it again here
      </Button>
    </Tooltip>
  );
}

/** Of a run that repeats a record: what the faint lines are, and in the end what came of it. */
export function ReplayNotice(): ReactNode {
  const recorded = useRun((state) => state.replayed);
  const here = useRun((state) => (state.shown?.origin === 'here' ? state.shown.bundle : undefined));
  const held = useMemo(() => (recorded && here ? compareRuns(recorded, here) : undefined), [recorded, here]);
  if (!recorded) return null;
  const source = `recorded on ${day(recorded.recordedAt)} on ${recorded.device.description} by build ${recorded.build.commit}`;
  if (!held) {
    return (
      <p className={classes.repeats}>
        This repeats the run {source}. Its curves are the faint, dashed ones.
      </p>
    );
  }
  const { title, text } = replayWords(held, recorded);
  return (
    <section className={classes.replay} data-outcome={held.outcome} aria-label="This run and its record" data-testid="replay">
      <p role="status">
        <b>{title}</b> {text}
      </p>
      {held.figures.length > 0 && (
        <details className={classes.more}>
          <summary>Every figure beside that of the run {source}</summary>
          <Figures held={held} recorded={recorded} />
        </details>
      )}
    </section>
  );
}

function Figures({ held, recorded }: { readonly held: ReplayVerdict; readonly recorded: RunBundle }): ReactNode {
  return (
    <div className={classes.scroll} role="region" aria-label="Figures of this run and its record, table" tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col">Figure</th>
            <th scope="col">Recorded</th>
            <th scope="col">Here</th>
            <th scope="col">Tolerance</th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {held.figures.map(({ arm, figure, recorded: before, here, tolerance, agreement }) => (
            <tr key={`${arm} ${figure}`}>
              <th scope="row">
                <ArmMark armId={arm} /> {armName(recorded, arm)}
              </th>
              <td>{FIGURES[figure]}</td>
              <td>{figureText(figure, before.value)}</td>
              <td>{figureText(figure, here.value)}</td>
              <td>{tolerance === 0 ? 'none' : figureText(figure, tolerance)}</td>
              <td>{AGREEMENTS[agreement]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
