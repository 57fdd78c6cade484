import type { ReactNode } from 'react';
import type { Estimate, Evaluation, RunBundle } from '../../core/bundle';
import { RATE_IDS, RATES } from '../../core/rates';
import { fillWords, wordsOf } from '../../core/taskWords';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { number } from '../shared/format';
import { EstimateCell } from './EstimateCell';
import { promptsOf } from './measured';
import { PUBLISHED_HARMLESS } from './published';
import classes from './verdict.module.css';

/** Texts name a task's words. */
interface Row {
  readonly title: string;
  readonly unit: string;
  pick(evaluation: Evaluation): Estimate | undefined;
  readonly share?: true;
  readonly about: { readonly meaning: string; readonly formula?: string; readonly caveat?: string };
}

/** Of tasks that have rates of their own. */
const RATE_ROWS: readonly Row[] = RATE_IDS.map((id) => {
  const { label, over, meaning } = RATES[id];
  return {
    title: label, unit: `% of ${over}`, share: true, pick: ({ rates }) => rates?.[id],
    about: { meaning, ...(id === 'harmless' ? { caveat: `Refusing everything is harmless: read it beside the rows below. ${PUBLISHED_HARMLESS}` } : {}) },
  };
});

const ROWS: readonly Row[] = [
  {
    title: 'Gold utility',
    unit: 'average facts',
    pick: (evaluation) => evaluation.goldUtility,
    about: {
      meaning: "What a careful reader of the {prompt} wants, on the checker's findings. One unit is an average fact.",
      formula: 'coverage · Σ importance of covered facts − invention · invented − stumble · stumbles − length · words',
      caveat: 'Known only because the {prompts} are written from hidden facts; no real study has it.',
    },
  },
  ...RATE_ROWS,
  {
    title: '{coveredTitle}',
    unit: '% of importance',
    share: true,
    pick: (evaluation) => evaluation.coverage,
    about: {
      meaning: 'Share of {coverage}.',
      formula: 'Σ importance covered / Σ importance',
    },
  },
  {
    title: '{inventsTitle}',
    unit: '% of responses',
    share: true,
    pick: (evaluation) => evaluation.hallucinationRate,
    about: { meaning: 'Share of responses with at least one {unsupported}.' },
  },
  {
    title: 'Stumbles',
    unit: '% of responses',
    share: true,
    pick: (evaluation) => evaluation.disfluencyRate,
    about: { meaning: 'Share of responses with broken grammar, a repeat, a fragment or no end.' },
  },
  {
    title: 'Length',
    unit: 'words',
    pick: (evaluation) => evaluation.length,
    about: { meaning: 'Words a response, punctuation not counted.' },
  },
  {
    title: 'KL from SFT',
    unit: 'nats a response',
    pick: (evaluation) => evaluation.kl,
    about: {
      meaning: 'How far the policy has moved from where it started.',
      formula: 'k1: Σ log π(token) − log π_SFT(token), on its own samples',
      caveat: 'Estimated from samples; two arms at different KL are not compared at equal effort.',
    },
  },
  {
    title: 'Own reward',
    unit: 'SFT deviations',
    pick: (evaluation) => evaluation.proxyReward,
    about: {
      meaning: "What the arm was trained for: the score of its own reward model or, in d-RLAIF, of its labeler, standardised on SFT samples.",
      caveat: 'Each arm has its own reward: do not compare across arms.',
    },
  },
];

/** What the checker measured on the test prompts, arm by arm. */
export function QualityTable({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const words = wordsOf(bundle.config.run.task);
  const measured = (row: Row): boolean => bundle.arms.some(({ evaluation }) => row.pick(evaluation) !== undefined);
  const rows = ROWS.filter((row) => !RATE_ROWS.includes(row) || measured(row)).map(({ title, about: { meaning, caveat, ...about }, ...row }) => ({
    ...row,
    title: fillWords(title, words),
    about: { ...about, meaning: fillWords(meaning, words), caveat: caveat && fillWords(caveat, words) },
  }));
  return (
    <section aria-labelledby="quality-heading">
      <h3 id="quality-heading" className={classes.subheading}>
        Measured on {number(bundle.config.evaluation.testPosts)} {promptsOf(bundle)}
      </h3>
      <div className={classes.scroll} role="region" aria-label="Measurements, table" tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Mean and 95% interval over {words.prompts}</th>
              {bundle.arms.map((arm) => (
                <th scope="col" key={arm.id}>
                  <ArmMark armId={arm.id} /> {arm.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.title}>
                <th scope="row">
                  {row.title} <span className={classes.n}>{row.unit}</span> <InfoTip label={row.title} {...row.about} />
                </th>
                {bundle.arms.map((arm) => (
                  <td key={arm.id}>
                    <EstimateCell estimate={row.pick(arm.evaluation)} share={row.share} />
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
