import type { ReactNode } from 'react';
import { shareOfPeak, type EngineBench, type WorkloadBench } from '../../core/benchReport';
import { number, percent } from '../shared/format';
import { InfoTip, type InfoTipProps } from '../shared/InfoTip';
import classes from './bench.module.css';
import { figure, WORKLOAD_WORDS } from './words';

interface Column {
  readonly title: string;
  readonly about: Omit<InfoTipProps, 'label'>;
  /** Undefined where the engine has no such figure. */
  value(workload: WorkloadBench, bench: EngineBench): ReactNode;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'Tokens/s',
    about: {
      meaning: 'Tokens a second: those processed where something is trained, those written where responses are sampled.',
      caveat: 'The two are not alike: a written token waits for the one before it.',
    },
    value: ({ tokensPerSecond }) => <b>{number(tokensPerSecond)}</b>,
  },
  {
    title: 'Milliseconds',
    about: { meaning: 'Median of a step or batch, and in brackets its quartiles: half of the repeats lie between them.' },
    value: ({ ms, quartiles: [low, high], repeats }) => (
      <>
        {figure(ms)}{' '}
        <span className={classes.soft}>
          [{figure(low)}, {figure(high)}] n = {repeats}
        </span>
      </>
    ),
  },
  {
    title: 'GFLOP/s',
    about: {
      meaning: 'Useful floating-point operations a second, in thousands of millions; d is the width, V the vocabulary.',
      formula: '24 d² for a token and layer\n+ 4 d for a query and key\n+ 2 d V for a scored position\n× 3 in training',
      caveat:
        'Only what the outputs depend on counts: in the last layer, tokens that nothing is asked of are keys and values only; the post of a pair counts once.',
    },
    value: ({ gflops }) => figure(gflops),
  },
  {
    title: 'Of the peak',
    about: {
      meaning: 'How much of what a bare matrix product reaches on the same engine that is.',
      caveat: 'Layer norms, softmax, sampling and the optimizer take time but hardly count as arithmetic: 100% is out of reach.',
    },
    value: (workload, bench) => <Share share={shareOfPeak(workload, bench)} />,
  },
];

const GPU_COLUMNS: readonly Column[] = [
  {
    title: 'Dispatches',
    about: { meaning: 'Calls of a GPU program in a step. Each costs a few microseconds, however little it does.' },
    value: ({ dispatches }) => (dispatches === undefined ? undefined : number(dispatches)),
  },
  {
    title: 'JS ms',
    about: {
      meaning:
        'Milliseconds of JavaScript: the part of a step in which nothing was awaited from the GPU, which a faster GPU does not shorten.',
    },
    value: ({ javascriptMs }) => (javascriptMs === undefined ? undefined : figure(javascriptMs)),
  },
];

const TITLES: Readonly<Record<EngineBench['engine'], string>> = {
  cpu: 'CPU engine',
  gpu: 'GPU engine',
  reference: 'Reference engine',
};

interface EngineTableProps {
  readonly bench: EngineBench;
  /** Whether there is a table of a GPU on the screen: all have its columns then, so that they line up. */
  readonly besideGpu: boolean;
}

/** What one engine reached, a row for each workload. */
export function EngineTable({ bench, besideGpu }: EngineTableProps): ReactNode {
  const id = `bench-${bench.engine}`;
  const columns = besideGpu ? [...COLUMNS, ...GPU_COLUMNS] : COLUMNS;
  return (
    <section aria-labelledby={id} className={classes.engine}>
      <h3 id={id} className={classes.subheading}>
        {TITLES[bench.engine]} <span className={classes.soft}>{bench.description}</span>
      </h3>
      <p className={classes.peak}>
        Peak: <b>{figure(bench.peakGflops)} GFLOP/s</b> in a bare matrix product of 2048 × 256 by 256 × 256
      </p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Work</th>
            {columns.map(({ title, about }) => (
              <th scope="col" key={title}>
                {title} <InfoTip label={`${title}, ${TITLES[bench.engine]}`} {...about} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bench.workloads.map((workload) => {
            const { title, unit, meaning } = WORKLOAD_WORDS[workload.id];
            return (
              <tr key={workload.id}>
                <th scope="row">
                  {title} <span className={classes.soft}>{unit}</span>{' '}
                  <InfoTip label={`${title}, ${TITLES[bench.engine]}`} meaning={meaning} />
                </th>
                {columns.map((column) => {
                  const value = column.value(workload, bench);
                  return (
                    <td key={column.title} data-column={column.title} data-empty={value === undefined || undefined}>
                      <span>{value ?? '–'}</span>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Share({ share }: { readonly share: number }): ReactNode {
  return (
    <span className={classes.share}>
      <span className={classes.track} aria-hidden>
        <span className={classes.bar} style={{ width: `${Math.min(100, 100 * share)}%` }} />
      </span>
      {percent(share)}
    </span>
  );
}
