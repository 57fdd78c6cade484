import { NativeSelect } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { FoundSweep } from '../../experiments/sweepAxes';
import type { AcrossSeeds } from '../../evaluation/acrossSeeds';
import type { FigureId } from '../../evaluation/figures';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useWords } from '../shared/taskWords';
import { CsvButton } from './CsvButton';
import { cellName, pairedCsv, pairedRows } from './rows';
import classes from './sweep.module.css';
import { counted, differenceText, figureIn, pText } from './words';

interface PairedTableProps {
  readonly sweep: FoundSweep;
  readonly id: FigureId;
}

/** Two arms, seed by seed. */
export function PairedTable({ sweep, id }: PairedTableProps): ReactNode {
  const words = useWords();
  const { arms, axes } = sweep;
  const [wanted, setWanted] = useState<{ readonly a?: string; readonly b?: string }>({});
  const known = (arm: string | undefined): string | undefined => arms.find((candidate) => candidate.id === arm)?.id;
  const a = known(wanted.a) ?? arms[0]?.id;
  const b = known(wanted.b) ?? arms.find((arm) => arm.id !== a)?.id;
  const rows = useMemo(() => (a === undefined || b === undefined ? [] : pairedRows(sweep, a, b, id)), [sweep, a, b, id]);
  if (a === undefined || b === undefined) return null;
  const options = arms.map(({ id: value, label }) => ({ value, label }));
  const labelOf = (arm: string): string => arms.find((candidate) => candidate.id === arm)?.label ?? arm;
  const title = `${labelOf(a)} less ${labelOf(b)}, seed by seed`;
  return (
    <section aria-labelledby="sweep-paired">
      <div className={classes.head}>
        <h4 id="sweep-paired" className={screen.subheading}>
          {title}{' '}
          <InfoTip
            label="the paired comparison"
            meaning="Both arms of a run start from the same pairs and random numbers, so what these add to both drops out of the difference. Its mean and 95% interval range over seeds; p is that of the paired t-test, two-sided."
            formula="t = mean / (s / √n), n − 1 degrees of freedom"
            caveat={`The test takes the differences for normal, which a handful of seeds cannot show.${rows.length > 1 ? ` Of ${rows.length} comparisons between equals about one in twenty has p below 0.05; p is not corrected for that.` : ''}`}
            source="Student 1908"
          />
        </h4>
        <CsvButton title={title} file={`sweep-${id}-${a}-${b}`} csv={() => pairedCsv(rows, axes, a, b, id)} />
      </div>
      <div className={classes.choice}>
        <NativeSelect
          size="xs"
          label="Arm"
          value={a}
          data={options}
          onChange={(event) => setWanted({ a: event.currentTarget.value, b })}
        />
        <NativeSelect
          size="xs"
          label="Less arm"
          value={b}
          data={options}
          onChange={(event) => setWanted({ a, b: event.currentTarget.value })}
        />
      </div>
      {a === b ? (
        <p className={screen.text}>Choose two different arms.</p>
      ) : (
        <div className={screen.scroll} role="region" aria-label={`${title}, table`} tabIndex={0}>
          <table className={`${screen.table} ${classes.table}`} data-testid="sweep-paired">
            <caption className={screen.caption}>{figureIn(id, words).label}: difference of each seed, mean with 95% interval, p</caption>
            <thead>
              <tr>
                <th scope="col">Settings</th>
                <th scope="col">Mean difference</th>
                <th scope="col">p</th>
                <th scope="col">First arm above</th>
                <th scope="col">Each seed</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ cell, found }) => (
                <tr key={JSON.stringify(cell.values)}>
                  <th scope="row">{cellName(cell)}</th>
                  <Comparison found={found} id={id} />
                  <td>
                    {found.differences.map(({ seed, difference }) => `seed ${seed}: ${differenceText(id, difference)}`).join('; ') || '–'}
                    {found.unpaired.length > 0 && (
                      <span className={classes.below}>Left out, as one arm has no figure: seed {found.unpaired.join(', ')}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Mean, p and how often the first arm is above. */
function Comparison({ found, id }: { readonly found: AcrossSeeds; readonly id: FigureId }): ReactNode {
  if (!found.ok) return <td colSpan={3}>No comparison: {found.reason}</td>;
  const { estimate, p, aAbove, ties } = found;
  return (
    <>
      <td>
        <b>{differenceText(id, estimate.value)}</b>{' '}
        <span className={classes.soft}>
          [{differenceText(id, estimate.ci[0])}, {differenceText(id, estimate.ci[1])}] n = {estimate.n}
        </span>
      </td>
      <td>{p === undefined ? 'none: all differences are the same' : pText(p)}</td>
      <td>
        {aAbove} of {counted(estimate.n, 'seed')}
        {ties > 0 && `, ${ties} the same`}
      </td>
    </>
  );
}
