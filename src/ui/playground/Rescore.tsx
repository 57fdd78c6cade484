import { Button } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { FIELD_LIST, type Settings } from '../../core/fields';
import { rescore } from '../../evaluation/rescore';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { interval, number, percent, percentInterval } from '../shared/format';
import { useActions } from '../shared/store';
import { NumberControl } from './NumberControl';
import settings from './settings.module.css';
import classes from './verdict.module.css';

type Factors = Settings['gold'];

const GOLD_FIELDS = FIELD_LIST.filter((entry) => entry.section === 'gold');

/** Other readers want other things: the finished outputs under other gold weights, or a run with them. */
export function Rescore({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const { edit } = useActions();
  const { prompt, invention, inventions } = wordsOf(bundle.config.run.task);
  const [factors, setFactors] = useState<Factors>(bundle.config.gold);
  const rescored = useMemo(() => rescore(bundle, factors), [bundle, factors]);
  const label = (id: string): string => bundle.arms.find((arm) => arm.id === id)?.label ?? id;

  return (
    <section aria-labelledby="rescore-heading">
      <h3 id="rescore-heading" className={classes.subheading}>
        What if readers wanted something else?{' '}
        <InfoTip
          label="other gold weights"
          meaning={`Gold utility weighs what a ${prompt} calls for, ${inventions}, stumbles and words. Re-scoring judges the finished outputs anew by your weights; re-running also changes the people who label, so that the policies learn for them.`}
          caveat="Re-scored figures are post hoc: nothing was trained for these weights, and choosing weights after seeing results can make anyone win."
        />
      </h3>
      <div className={classes.rescore}>
        <div className={settings.fields}>
          {GOLD_FIELDS.map(({ name, field }) =>
            field.kind === 'float' ? (
              <div key={name}>
                <label className={settings.label} data-plain htmlFor={`rescore-${name}`}>
                  {name === 'invention' ? `Price of each ${invention}` : field.label}
                </label>
                <NumberControl
                  id={`rescore-${name}`}
                  field={field}
                  value={factors[name as keyof Factors]}
                  onChange={(value) => setFactors({ ...factors, [name]: value })}
                />
              </div>
            ) : null,
          )}
        </div>
        <div>
          <table className={classes.table}>
            <caption className={classes.caption}>
              Post hoc, on the {number(rescored.arms[0]?.goldUtility.n ?? 0)} outputs an arm kept in this run
            </caption>
            <thead>
              <tr>
                <th scope="col">Arm</th>
                <th scope="col">Gold utility</th>
                <th scope="col">Wins against SFT</th>
              </tr>
            </thead>
            <tbody>
              {rescored.arms.map(({ id, goldUtility, winRateVsSft }) => (
                <tr key={id}>
                  <th scope="row">
                    <ArmMark armId={id} /> {label(id)}
                  </th>
                  <td>
                    <b>{number(goldUtility.value, 2)}</b> <span className={classes.n}>{interval(goldUtility.ci)}</span>
                  </td>
                  <td>
                    {winRateVsSft ? (
                      <>
                        <b>{percent(winRateVsSft.raw.value)}</b>{' '}
                        <span className={classes.n}>{percentInterval(winRateVsSft.raw.ci)}</span>
                      </>
                    ) : (
                      '–'
                    )}
                  </td>
                </tr>
              ))}
              {rescored.comparisons.map(({ a, b, gold }) => (
                <tr key={`${a}/${b}`}>
                  <th scope="row" colSpan={2}>
                    <ArmMark armId={a} /> {label(a)} beats {label(b)}
                  </th>
                  <td>
                    <b>{percent(gold.raw.value)}</b> <span className={classes.n}>{percentInterval(gold.raw.ci)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className={classes.rescoreButtons}>
            <Button size="xs" variant="default" onClick={() => setFactors(bundle.config.gold)}>
              Back to this run's weights
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                for (const entry of GOLD_FIELDS) edit(entry, factors[entry.name as keyof Factors]);
              }}
            >
              Use them in the next run
            </Button>
          </div>
        </div>
      </div>
    </section>
  );
}
