import { NativeSelect } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useId, useMemo, useState, type ReactNode } from 'react';
import type { LabelerResult } from '../../core/labReport';
import type { LabResults } from '../../experiments/labResults';
import { SvgHost } from '../charts/SvgHost';
import { CITATION, PUBLISHED_LABELERS } from '../playground/published';
import { useScheme } from '../shared/ArmMark';
import { armStyle } from '../shared/arms';
import { number, percent, percentInterval } from '../shared/format';
import { InfoTip, type InfoTipProps } from '../shared/InfoTip';
import { drawAgreement, drawReliability, drawSizes } from './drawLab';
import classes from './lab.module.css';
import { armOf, size } from './words';

interface FigureProps {
  readonly title: string;
  readonly about: Omit<InfoTipProps, 'label'>;
  /** What the picture shows, in words. */
  readonly words: string;
  readonly draw: (width: number) => SVGSVGElement;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}

function Figure({ title, about, words, draw, note, children }: FigureProps): ReactNode {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const id = useId();
  const svg = useMemo(() => (width > 0 ? draw(width) : undefined), [draw, width]);
  return (
    <figure className={classes.figure} aria-labelledby={id}>
      <figcaption>
        <h4 id={id} className={classes.subheading}>
          {title} <InfoTip label={title} {...about} />
        </h4>
        {children}
      </figcaption>
      <div ref={ref} role="img" aria-label={words} className={classes.plot}>
        {svg && <SvgHost svg={svg} />}
      </div>
      {note !== undefined && <p className={classes.text}>{note}</p>}
    </figure>
  );
}

const agreementWords = (rows: readonly LabelerResult[]): string =>
  rows.map(({ labeler, figures: { agreement } }) => `${labeler.name} ${percent(agreement.value, 1)} ${percentInterval(agreement.ci)}`).join('; ');

/** Agreement of all, and against size where a labeler has one. */
export function AgreementCharts({ results }: { readonly results: LabResults }): ReactNode {
  const { rows, builtIn } = results;
  const scheme = useScheme();
  const sized = useMemo(() => rows.filter(({ labeler }) => labeler.parameters !== undefined && labeler.parameters > 0), [rows]);
  const all = useMemo(() => (width: number) => drawAgreement(rows, builtIn, { width, scheme }), [rows, builtIn, scheme]);
  const bySize = useMemo(() => (width: number) => drawSizes(sized, builtIn, { width, scheme }), [sized, builtIn, scheme]);
  // Summaries are compared with summaries only.
  const published = builtIn
    ? `Hollow: ${PUBLISHED_LABELERS.map(({ name, alignment }) => `${name} ${percent(alignment, 1)}`).join(', ')}; ${CITATION}. ` +
      'Other posts, other people, and pairs filtered to those that people were sure of: easier than these. Not our results.'
    : undefined;
  return (
    <>
      <Figure
        title="Agreement with people"
        about={{
          meaning: 'Each mark is a labeler, its bar the 95% interval over pairs; the dashed line is one half, a coin.',
          caveat: 'Where two bars overlap widely, these pairs do not tell the two apart.',
          source: published,
        }}
        words={`Agreement with people: ${agreementWords(rows)}`}
        draw={all}
        note={published}
      />
      {sized.length > 0 && (
        <Figure
          title="Agreement against size"
          about={{
            meaning: 'The same figure against the number of parameters, on a logarithmic axis, for labelers that have one.',
            caveat: 'Size is not everything: what a model was trained on, and how it is asked, can matter more.',
            source: published,
          }}
          words={`Agreement against size: ${sized
            .map(({ labeler, figures }) => `${labeler.name}, ${size(labeler.parameters!)} parameters, ${percent(figures.agreement.value, 1)}`)
            .join('; ')}`}
          draw={bySize}
          note={
            'An agreement a little above one half can be the base rate of one answer and no skill: look at κ too.' +
            (builtIn ? ' The sizes of the published labelers are not known, so they stand beside the axis.' : '')
          }
        />
      )}
    </>
  );
}

/** Whether a labeler's confidence can be believed. */
export function Reliability({ rows }: { readonly rows: readonly LabelerResult[] }): ReactNode {
  const scheme = useScheme();
  const [wanted, setWanted] = useState<string>();
  // A model if there is one: rules are always sure.
  const row = rows.find(({ labeler }) => labeler.id === wanted) ?? rows.find(({ labeler }) => armOf(labeler) === 'rlaif') ?? rows[0]!;
  const { labeler, figures: { reliability, ece, brier } } = row;
  const color = armStyle(armOf(labeler)).color(scheme);
  const draw = useMemo(() => (width: number) => drawReliability(reliability, color, width), [reliability, color]);
  return (
    <Figure
      title="Calibration"
      about={{
        meaning: 'Labels of about the same confidence are taken together: how sure the labeler says it is, and how many people are on its side. On the dashed line the two are the same.',
        caveat: 'People are divided on most pairs, so a labeler that is sure of everything lies below the line.',
        source: 'Guo et al. 2017, arXiv:1706.04599',
      }}
      words={`Reliability of ${labeler.name}: ${reliability
        .map(({ confidence, agreement }) => `confidence ${percent(confidence)}, people ${percent(agreement.value)}, n = ${agreement.n}`)
        .join('; ')}`}
      draw={draw}
      note={`ECE ${number(ece, 3)}, Brier score ${number(brier.value, 3)} [${number(brier.ci[0], 3)}, ${number(brier.ci[1], 3)}], n = ${number(brier.n)}. Larger marks stand for more pairs.`}
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
