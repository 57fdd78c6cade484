import { useMemo, type CSSProperties, type ReactNode } from 'react';
import { agreementMatrix, peopleAsJudge } from '../../evaluation/labelerFigures';
import { firstTrainings, type LabResults } from '../../experiments/labResults';
import { percent, percentInterval } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { ofRung, speakerName, type AnswerRung } from './chartRows';
import classes from './lab.module.css';
import { FIRST_TRAININGS } from './words';

interface AgreementMatrixProps {
  readonly results: LabResults;
  /** Of the language models that are shown. */
  readonly rung: AnswerRung | undefined;
}

/** How often each two labelers pick the same response, people among them. */
export function AgreementMatrix({ results, rung }: AgreementMatrixProps): ReactNode {
  const { pairs } = results;
  const speakers = useMemo(() => firstTrainings(results.sets), [results.sets]);
  const sets = useMemo(() => ofRung(speakers, rung), [speakers, rung]);
  const { judges, cells } = useMemo(
    () => agreementMatrix([peopleAsJudge(pairs), ...sets.map(({ labeler, labels }) => ({ id: labeler.id, labels }))]),
    [pairs, sets],
  );
  const labelers = sets.map(({ labeler }) => labeler);
  const names = new Map(labelers.map((labeler) => [labeler.id, speakerName(labeler, labelers)]));
  const heads = judges.map((id, i) => (i === 0 ? 'People' : names.get(id)!));
  return (
    <section aria-labelledby="lab-matrix">
      <h4 id="lab-matrix" className={screen.subheading}>
        Who agrees with whom{' '}
        <InfoTip
          label="the matrix"
          meaning="How often each two pick the same response, over the pairs that both judged, ties half. The darker, the more."
          caveat="Two labelers can agree because both are right, or because both like the longer one."
        />
      </h4>
      {speakers.length < results.sets.length && <p className={classes.text}>{FIRST_TRAININGS}</p>}
      <div className={classes.scroll} role="region" aria-label="Agreement of each two" tabIndex={0}>
        <table className={classes.matrix}>
          <thead>
            <tr>
              <td />
              {heads.map((name, i) => (
                <th scope="col" key={judges[i]}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map((row, i) => (
              <tr key={judges[i]}>
                <th scope="row">{heads[i]}</th>
                {row.map((cell, j) => (
                  <td
                    key={judges[j]}
                    title={cell && `${heads[i]} and ${heads[j]}: ${percent(cell.value, 1)} ${percentInterval(cell.ci)}, n = ${cell.n}`}
                    style={cell && tint(cell.value)}
                    data-cell={cell ? true : undefined}
                  >
                    {cell ? number(cell.value) : ''}
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

/** How much of the accent is behind a cell: none up to 40%, which is below chance. */
function tint(share: number): CSSProperties {
  return { '--share': `${Math.round(60 * Math.max(0, share - 0.4))}%` } as CSSProperties;
}

/** Percent without the sign: the heading of a table of shares says it once. */
function number(share: number): string {
  return percent(share).replace('%', '');
}
