import { Button, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { ExperimentConfig } from '../../core/config';
import { wordsOf } from '../../core/taskWords';
import { FIELDS } from '../../core/fields';
import { MOST_AXES, sweptConfig, type AxisForm, type NoSweep, type SweepPlan } from '../../experiments/sweepPlan';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import { axisChoices, exampleOf, rangeWords } from './choices';
import { useSweep } from './store';
import classes from './sweep.module.css';
import { counted } from './words';

const NEW_AXIS: AxisForm = { path: '', values: '' };
const SEED = FIELDS.run.seed;

/** What is swept: size, seeds, and up to two settings. */
export function SweepSetup({ plan }: { readonly plan: SweepPlan | NoSweep }): ReactNode {
  const form = useSweep((state) => state.form);
  const edit = useSweep((state) => state.edit);
  const busy = useSweep((state) => state.status !== 'idle');
  const edited = useRun((state) => state.edited);
  const { axes, size } = form;
  const config = useMemo(() => sweptConfig({ size }, edited), [size, edited]);
  const problemOf = (index: number): string | undefined => ('reason' in plan && plan.axis === index ? plan.reason : undefined);
  return (
    <section className={screen.panel} aria-labelledby="sweep-setup">
      <h3 id="sweep-setup" className={screen.subheading}>
        What is run
      </h3>
      <Experiment config={config} />
      <div className={classes.row}>
        <div className={classes.size}>
          <span id="sweep-size" className={classes.label}>
            Size of each run{' '}
            <InfoTip
              label="the size of a run"
              meaning="As in the playground: its form as it stands. Quick: the same experiment with the pairs, RL iterations and prompts of the quick preset."
              caveat="Quick runs are good for trying out a sweep. Their differences between arms are smaller and noisier."
            />
          </span>
          <SegmentedControl
            size="xs"
            aria-labelledby="sweep-size"
            value={form.size}
            disabled={busy}
            onChange={(size) => edit({ size })}
            data={[{ value: 'asIs', label: 'as in the playground' }, { value: 'quick', label: 'quick' }]}
          />
        </div>
        <NumberInput
          size="xs"
          className={classes.seed}
          label="Seeds from"
          value={form.firstSeed}
          disabled={busy}
          min={SEED.min}
          max={SEED.max}
          clampBehavior="blur"
          allowDecimal={false}
          onChange={(value) => typeof value === 'number' && edit({ firstSeed: value })}
        />
        <NumberInput
          size="xs"
          className={classes.seed}
          label="to"
          aria-label="Seeds to"
          value={form.lastSeed}
          disabled={busy}
          min={SEED.min}
          max={SEED.max}
          clampBehavior="blur"
          allowDecimal={false}
          onChange={(value) => typeof value === 'number' && edit({ lastSeed: value })}
        />
      </div>
      {axes.map((_, i) => (
        <AxisRow key={i} index={i} config={config} problem={problemOf(i)} />
      ))}
      {axes.length < MOST_AXES && (
        <Button
          size="xs"
          variant="default"
          className={classes.start}
          disabled={busy}
          onClick={() => edit({ axes: [...axes, NEW_AXIS] })}
        >
          {axes.length === 0 ? 'Vary a setting' : 'Vary a second setting'}
        </Button>
      )}
    </section>
  );
}

/** The playground's experiment, in a line. */
function Experiment({ config: { run, arms, pairs, rl, evaluation } }: { readonly config: ExperimentConfig }): ReactNode {
  return (
    <p className={screen.text}>
      The playground's settings: {arms.map(({ label }) => label).join(' / ')}, {counted(pairs.count, 'pair')},{' '}
      {counted(rl.iterations, 'RL iteration')}, {number(evaluation.testPosts)} test {wordsOf(run.task).prompts}. Change them there.
    </p>
  );
}

interface AxisRowProps {
  readonly index: number;
  /** The experiment that is swept. */
  readonly config: ExperimentConfig;
  /** What is wrong with this row. */
  readonly problem: string | undefined;
}

/** A setting and the values that it takes. */
function AxisRow({ index, config, problem }: AxisRowProps): ReactNode {
  const form = useSweep((state) => state.form);
  const edit = useSweep((state) => state.edit);
  const busy = useSweep((state) => state.status !== 'idle');
  const choices = useMemo(() => axisChoices(config), [config]);
  const { path, values } = form.axes[index] ?? NEW_AXIS;
  const change = (changes: Partial<AxisForm>): void =>
    edit({ axes: form.axes.map((axis, i) => (i === index ? { ...axis, ...changes } : axis)) });
  return (
    <fieldset className={classes.axis}>
      <legend>{index === 0 ? 'A setting that varies' : 'A second one'}</legend>
      <Select
        size="xs"
        label="Setting"
        placeholder="Type to search"
        searchable
        // More are found by typing.
        limit={200}
        maxDropdownHeight={280}
        nothingFoundMessage="No setting of that name"
        data={choices}
        value={path === '' ? null : path}
        disabled={busy}
        onChange={(chosen) => change({ path: chosen ?? '' })}
      />
      <TextInput
        size="xs"
        label="Values"
        description="A list, a range as from..to or from..to..step, or both."
        placeholder={exampleOf(path)}
        value={values}
        disabled={busy}
        // Nothing is wrong with a row that was only begun; what it lacks stands beside the button.
        error={path !== '' && values !== '' && problem}
        onChange={(event) => change({ values: event.currentTarget.value })}
      />
      <Button
        size="xs"
        variant="subtle"
        disabled={busy}
        aria-label={`Remove setting ${index + 1}`}
        onClick={() => edit({ axes: form.axes.filter((_, i) => i !== index) })}
      >
        Remove
      </Button>
      <p className={classes.range}>{rangeWords(path, config)}</p>
    </fieldset>
  );
}
