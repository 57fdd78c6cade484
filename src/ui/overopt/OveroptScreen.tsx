import { Switch } from '@mantine/core';
import { useThrottledValue } from '@mantine/hooks';
import { useMemo, useState, type ReactNode } from 'react';
import { isActive } from '../../experiments/runState';
import type { ShownRun } from '../../experiments/shownRun';
import { Announcer, RunNotices, TroubleNotice } from '../playground/Notices';
import { day } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { FitTable } from './FitTable';
import { OveroptCharts } from './OveroptCharts';
import { OveroptSetup } from './OveroptSetup';
import classes from './overopt.module.css';
import { overoptArms, overoptFits, runToShow } from './points';
import { CAVEATS, CITATION } from './words';

/** Redrawing faster than this shows nothing more and takes time from training. */
const REDRAW_MS = 400;

/** The screen "Over-optimisation": how far a reward can be trusted as a policy is pushed against it. */
export function OveroptScreen(): ReactNode {
  return (
    <div className={screen.screen}>
      <h2 className={screen.heading}>
        When does chasing a reward stop being worth it?{' '}
        <InfoTip
          label="over-optimisation"
          meaning="A reward model is a stand-in for what readers want. Pushed hard enough, a policy finds where the stand-in is wrong: its reward goes on rising while gold utility turns and falls. Gao et al. found that both are simple functions of how far the policy has gone, d = √KL."
          caveat={CAVEATS}
          source={CITATION}
        />
      </h2>
      <p className={screen.lead}>
        Proxy is what a policy is trained on or chosen by, gold is what a careful reader wants. Both are drawn over the KL from SFT,
        for reinforcement learning and for the best of n samples.
      </p>
      <OveroptSetup />
      <TroubleNotice />
      <RunNotices />
      <Results />
      <Announcer />
    </div>
  );
}

function Results(): ReactNode {
  const ready = useRun((state) => state.ready);
  const current = useRun(runToShow);
  const active = useRun((state) => isActive(state));
  const underWay = useRun((state) => state.shown);
  const run = useThrottledValue(current, REDRAW_MS);
  const [withProxy, setWithProxy] = useState(false);
  const arms = useMemo(() => (run ? overoptArms(run) : []), [run]);
  const fits = useMemo(() => overoptFits(arms, withProxy ? ['gold', 'proxy'] : ['gold']), [arms, withProxy]);
  if (!ready && !run) return <p role="status">Loading</p>;
  if (!run) return <p className={screen.text}>There is no run yet: start one here or in the playground.</p>;
  const waiting = active && current !== underWay;
  return (
    <section aria-labelledby="overopt-results" className={classes.results}>
      <div className={classes.head}>
        <h3 id="overopt-results" className={screen.subheading}>
          Proxy and gold over KL
        </h3>
        <Switch size="xs" label="Fit the proxy too" checked={withProxy} onChange={(event) => setWithProxy(event.currentTarget.checked)} />
      </div>
      <p className={screen.text} data-testid="overopt-source">
        {sourceWords(run)}
        {waiting && ' It gives way to the run under way when that has its first measurements.'}
      </p>
      <OveroptCharts arms={arms} fits={fits} />
      <FitTable fits={fits} />
    </section>
  );
}

/** Which run the figures are of. */
function sourceWords({ bundle, origin, config }: ShownRun): string {
  const settings = `seed ${config.run.seed}, KL coefficient ${config.rl.klCoef}`;
  if (!bundle) return `The run under way or unfinished, ${settings}. Best of n follows when it has ended.`;
  const which = origin === 'recorded' ? 'The recorded run' : origin === 'kept' ? 'A run kept in this browser' : 'The last finished run';
  return `${which}, ${day(bundle.recordedAt)}, ${settings}.`;
}
