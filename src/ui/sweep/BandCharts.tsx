import { NativeSelect } from '@mantine/core';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { FoundArm, FoundSweep } from '../../experiments/sweepAxes';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { formatValue, metricIn, METRICS, type MetricKey } from '../charts/metrics';
import screen from '../shared/screen.module.css';
import { useWords } from '../shared/taskWords';
import { drawBands } from './drawBands';
import type { KeyEntry } from './drawParts';
import { bandPanels, bandsCsv, cellName, curveKeys, type BandPanel } from './rows';
import { countText, counted, SPREADS, type Spread } from './words';

/** Panels that are drawn; more are in the CSV. */
const MOST_PANELS = 24;
const FIRST: MetricKey = 'eval/gold';
const SPREAD_IDS = Object.keys(SPREADS) as Spread[];

/** Each arm once, with what its line and band are and how many runs they are of. */
function keyOf(panels: readonly BandPanel[], spread: Spread): KeyEntry[] {
  const arms = new Map<string, { arm: FoundArm; counts: number[] }>();
  for (const { arm, points } of panels.flatMap(({ bands }) => bands)) {
    const known = arms.get(arm.id) ?? { arm, counts: [] };
    for (const { n } of points) known.counts.push(n);
    arms.set(arm.id, known);
  }
  return [...arms.values()].map(({ arm, counts }) => ({ arm, text: `${arm.label}: ${SPREADS[spread].legend} (${countText(counts)})` }));
}

/** Curves over seeds: a line and a band an arm, a panel a cell. */
export function BandCharts({ sweep }: { readonly sweep: FoundSweep }): ReactNode {
  const taskWords = useWords();
  const [wanted, setWanted] = useState<MetricKey>(FIRST);
  const [spread, setSpread] = useState<Spread>('std');
  const keys = useMemo(() => {
    const there = curveKeys(sweep);
    return (Object.keys(METRICS) as MetricKey[]).filter((key) => there.has(key));
  }, [sweep]);
  const key = keys.includes(wanted) ? wanted : keys[0];
  const all = useMemo(
    () => (key === undefined ? [] : bandPanels(sweep, key, spread).filter(({ bands }) => bands.length > 0)),
    [sweep, key, spread],
  );
  const panels = useMemo(() => all.slice(0, MOST_PANELS), [all]);
  const draw = useCallback(
    // Nothing is drawn without a curve.
    (drawing: FigureDrawing) => drawBands({ panels, metric: key ?? FIRST, spread, key: keyOf(panels, spread) }, drawing),
    [panels, key, spread],
  );
  if (key === undefined || panels.length === 0) return <p className={screen.text}>These runs have no curves to draw.</p>;
  const { title, meaning, formula, caveat, format } = metricIn(key, taskWords);
  const words = panels.map(({ cell, bands }) => `${cellName(cell)}: ${bands.map(({ arm, points }) => {
    const last = points.at(-1);
    return last ? `${arm.label} ${formatValue(format, last.mean)} at step ${last.step}, n = ${last.n}` : arm.label;
  }).join(', ')}`);
  const without = sweep.cells.length - all.length;
  const single = panels.some(({ bands }) => bands.some(({ points }) => points.some(({ n }) => n === 1)));
  return (
    <Figure
      title={`${title}, over seeds`}
      file={`sweep-curves-${key.replaceAll('/', '-')}`}
      about={{
        meaning: `${meaning} A line is the mean of the runs that have the step; where a run ended early, fewer are left.`,
        formula,
        caveat: `${caveat ?? ''} A standard error says how well the mean is known, a standard deviation how much single runs scatter: the first shrinks with more seeds, the second does not.`.trim(),
      }}
      words={`${title}, means over seeds at their last step. ${words.join('; ')}`}
      draw={draw}
      csv={() => bandsCsv(all, sweep.axes, key, spread)}
      note={[
        ...(panels.length > 1 ? ['A panel a setting, all with the same axes.'] : []),
        ...(single && spread !== 'runs' ? ['Where a single run is left, there is no band: one seed says nothing of spread.'] : []),
        ...(all.length > panels.length ? [`Drawn: the first ${panels.length} of ${all.length} settings; the CSV has all.`] : []),
        ...(without > 0 ? [`${counted(without, 'setting')} without this curve.`] : []),
      ].join(' ') || undefined}
    >
      <NativeSelect
        size="xs"
        aria-label="Curve"
        value={key}
        data={keys.map((value) => ({ value, label: metricIn(value, taskWords).title }))}
        onChange={(event) => setWanted(event.currentTarget.value as MetricKey)}
      />
      <NativeSelect
        size="xs"
        aria-label="Band"
        value={spread}
        data={SPREAD_IDS.map((value) => ({ value, label: SPREADS[value].label }))}
        onChange={(event) => setSpread(event.currentTarget.value as Spread)}
      />
    </Figure>
  );
}
