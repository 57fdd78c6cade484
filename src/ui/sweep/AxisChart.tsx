import { useCallback, useMemo, type ReactNode } from 'react';
import type { FoundAxis, FoundSweep } from '../../experiments/sweepAxes';
import type { FigureId } from '../../evaluation/figures';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { useWords } from '../shared/taskWords';
import { drawAxis } from './drawAxis';
import { axisPoints, runsCsv, type AxisPoint } from './rows';
import { countText, figureIn, figureText, intervalText, SAME_PROMPTS } from './words';

interface AxisChartProps {
  readonly sweep: FoundSweep;
  /** The only one, and of numbers. */
  readonly axis: FoundAxis;
  readonly id: FigureId;
}

/** A figure of each arm against the setting that varies. */
export function AxisChart({ sweep, axis, id }: AxisChartProps): ReactNode {
  const { label, format } = figureIn(id, useWords());
  const series = useMemo(
    () => sweep.arms
      .map((arm) => ({ arm, id: arm.id, points: axisPoints(sweep, arm.id, id) }))
      .filter(({ points }) => points.length > 0),
    [sweep, id],
  );
  const draw = useCallback(
    (drawing: FigureDrawing) => drawAxis({
      series, axis, percent: format === 'percent', label: format === 'percent' ? `${label}, %` : label,
      key: series.map(({ arm, points }) => ({ arm, text: `${arm.label} (${countText(points.map(({ n }) => n))})` })),
    }, drawing),
    [series, axis, format, label],
  );
  const title = `${label} against ${axis.title}`;
  if (series.length === 0) return null;
  const pointWords = ({ x, mean, ci, n }: AxisPoint): string =>
    `at ${x} ${figureText(id, mean)}${ci ? ` ${intervalText(id, ci)}` : ''}, n = ${n}`;
  const words = series.map(({ arm, points }) => `${arm.label}: ${points.map(pointWords).join('; ')}`);
  return (
    <Figure
      title={title}
      file={`sweep-${id}-line`}
      about={{
        meaning: 'What the setting does to the figure: means over seeds with their 95% intervals, a line an arm.',
        caveat: `Lines join what was run; between the values nothing was. ${SAME_PROMPTS}`,
      }}
      words={`${title}. ${words.join('. ')}`}
      draw={draw}
      csv={() => runsCsv(sweep, id)}
      note="Marks and bars: mean and 95% interval over seeds. Small hollow dots: single runs. Arms stand a little beside each other so that their bars can be told apart."
    />
  );
}
