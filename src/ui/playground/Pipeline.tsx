import { UnstyledButton } from '@mantine/core';
import { Fragment, useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { configOfArm, withoutOffArms, type ArmConfig, type ExperimentConfig } from '../../core/config';
import { wordsOf } from '../../core/taskWords';
import { isActive } from '../../experiments/runState';
import { armStages, SHARED_STAGES, sharedStages, stageKey, type ShownRun, type StageState } from '../../experiments/shownRun';
import type { StageId } from '../../worker/protocol';
import { ArmMark, armVariable, useScheme } from '../shared/ArmMark';
import { duration, number, percent } from '../shared/format';
import { SideDrawer } from '../shared/SideDrawer';
import { useRun } from '../shared/store';
import { useWords } from '../shared/taskWords';
import { updatesOf } from './armWords';
import { DataSource } from './DataSource';
import classes from './pipeline.module.css';
import { SectionFields } from './SettingsPanel';
import { stageName, stageText } from './stages';

/** The way of the data, from prompts to verdict, one lane an arm; every stage opens its details and settings. */
export function Pipeline(): ReactNode {
  const shown = useRun((state) => state.shown);
  const edited = useRun((state) => state.edited);
  const active = useRun((state) => isActive(state));
  const [open, setOpen] = useState<StageId>();
  const config = useMemo(() => withoutOffArms(shown?.config ?? edited), [shown?.config, edited]);
  const owners = useMemo(() => sharedStages(config), [config]);
  const { arms } = config;
  const node = (stage: StageId, arm?: ArmConfig): ReactNode => (
    <StageNode
      {...{ stage, arm, config, active }}
      owner={owners.get(stageKey(stage, arm?.id))}
      run={shown}
      onOpen={() => setOpen(stage)}
    />
  );

  return (
    <section aria-label="Pipeline" className={classes.strip} style={{ '--lane': laneWidth(arms) } as CSSProperties}>
      <div className={classes.shared}>
        {SHARED_STAGES.map((stage) => (
          <Fragment key={stage}>{node(stage)}</Fragment>
        ))}
      </div>
      <div className={classes.lanes}>
        {arms.map((arm) => (
          <div key={arm.id} className={classes.lane} role="group" aria-label={arm.label}>
            <span className={classes.laneName}>
              <ArmMark armId={arm.id} /> <span>{arm.label}</span>
            </span>
            {armStages(config, arm).map((stage) => (
              <Fragment key={stage}>{node(stage, arm)}</Fragment>
            ))}
          </div>
        ))}
      </div>
      <div className={classes.end}>{node('verdict')}</div>
      <SideDrawer
        opened={open !== undefined}
        onClose={() => setOpen(undefined)}
        title={open && stageName(open, edited)}
      >
        {open && <StageDetails stage={open} run={shown} owners={owners} />}
      </SideDrawer>
    </section>
  );
}

/** Room for the names of the lanes: long ones take two lines. */
function laneWidth(arms: readonly ArmConfig[]): string {
  return arms.some(({ label }) => label.length > 7) ? '118px' : '74px';
}

interface StageNodeProps {
  readonly stage: StageId;
  readonly arm: ArmConfig | undefined;
  /** The arm that runs it, where that is another. */
  readonly owner: ArmConfig | undefined;
  /** Of the run, or of the next one where there is none. */
  readonly config: ExperimentConfig;
  readonly run: ShownRun | undefined;
  readonly active: boolean;
  readonly onOpen: () => void;
}

function StageNode({ stage, arm, owner, config, run, active, onOpen }: StageNodeProps): ReactNode {
  const scheme = useScheme();
  const state = run?.stages[stageKey(stage, (owner ?? arm)?.id)];
  const working = active && state?.state === 'active' && !owner;
  const share = state?.state === 'done' ? 1 : state && state.total > 0 ? state.done / state.total : 0;
  const title = stageName(stage, config, arm);
  return (
    <UnstyledButton
      className={classes.node}
      data-state={state?.state ?? 'waiting'}
      data-working={working || undefined}
      style={arm && armVariable(arm.id, scheme)}
      title={stage === 'task' ? wordsOf(config.run.task).measures : undefined}
      onClick={onOpen}
    >
      <span className={classes.title}>{title}</span>
      <span className={classes.status}>{owner ? `shared with ${owner.label}` : statusText(stage, arm, run, state)}</span>
      <span className={classes.track} aria-hidden>
        <span className={classes.fill} style={{ width: `${share * 100}%` }} />
      </span>
    </UnstyledButton>
  );
}

/** A stage in a few characters: how far, and the one number worth seeing. */
function statusText(
  stage: StageId,
  arm: ArmConfig | undefined,
  run: ShownRun | undefined,
  state: StageState | undefined,
): string {
  if (!run || !state) return 'waiting';
  const { config } = run;
  const words = wordsOf(config.run.task);
  const count = state.state === 'active' ? `${number(state.done)} / ${number(state.total)}` : undefined;
  switch (stage) {
    case 'task':
      return run.dataName ?? words.kind;
    case 'sft':
      return count ?? (config.sft.source === 'shipped' ? 'shipped' : `${number(config.sft.steps)} steps`);
    case 'pairs':
      return count ?? number(config.pairs.count);
    case 'labels':
      return count ?? `${number(labelledPairs(run, arm, state))} pairs`;
    case 'reward': {
      const accuracy = arm && run.curves[arm.id]?.['rm/accuracy']?.value.at(-1);
      const agrees = accuracy === undefined ? '' : `agrees ${percent(accuracy)}`;
      return count ? [count, agrees].filter(Boolean).join(' · ') : agrees || 'done';
    }
    case 'rl':
      return updatesText(run, arm, state);
    case 'verdict':
      return state.state === 'active' ? (state.note ?? 'judging') : `${number(config.evaluation.testPosts)} ${words.prompts}`;
  }
}

/** How far a policy is in the updates of its method, or how many it had. */
function updatesText({ config, curves }: ShownRun, arm: ArmConfig | undefined, state: StageState): string {
  const kind = arm && updatesOf(configOfArm(config, arm).rl.method);
  if (kind === 'none') return 'trains nothing';
  if (state.state === 'active') return `${number(state.done)} / ${number(state.total)}`;
  // The last measurement is at the end, also of a training that ended before its time.
  const last = arm && curves[arm.id]?.['eval/gold']?.step.at(-1);
  return last === undefined || kind === undefined ? 'done' : `${number(last)} ${kind}`;
}

/** Pairs that an arm has labels of: of given labels there may be fewer than pairs. */
function labelledPairs({ bundle, config }: ShownRun, arm: ArmConfig | undefined, { total }: StageState): number {
  return bundle ? (bundle.labelers[config.arms.findIndex(({ id }) => id === arm?.id)]?.n ?? config.pairs.count) : total;
}

/** The time that a stage took, or the arm that spent it. */
function costWords({ seconds }: StageState, owner: ArmConfig | undefined): string {
  if (owner) return `shared with ${owner.label}`;
  return seconds === undefined ? '' : duration(seconds);
}

interface StageDetailsProps {
  readonly stage: StageId;
  readonly run: ShownRun | undefined;
  readonly owners: ReturnType<typeof sharedStages>;
}

function StageDetails({ stage, run, owners }: StageDetailsProps): ReactNode {
  const { what, sections } = stageText(stage, useWords());
  const rows = run
    ? [undefined, ...run.config.arms].flatMap((arm) => {
        const state = run.stages[stageKey(stage, arm?.id)];
        return state ? [{ arm, state }] : [];
      })
    : [];
  return (
    <>
      <p className={classes.what}>{what}</p>
      {rows.length > 0 && (
        <dl className={classes.details}>
          {rows.map(({ arm, state }) => (
            <div key={arm?.id ?? ''}>
              <dt>
                {arm ? (
                  <>
                    <ArmMark armId={arm.id} /> {arm.label}
                  </>
                ) : (
                  'All arms'
                )}
              </dt>
              <dd>
                {state.state === 'done'
                  ? [state.summary ?? 'done', costWords(state, owners.get(stageKey(stage, arm?.id)))].filter(Boolean).join(', ')
                  : `${number(state.done)} of ${number(state.total)}${state.note ? `, ${state.note}` : ''}`}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {stage === 'task' && <DataSource />}
      {sections.map((section) => (
        <SectionFields key={section} section={section} />
      ))}
    </>
  );
}
