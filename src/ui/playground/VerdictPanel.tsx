import type { ReactNode } from 'react';
import type { RunBundle, WinRate } from '../../core/bundle';
import { givenArms } from '../../core/config';
import { wordsOf } from '../../core/taskWords';
import { canRescore } from '../../evaluation/rescore';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import { useWords } from '../shared/taskWords';
import { alignmentMarks } from './alignment';
import { AlignmentFigure } from './AlignmentFigure';
import { DiversityTable } from './DiversityTable';
import { Frontier } from './Frontier';
import { HeadToHead } from './HeadToHead';
import { LabelersTable } from './LabelersTable';
import { promptsOf } from './measured';
import { CITATION, hasPublishedWinRates, publishedWinRate } from './published';
import { QualityTable } from './QualityTable';
import { RateMark } from './RateMark';
import { Rescore } from './Rescore';
import { RewardTable } from './RewardTable';
import { StageTimes } from './StageTimes';
import classes from './verdict.module.css';

/** Who won, by whom, how sure, and what it cost. */
export function VerdictPanel(): ReactNode {
  const bundle = useRun((state) => state.shown?.bundle);
  const { prompts } = useWords();
  return (
    <section className={classes.panel} aria-labelledby="verdict-heading">
      <h2 id="verdict-heading" className={classes.heading}>
        Verdict
      </h2>
      {bundle ? (
        <Verdict bundle={bundle} />
      ) : (
        <p className={classes.empty}>
          When a run ends, its policies are judged here on {prompts} no training saw: who wins how often, with 95%
          intervals, how well each labeler agreed with people, and what its labels cost.
        </p>
      )}
    </section>
  );
}

interface Contest {
  readonly a: string;
  readonly b: string;
  readonly majority: WinRate;
  readonly gold: WinRate;
  /** By a model, in both orders; where one was asked. */
  readonly judge?: WinRate | undefined;
}

/** Up to so many arms, tables stand side by side and all pairs of arms are shown at once. */
const FEW = 3;

function againstSft({ arms }: RunBundle): Contest[] {
  return arms.flatMap(({ id, evaluation: { winRateVsSft } }) => (winRateVsSft ? [{ a: id, b: 'sft', ...winRateVsSft }] : []));
}

function Verdict({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const comparesArms = alignmentMarks(bundle).length > 1;
  return (
    <>
      <WinRates bundle={bundle} />
      {bundle.notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
      <HeadToHead bundle={bundle} />
      <div className={classes.columns} data-many={bundle.config.arms.length > FEW || undefined}>
        <LabelersTable bundle={bundle} />
        <QualityTable bundle={bundle} />
      </div>
      <Frontier bundle={bundle} />
      <RewardTable bundle={bundle} />
      <DiversityTable bundle={bundle} />
      <div className={classes.columns}>
        {comparesArms && (
          <div className={classes.figure}>
            <AlignmentFigure bundle={bundle} />
          </div>
        )}
        <StageTimes bundle={bundle} />
      </div>
      {canRescore(bundle) && <Rescore bundle={bundle} />}
    </>
  );
}

/** Whether published win rates stand beside the run's: arms from the labeler lab were labelled by anybody. */
function hasPublished({ config }: RunBundle): boolean {
  return hasPublishedWinRates(config.run.task) && givenArms(config).length === 0;
}

function WinRates({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const comparable = hasPublished(bundle);
  const { comparisons } = bundle;
  const few = bundle.config.arms.length <= FEW;
  const { prompts } = wordsOf(bundle.config.run.task);
  return (
    <>
      <p className={classes.caption}>
        Win rates on {promptsOf(bundle)}. Each line runs from 0 to 100% with a tick at 50%; bars are 95% intervals over {prompts}.
        {comparable && ` Hollow marks are published figures (${CITATION}), not ours.`}
      </p>
      <Contests bundle={bundle} contests={few ? [...againstSft(bundle), ...comparisons] : againstSft(bundle)} />
      {!few && (
        <details className={classes.more}>
          <summary>The arms against each other: {comparisons.length} comparisons</summary>
          <Contests bundle={bundle} contests={comparisons} />
        </details>
      )}
    </>
  );
}

function Contests({ bundle, contests }: { readonly bundle: RunBundle; readonly contests: readonly Contest[] }): ReactNode {
  const label = (id: string): string => bundle.arms.find((arm) => arm.id === id)?.label ?? id;
  const { prompts } = wordsOf(bundle.config.run.task);
  const comparable = hasPublished(bundle);
  return (
    <table className={`${classes.table} ${classes.stacked}`}>
      <thead>
        <tr>
          <th scope="col">Pair</th>
          <th scope="col">Judged by</th>
          <th scope="col">
            As written{' '}
            <InfoTip
              label="win rate"
              formula={`(wins + ties / 2) / ${prompts}`}
              meaning={`How often the first policy's response is preferred to the second's, on the same ${prompts}. 50% is no difference.`}
              caveat={`The interval ranges over test ${prompts} of this run. Another seed trains other policies: run several before you believe a small gap.`}
            />
          </th>
          <th scope="col">
            At equal length{' '}
            <InfoTip
              label="length-controlled win rate"
              formula="logit P(A wins) = a + b · words A / words B, read at a ratio of 1"
              meaning="What the win rate would be if both wrote equally long: longer texts often win for being long."
              caveat={`A fitted correction after the fact, as in the paper, which calls it imperfect; intervals by bootstrap over ${prompts}.`}
            />
          </th>
        </tr>
      </thead>
      {contests.map((contest) => {
        const published = comparable ? publishedWinRate(bundle.config.run.task, contest.a, contest.b) : undefined;
        const judges = [
          { ...contest.majority, published },
          { ...contest.gold, published: undefined },
          ...(contest.judge ? [{ ...contest.judge, published: undefined }] : []),
        ];
        return (
          <tbody key={`${contest.a}/${contest.b}`}>
            {judges.map(({ raw, lengthControlled, note, judge, circular, published: figures }, index) => (
              <tr key={judge}>
                {index === 0 && (
                  <th scope="rowgroup" rowSpan={judges.length} className={classes.pair}>
                    <ArmMark armId={contest.a} /> {label(contest.a)}{' '}
                    <span className={classes.over}>beats {label(contest.b)}</span>
                  </th>
                )}
                <td className={classes.judge}>
                  {judge}
                  {circular && <span className={classes.circular}>circular: this judge also labelled</span>}
                </td>
                <td data-column="As written">
                  <RateMark estimate={raw} armId={contest.a} published={figures?.raw} />
                </td>
                <td data-column="At equal length">
                  {lengthControlled ? (
                    <RateMark estimate={lengthControlled} armId={contest.a} published={figures?.lengthControlled} />
                  ) : (
                    <span className={classes.none}>{note ?? 'no estimate'}</span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        );
      })}
    </table>
  );
}
