import { Button, Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { askedOf, type LabChoice, type LabelerProgress } from '../../experiments/labState';
import { WORLD_WAITS } from '../../experiments/labWorld';
import { missingInPrompt, missingOf } from '../../experiments/llmSettings';
import { missingOfPage, TRAINING } from '../../experiments/pageLlmStore';
import { isActive } from '../../experiments/runState';
import { dollars, number } from '../shared/format';
import { useRun } from '../shared/store';
import classes from './lab.module.css';
import { useLab, usePageLlm } from './store';
import { choiceTitle } from './words';

/** Why nothing can be run now; undefined where everything is there. */
function useReason(): string | undefined {
  const nobody = useLab((state) => askedOf(state).length === 0);
  const noPairs = useLab((state) => state.source === 'imported' && !state.imported);
  const missing = useLab((state) => (state.chosen.includes('llm') ? missingOf(state.llm, state.hasKey) : undefined));
  const missingHere = usePageLlm((state) => missingOfPage(state));
  const missingInPagePrompt = useLab((state) => missingInPrompt(state.pagePrompt));
  const asksPage = useLab((state) => state.chosen.includes('pageLlm'));
  const training = useRun((state) => isActive(state));
  const world = useLab((state) => state.source === 'builtIn');
  if (noPairs) return 'Choose a file or a data set first.';
  if (nobody) return 'Choose at least one labeler.';
  if (training && world) return WORLD_WAITS;
  if (training && asksPage) return TRAINING;
  return missing ?? (asksPage ? (missingHere ?? missingInPagePrompt) : undefined);
}

const STATUS_WORDS = {
  idle: 'Pairs leave this page only for an LLM behind a URL, if one is chosen.',
  running: 'Labelling',
  paused: 'Paused; what is on its way is awaited.',
} as const;

/** The large button, and how far each labeler is. */
export function RunBox(): ReactNode {
  const status = useLab((state) => state.status);
  const activity = useLab((state) => state.activity);
  const pausable = useLab((state) => state.pausable);
  const run = useLab((state) => state.run);
  const pause = useLab((state) => state.pause);
  const resume = useLab((state) => state.resume);
  const stop = useLab((state) => state.stop);
  const reason = useReason();
  const idle = status === 'idle';
  const blocked = idle && reason !== undefined;
  return (
    <div className={classes.run} role="group" aria-label="Labelling">
      <div className={classes.buttons}>
        {/* Not disabled while something is missing: the reason stands beside it and is read with it. */}
        <Button
          size="md"
          className={classes.main}
          variant={idle ? 'filled' : 'default'}
          {...(blocked ? { 'aria-disabled': true, 'data-disabled': true } : {})}
          aria-describedby="lab-state"
          onClick={() => {
            if (!idle) stop();
            else if (!blocked) void run();
          }}
        >
          {idle ? 'Run' : 'Stop'}
        </Button>
        {status === 'paused' && (
          <Button size="md" variant="filled" onClick={resume}>
            Resume
          </Button>
        )}
        {status === 'running' && pausable && (
          <Button size="md" variant="default" onClick={pause}>
            Pause
          </Button>
        )}
        <p id="lab-state" className={classes.state}>
          {blocked ? reason : status === 'running' ? (activity ?? STATUS_WORDS.running) : STATUS_WORDS[status]}
        </p>
      </div>
      <ProgressList />
      <Trouble />
    </div>
  );
}

function ProgressList(): ReactNode {
  const progress = useLab((state) => state.progress);
  const idle = useLab((state) => state.status === 'idle');
  // Where all is done, the table says it.
  const shown = idle ? progress.filter(({ calls, state }) => calls !== undefined || state === 'ended') : progress;
  if (shown.length === 0) return null;
  return (
    <ul className={classes.progress}>
      {shown.map((one) => (
        <li key={one.choice}>
          <span>{choiceTitle(one.choice)}</span>
          <Progress value={(100 * one.done) / Math.max(1, one.total)} size="sm" aria-label={`${choiceTitle(one.choice)}, labelled so far`} />
          <span className={classes.soft}>
            {number(one.done)} of {number(one.total)}
            {one.state === 'ended' && ', ended'}
          </span>
          {one.calls && <span className={classes.calls}>{callWords(one.calls, one.choice)}</span>}
        </li>
      ))}
    </ul>
  );
}

const RUNGS = { logprobs: 'log-probabilities', structured: 'JSON', choice: 'bare choices' } as const;

function callWords(calls: NonNullable<LabelerProgress['calls']>, choice: LabChoice): string {
  const { spentUsd, capUsd, made, cached, retries, unparsed, wait, rung } = calls;
  return [
    ...(choice === 'pageLlm' ? [] : [spentUsd === undefined
      ? 'spending not counted without prices'
      : `spent ${dollars(spentUsd)}${capUsd === undefined ? '' : ` of at most ${dollars(capUsd)}`}`]),
    `${number(made)} calls`,
    ...(cached > 0 ? [`${number(cached)} from stored replies`] : []),
    ...(retries > 0 ? [`${number(retries)} repeated`] : []),
    ...(unparsed > 0 ? [`${number(unparsed)} labels unreadable`] : []),
    ...(rung ? [`read from ${RUNGS[rung]}`] : []),
    ...(wait > 0 ? [`waiting ${wait} s, as the provider asked`] : []),
  ].join(', ');
}

function Trouble(): ReactNode {
  const trouble = useLab((state) => state.trouble);
  if (!trouble) return null;
  return (
    <p className={classes.trouble} role="alert">
      <b>{trouble.message}</b> {trouble.advice}
    </p>
  );
}
