import { VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { memo, useCallback, useMemo, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import type { TaskWords } from '../../core/taskWords';
import type { Scheme } from '../shared/arms';
import { InfoTip } from '../shared/InfoTip';
import { useWords } from '../shared/taskWords';
import { ArmSwatch } from './ArmSwatch';
import { chartCsv } from './csv';
import classes from './charts.module.css';
import { drawChart, type Drawing } from './draw';
import { chartPicture } from './exportChart';
import { formatValue, metric, metricIn, STEP_NAMES, type ChartSpec } from './metrics';
import {
  chartData,
  curvesOf,
  lineId,
  nearestReading,
  readings,
  type ArmCurves,
  type ChartData,
  type Reading,
  type XAxis,
} from './series';
import { SaveMenu } from './SaveMenu';
import { SvgHost } from './SvgHost';

export interface CurveChartProps {
  readonly spec: ChartSpec;
  readonly arms: readonly ArmCurves[];
  readonly axis: XAxis;
  /** 0 to 0.99. */
  readonly smoothing: number;
  readonly scheme: Scheme;
  readonly running: boolean;
}

/** Whether two sets of props draw the same picture: a live run changes few curves at a time. */
function samePicture(before: CurveChartProps, after: CurveChartProps): boolean {
  const { spec, arms, axis, smoothing, scheme, running } = after;
  return (
    before.spec === spec &&
    before.axis === axis &&
    before.smoothing === smoothing &&
    before.scheme === scheme &&
    before.running === running &&
    before.arms.length === arms.length &&
    arms.every((arm, i) => {
      const old = before.arms[i]!;
      return (
        old.armId === arm.armId &&
        old.label === arm.label &&
        old.run?.label === arm.run?.label &&
        old.run?.dash === arm.run?.dash &&
        curvesOf(spec, axis).every((key) => old.curves[key] === arm.curves[key])
      );
    })
  );
}

function summary(spec: ChartSpec, data: ChartData): string {
  const { format, unit, steps } = metric(spec.key);
  const ends = data.lines
    .filter((line) => !line.faint && line.points.length > 0)
    .map((line) => {
      const last = line.points.at(-1)!;
      return `${line.label} ${formatValue(format, last.smoothed)} at ${STEP_NAMES[steps].one} ${last.step}`;
    });
  if (data.baseline !== undefined) ends.push(`SFT ${formatValue(format, data.baseline)}`);
  const latest = ends.length > 0 ? `Latest: ${ends.join('; ')}. Arrow keys read point by point.` : 'No data yet.';
  return `${spec.title}, ${unit}. ${latest}`;
}

/** Values under the pointer, in words; also what is read out. */
function readingText(reading: Reading, spec: ChartSpec, data: ChartData, words: TaskWords): string {
  const { format, steps } = metric(spec.key);
  const x = formatValue(data.axis === 'kl' ? 'number' : 'count', reading.x);
  const place = data.axis === 'step' ? '' : `, ${data.xLabel} ${x}`;
  const step = reading.entries[0]!.point.step;
  const values = reading.entries.map(({ line, point }) => {
    const name = line.faint ? `${line.label} (${metricIn(line.key, words).title.toLowerCase()})` : line.label;
    const raw = point.raw === point.smoothed ? '' : `, raw ${formatValue(format, point.raw)}`;
    return `${name} ${formatValue(format, point.smoothed)}${raw}`;
  });
  return `${STEP_NAMES[steps].one} ${step}${place}: ${values.join('; ')}`;
}

function Tip({ reading, spec, data, drawing, width }: {
  readonly reading: Reading;
  readonly spec: ChartSpec;
  readonly data: ChartData;
  readonly drawing: Drawing;
  readonly width: number;
}): ReactNode {
  const { format, steps } = metric(spec.key);
  const left = drawing.x(reading.x);
  const { top, bottom } = drawing.frame;
  const smoothed = reading.entries.some(({ point }) => point.raw !== point.smoothed);
  const onLeft = left > width / 2;
  // Beside the crosshair; on a narrow chart at the far edge, or the page would grow sideways.
  const beside = onLeft ? { right: width - left + 10 } : { left: left + 10 };
  const place = width >= 420 ? beside : onLeft ? { left: 0 } : { right: 0 };
  return (
    <>
      <div className={classes.crosshair} style={{ left, top, height: bottom - top }} />
      {reading.entries.map(({ line, point }) => (
        <div
          key={lineId(line)}
          className={classes.ring}
          style={{ left: drawing.x(point.x), top: drawing.y(point.smoothed) }}
        />
      ))}
      <div className={classes.tip} style={place}>
        <div className={classes.tipHead}>
          {STEP_NAMES[steps].one} {reading.entries[0]!.point.step}
          {data.axis === 'kl' && `, KL ${formatValue('number', reading.x)}`}
          {data.axis === 'labels' && `, ${formatValue('count', reading.x)} labels`}
        </div>
        <table>
          {smoothed && (
            <thead>
              <tr>
                <td />
                <th scope="col">smooth</th>
                <th scope="col">raw</th>
              </tr>
            </thead>
          )}
          <tbody>
            {reading.entries.map(({ line, point }) => (
              <tr key={lineId(line)} className={line.faint ? classes.faint : undefined}>
                <th scope="row">
                  <ArmSwatch armId={line.armId} dash={line.run?.dash} />
                  {line.label}
                  {line.faint && (line.key === 'sft/loss' ? ', training' : ', rollouts')}
                </th>
                <td>{formatValue(format, point.smoothed)}</td>
                {smoothed && <td>{formatValue(format, point.raw)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** One chart: title, what it means, the lines, a crosshair for pointer and keys, export. */
export const CurveChart = memo(function CurveChart({ spec, arms, axis, smoothing, scheme, running }: CurveChartProps) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const [pointedId, setPointedId] = useState<string | undefined>();
  const [problem, setProblem] = useState<string | undefined>();
  const words = useWords();
  const info = metricIn(spec.key, words);

  const data = useMemo(() => chartData(spec, arms, axis, smoothing), [spec, arms, axis, smoothing]);
  const stops = useMemo(() => readings(data), [data]);
  const drawing = useMemo(
    () =>
      width > 0 && height > 0 && (stops.length > 0 || data.baseline !== undefined)
        ? drawChart(spec, data, { width, height, scheme, endLabels: spec.group === 'large' })
        : undefined,
    [spec, data, stops, width, height, scheme],
  );
  const pointed = stops.find((stop) => stop.id === pointedId);

  const point = useCallback(
    (event: PointerEvent<HTMLDivElement>) => {
      if (!drawing) return;
      const box = event.currentTarget.getBoundingClientRect();
      const [left, top] = [event.clientX - box.left, event.clientY - box.top];
      // Over KL, lines run to and fro: nearest in the plane. Otherwise the nearest column.
      const found = nearestReading(stops, (x, y) =>
        data.axis === 'kl' ? Math.hypot(drawing.x(x) - left, drawing.y(y) - top) : Math.abs(drawing.x(x) - left),
      );
      setPointedId(found?.id);
    },
    [drawing, stops, data.axis],
  );

  const steer = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (stops.length === 0) return;
    const at = pointed ? stops.indexOf(pointed) : stops.length;
    const end = stops.length - 1;
    const goals: Partial<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: end };
    const goal = goals[event.key];
    if (event.key === 'Escape') setPointedId(undefined);
    if (goal === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setPointedId(stops[Math.min(end, Math.max(0, goal))]!.id);
  };

  const thinned = data.lines.find((line) => line.measured > line.points.length);
  const caveat = [
    info.caveat,
    thinned && `Drawn: ${thinned.points.length} of ${thinned.measured} points a line; the CSV has all.`,
  ].filter(Boolean);

  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <h3 className={classes.title}>{spec.title}</h3>
        <InfoTip
          label={spec.title}
          meaning={`${info.meaning}${spec.companion ? ` Faint: ${metricIn(spec.companion, words).title.toLowerCase()}.` : ''}`}
          formula={info.formula}
          caveat={caveat.length > 0 ? caveat.join(' ') : undefined}
          source={`${spec.key}${spec.companion ? `, ${spec.companion}` : ''}`}
        />
        {stops.length > 0 && (
          <SaveMenu
            title={spec.title}
            file={spec.id}
            picture={() => chartPicture(spec, data, scheme)}
            csv={() => chartCsv(spec, arms, smoothing)}
            onProblem={setProblem}
          />
        )}
      </figcaption>
      <div
        ref={ref}
        className={`${classes.plot} ${spec.group === 'large' ? classes.plotLarge : classes.plotSmall}`}
        role="group"
        aria-roledescription="chart"
        aria-label={summary(spec, data)}
        tabIndex={stops.length > 0 ? 0 : undefined}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => event.pointerType !== 'touch' && setPointedId(undefined)}
        onBlur={() => setPointedId(undefined)}
        onKeyDown={steer}
      >
        {drawing && <SvgHost svg={drawing.svg} />}
        {stops.length === 0 && (
          <div className={classes.empty} data-over={drawing ? true : undefined}>
            <p>{spec.lookFor}</p>
            {running && <p className={classes.waiting}>{drawing ? 'Waiting for RL to begin …' : 'Waiting for the first point …'}</p>}
          </div>
        )}
        {drawing && pointed && <Tip {...{ reading: pointed, spec, data, drawing, width }} />}
        <VisuallyHidden aria-live="polite">{pointed && readingText(pointed, spec, data, words)}</VisuallyHidden>
      </div>
      {problem !== undefined && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </figure>
  );
}, samePicture);
