import { useElementSize } from '@mantine/hooks';
import { useId, useMemo, useState, type ReactNode } from 'react';
import { useScheme } from '../shared/ArmMark';
import type { Scheme } from '../shared/arms';
import { InfoTip, type InfoTipProps } from '../shared/InfoTip';
import { toPicture } from './exportChart';
import classes from './Figure.module.css';
import { SaveMenu } from './SaveMenu';
import { SvgHost } from './SvgHost';

export interface FigureDrawing {
  /** Pixels. */
  readonly width: number;
  readonly scheme: Scheme;
}

export interface FigureProps {
  readonly title: string;
  readonly about: Omit<InfoTipProps, 'label'>;
  /** What the picture shows, in words. */
  readonly words: string;
  /** Draws it; the same function for the same picture. It takes its ink from `color`. */
  readonly draw: (drawing: FigureDrawing) => SVGSVGElement;
  /** Name of saved files, without their ending. */
  readonly file: string;
  /** The numbers drawn, a row a mark. */
  readonly csv: () => string;
  /** What has to be known to read it: below the picture, and in the saved one. */
  readonly note?: string | undefined;
  readonly heading?: 'h3' | 'h4';
  /** Controls beside the title. */
  readonly children?: ReactNode;
}

/** Width of a saved picture. */
const SAVED = 720;

/** A picture of results: title, what it means, the drawing, a note, export as SVG, PNG and CSV. */
export function Figure({ title, about, words, draw, file, csv, note, heading: Heading = 'h4', children }: FigureProps): ReactNode {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [problem, setProblem] = useState<string>();
  const scheme = useScheme();
  const id = useId();
  const svg = useMemo(() => (width > 0 ? draw({ width, scheme }) : undefined), [draw, width, scheme]);
  return (
    <figure className={classes.figure} aria-labelledby={id}>
      <figcaption className={classes.caption}>
        <Heading id={id} className={classes.title}>
          {title} <InfoTip label={title} {...about} />
        </Heading>
        {children}
        <SaveMenu
          title={title}
          file={file}
          csv={csv}
          picture={() => {
            const drawn = draw({ width: SAVED, scheme });
            return toPicture(title, drawn, { width: SAVED, height: Number(drawn.getAttribute('height')), scheme, ...(note === undefined ? {} : { note }) });
          }}
          onProblem={setProblem}
        />
      </figcaption>
      <div ref={ref} role="img" aria-label={words} className={classes.plot}>
        {svg && <SvgHost svg={svg} />}
      </div>
      {note !== undefined && <p className={classes.note}>{note}</p>}
      {problem !== undefined && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </figure>
  );
}
