import { NativeSelect } from '@mantine/core';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { LabelerFigures } from '../../core/labReport';
import type { LabRow } from '../../experiments/labFiles';
import type { LabResults } from '../../experiments/labResults';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { CITATION, isComparable } from '../playground/published';
import { percent, percentInterval } from '../shared/format';
import screen from '../shared/screen.module.css';
import { AgreementMatrix } from './AgreementMatrix';
import {
  binsCsv,
  marksCsv,
  marksOf,
  ofRung,
  oneAnnotator,
  promptsCsv,
  promptSeries,
  PUBLISHED_ALIGNMENT,
  PUBLISHED_POSITION,
  PUBLISHED_SERIES,
  reliabilityNote,
  rungsOf,
  shortName,
  sizedMarks,
  type AnswerRung,
  type ChartMark,
  type PromptSeries,
  type Reference,
  type SizedMark,
} from './chartRows';
import { drawAgreement, drawReliability } from './drawLab';
import { drawPrompts } from './drawPrompts';
import { drawSizes } from './drawSizes';
import classes from './lab.module.css';
import { armOf, RUNG_TITLES, size } from './words';

const inWords = ({ name, figure }: ChartMark): string => `${name} ${percent(figure.value, 1)} ${percentInterval(figure.ci)}`;
const sizedInWords = ({ name, parameters, figure }: SizedMark, _index: number, all: readonly SizedMark[]): string =>
  `${shortName(name, all.map((mark) => mark.name))}, ${size(parameters)} parameters, ${percent(figure.value, 1)} ${percentInterval(figure.ci)}`;
const hollow = (references: readonly Reference[], digits: number): string =>
  `Hollow: ${references.map(({ name, value }) => `${name} ${percent(value, digits)}`).join(', ')}; ${CITATION}.`;

const OTHER_PAIRS = 'Not our results: other posts, pairs filtered to those that people were sure of (easier), and agreement with one rater, where ours is with the majority of a jury (easier too).';
const UNKNOWN_SIZES = 'The sizes of the published labelers are not known, so they stand beside the axis.';

/** What small dots are, where there are any. */
function dotsNote(marks: readonly ChartMark[]): string[] {
  return marks.some(({ trainings }) => trainings.length > 0)
    ? ['A small hollow dot is a single training, the filled mark their mean.']
    : [];
}

const NONE: readonly Reference[] = [];
const NO_SERIES: readonly PromptSeries[] = [];

const agreementOf = ({ agreement }: LabelerFigures): LabelerFigures['agreement'] => agreement;
const samePositionOf = ({ samePosition }: LabelerFigures): LabelerFigures['samePosition'] => samePosition;

interface ChartProps {
  readonly rows: readonly LabRow[];
  /** Whether these are summaries of the built-in forum posts: published figures are of summaries, and stand beside those only. */
  readonly builtIn: boolean;
}

/**
 * All pictures of the results, and who agrees with whom. Figures of different rungs are not comparable, so language models of
 * one rung are shown at a time.
 */
export function LabCharts({ rows, results }: { readonly rows: readonly LabRow[]; readonly results: LabResults }): ReactNode {
  const builtIn = results.task !== undefined && isComparable(results.task);
  const [wanted, setWanted] = useState<string>();
  const rungs = useMemo(() => rungsOf(rows), [rows]);
  const rung = rungs.find((one) => one === wanted) ?? rungs[0];
  const shown = useMemo(() => ofRung(rows, rung), [rows, rung]);
  return (
    <>
      {rungs.length > 1 && (
        <div className={classes.inline}>
          <NativeSelect
            size="xs"
            label="Language models in charts and matrix: those read from"
            description="How answers are read changes the figures, so that two ways are never in one picture."
            value={rung}
            data={rungs.map((one) => ({ value: one, label: RUNG_TITLES[one] }))}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        </div>
      )}
      <div className={classes.figures}>
        <AgreementChart rows={shown} builtIn={builtIn} />
        <SizeChart rows={shown} builtIn={builtIn} />
        <PositionChart rows={shown} builtIn={builtIn} />
        <PromptChart rows={shown} builtIn={builtIn} rung={rung} />
        <Reliability rows={rows} />
      </div>
      <AgreementMatrix results={results} rung={rung} />
    </>
  );
}

/** Agreement with people of all. */
function AgreementChart({ rows, builtIn }: ChartProps): ReactNode {
  const marks = useMemo(() => marksOf(rows, agreementOf), [rows]);
  const references = builtIn ? PUBLISHED_ALIGNMENT : NONE;
  const draw = useCallback((drawing: FigureDrawing) => drawAgreement(marks, references, drawing), [marks, references]);
  const note = [...dotsNote(marks), ...(builtIn ? [hollow(references, 1), OTHER_PAIRS] : [])].join(' ');
  return (
    <Figure
      title="Agreement with people"
      file="agreement"
      about={{
        meaning: 'Each mark is a labeler, its bar the 95% interval, over pairs and where a model was trained several times over trainings too; the dashed line is one half, a coin.',
        caveat: 'Where two bars overlap widely, these pairs do not tell the two apart.',
        source: builtIn ? CITATION : undefined,
      }}
      words={`Agreement with people: ${marks.map(inWords).join('; ')}`}
      draw={draw}
      csv={() => marksCsv(marks, references)}
      note={note === '' ? undefined : note}
    />
  );
}

/** Agreement with people against the number of parameters. */
function SizeChart({ rows, builtIn }: ChartProps): ReactNode {
  const [all, marks] = useMemo(() => {
    const found = marksOf(rows, agreementOf);
    return [found, sizedMarks(found)] as const;
  }, [rows]);
  const references = builtIn ? PUBLISHED_ALIGNMENT : NONE;
  const person = oneAnnotator(all);
  const draw = useCallback((drawing: FigureDrawing) => drawSizes(marks, {
    label: 'agrees with people, %', references, level: person && { name: person.name, figure: person.figure },
  }, drawing), [marks, references, person]);
  if (marks.length === 0) return null;
  return (
    <Figure
      title="Agreement against size"
      file="agreement-size"
      about={{
        meaning: 'The same figure against the number of parameters, on a logarithmic axis, for labelers that have one.',
        caveat: 'Size is not everything: what a model was trained on, and how it is asked, can matter more. A ladder need not go up.',
        source: builtIn ? CITATION : undefined,
      }}
      words={`Agreement against size: ${marks.map(sizedInWords).join('; ')}${person ? `; the band is ${inWords(person)}` : ''}`}
      draw={draw}
      csv={() => marksCsv(person ? [...marks, person] : marks, references)}
      note={[
        ...(person ? [`Band: ${person.name} with its interval, how often one person more agrees with the jury's majority.`] : []),
        ...dotsNote(marks),
        'An agreement a little above one half can be the base rate of one answer and no skill: look at κ too.',
        ...(builtIn ? [`${hollow(references, 1)} ${UNKNOWN_SIZES} ${OTHER_PAIRS}`] : []),
      ].join(' ')}
    />
  );
}

/** How often the order alone decides, against the number of parameters. */
function PositionChart({ rows, builtIn }: ChartProps): ReactNode {
  const marks = useMemo(() => sizedMarks(marksOf(rows, samePositionOf)), [rows]);
  const references = builtIn ? PUBLISHED_POSITION : NONE;
  const draw = useCallback((drawing: FigureDrawing) => drawSizes(marks, {
    label: 'same position after swap, %', references, floor: 0,
  }, drawing), [marks, references]);
  if (marks.length === 0) return null;
  const note = [
    ...dotsNote(marks), ...(builtIn ? [hollow(references, 0), UNKNOWN_SIZES, 'Other pairs, and other prompts. Not our results.'] : []),
  ].join(' ');
  return (
    <Figure
      title="Position bias against size"
      file="position-size"
      about={{
        meaning: 'How often the same position wins when the two responses are shown in the other order, so that the order alone decided. The dashed line is one half, a coin.',
        formula: 'pairs with the same position twice / pairs asked in both orders',
        caveat: 'A bias too weak to turn a pick round does not show. Both orders are averaged in a label, so that it costs skill and leans to no side.',
        source: builtIn ? CITATION : undefined,
      }}
      words={`Position bias against size: ${marks.map(sizedInWords).join('; ')}`}
      draw={draw}
      csv={() => marksCsv(marks, references)}
      note={note === '' ? undefined : note}
    />
  );
}

const PROMPTS_TITLE = 'Agreement against exemplars';

/** What exemplars and chain of thought change. */
function PromptChart({ rows, builtIn, rung }: ChartProps & { readonly rung: AnswerRung | undefined }): ReactNode {
  const series = useMemo(() => promptSeries(rows), [rows]);
  // The paper read log-probabilities.
  const published = builtIn && rung === 'logprobs' ? PUBLISHED_SERIES : NO_SERIES;
  const draw = useCallback((drawing: FigureDrawing) => drawPrompts(series, published, drawing), [series, published]);
  if (series.length === 0) {
    return (
      <section>
        <h4 className={screen.subheading}>{PROMPTS_TITLE}</h4>
        <p className={classes.text}>
          Nothing to show yet: run a language model on these pairs with 0, 1 and 2 exemplars, and again with chain of thought.
          Each run is a row of the table and a point of a line here.
        </p>
      </section>
    );
  }
  const note = [
    'Squares: the answer at once; triangles: chain of thought first. Dashed: the base prompt, other lines the detailed one.',
    ...(published.length > 0 ? [`Hollow: PaLM 2 L by its prompt; ${CITATION}. ${OTHER_PAIRS}`] : []),
  ].join(' ');
  return (
    <Figure
      title={PROMPTS_TITLE}
      file="agreement-exemplars"
      about={{
        meaning: 'How often a language model agrees with people by the number of worked examples in its prompt, with and without chain of thought. Bars are 95% intervals over pairs.',
        caveat: 'Pairs that serve as exemplars are not judged, so that rows may be of slightly different pairs. In the published study more exemplars did not help on summaries, and eight did harm.',
        source: published.length > 0 ? CITATION : undefined,
      }}
      words={`${PROMPTS_TITLE}: ${series
        .map(({ name, points }) => `${name}: ${points.map(({ exemplars, value }) => `${exemplars} exemplars ${percent(value, 1)}`).join(', ')}`)
        .join('; ')}`}
      draw={draw}
      csv={() => promptsCsv(series, published)}
      note={note}
    />
  );
}

/** Whether a labeler's confidence can be believed. */
function Reliability({ rows }: { readonly rows: readonly LabRow[] }): ReactNode {
  const [wanted, setWanted] = useState<string>();
  // A model if there is one: rules are always sure.
  const row = rows.find(({ labeler }) => labeler.id === wanted) ?? rows.find(({ labeler }) => armOf(labeler) === 'rlaif') ?? rows[0]!;
  const { labeler, figures: { reliability } } = row;
  const armId = armOf(labeler);
  const draw = useCallback((drawing: FigureDrawing) => drawReliability(reliability, armId, drawing), [reliability, armId]);
  return (
    <Figure
      title="Calibration"
      file="calibration"
      about={{
        meaning: 'Labels of about the same confidence are taken together: how sure the labeler says it is, and how many people are on its side. On the dashed line the two are the same.',
        caveat: 'People are divided on most pairs, so a labeler that is sure of everything lies below the line.',
        source: 'Guo et al. 2017, arXiv:1706.04599',
      }}
      words={`Reliability of ${labeler.name}: ${reliability
        .map(({ confidence, agreement }) => `confidence ${percent(confidence)}, people ${percent(agreement.value)}, n = ${agreement.n}`)
        .join('; ')}`}
      draw={draw}
      csv={() => binsCsv(reliability)}
      note={reliabilityNote(row)}
    >
      <NativeSelect
        size="xs"
        aria-label="Labeler of the reliability curve"
        value={labeler.id}
        data={rows.map(({ labeler: { id, name } }) => ({ value: id, label: name }))}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
    </Figure>
  );
}
