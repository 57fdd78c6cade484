import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { planSweep } from '../../experiments/sweepPlan';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { useSweep } from './store';
import { SweepControls } from './SweepControls';
import { SweepResults } from './SweepResults';
import { SweepSetup } from './SweepSetup';
import { SAME_PROMPTS } from './words';

/** The screen "Sweeps": several seeds, and settings over a range. */
export function SweepScreen(): ReactNode {
  const announcement = useSweep((state) => state.announcement);
  const edited = useRun((state) => state.edited);
  // Checking every value may take longer than a key stroke.
  const form = useDeferredValue(useSweep((state) => state.form));
  const plan = useMemo(() => planSweep(form, edited), [form, edited]);
  return (
    <div className={screen.screen}>
      <h2 className={screen.heading}>
        Would it come out the same again?{' '}
        <InfoTip
          label="several seeds"
          meaning="A seed chooses pairs, labels, initial heads and every sampled word. Two seeds train two different policies, and a gap between two arms may be the luck of one of them. The interval of a single run ranges over test prompts: it does not hold this luck. Several seeds show it."
          caveat={SAME_PROMPTS}
        />
      </h2>
      <p className={screen.lead}>
        Runs the playground's experiment with several seeds and, if you like, over values of one or two settings. Every run is
        kept, and what differs between the runs is what the results are over.
      </p>
      <SweepSetup plan={plan} />
      <SweepControls plan={plan} />
      <SweepResults />
      <div aria-live="polite" className={screen.unseen} data-testid="sweep-announcement">
        {announcement}
      </div>
    </div>
  );
}
