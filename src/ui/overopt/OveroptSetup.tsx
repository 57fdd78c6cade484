import { Button, NativeSelect, UnstyledButton } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { FieldValue } from '../../core/config';
import {
  ensembleSize,
  OVEROPT_FIELDS,
  OVEROPT_PRESETS,
  overoptConfig,
  overoptPresetOf,
  overoptSettingsOf,
  type OveroptSettings,
} from '../../experiments/overoptSettings';
import { isActive } from '../../experiments/runState';
import { activeStages } from '../../experiments/shownRun';
import { stageName } from '../playground/stages';
import { number } from '../shared/format';
import screen from '../shared/screen.module.css';
import { useActions, useRun } from '../shared/store';
import { OveroptField } from './OveroptField';
import classes from './overopt.module.css';

const ARMS: Readonly<Record<OveroptSettings['arms'], string>> = { one: 'one', ensembles: 'one reward model and three ensembles' };
const FEEDBACKS: Readonly<Record<OveroptSettings['feedback'], string>> = { people: 'people (RLHF)', ai: 'AI labeler (RLAIF)' };

/** How many reward models are in an ensemble where several arms are compared and none was chosen. */
const USUAL_ENSEMBLE = 4;

const optionsOf = (names: Readonly<Record<string, string>>): { value: string; label: string }[] =>
  Object.entries(names).map(([value, label]) => ({ value, label }));

/** From a preset or settings of one's own to a run. */
export function OveroptSetup(): ReactNode {
  const edited = useRun((state) => state.edited);
  // What was set up here before is in the form of the playground still.
  const [settings, setSettings] = useState<OveroptSettings>(() => overoptSettingsOf(edited) ?? OVEROPT_PRESETS[0].settings);
  const set = (path: string, value: FieldValue): void => setSettings({ ...settings, values: { ...settings.values, [path]: value } });
  const compare = (arms: OveroptSettings['arms']): void => {
    const single = settings.values['rewardModel.members'] === 1;
    const values = arms === 'ensembles' && single ? { ...settings.values, 'rewardModel.members': USUAL_ENSEMBLE } : settings.values;
    setSettings({ ...settings, arms, values });
  };
  return (
    <section className={screen.panel} aria-labelledby="overopt-setup">
      <h3 id="overopt-setup" className={screen.subheading}>
        Make it go wrong
      </h3>
      <Presets settings={settings} onChoose={setSettings} />
      <details className={screen.more}>
        <summary>Settings of your own</summary>
        <div className={classes.fields}>
          <NativeSelect
            size="xs"
            label="Arms"
            description="One policy, or the same with one reward model, the mean of several, their worst case and their mean less what they disagree by."
            value={settings.arms}
            data={optionsOf(ARMS)}
            onChange={(event) => compare(event.currentTarget.value as OveroptSettings['arms'])}
          />
          <NativeSelect
            size="xs"
            label="Who labels"
            description="Whose preferences the reward model learns."
            value={settings.feedback}
            data={optionsOf(FEEDBACKS)}
            onChange={(event) => setSettings({ ...settings, feedback: event.currentTarget.value as OveroptSettings['feedback'] })}
          />
          {OVEROPT_FIELDS.filter(({ path }) => isUsed(path, settings)).map((entry) => (
            <OveroptField key={entry.path} entry={entry} value={settings.values[entry.path]} onChange={(value) => set(entry.path, value)} />
          ))}
        </div>
      </details>
      <Start settings={settings} />
    </section>
  );
}

/** How an ensemble scores is settled by the arms where these differ in it, and is nothing where there is no ensemble. */
function isUsed(path: string, { arms, values }: OveroptSettings): boolean {
  return path !== 'rewardModel.combine' || (arms === 'one' && Number(values['rewardModel.members']) > 1);
}

interface PresetsProps {
  readonly settings: OveroptSettings;
  readonly onChoose: (settings: OveroptSettings) => void;
}

function Presets({ settings, onChoose }: PresetsProps): ReactNode {
  const active = overoptPresetOf(settings);
  return (
    <ul className={classes.presets}>
      {OVEROPT_PRESETS.map((preset) => (
        <li key={preset.id}>
          <UnstyledButton className={classes.preset} aria-pressed={preset === active} onClick={() => onChoose(preset.settings)}>
            <b>{preset.title}</b>
            <span className={classes.prediction}>{preset.prediction}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

const counted = (count: number, what: string): string => `${number(count)} ${what}${count === 1 ? '' : 's'}`;

function Start({ settings }: { readonly settings: OveroptSettings }): ReactNode {
  const active = useRun((state) => isActive(state));
  const seed = useRun((state) => state.edited.run.seed);
  const shown = useRun((state) => state.shown);
  const { runConfig, reset } = useActions();
  const config = useMemo(() => overoptConfig(settings, seed), [settings, seed]);
  const models = settings.arms === 'ensembles' ? 1 + 3 * ensembleSize(settings) : Number(settings.values['rewardModel.members']);
  const under = active && shown ? activeStages(shown).map(({ stage, arm }) => {
    const own = shown.config.arms.find(({ id }) => id === arm);
    const name = stageName(stage, shown.config, own);
    return own ? `${own.label}: ${name}` : name;
  }) : [];
  return (
    <div className={classes.start}>
      {/* One button that is never disabled: whoever pressed it by keyboard keeps the focus. */}
      <Button
        variant={active ? 'default' : 'filled'}
        aria-describedby="overopt-state"
        onClick={() => {
          if (active) reset();
          else void runConfig(config);
        }}
      >
        {active ? 'Stop' : 'Start this run'}
      </Button>
      <p id="overopt-state" className={screen.text}>
        {active
          ? `A run is under way. ${under.join(', ')}`
          : `${counted(config.arms.length, 'arm')}, ${counted(models, 'reward model')}, seed ${seed}; all else as by default. ` +
            "The playground's form takes these settings."}
      </p>
    </div>
  );
}
