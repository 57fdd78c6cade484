import type { ReactNode } from 'react';
import type { Estimate, LabelerRecord, RunBundle } from '../../core/bundle';
import type { ArmConfig } from '../../core/config';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { dollars, number, percent, percentInterval } from '../shared/format';
import { CITATION, isComparable, PUBLISHED_AGREEMENT, PUBLISHED_LABELERS } from './published';
import classes from './verdict.module.css';

/** How well each labeler agreed, what order did to it, and what its labels cost. */
export function LabelersTable({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const { labelers, annotatorAgreement, config } = bundle;
  const comparable = isComparable(config.run.task);
  const published = comparable ? PUBLISHED_LABELERS : [];
  return (
    <section aria-labelledby="labelers-heading">
      <h3 id="labelers-heading" className={classes.subheading}>
        Labelers
      </h3>
      <div className={classes.scroll} role="region" aria-label="Labelers, table" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Labeler</th>
              <th scope="col">
                Agrees with one annotator{' '}
                <InfoTip
                  label="labeler alignment"
                  formula="pairs where both prefer the same response / pairs"
                  meaning="How often the labeler's preferred response is also that of a fresh annotator, of the majority of fresh annotators, or the one of higher gold utility."
                  caveat="Two annotators agree with each other only about three times in four, so 100% is not to be had in the first column."
                />
              </th>
              <th scope="col">with the majority</th>
              <th scope="col">with gold</th>
              <th scope="col">
                Same position after swap{' '}
                <InfoTip
                  label="position bias"
                  formula="pairs where the same slot wins in both orders / pairs"
                  meaning="Each pair is shown twice with the responses swapped. Picking the same slot both times means the order decided, not the text."
                  caveat="Labelers that see no order have none."
                />
              </th>
              <th scope="col">
                Labels{' '}
                <InfoTip
                  label="cost in labels"
                  meaning="How many judgements the labeler gave. One label of a person cost $0.67 in the paper, one of an AI labeler $0.06."
                  caveat="Prices of 2023. Here only a language model behind a URL costs money: what it took stands beside it, without replies that were stored already."
                  source={CITATION}
                />
              </th>
            </tr>
          </thead>
          <tbody>
            {labelers.map((labeler, i) => (
              <tr key={config.arms[i]?.id ?? labeler.id}>
                <th scope="row">
                  {config.arms[i] && <ArmMark armId={config.arms[i].id} />} {labeler.name}{' '}
                  <InfoTip
                    label={labeler.name}
                    meaning={labeler.origin}
                    caveat={
                      labeler.parsed < 1
                        ? `${percent(1 - labeler.parsed)} of its replies could not be read; they count as ties.`
                        : undefined
                    }
                  />
                </th>
                <td>
                  <Agreement estimate={labeler.alignment.annotator} />
                </td>
                <td>
                  <Agreement estimate={labeler.alignment.majority} />
                </td>
                <td>
                  <Agreement estimate={labeler.alignment.gold} />
                </td>
                <td>
                  <Position labeler={labeler} arm={config.arms[i]} />
                </td>
                <td>{cost(labeler, config.arms[i], config.people.perPair)}</td>
              </tr>
            ))}
            {published.map(({ name, alignment, samePosition }) => (
              <tr key={name} className={classes.reference}>
                <th scope="row">
                  <span className={classes.hollow} aria-hidden /> {name}, published
                </th>
                <td>{percent(alignment, 1)}</td>
                <td>–</td>
                <td>–</td>
                <td>{percent(samePosition)}</td>
                <td>–</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={classes.note}>
        Two annotators agree on {percent(annotatorAgreement.value)} {percentInterval(annotatorAgreement.ci)} of{' '}
        {number(annotatorAgreement.n)} pairs of SFT responses
        {comparable &&
          `; people on Reddit TL;DR agree on ${percent(PUBLISHED_AGREEMENT[0])} to ${percent(PUBLISHED_AGREEMENT[1])}. Published: ${CITATION}`}
        .
      </p>
    </section>
  );
}

function Agreement({ estimate }: { readonly estimate: Estimate }): ReactNode {
  return (
    <>
      <b>{percent(estimate.value, 1)}</b>{' '}
      <span className={classes.n}>
        {percentInterval(estimate.ci)} n = {number(estimate.n)}
      </span>
    </>
  );
}

function Position({ labeler, arm }: { readonly labeler: LabelerRecord; readonly arm: ArmConfig | undefined }): ReactNode {
  const ordered = labeler.kind !== 'people' && arm?.feedback !== 'scores';
  if (!labeler.samePosition) return <span className={classes.n}>{ordered ? 'asked in one order' : 'sees no order'}</span>;
  return (
    <>
      <b>{percent(labeler.samePosition.value, 1)}</b>{' '}
      <span className={classes.n}>
        {percentInterval(labeler.samePosition.ci)}
        {labeler.prefersFirst !== undefined && `, of these first ${percent(labeler.prefersFirst)}`}
      </span>
    </>
  );
}

function cost(labeler: LabelerRecord, arm: ArmConfig | undefined, perPair: number): string {
  const human = labeler.kind === 'people' || labeler.kind === 'you';
  if (human) return `${number(labeler.n * (arm?.feedback === 'given' ? 1 : perPair))} human`;
  if (labeler.kind === 'rule') return `0 human, ${number(labeler.n)} by a rule`;
  // Position bias is of the pairs that were asked in both orders.
  const again = labeler.samePosition?.n ?? 0;
  const asked = again > 0 ? `, asked ${number(labeler.n + again)} times` : '';
  const paid = labeler.costUsd > 0 ? `, ${dollars(labeler.costUsd)}` : '';
  if (arm?.feedback === 'scores') return `0 human; scored ${number(labeler.n)} pairs, and all that RL wrote${paid}`;
  return `0 human, ${number(labeler.n)} AI${asked}${paid}`;
}
