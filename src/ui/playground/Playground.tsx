import { useEffect, useMemo, type ReactNode } from 'react';
import { withoutOffArms } from '../../core/config';
import { readDataFile } from '../../experiments/dataFile';
import { isActive } from '../../experiments/runState';
import { CurvePanel } from '../charts/CurvePanel';
import type { ArmCurves } from '../charts/series';
import { LessonPanel } from '../lesson/LessonPanel';
import { KeepRun } from '../library/KeepRun';
import { MakeLesson } from '../lesson/MakeLesson';
import { useHold } from '../lesson/store';
import { LinkNotice } from '../share/LinkNotice';
import { ReplayNotice, RunAgain } from '../share/Replay';
import { SideBySide } from '../sidebyside/SideBySide';
import { useActions, useRun } from '../shared/store';
import { TakeHome } from '../takehome/TakeHome';
import { updateWords } from './armWords';
import { Announcer, EndReasons, FirstSteps, RunNotices, RunSource, ScoringNote, StaleNotice, StorageNote, TroubleNotice } from './Notices';
import { Pipeline } from './Pipeline';
import { ResumeNotice } from './ResumeNotice';
import classes from './playground.module.css';
import { RunBar } from './RunBar';
import { SettingsPanel } from './SettingsPanel';
import { TurnRewards } from './TurnRewards';
import { VerdictPanel } from './VerdictPanel';

/** The start policy stands beside the arms wherever they are compared. */
const SFT = { id: 'sft', label: 'SFT' };

/** How the record is drawn that a run repeats. */
const RECORD = { label: 'rec.', dash: '2 4', record: true } as const;

/** The main screen: one experiment from its settings to its verdict. */
export function Playground(): ReactNode {
  useFileDrop();
  return (
    <>
      <RunBar />
      <LessonPanel />
      <Pipeline />
      <LinkNotice />
      <TroubleNotice />
      <ResumeNotice />
      <div className={classes.bench}>
        <SettingsPanel more={<MakeLesson />} />
        <div className={classes.results}>
          <FirstSteps />
          <div className={classes.about}>
            <RunSource />
            <TakeHome />
            <KeepRun />
            <RunAgain />
            <EndReasons />
            <StorageNote />
          </div>
          <ReplayNotice />
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
  const held = useHold('run.task') !== 'free';
  useEffect(() => {
    const allow = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      // The drop zone in the drawer answers for itself.
      if (event.defaultPrevented) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      if (held) report(new Error('The lesson settles the task: what was dropped was not read.'));
      else readDataFile(file).then(setData, report);
    };
    window.addEventListener('dragover', allow);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', allow);
      window.removeEventListener('drop', drop);
    };
  }, [setData, report, held]);
}

function Curves(): ReactNode {
  const settings = useRun((state) => state.shown?.config ?? state.edited);
  const config = useMemo(() => withoutOffArms(settings), [settings]);
  const { arms } = config;
  const curves = useRun((state) => state.shown?.curves);
  const recorded = useRun((state) => state.replayed);
  const running = useRun((state) => isActive(state));
  const series = useMemo(() => {
    const own = [SFT, ...arms].map(({ id, label }): ArmCurves => ({ armId: id, label, curves: curves?.[id] ?? {} }));
    const others = (recorded?.arms ?? [])
      .filter(({ id }) => id !== 'sft')
      .map(({ id, label, curves: theirs }): ArmCurves => ({ armId: id, label, curves: theirs, run: RECORD }));
    // SFT has curves only where it was trained in the run.
    return [...own, ...others].filter((arm) => arm.armId !== 'sft' || Object.keys(arm.curves).length > 0);
  }, [arms, curves, recorded]);
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
