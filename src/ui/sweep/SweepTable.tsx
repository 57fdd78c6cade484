import type { ReactNode } from 'react';
import type { FoundSweep } from '../../experiments/sweepAxes';
import type { FigureId } from '../../evaluation/figures';
import { cellFigure, type SweepCell } from '../../evaluation/sweepTable';
import { ArmMark } from '../shared/ArmMark';
import screen from '../shared/screen.module.css';
import { useWords } from '../shared/taskWords';
import { CsvButton } from './CsvButton';
import { cellName, tableCsv } from './rows';
import classes from './sweep.module.css';
import { figureIn, figureText, intervalText } from './words';

interface SweepTableProps {
  readonly sweep: FoundSweep;
  readonly id: FigureId;
}

/** A figure of each arm in each cell: mean over seeds, interval, how many. */
export function SweepTable({ sweep, id }: SweepTableProps): ReactNode {
  const { cells, arms } = sweep;
  const title = `${figureIn(id, useWords()).label} over seeds`;
  return (
    <section aria-labelledby="sweep-table">
      <div className={classes.head}>
        <h4 id="sweep-table" className={screen.subheading}>
          {title}
        </h4>
        <CsvButton title={title} file={`sweep-${id}`} csv={() => tableCsv(sweep, id)} />
      </div>
      <div className={screen.scroll} role="region" aria-label={`${title}, table`} tabIndex={0}>
        <table className={`${screen.table} ${classes.table}`} data-testid="sweep-table">
          <caption className={screen.caption}>Mean, 95% interval and number of seeds</caption>
          <thead>
            <tr>
              <th scope="col">Settings</th>
              {arms.map((arm) => (
                <th scope="col" key={arm.id}>
                  <ArmMark armId={arm.id} /> {arm.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map((cell) => (
              <tr key={JSON.stringify(cell.values)}>
                <th scope="row">{cellName(cell)}</th>
                {arms.map((arm) => (
                  <td key={arm.id}>
                    <FigureCell cell={cell} arm={arm.id} id={id} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function FigureCell({ cell, arm, id }: { readonly cell: SweepCell; readonly arm: string; readonly id: FigureId }): ReactNode {
  const found = cellFigure(cell, arm, id);
  if (!found) return '–';
  const { over, missing } = found;
  return (
    <>
      <b>{figureText(id, over.ok ? over.estimate.value : over.value)}</b>{' '}
      <span className={classes.soft}>
        {over.ok ? `${intervalText(id, over.estimate.ci)} n = ${over.estimate.n}` : `n = 1, ${over.reason}`}
      </span>
      {missing > 0 && <span className={classes.below}>{missing} more without it</span>}
    </>
  );
}
