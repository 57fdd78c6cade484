import { VisuallyHidden } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import type { HeadToHeadTable, RunBundle } from '../../core/bundle';
import { capitalised, wordsOf } from '../../core/taskWords';
import { ArmMark } from '../shared/ArmMark';
import { number, percent } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import classes from './headToHead.module.css';
import { boutOf, boutWords, promptsOf } from './measured';
import verdict from './verdict.module.css';

/** Who beats whom, over all policies at once, with marks that many comparisons have been allowed for. */
export function HeadToHead({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const { headToHead } = bundle;
  const { prompts } = wordsOf(bundle.config.run.task);
  return (
    <section aria-labelledby="head-to-head-heading">
      <h3 id="head-to-head-heading" className={verdict.subheading}>
        Head to head{' '}
        <InfoTip
          label="head to head"
          meaning={`How often the policy of the row beats that of the column by the majority of fresh annotators, on the same ${prompts}, ties half. A mark says that the two differ.`}
          formula={`two-sided sign test of the ${prompts} that are not tied, p-values adjusted by Holm 1979`}
          caveat={`Of many comparisons some look like differences by luck: adjusted, the chance of one false mark or more among all is at most 5%. Marks speak of ${prompts}: another seed trains other policies, of which they say nothing.`}
        />
      </h3>
      {headToHead ? <Matrix bundle={bundle} table={headToHead} /> : <p className={verdict.note}>This run did not test its policies against each other.</p>}
    </section>
  );
}

function Matrix({ bundle, table }: { readonly bundle: RunBundle; readonly table: HeadToHeadTable }): ReactNode {
  const { arms } = bundle;
  const tested = promptsOf(bundle);
  const { prompts } = wordsOf(bundle.config.run.task);
  const marked = table.comparisons.filter(({ significant }) => significant).length;
  return (
    <>
      <div className={classes.scroll} role="region" aria-label="Head to head, table" tabIndex={0}>
        <table className={classes.matrix}>
          <caption className={verdict.caption}>{capitalised(prompts)} on which the row beats the column, %</caption>
          <thead>
            <tr>
              <td />
              {arms.map(({ id, label }) => (
                <th scope="col" key={id}>
                  <ArmMark armId={id} /> {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {arms.map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <ArmMark armId={row.id} /> {row.label}
                </th>
                {arms.map((column) => {
                  const bout = boutOf(table, row.id, column.id);
                  if (!bout) return <td key={column.id}>{row.id === column.id ? '' : '–'}</td>;
                  return (
                    <td key={column.id} data-cell style={tint(bout.share)} title={boutWords(row.label, column.label, bout, tested)}>
                      {percent(bout.share).replace('%', '')}
                      {bout.significant && (
                        <>
                          <span aria-hidden className={classes.mark}>
                            *
                          </span>
                          <VisuallyHidden>, differs</VisuallyHidden>
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={verdict.note}>
        * differs from one half at {percent(table.alpha)} after Holm's adjustment for all {number(table.count)}{' '}
        {table.count === 1 ? 'comparison' : 'comparisons'}: {number(marked)} marked. – was not compared. The marks speak of {prompts}, not of seeds.
      </p>
    </>
  );
}

/** How much of the accent is behind a cell: none where the row always loses. */
function tint(share: number): CSSProperties {
  return { '--share': `${Math.round(50 * share)}%` } as CSSProperties;
}
