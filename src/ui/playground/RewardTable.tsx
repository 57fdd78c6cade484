import type { ReactNode } from 'react';
import type { ArmRecord, RewardFigures, RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { ArmMark } from '../shared/ArmMark';
import { number, percent } from '../shared/format';
import { InfoTip, type InfoTipProps } from '../shared/InfoTip';
import { EstimateCell } from './EstimateCell';
import { rewardOwner } from './measured';
import classes from './verdict.module.css';

interface Row {
  readonly title: string;
  readonly unit: string;
  readonly about: Omit<InfoTipProps, 'label'>;
  readonly cell: (arm: ArmRecord) => ReactNode;
  /** Left out where no arm has it. */
  readonly rare?: (arm: ArmRecord) => boolean;
}

const TASTE = 'Compare the three rows. A taste that gold lacks and the labels share was learned from the labels; one that both lack is the reward’s own.';

/** A figure of the reward on held-out pairs, or a dash. */
const ofReward = (pick: (reward: RewardFigures) => ReactNode) => ({ reward }: ArmRecord): ReactNode => (reward ? pick(reward) : '–');

type Preferences = RewardFigures['prefersLonger'];
const SIDES: readonly { readonly of: keyof Preferences; readonly words: string }[] = [
  { of: 'rewardModel', words: 'reward' },
  { of: 'labels', words: 'its labels' },
  { of: 'gold', words: 'gold' },
];

function tasteRows(title: string, meaning: string, pick: (reward: RewardFigures) => Preferences): Row[] {
  return SIDES.map(({ of, words }) => ({
    title: `${title}: ${words}`,
    unit: '% of pairs that differ in it',
    about: { meaning, caveat: TASTE },
    cell: ofReward((reward) => <EstimateCell estimate={pick(reward)[of]} share counted />),
  }));
}

const ROWS: readonly Row[] = [
  {
    title: 'Agrees with its labels', unit: '% of held-out pairs',
    about: {
      meaning: 'Held-out pairs on which the reward prefers the response that the labels prefer.',
      caveat: 'Noisy labels cap it: no reward can agree with a coin.',
    },
    cell: ofReward(({ accuracy }) => <EstimateCell estimate={accuracy} share counted />),
  },
  {
    title: 'Agrees with gold', unit: '% of held-out pairs',
    about: { meaning: 'The same pairs, against gold utility.', caveat: 'On responses of SFT, not of the trained policy: see the last row.' },
    cell: ofReward(({ goldAccuracy }) => <EstimateCell estimate={goldAccuracy} share counted />),
  },
  {
    title: 'Calibration error', unit: 'ECE, 0 to 1',
    about: {
      meaning: 'How far the confidence of the reward in a preference is from how often the labels agree, mean over bins.',
      formula: 'Σ bins n / N · |confidence − agreement|, confidence from σ(r(a) − r(b))',
      source: 'Guo et al. 2017, arXiv:1706.04599',
    },
    cell: ofReward(({ ece }) => number(ece, 3)),
  },
  {
    title: 'Margin', unit: 'log odds',
    about: { meaning: 'By how much the response that the labels prefer scores above the other; sd is between pairs.', formula: 'mean of r(preferred) − r(other)' },
    cell: ofReward(({ margin, marginSd }) => (
      <>
        <EstimateCell estimate={margin} />
        {marginSd !== undefined && <span className={classes.n}> sd {number(marginSd, 2)}</span>}
      </>
    )),
  },
  ...tasteRows('Prefers the longer', 'Of held-out pairs whose responses differ in length, those in which the longer one is preferred.', ({ prefersLonger }) => prefersLonger),
  ...tasteRows('Prefers copying', 'Of held-out pairs that differ in it, those in which the response that copies more word pairs of the prompt is preferred.', ({ prefersCopying }) => prefersCopying),
  {
    title: 'Same position after swap', unit: '% of pairs',
    rare: ({ reward }) => reward?.position !== undefined,
    about: {
      meaning: 'Models that compare two responses only: how often the same position wins when the two are swapped, so that the order decided.',
      caveat: 'The second figure, how likely the first is to be preferred on average, sees a bias that turns no pick round; 50% is none.',
    },
    cell: ofReward(({ position }) => position ? (
      <>
        <EstimateCell estimate={position.samePosition} share counted />
        <span className={classes.n}> prefers the first {percent(position.meanFirst.value, 1)}</span>
      </>
    ) : <span className={classes.n}>sees no order</span>),
  },
  {
    title: "Agrees with gold on its policy's own responses", unit: '% of couples',
    about: {
      meaning: 'How often the reward orders two responses of the trained policy as gold utility does; 50% is chance. A policy moves to where its reward is wrong, so this is lower than the agreement above where it was over-optimised.',
      formula: '(Kendall’s τa + 1) / 2',
      caveat: 'Ties in gold count half: a policy that repeats itself draws it to 50%. Couples of one prompt and couples of different prompts do not compare.',
      source: 'Gao et al. 2022, arXiv:2210.10760',
    },
    cell: ({ evaluation: { drift } }) => drift ? (
      <>
        <EstimateCell estimate={drift.rankAgreement} share counted />
        <span className={classes.n}>
          {', '}
          {drift.couples === 'posts' ? 'couples of prompts' : 'couples of one prompt'}
          {drift.goldTies !== undefined && `, ${percent(drift.goldTies)} tied in gold`}
        </span>
      </>
    ) : '–',
  },
];

/** What each arm's reward is worth, and what it likes besides. */
export function RewardTable({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const arms = bundle.arms.filter(({ reward, evaluation: { drift } }) => reward !== undefined || drift !== undefined);
  const without = bundle.arms.filter((arm) => arm.id !== 'sft' && !arms.includes(arm));
  return (
    <section aria-labelledby="rewards-heading">
      <h3 id="rewards-heading" className={classes.subheading}>
        Rewards
      </h3>
      {arms.length === 0 ? (
        <p className={classes.note}>This run did not measure what its rewards are worth.</p>
      ) : (
        <>
          <Figures bundle={bundle} arms={arms} />
          {without.length > 0 && (
            <p className={classes.note}>
              Without a reward of their own, or without figures of it: {without.map(({ label }) => label).join(', ')}.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Figures({ bundle, arms }: { readonly bundle: RunBundle; readonly arms: readonly ArmRecord[] }): ReactNode {
  const owners = new Map(arms.map(({ id }) => [id, bundle.arms.find((arm) => arm.id === rewardOwner(bundle, id))?.label]));
  return (
    <div className={classes.scroll} role="region" aria-label="Rewards, table" tabIndex={0}>
      <table className={classes.table}>
        <caption className={classes.caption}>Estimates with 95% intervals over pairs, in the last row over {wordsOf(bundle.config.run.task).prompts}</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            {arms.map(({ id, label }) => (
              <th scope="col" key={id}>
                <ArmMark armId={id} /> {label}
                {owners.get(id) !== undefined && <span className={classes.n}> same reward as {owners.get(id)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.filter(({ rare }) => !rare || arms.some(rare)).map((row) => (
            <tr key={row.title}>
              <th scope="row">
                {row.title} <span className={classes.n}>{row.unit}</span> <InfoTip label={row.title} {...row.about} />
              </th>
              {arms.map((arm) => (
                <td key={arm.id}>{row.cell(arm)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
