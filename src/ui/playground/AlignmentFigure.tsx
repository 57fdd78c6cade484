import { useMemo, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { percent, percentInterval } from '../shared/format';
import { alignmentCsv, alignmentMarks, drawAlignment } from './alignment';

/** Whether better labels made the better policy: an arm's labeler against its win rate. For runs of at least two arms. */
export function AlignmentFigure({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const marks = useMemo(() => alignmentMarks(bundle), [bundle]);
  const draw = useMemo(() => (drawing: FigureDrawing) => drawAlignment(marks, drawing), [marks]);
  const { annotators } = bundle.config.evaluation;
  return (
    <Figure
      title="Alignment against win rate"
      heading="h3"
      about={{
        meaning: `Each mark is an arm: across, how often its labeler agreed with the majority of ${annotators} fresh annotators on the run's pairs; up, how often its policy beats SFT before ${annotators} fresh annotators. Bars are 95% intervals, over pairs and over ${wordsOf(bundle.config.run.task).prompts}.`,
        caveat: 'A few points are no relation: another seed moves each policy by more than its bar may say. Win rates also saturate: even a much better policy does not reach 100%, and past some alignment better labels show little.',
        source: 'Lee et al. 2023, arXiv:2309.00267, compare labelers of several sizes in this way.',
      }}
      words={`Alignment against win rate: ${marks
        .map(({ label, agreement, winRate }) =>
          `${label}: labeler agrees ${percent(agreement.value, 1)} ${percentInterval(agreement.ci)}, wins ${percent(winRate.value)} ${percentInterval(winRate.ci)}`)
        .join('; ')}`}
      draw={draw}
      file="alignment-against-win-rate"
      csv={() => alignmentCsv(marks)}
      note={`${marks.length} arms of one run, one seed: too few points for a relation. To try more labelers, train on their labels from the labeler lab.`}
    />
  );
}
