import { Button } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { HumanPair } from '../../core/humanPairs';
import type { Label } from '../../core/preferences';
import { mostDisputed, peopleAsJudge } from '../../evaluation/labelerFigures';
import { firstTrainings, type LabResults } from '../../experiments/labResults';
import { ballotOf } from '../../experiments/labVotes';
import { ArmMark } from '../shared/ArmMark';
import { percent } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { speakerName } from './chartRows';
import classes from './lab.module.css';
import { useLab } from './store';
import { armOf, FIRST_TRAININGS } from './words';

/** Pairs that can be leafed through. */
const SHOWN = 200;

/** The pairs that divide people and labelers most, one at a time. */
export function Disputes({ results }: { readonly results: LabResults }): ReactNode {
  const { pairs } = results;
  const sets = useMemo(() => firstTrainings(results.sets), [results.sets]);
  const labelers = sets.map(({ labeler }) => labeler);
  const votes = useLab((state) => (state.chosen.includes('you') ? state.votes : undefined));
  const disputes = useMemo(() => {
    // Whoever votes must not read here what others said of a pair that is still to be judged.
    const ids = votes ? ballotOf(pairs, votes).settled : new Set(pairs.map(({ id }) => id));
    const shown = pairs.filter(({ id }) => ids.has(id));
    const opinions = sets.map(({ labeler, labels }) => ({ id: labeler.id, labels: labels.filter(({ pairId }) => ids.has(pairId)) }));
    return mostDisputed([peopleAsJudge(shown), ...opinions], SHOWN);
  }, [pairs, sets, votes]);
  const [at, setAt] = useState(0);
  const index = Math.min(at, disputes.length - 1);
  const dispute = disputes[index];
  const pair = pairs.find(({ id }) => id === dispute?.pairId);
  if (votes && !dispute) {
    return <p className={classes.text}>Pair by pair: what others said of a pair is shown once you have voted on it.</p>;
  }
  if (!dispute || !pair) return null;
  return (
    <section aria-labelledby="lab-pairs-down" data-testid="lab-disputes">
      <div className={classes.bar}>
        <h4 id="lab-pairs-down" className={screen.subheading}>
          Pair by pair, the most disputed first{' '}
          <InfoTip
            label="disagreement"
            meaning="The chance that two of people and labelers, drawn at random, pick differently on this pair, by their soft labels."
          />
        </h4>
        <div className={classes.pager}>
          <Button size="compact-sm" variant="default" disabled={index === 0} onClick={() => setAt(index - 1)}>
            Previous
          </Button>
          <span aria-live="polite">
            {index + 1} of {disputes.length}, disagreement {percent(dispute.disagreement)}
          </span>
          <Button size="compact-sm" variant="default" disabled={index === disputes.length - 1} onClick={() => setAt(index + 1)}>
            Next
          </Button>
        </div>
      </div>
      {sets.length < results.sets.length && <p className={classes.text}>{FIRST_TRAININGS}</p>}
      <PairView pair={pair} />
      <div className={classes.scroll} role="region" aria-label="What was said of this pair" tabIndex={0}>
        <table className={classes.table} data-plain>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">
                For A{' '}
                <InfoTip label="for A" meaning="Of people, the share that prefers A. Of a labeler, its probability that A is better, both orders averaged." />
              </th>
              <th scope="col">
                A shown first{' '}
                <InfoTip label="each order" meaning="The probability for A when A was shown first, and when B was. Where the two differ, the order mattered." />
              </th>
              <th scope="col">B shown first</th>
              <th scope="col">Reasons given</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">People</th>
              <td>
                <Share value={pair.people} />
              </td>
              <td className={classes.none}>–</td>
              <td className={classes.none}>–</td>
              <td className={classes.none}>–</td>
            </tr>
            {sets.map(({ labeler, labels }) => {
              const label = labels.find(({ pairId }) => pairId === pair.id);
              return (
                label && (
                  <tr key={labeler.id}>
                    <th scope="row">
                      <span className={classes.labeler}>
                        <ArmMark armId={armOf(labeler)} /> {speakerName(labeler, labelers)}
                      </span>
                    </th>
                    <Said label={label} />
                  </tr>
                )
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PairView({ pair }: { readonly pair: HumanPair }): ReactNode {
  return (
    <div className={classes.pair}>
      <div className={classes.prompt}>
        <b>Prompt</b>
        <p>{pair.prompt}</p>
      </div>
      {pair.responses.map((response, i) => (
        <div key={i} className={classes.response}>
          <b>{i === 0 ? 'A' : 'B'}</b>
          <p>{response === '' ? <i>(empty)</i> : response}</p>
        </div>
      ))}
    </div>
  );
}

function Said({ label }: { readonly label: Label }): ReactNode {
  const [first, second] = label.raw;
  const orders = label.raw.length === 2;
  return (
    <>
      <td>{label.parsed ? <Share value={label.pA} /> : 'could not be read'}</td>
      <td>{orders && first !== undefined ? percent(first) : <span className={classes.none}>–</span>}</td>
      <td>{second === undefined ? <span className={classes.none}>–</span> : percent(1 - second)}</td>
      <td className={classes.rationale}>{label.rationale ?? <span className={classes.none}>–</span>}</td>
    </>
  );
}

/** A share for A, and which way that points. */
function Share({ value }: { readonly value: number }): ReactNode {
  return (
    <span className={classes.share}>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} style={{ width: `${100 * value}%` }} />
      </span>
      {percent(value)}
    </span>
  );
}
