import { useMemo, type ReactNode } from 'react';
import { differingSettings, methodOfArm, overlaidArms, type OverlaidRun } from '../../experiments/libraryOverlay';
import { EstimateCell } from '../playground/EstimateCell';
import { ArmMark } from '../shared/ArmMark';
import screen from '../shared/screen.module.css';
import classes from './library.module.css';

/** In which settings the runs differ, and what came of each arm. */
export function OverlayTable({ runs }: { readonly runs: readonly OverlaidRun[] }): ReactNode {
  const settings = useMemo(() => differingSettings(runs), [runs]);
  const arms = useMemo(() => overlaidArms(runs), [runs]);
  return (
    <div className={screen.scroll} role="region" aria-label="Chosen runs, table" tabIndex={0}>
      <table className={`${screen.table} ${classes.table}`} data-testid="overlay-table">
        <caption className={screen.caption}>Settings that are not the same in all, and final figures with 95% intervals</caption>
        <thead>
          <tr>
            <td />
            {runs.map(({ id, letter, name }) => (
              <th scope="col" key={id}>
                <b>{letter}</b> {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {settings.length === 0 && (
            <tr>
              <th scope="row">Settings</th>
              <td colSpan={runs.length}>the same in all</td>
            </tr>
          )}
          {settings.map(({ path, title, values }) => (
            <tr key={path}>
              <th scope="row">{title}</th>
              {values.map((value, i) => (
                <td key={runs[i]?.id}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
        {arms.map(({ id, label, arms: records }) => (
          <tbody key={id}>
            <tr className={classes.group}>
              <th scope="rowgroup">
                <ArmMark armId={id} /> {label}
              </th>
              {runs.map(({ id: run, bundle }) => (
                <td key={run} className={classes.soft}>
                  {methodOfArm(bundle, id)}
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">Gold utility</th>
              {records.map((arm, i) => (
                <td key={runs[i]?.id}>
                  <EstimateCell estimate={arm?.evaluation.goldUtility} counted />
                </td>
              ))}
            </tr>
            {id !== 'sft' && (
              <>
                <tr>
                  <th scope="row">Wins against SFT</th>
                  {records.map((arm, i) => (
                    <td key={runs[i]?.id}>
                      <EstimateCell estimate={arm?.evaluation.winRateVsSft?.majority.raw} share counted />
                    </td>
                  ))}
                </tr>
                <tr>
                  <th scope="row">KL from SFT</th>
                  {records.map((arm, i) => (
                    <td key={runs[i]?.id}>
                      <EstimateCell estimate={arm?.evaluation.kl} />
                    </td>
                  ))}
                </tr>
              </>
            )}
          </tbody>
        ))}
      </table>
    </div>
  );
}
