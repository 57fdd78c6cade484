import { useEffect, useMemo, type ReactNode } from 'react';
import { withoutOffArms } from '../../core/config';
import { readDataFile } from '../../experiments/dataFile';
import { isActive } from '../../experiments/runStore';
import { CurvePanel } from '../charts/CurvePanel';
import { SideBySide } from '../sidebyside/SideBySide';
import { useActions, useRun } from '../shared/store';
import { updateWords } from './armWords';
import { Announcer, EndReasons, FirstSteps, RunNotices, RunSource, ScoringNote, StaleNotice, StorageNote, TroubleNotice } from './Notices';
import { Pipeline } from './Pipeline';
import classes from './playground.module.css';
import { RunBar } from './RunBar';
import { SettingsPanel } from './SettingsPanel';
import { TurnRewards } from './TurnRewards';
import { VerdictPanel } from './VerdictPanel';

/** The start policy stands beside the arms wherever they are compared. */
const SFT = { id: 'sft', label: 'SFT' };

/** The main screen: one experiment from its settings to its verdict. */
export function Playground(): ReactNode {
  useFileDrop();
  return (
    <>
      <RunBar />
      <Pipeline />
      <TroubleNotice />
      <div className={classes.bench}>
        <SettingsPanel />
        <div className={classes.results}>
          <FirstSteps />
          <div className={classes.about}>
            <RunSource />
            <EndReasons />
            <StorageNote />
          </div>
          <ScoringNote />
          <RunNotices />
          <StaleNotice />
          <TurnRewards />
          <Curves />
        </div>
      </div>
      <Outputs />
      <VerdictPanel />
      <Announcer />
    </>
  );
}

/** A file may be dropped anywhere: a browser would otherwise leave the page, and its run, to show the file. */
function useFileDrop(): void {
  const { setData, report } = useActions();
  useEffect(() => {
    const allow = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      // The drop zone in the drawer answers for itself.
      if (event.defaultPrevented) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) readDataFile(file).then(setData, report);
    };
    window.addEventListener('dragover', allow);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', allow);
      window.removeEventListener('drop', drop);
    };
  }, [setData, report]);
}

function Curves(): ReactNode {
  const settings = useRun((state) => state.shown?.config ?? state.edited);
  const config = useMemo(() => withoutOffArms(settings), [settings]);
  const { arms } = config;
  const curves = useRun((state) => state.shown?.curves);
  const running = useRun((state) => isActive(state));
  const series = useMemo(() => {
    const all = [SFT, ...arms].map(({ id, label }) => ({ armId: id, label, curves: curves?.[id] ?? {} }));
    // SFT has curves only where it was trained in the run.
    return all.filter((arm) => arm.armId !== 'sft' || Object.keys(arm.curves).length > 0);
  }, [arms, curves]);
  const updates = updateWords(config);
  return (
    <>
      <CurvePanel series={series} running={running} />
      {updates !== undefined && <p className={classes.updates}>{updates}</p>}
    </>
  );
}

function Outputs(): ReactNode {
  const shown = useRun((state) => state.shown);
  const canAnswer = useRun((state) => state.canAnswer);
  const running = useRun((state) => isActive(state));
  const { ask } = useActions();
  const samples = shown?.samples;
  const config = useRun((state) => state.shown?.config ?? state.edited);
  const arms = useMemo(
    () => [SFT, ...withoutOffArms(config).arms].map(({ id, label }) => ({ id, label, samples: samples?.[id] ?? [] })),
    [config, samples],
  );
  return (
    <div className={classes.outputs}>
      <SideBySide
        prompts={shown?.prompts ?? []}
        arms={arms}
        slots={shown?.slots ?? {}}
        live={running}
        step={shown?.sampleStep}
        {...(canAnswer ? { onAsk: ask } : {})}
      />
    </div>
  );
}
