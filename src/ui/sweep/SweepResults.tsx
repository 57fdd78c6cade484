import { NativeSelect } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { findSweep, type FoundSweep } from '../../experiments/sweepAxes';
import { figuresOf, type FigureId } from '../../evaluation/figures';
import { InfoTip } from '../shared/InfoTip';
import { wordsOfAll } from '../../core/taskWords';
import screen from '../shared/screen.module.css';
import { useWords, WordsContext } from '../shared/taskWords';
import { AxisChart } from './AxisChart';
import { BandCharts } from './BandCharts';
import { HeatMaps } from './HeatMaps';
import { PairedTable } from './PairedTable';
import { RunFiles } from './RunFiles';
import { useSweep } from './store';
import classes from './sweep.module.css';
import { SweepTable } from './SweepTable';
import { counted, figureIn, SAME_PROMPTS } from './words';

/** What came out of all runs that are here. */
export function SweepResults(): ReactNode {
  const runs = useSweep((state) => state.runs);
  const sweep = useMemo(() => findSweep(runs), [runs]);
  return (
    <section aria-labelledby="sweep-results" className={classes.results}>
      <div className={classes.head}>
        <h3 id="sweep-results" className={screen.subheading}>
          Results
        </h3>
        <RunFiles />
      </div>
      <WordsContext value={wordsOfAll(runs.map(({ config }) => config.run.task))}>
        {runs.length === 0 ? <Empty /> : <Figures sweep={sweep} runs={runs.length} />}
      </WordsContext>
    </section>
  );
}

function Empty(): ReactNode {
  return (
    <div className={classes.empty}>
      <p>
        No runs yet. A table will show each arm's figures as means over seeds with 95% intervals, curves will have bands, and two
        arms will be compared seed by seed. Where one setting varies, a line will show what it does; where two vary, a heat map.
      </p>
      <p>
        Why several seeds: a single run is one draw of pairs, labels and samples. Three seeds show whether a gap is larger than
        the luck between them; with two the interval is wide enough to hold nearly anything, and one seed has none.
      </p>
      <p>
        Runs of <code>npm run experiment -- --sweep seed=1..5 --out folder</code> can be loaded here too, all files at once.
      </p>
    </div>
  );
}

function Figures({ sweep, runs }: { readonly sweep: FoundSweep; readonly runs: number }): ReactNode {
  const [id, setId] = useState<FigureId>('gold');
  const words = useWords();
  const { axes, cells, seeds, notes } = sweep;
  const figures = useMemo(() => figuresOf(cells.flatMap(({ runs: own }) => own.flatMap(({ bundle }) => bundle.arms))), [cells]);
  return (
    <>
      <p className={screen.text} data-testid="sweep-summary">
        {counted(runs, 'run')} with {counted(seeds.length, 'seed')}.{' '}
        {axes.length === 0
          ? 'They differ in nothing but their seed.'
          : `They differ in: ${axes.map(({ title, values }) => `${title} (${counted(values.length, 'value')})`).join(', ')}.`}
        {cells.some(({ runs: own }) => own.length < seeds.length) && ' Not every setting has every seed: n says how many.'}
      </p>
      {notes.map((note) => (
        <p key={note} className={screen.note}>
          {note}
        </p>
      ))}
      <div className={classes.choice}>
        <NativeSelect
          size="xs"
          label="Figure"
          value={id}
          data={figures.map((value) => ({ value, label: figureIn(value, words).label }))}
          onChange={(event) => setId(event.currentTarget.value as FigureId)}
        />
        <p className={screen.text}>
          {figureIn(id, words).meaning}{' '}
          <InfoTip
            label="intervals over seeds"
            meaning="The mean of the runs and its 95% t interval, which ranges over seeds."
            formula="mean ± t(n − 1) · s / √n"
            caveat={SAME_PROMPTS}
          />
        </p>
      </div>
      <SweepTable sweep={sweep} id={id} />
      <PairedTable sweep={sweep} id={id} />
      {axes.length === 1 && axes[0] && axes[0].scale !== 'words' && <AxisChart sweep={sweep} axis={axes[0]} id={id} />}
      {axes.length === 2 && <HeatMaps sweep={sweep} id={id} />}
      {axes.length > 2 && (
        <p className={screen.text}>
          More than two settings differ, which no picture of a figure shows: see the table, or clear the runs and load fewer.
        </p>
      )}
      <BandCharts sweep={sweep} />
    </>
  );
}
