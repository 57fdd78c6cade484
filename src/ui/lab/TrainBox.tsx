import { Button, Checkbox } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { configDifference } from '../../core/config';
import type { LabelSet } from '../../experiments/labFiles';
import { firstTrainings, type LabResults } from '../../experiments/labResults';
import { isActive } from '../../experiments/runState';
import { expectedSeconds, firstChoice, trainOnLabels, type TrainingPlan } from '../../experiments/trainOnLabels';
import { changeWords } from '../playground/changes';
import { duration, number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useActions, useRun } from '../shared/store';
import { showView } from '../shell/view';
import { Fold } from './Fold';
import classes from './lab.module.css';
import { useLab } from './store';

/** From labels to policies: chosen labelers of the table become the arms of a run in the playground. */
export function TrainBox(): ReactNode {
  const results = useLab((state) => state.results);
  return results && results.sets.length > 0 ? <Train results={results} /> : null;
}

function Train({ results }: { readonly results: LabResults }): ReactNode {
  const settings = useRun((state) => state.edited);
  const training = useRun((state) => isActive(state));
  const labelling = useLab((state) => state.status !== 'idle');
  const { trainOn } = useActions();
  const [wanted, setWanted] = useState<readonly string[]>();
  const chosen = useMemo(() => wanted ?? firstChoice(results.sets), [wanted, results]);
  const plan = useMemo(() => trainOnLabels(results, chosen, settings), [results, chosen, settings]);
  const reason = 'reason' in plan
    ? plan.reason
    : training
      ? 'A run is under way in the playground: let it finish, or stop it there first.'
      : labelling
        ? 'Labelling is under way: let it finish, or stop it first.'
        : undefined;

  const first = firstTrainings(results.sets);
  const others = results.sets.filter((set) => !first.includes(set));
  const boxes = (sets: readonly LabelSet[]): ReactNode => (
    <div className={classes.arms}>
      {sets.map(({ labeler, labels }) => (
        <Checkbox
          key={labeler.id}
          size="xs"
          label={labels.length < results.pairs.length ? `${labeler.name} (${number(labels.length)} labels)` : labeler.name}
          checked={chosen.includes(labeler.id)}
          disabled={results.task === undefined}
          onChange={(event) => {
            const rest = chosen.filter((id) => id !== labeler.id);
            setWanted(event.currentTarget.checked ? [...rest, labeler.id] : rest);
          }}
        />
      ))}
    </div>
  );

  const start = ({ config, labels }: TrainingPlan): void => {
    void trainOn(config, labels);
    showView('playground');
    window.scrollTo({ top: 0 });
    // The button is gone with its screen.
    document.getElementById('main')?.focus({ preventScroll: true });
  };

  return (
    <section aria-labelledby="lab-train" className={classes.box} data-below>
      <h3 id="lab-train" className={screen.subheading}>
        Train on these labels{' '}
        <InfoTip
          label="training on labels"
          meaning="Each chosen labeler becomes an arm of a run in the playground: a reward model learns its labels, a policy learns that reward, and fresh annotators judge the policies. So agreement with people can be held against what comes out of it."
          caveat="All arms have the same pairs, start, seed and settings; they differ in who labelled and in nothing else. Pairs that one of the labelers did not label are left out for all."
        />
      </h3>
      <fieldset className={classes.group}>
        <legend>Labelers that become arms</legend>
        {boxes(first)}
        {others.length > 0 && <Fold title="Other trainings of the small judges">{boxes(others)}</Fold>}
      </fieldset>
      <div className={classes.buttons}>
        {/* Not disabled while something is missing: the reason stands beside it and is read with it. */}
        <Button
          {...(reason === undefined ? {} : { 'aria-disabled': true, 'data-disabled': true })}
          aria-describedby="lab-train-state"
          onClick={() => {
            if (reason === undefined && !('reason' in plan)) start(plan);
          }}
        >
          Train on these labels
        </Button>
        <p id="lab-train-state" className={classes.state}>
          {reason ?? (!('reason' in plan) && <Outlook plan={plan} />)}
        </p>
      </div>
    </section>
  );
}

/** What will happen, and how long it will take. */
function Outlook({ plan }: { readonly plan: TrainingPlan }): ReactNode {
  const settings = useRun((state) => state.edited);
  const shown = useRun((state) => state.shown);
  const { config, pairs } = plan;
  const arms = config.arms.length;
  const seconds = shown?.bundle && expectedSeconds(plan, shown.bundle);
  const changes = configDifference(settings, config).map((entry) => changeWords(entry, settings, config));
  return (
    <>
      {arms === 1
        ? `${number(pairs)} labelled pairs train one arm; with two or more, alignment can be held against the win rate. `
        : `${number(pairs)} pairs that all of them labelled train ${arms} arms, with the settings of the playground. `}
      {changes.length > 0 && `Set for it: ${changes.join(', ')}. `}
      {seconds !== undefined &&
        `About ${duration(Math.max(1, seconds))}, going by the ${shown?.origin === 'recorded' ? 'recorded run, on its machine' : 'last run'}.`}
    </>
  );
}
