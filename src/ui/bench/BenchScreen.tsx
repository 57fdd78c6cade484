import { Button, CopyButton, NativeSelect, Progress } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { BENCH_SIZES, type BenchReport, type BenchSize } from '../../core/benchReport';
import type { BenchProgress } from '../../experiments/benchStore';
import { isActive } from '../../experiments/runState';
import { day } from '../shared/format';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import classes from './bench.module.css';
import { EngineTable } from './EngineTable';
import { useBench } from './store';
import { meaningOf, sizeWords, WORKLOAD_WORDS } from './words';

const SIZES = Object.keys(BENCH_SIZES) as BenchSize[];

/** The screen "How fast is this machine?". */
export function BenchScreen(): ReactNode {
  const report = useBench((state) => state.report);
  const announcement = useBench((state) => state.announcement);
  return (
    <div className={classes.screen}>
      <h2 className={classes.heading}>How fast is this machine?</h2>
      <p className={classes.lead}>
        Measures the work that every run repeats, with the code of a run, on one thread of the engine that a run would
        use here. It takes about ten seconds for each engine. Nothing is sent anywhere.
      </p>
      <Controls />
      <Trouble />
      {report ? <Report report={report} /> : <Empty />}
      <div aria-live="polite" className={screen.unseen} data-testid="bench-announcement">
        {announcement}
      </div>
    </div>
  );
}

function Controls(): ReactNode {
  const progress = useBench((state) => state.progress);
  const run = useBench((state) => state.run);
  const stop = useBench((state) => state.stop);
  const training = useRun((state) => isActive(state));
  const [size, setSize] = useState<BenchSize>('default');
  const blocked = training && !progress;
  return (
    <div className={classes.controls} role="group" aria-label="Measurement">
      {/* Not disabled while a run is under way: the reason stands beside it and is read with it. */}
      <Button
        size="md"
        className={classes.main}
        variant={progress ? 'default' : 'filled'}
        {...(blocked ? { 'aria-disabled': true, 'data-disabled': true } : {})}
        aria-describedby="bench-state"
        onClick={() => {
          if (progress) stop();
          else if (!blocked) void run(size);
        }}
      >
        {progress ? 'Stop' : 'Measure'}
      </Button>
      <label className={classes.choice}>
        <span>Model</span>
        <NativeSelect
          size="xs"
          value={size}
          disabled={progress !== undefined}
          data={SIZES.map((value) => ({ value, label: `${value}: ${sizeWords(value)}` }))}
          onChange={(event) => setSize(event.currentTarget.value as BenchSize)}
        />
      </label>
      <div className={classes.state}>
        {progress && <Progress value={100 * progress.share} size="sm" aria-label="Measured so far" />}
        <p id="bench-state">
          {progress
            ? describe(progress)
            : training
              ? 'A run is under way and would spoil the numbers: let it finish, or reset it, first.'
              : 'For steady numbers, close what else keeps this machine busy.'}
        </p>
      </div>
    </div>
  );
}

function describe({ engine, part }: BenchProgress): string {
  if (engine === undefined || part === undefined) return 'Choosing an engine';
  return `${engine}: ${part === 'peak' ? 'matrix product' : WORKLOAD_WORDS[part].title}`;
}

function Trouble(): ReactNode {
  const trouble = useBench((state) => state.trouble);
  const note = useBench((state) => state.storageNote);
  return (
    <>
      {trouble && (
        <p className={classes.trouble} role="alert">
          <b>{trouble.message}</b> {trouble.advice}
        </p>
      )}
      {note !== undefined && (
        <p className={classes.note} role="status">
          {note}
        </p>
      )}
    </>
  );
}

function Empty(): ReactNode {
  return (
    <p className={classes.empty}>
      Nothing measured yet. A table will show tokens a second, milliseconds a step and arithmetic a second, and how much
      of what a bare matrix product reaches here that is. Later runs in this browser carry the main numbers with them.
    </p>
  );
}

function Report({ report }: { readonly report: BenchReport }): ReactNode {
  const json = JSON.stringify(report, null, 1);
  return (
    <>
      <p className={classes.meaning}>{meaningOf(report)}</p>
      {report.engines.map((engine) => (
        <EngineTable
          key={engine.engine}
          bench={engine}
          besideGpu={report.engines.some((other) => other.engine === 'gpu')}
        />
      ))}
      <div className={classes.foot}>
        <p>
          Measured {day(report.measuredAt)}
          {report.quick && ', quickly: a first impression'}; {sizeWords(report.size)}, vocabulary 965, posts of 76 and
          responses of 20 tokens; {report.cores} core{report.cores === 1 ? '' : 's'}; build {report.build.commit}.
        </p>
        <CopyButton value={json}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy as JSON'}
            </Button>
          )}
        </CopyButton>
      </div>
      <details className={classes.details}>
        <summary>The report as JSON</summary>
        <pre tabIndex={0} aria-label="The report as JSON" data-testid="bench-json">
          {json}
        </pre>
      </details>
    </>
  );
}
