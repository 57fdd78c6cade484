import { useCallback, useMemo, type ReactNode } from 'react';
import type { FoundArm, FoundAxis, FoundSweep } from '../../experiments/sweepAxes';
import { valueTitle } from '../../experiments/sweepFields';
import type { FigureId } from '../../evaluation/figures';
import { Figure, type FigureDrawing } from '../charts/Figure';
import screen from '../shared/screen.module.css';
import { useWords } from '../shared/taskWords';
import { drawHeat } from './drawHeat';
import { heatCells, runsCsv, type HeatCell } from './rows';
import { figureIn, figureText, SAME_PROMPTS } from './words';

interface HeatMapsProps {
  /** With two axes. */
  readonly sweep: FoundSweep;
  readonly id: FigureId;
}

/** A figure over both settings that vary, a picture an arm, all in the same colours. */
export function HeatMaps({ sweep, id }: HeatMapsProps): ReactNode {
  const maps = useMemo(
    () => sweep.arms
      .map((arm) => ({ arm, cells: heatCells(sweep, arm.id, id) }))
      .filter(({ cells }) => cells.some(({ mean }) => mean !== undefined)),
    [sweep, id],
  );
  const domain = useMemo((): readonly [number, number] => {
    const means = maps.flatMap(({ cells }) => cells.flatMap(({ mean }) => (mean === undefined ? [] : [mean])));
    const low = means.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return [low, means.reduce((a, b) => Math.max(a, b), low)];
  }, [maps]);
  const [rows, columns] = sweep.axes;
  if (!rows || !columns) return null;
  return (
    <div className={screen.figures}>
      {maps.map(({ arm, cells }) => (
        <HeatMap key={arm.id} sweep={sweep} arm={arm} cells={cells} rows={rows} columns={columns} domain={domain} id={id} />
      ))}
    </div>
  );
}

interface HeatMapProps extends HeatMapsProps {
  readonly arm: FoundArm;
  readonly cells: readonly HeatCell[];
  readonly rows: FoundAxis;
  readonly columns: FoundAxis;
  readonly domain: readonly [number, number];
}

function HeatMap({ sweep, arm, cells, rows, columns, domain, id }: HeatMapProps): ReactNode {
  const draw = useCallback(
    (drawing: FigureDrawing) => drawHeat({ cells, axes: [rows, columns], domain, text: (value) => figureText(id, value) }, drawing),
    [cells, rows, columns, domain, id],
  );
  const title = `${arm.label}: ${figureIn(id, useWords()).label}`;
  const words = cells.map(({ x, y, mean, n }) => {
    const place = `${rows.title} ${valueTitle(rows.path, y)}, ${columns.title} ${valueTitle(columns.path, x)}`;
    return `${place}: ${mean === undefined ? 'no run' : `${figureText(id, mean)}, n = ${n}`}`;
  });
  return (
    <Figure
      title={title}
      file={`sweep-${id}-${arm.id}`}
      about={{
        meaning: 'The mean over seeds at each pair of values, written in its cell; lighter is more. n counts seeds.',
        caveat: `Intervals are in the table: neighbouring cells may differ by luck alone. ${SAME_PROMPTS}`,
        source: 'Colours: cividis, Nuñez et al. 2018, doi 10.1371/journal.pone.0199239',
      }}
      words={`${title}. ${words.join('; ')}`}
      draw={draw}
      csv={() => runsCsv({ ...sweep, arms: [arm] }, id)}
      note={sweep.arms.length > 1 ? 'The same colour is the same number in the pictures of all arms. Dashed cells: no run.' : 'Dashed cells: no run.'}
    />
  );
}
