import { SegmentedControl, Slider } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useMemo, useState, type ReactNode } from 'react';
import { useScheme } from '../shared/ArmMark';
import { ArmSwatch } from './ArmSwatch';
import { CurveChart } from './CurveChart';
import classes from './charts.module.css';
import { useWords } from '../shared/taskWords';
import { chartsIn } from './metrics';
import { availableAxes, hasData, type ArmCurves, type XAxis } from './series';

export interface CurvePanelProps {
  /** Curves are values: a curve that gained points is a new object. */
  readonly series: readonly ArmCurves[];
  readonly running: boolean;
  /** What lines mean, where arms alone do not say it. */
  readonly legend?: ReactNode;
}

/** Redrawing faster than this shows nothing more and takes time from training. */
const REDRAW_MS = 400;

const AXIS_NAMES: Readonly<Record<XAxis, string>> = { step: 'step', kl: 'KL', labels: 'labels used' };

const AXIS_NOTES: Readonly<Record<XAxis, string>> = {
  step: '',
  kl: 'KL is RL’s axis: the reward model’s curves stay on steps.',
  labels: 'Labels used is the reward model’s axis: the other curves stay on steps.',
};

/** The live curves: two large charts side by side, small multiples, and the rest one click away. */
export function CurvePanel({ series, running, legend }: CurvePanelProps): ReactNode {
  const shown = useThrottledValue(series, REDRAW_MS);
  const scheme = useScheme();
  const words = useWords();
  const [wanted, setWanted] = useState<XAxis>('step');
  const [smoothing, setSmoothing] = useState(0.6);
  const [more, setMore] = useState(false);

  const axes = useMemo(() => availableAxes(shown), [shown]);
  const axis = axes.includes(wanted) ? wanted : 'step';
  const arms: readonly ArmCurves[] = shown.some((arm) => arm.armId === 'sft')
    ? shown
    : [{ armId: 'sft', label: 'SFT, where all arms start', curves: {} }, ...shown];
  const record = shown.find(({ run }) => run?.record)?.run;

  const charts = (group: 'large' | 'small' | 'more'): ReactNode =>
    chartsIn(words).filter((spec) => spec.group === group && (!spec.rare || hasData(spec, shown))).map((spec) => (
      <CurveChart key={spec.id} {...{ spec, arms: shown, axis, smoothing, scheme, running }} />
    ));

  return (
    <section className={classes.panel} aria-label="Curves">
      <div className={classes.toolbar}>
        {legend ?? (
          <ul className={classes.legend} aria-label="Arms">
            {arms.filter(({ run }) => !run?.record).map((arm) => (
              <li key={arm.armId}>
                <ArmSwatch armId={arm.armId} />
                {arm.label}
              </li>
            ))}
            {record && (
              <li>
                <svg width="28" height="10" viewBox="0 0 28 10" aria-hidden>
                  <path d="M0 5H28" stroke="currentColor" strokeWidth="1.75" strokeOpacity="0.6" strokeDasharray={record.dash} />
                </svg>
                {record.label}: as recorded
              </li>
            )}
          </ul>
        )}
        <div className={classes.control}>
          <span id="curves-x-axis">x-axis</span>
          <SegmentedControl
            size="xs"
            aria-labelledby="curves-x-axis"
            value={axis}
            onChange={setWanted}
            data={(['step', 'kl', 'labels'] as const).map((value) => ({
              value,
              label: AXIS_NAMES[value],
              disabled: !axes.includes(value),
            }))}
          />
        </div>
        <div className={classes.control}>
          <span>smoothing</span>
          <Slider
            className={classes.slider}
            size="sm"
            min={0}
            max={0.99}
            step={0.01}
            label={null}
            value={smoothing}
            onChange={setSmoothing}
            thumbLabel="Smoothing of the curves"
          />
          <span className={classes.smoothing}>{smoothing.toFixed(2)}</span>
        </div>
      </div>
      <div className={classes.large}>{charts('large')}</div>
      <div className={classes.small}>{charts('small')}</div>
      <div className={classes.foot}>
        <details className={classes.more} onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>More curves: losses, entropy, gradient</summary>
          {more && <div className={classes.small}>{charts('more')}</div>}
        </details>
        <p className={classes.note} aria-live="polite">
          {AXIS_NOTES[axis]}
        </p>
      </div>
    </section>
  );
}
