import { Button, NativeSelect, NumberInput, Tooltip } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { PRESETS, withoutOffArms, type PresetName } from '../../core/config';
import { FIELD_LIST, FIELDS } from '../../core/fields';
import { isBuiltIn, TASK_IDS, wordsOf } from '../../core/taskWords';
import { blockedArm, verdictTrouble } from '../../experiments/armSettings';
import { withHeld } from '../../experiments/lessonLink';
import { scorersWanted } from '../../experiments/outsideScorers';
import { presetOf } from '../../experiments/lessons';
import { isActive } from '../../experiments/runState';
import { activeStages, STAGES, type ShownRun } from '../../experiments/shownRun';
import { useHold, useLesson } from '../lesson/store';
import { duration } from '../shared/format';
import { ShareButton } from '../share/ShareButton';
import { useActions, useRun } from '../shared/store';
import classes from './runbar.module.css';
import { clamp } from './sliderScale';
import { stageName } from './stages';

const ICONS = {
  run: 'M4 2.5v11l9-5.5Z',
  pause: 'M4 3h3v10H4ZM9 3h3v10H9Z',
  step: 'M3 3v10l7-5ZM11 3h2v10h-2Z',
  reset: 'M8 2.5a5.5 5.5 0 1 0 5.3 4h-1.7A3.9 3.9 0 1 1 8 4.1V6.8l4-3.5L8 0Z',
} as const;

function Icon({ name }: { readonly name: keyof typeof ICONS }): ReactNode {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden>
      <path d={ICONS[name]} fill="currentColor" />
    </svg>
  );
}

/** Starts, holds and stops; says where the run is. Sticks to the top of the window. */
export function RunBar(): ReactNode {
  const status = useRun((state) => state.status);
  const { run, pause, resume, step, reset } = useActions();
  const active = isActive({ status });
  const lesson = useLesson((state) => state.inForce !== undefined);
  const main =
    status === 'running'
      ? { label: 'Pause', icon: 'pause' as const, act: pause }
      : status === 'paused'
        ? { label: 'Resume', icon: 'run' as const, act: resume }
        : status === 'opening'
          ? { label: 'Starting', icon: 'run' as const, act: () => undefined }
          : { label: 'Run', icon: 'run' as const, act: () => void run() };

  return (
    <div className={classes.bar} role="group" aria-label="Run">
      {/* Busy, not disabled: a disabled button would lose the focus of whoever pressed it by keyboard. */}
      <Button
        size="md"
        className={classes.main}
        leftSection={<Icon name={main.icon} />}
        aria-busy={status === 'opening'}
        onClick={main.act}
      >
        {main.label}
      </Button>
      <div className={classes.minor}>
        <Tooltip label="Pause; once paused, go on by one update" withArrow>
          <Button
            variant="default"
            leftSection={<Icon name="step" />}
            disabled={status !== 'running' && status !== 'paused'}
            onClick={step}
          >
            Step
          </Button>
        </Tooltip>
        <Tooltip
          label={
            active
              ? 'Stop this run; the last finished one comes back'
              : `Back to the recorded run and the ${lesson ? "lesson's" : 'default'} settings`
          }
          withArrow
        >
          <Button variant="default" leftSection={<Icon name="reset" />} onClick={reset}>
            Reset
          </Button>
        </Tooltip>
      </div>
      <div className={classes.choices}>
        <TaskChoice />
        <Preset />
        <Seed />
        <ShareButton />
      </div>
      <Where />
    </div>
  );
}

const TASK = FIELD_LIST.find((entry) => entry.path === 'run.task')!;

/** What policies learn to write. A file is chosen by giving it. */
function TaskChoice(): ReactNode {
  const hold = useHold('run.task');
  const task = useRun((state) => state.edited.run.task);
  const hasFile = useRun((state) => state.data !== undefined);
  const { edit } = useActions();
  if (hold === 'hidden') return null;
  const { measures } = wordsOf(task);
  return (
    <Tooltip label={hold === 'fixed' ? `Fixed by the lesson. ${measures}` : measures} withArrow multiline maw={260}>
      <label className={classes.choice} data-task>
        <span>{TASK.field.label}</span>
        <NativeSelect
          size="xs"
          className={classes.task}
          disabled={hold === 'fixed'}
          value={task}
          data={TASK_IDS.map((value) => ({ value, label: wordsOf(value).name, disabled: !isBuiltIn(value) && !hasFile && value !== task }))}
          onChange={(event) => edit(TASK, event.currentTarget.value)}
        />
      </label>
    </Tooltip>
  );
}

function Preset(): ReactNode {
  const inForce = useLesson((state) => state.inForce);
  const hold = useHold('presets');
  const name = useRun((state) => presetOf(state.edited, (config) => withHeld(config, inForce)));
  const { choosePreset } = useActions();
  if (hold === 'hidden') return null;
  const options = Object.entries(PRESETS).map(([value, { label }]) => ({ value, label }));
  return (
    <Tooltip label={name ? PRESETS[name].help : 'Settings of your own'} withArrow multiline maw={260}>
      <label className={classes.choice}>
        <span>Preset</span>
        <NativeSelect
          size="xs"
          className={classes.preset}
          value={name ?? 'custom'}
          data={name ? options : [...options, { value: 'custom', label: 'Custom' }]}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            if (chosen !== 'custom') choosePreset(chosen as PresetName);
          }}
        />
      </label>
    </Tooltip>
  );
}

const SEED = FIELD_LIST.find((entry) => entry.path === 'run.seed')!;

function Seed(): ReactNode {
  const hold = useHold('run.seed');
  const seed = useRun((state) => state.edited.run.seed);
  const { edit } = useActions();
  const [draft, setDraft] = useState<string | number>();
  const leave = (): void => {
    if (typeof draft === 'number') edit(SEED, clamp(FIELDS.run.seed, draft).value);
    setDraft(undefined);
  };
  if (hold === 'hidden') return null;
  return (
    <Tooltip label={hold === 'fixed' ? `Fixed by the lesson. ${FIELDS.run.seed.help}` : FIELDS.run.seed.help} withArrow multiline maw={260}>
      <label className={classes.choice}>
        <span>Seed</span>
        <NumberInput
          size="xs"
          className={classes.seed}
          disabled={hold === 'fixed'}
          value={draft ?? seed}
          allowDecimal={false}
          allowNegative={false}
          clampBehavior="none"
          onChange={(next) => {
            setDraft(next);
            if (typeof next === 'number' && clamp(FIELDS.run.seed, next).message === undefined) edit(SEED, next);
          }}
          onBlur={leave}
        />
      </label>
    </Tooltip>
  );
}

/** Stage and time left, in words. */
function Where(): ReactNode {
  const status = useRun((state) => state.status);
  const shown = useRun((state) => state.shown);
  const seconds = useRun((state) => state.seconds);
  const blocked = useRun((state) => blockedArm(state.edited)?.arm.label);
  const noVerdict = useRun((state) => verdictTrouble(state.edited));
  const sends = useRun((state) => scorersWanted(withoutOffArms(state.edited)).includes('llm'));
  if (blocked !== undefined && !isActive({ status })) {
    return (
      <p className={classes.where}>
        <b>{blocked} cannot run as it is set:</b> see Arms.
      </p>
    );
  }
  if (noVerdict !== undefined && !isActive({ status })) {
    return (
      <p className={classes.where}>
        <b>The verdict cannot be taken as it is set:</b> {noVerdict}
      </p>
    );
  }
  return (
    <p className={classes.where}>
      {status === 'opening' && 'Choosing an engine, loading weights'}
      {(status === 'running' || status === 'paused') && shown && (
        <ActiveStages run={shown} paused={status === 'paused'} />
      )}
      {status === 'finished' && `Finished${seconds === undefined ? '' : ` in ${duration(seconds)}`}`}
      {status === 'failed' && 'Stopped by an error'}
      {status === 'idle' &&
        (sends
          ? 'Prompts and responses are sent to the language model that scores; everything else runs on this machine.'
          : 'Everything runs on this machine; nothing is sent anywhere.')}
    </p>
  );
}

function ActiveStages({ run, paused }: { readonly run: ShownRun; readonly paused: boolean }): ReactNode {
  const active = activeStages(run);
  const first = active[0];
  if (!first) return paused ? 'Paused' : 'Starting';
  const names = active.map(({ stage, arm }) => {
    const config = run.config.arms.find((candidate) => candidate.id === arm);
    const name = stageName(stage, run.config, config);
    return config ? `${config.label}: ${name}` : name;
  });
  const left = Math.max(0, ...active.map(({ state }) => state.secondsLeft ?? 0));
  return (
    <>
      <b>
        {paused ? 'Paused in stage' : 'Stage'} {STAGES.indexOf(first.stage) + 1} of {STAGES.length}
      </b>{' '}
      {names.join(', ')}
      {!paused && left > 0 && ` · about ${duration(Math.ceil(left))} left in it`}
    </>
  );
}
