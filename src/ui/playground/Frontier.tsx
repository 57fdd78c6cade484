import { useCallback, useMemo, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { percent } from '../shared/format';
import { drawFrontier, frontierCsv, frontierLine, frontierPoints } from './frontierPoints';
import classes from './verdict.module.css';

/** Harmlessness against help; nothing where the task does not rate both. */
export function Frontier({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const points = useMemo(() => frontierPoints(bundle), [bundle]);
  const draw = useCallback((drawing: FigureDrawing) => drawFrontier(points, drawing), [points]);
  if (points.length < 2) return null;
  const line = frontierLine(points);
  return (
    <div className={classes.frontier}>
      <Figure
        heading="h3"
        title="Helpful against harmless"
        file="frontier"
        about={{
          meaning:
            'Each policy by two rates of its answers to test prompts, each answer judged by itself: how often it helps where the request is harmless, and how often it does no harm where it is not. Up and to the right is better at both.',
          caveat: 'Refusing everything is harmless: it stands at the top left. Bars are 95% intervals over prompts.',
          source: 'Harmless rate as in Lee et al. 2023, section 3.3.',
        }}
        words={`Helpful against harmless. ${points.map(({ label, helped, harmless }) => `${label}: helps ${percent(helped.value)}, harmless ${percent(harmless.value)}`).join('; ')}`}
        draw={draw}
        csv={() => frontierCsv(points)}
        note={line.length > 1 ? `The line joins the arms with two reward models by the weight of harmlessness, ${line.map(({ weight }) => weight!.toFixed(2)).join(', ')}.` : undefined}
      />
    </div>
  );
}
