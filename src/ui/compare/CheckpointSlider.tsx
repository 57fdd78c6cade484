import { SegmentedControl, Slider } from '@mantine/core';
import type { ReactNode } from 'react';
import { number } from '../shared/format';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import classes from './compare.module.css';
import { useWords } from '../shared/taskWords';
import { useCompare } from './store';

/** Leafs the shown run back to its checkpoints, where there are any. */
export function CheckpointSlider({ steps, live }: { readonly steps: readonly number[]; readonly live: boolean }): ReactNode {
  const { prompts } = useWords();
  const step = useCompare((state) => state.look.step);
  const set = useCompare((state) => state.set);
  const shown = useRun((state) => state.shown);
  const last = steps.at(-1);
  if (!shown) return null;
  if (last === undefined) {
    return (
      <p className={screen.text}>
        {live
          ? 'Checkpoints can be leafed through as soon as an arm has been looked at.'
          : 'No checkpoints: a run that is recorded or kept has its responses at the end of training only. Run an experiment in this page to leaf through its steps.'}
      </p>
    );
  }
  // The last one at or before it: a step of another run may not be one of this.
  const at = Math.max(0, steps.findLastIndex((one) => one <= (step ?? last)));
  return (
    <div className={classes.row}>
      <div className={classes.labelled}>
        <span className={classes.label} id="compare-when">
          Responses
        </span>
        <SegmentedControl
          size="xs"
          aria-labelledby="compare-when"
          value={step === undefined ? 'end' : 'step'}
          onChange={(value) => set({ step: value === 'end' ? undefined : last })}
          data={[
            { value: 'end', label: live ? 'latest' : `at the end, test ${prompts}` },
            { value: 'step', label: `at a checkpoint, validation ${prompts}` },
          ]}
        />
      </div>
      {step !== undefined && (
        <div className={classes.slider}>
          <span className={classes.label} aria-hidden>
            After {number(steps[at]!)} updates ({at + 1} of {steps.length} checkpoints)
          </span>
          <Slider
            size="sm"
            thumbLabel="Checkpoint"
            min={0}
            max={Math.max(1, steps.length - 1)}
            disabled={steps.length < 2}
            label={(value) => number(steps[value] ?? last)}
            thumbProps={{ 'aria-valuetext': `after ${steps[at]} updates` }}
            value={at}
            onChange={(value) => set({ step: steps[value] ?? last })}
          />
        </div>
      )}
    </div>
  );
}
