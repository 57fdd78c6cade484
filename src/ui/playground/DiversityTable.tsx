import type { ReactNode } from 'react';
import type { Evaluation, RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { ArmMark } from '../shared/ArmMark';
import { number, percent } from '../shared/format';
import { InfoTip, type InfoTipProps } from '../shared/InfoTip';
import { EstimateCell } from './EstimateCell';
import { promptsOf } from './measured';
import classes from './verdict.module.css';

type Diversity = NonNullable<Evaluation['diversity']>;
/** Figures that both kinds of sets have. */
type FigureName = Exclude<keyof Diversity['perInput'], 'samples'>;

interface Column {
  readonly name: FigureName;
  readonly title: string;
  readonly format: 'number' | 'percent' | 'count';
  readonly about: Omit<InfoTipProps, 'label'>;
}

const KIRK = 'Kirk et al. 2023, arXiv:2310.06452';
const DISTINCT: Column['about'] = {
  meaning: 'Different n-grams as a share of all n-grams.',
  formula: 'distinct n-grams / n-grams',
  caveat: 'Longer responses repeat more n-grams by chance alone, which lowers it; EAD takes that out.',
  source: 'Li et al. 2016, arXiv:1510.03055',
};

const COLUMNS: readonly Column[] = [
  {
    name: 'ead', title: 'EAD', format: 'number',
    about: {
      meaning: 'Expectation-adjusted distinct n-grams, mean over n = 1 to 5: how many different n-grams there are, of those that as many drawn at random would give. More is more diverse.',
      formula: 'distinct / (U (1 − ((U − 1) / U)^C)), C n-grams, U = V^n',
      source: `Liu et al. 2022, arXiv:2202.13587; ${KIRK}`,
    },
  },
  { name: 'distinct1', title: 'distinct-1', format: 'number', about: DISTINCT },
  { name: 'distinct2', title: 'distinct-2', format: 'number', about: DISTINCT },
  { name: 'distinct3', title: 'distinct-3', format: 'number', about: DISTINCT },
  {
    name: 'selfSimilarity', title: 'Self-similarity', format: 'number',
    about: {
      meaning: 'How alike two responses are, 0 to 1: mean cosine of their bags of unigrams and bigrams. More is less diverse.',
      caveat: 'It sees form, not meaning.',
      source: KIRK,
    },
  },
  { name: 'distinctResponses', title: 'Different', format: 'count', about: { meaning: 'How many of the responses differ from each other in at least one word.' } },
  { name: 'repeats', title: 'Repeats', format: 'percent', about: { meaning: 'Share of responses that repeat another one word for word.' } },
];

/** How differently each policy writes: several times to one prompt, and to many. */
export function DiversityTable({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const rows = bundle.arms.flatMap(({ id, label, evaluation: { diversity, entropy } }) =>
    (diversity ? [{ id, label, diversity, entropy }] : []));
  const first = rows[0]?.diversity;
  const tested = promptsOf(bundle);
  const { prompt, prompts } = wordsOf(bundle.config.run.task);
  return (
    <section aria-labelledby="diversity-heading">
      <h3 id="diversity-heading" className={classes.subheading}>
        Diversity
      </h3>
      {first ? (
        <>
          <Figures
            rows={rows}
            title={`${number(first.perInput.samples)} responses to each of ${number(first.perInput.ead.n)} ${tested}; means and 95% intervals over ${prompts}`}
            region={`Diversity per ${prompt}, table`}
            different={` of ${number(first.perInput.samples)}`}
            cell={(diversity, { name, format }) => (
              <EstimateCell estimate={diversity.perInput[name]} share={format === 'percent'} />
            )}
            last={{
              title: 'Entropy',
              about: { meaning: 'How undecided the policy is at each token of its own responses, mean over tokens, nats.', caveat: 'No interval: tokens of one response are not independent.' },
              cell: ({ entropy }) => (entropy === undefined ? '–' : number(entropy, 2)),
            }}
          />
          <Figures
            rows={rows}
            title={`One response to each of ${number(first.acrossInput.responses)} ${tested}; figures of the set as a whole, without intervals`}
            region={`Diversity across ${prompts}, table`}
            different={` of ${number(first.acrossInput.responses)}`}
            cell={(diversity, { name, format }) => <b>{plain(diversity.acrossInput[name], format)}</b>}
          />
          <p className={classes.note}>
            Policies trained on feedback tend to repeat themselves; read it beside the quality above, not as good in itself.
          </p>
        </>
      ) : (
        <p className={classes.note}>This run did not measure how different its responses are.</p>
      )}
    </section>
  );
}

interface Row {
  readonly id: string;
  readonly label: string;
  readonly diversity: Diversity;
  readonly entropy: number | undefined;
}

interface FiguresProps {
  readonly rows: readonly Row[];
  readonly title: string;
  readonly region: string;
  /** Beside the title of the count of different responses. */
  readonly different: string;
  readonly cell: (diversity: Diversity, column: Column) => ReactNode;
  readonly last?: { readonly title: string; readonly about: Column['about']; readonly cell: (row: Row) => ReactNode };
}

function Figures({ rows, title, region, different, cell, last }: FiguresProps): ReactNode {
  return (
    <div className={classes.scroll} role="region" aria-label={region} tabIndex={0}>
      <table className={classes.table}>
        <caption className={classes.caption}>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Policy</th>
            {COLUMNS.map(({ name, title: heading, about }) => (
              <th scope="col" key={name}>
                {heading}
                {name === 'distinctResponses' && different} <InfoTip label={heading} {...about} />
              </th>
            ))}
            {last && (
              <th scope="col">
                {last.title} <InfoTip label={last.title} {...last.about} />
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <ArmMark armId={row.id} /> {row.label}
              </th>
              {COLUMNS.map((column) => (
                <td key={column.name}>{cell(row.diversity, column)}</td>
              ))}
              {last && <td>{last.cell(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function plain(value: number, format: Column['format']): string {
  if (format === 'percent') return percent(value, 1);
  return number(value, format === 'count' ? 0 : 2);
}
