import { Button, Progress, Radio } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { pairsOf } from '../../experiments/labState';
import { TRAINING } from '../../experiments/pageLlmStore';
import { isActive } from '../../experiments/runState';
import { number, percent } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useRun } from '../shared/store';
import classes from './lab.module.css';
import own from './pageLlm.module.css';
import { PromptControls } from './PromptControls';
import { useLab, usePageLlm } from './store';
import { megabytes, size } from './words';

/** A language model in this page: whether one can run here, which, what it takes, and what it is asked. */
export function PageLlmForm(): ReactNode {
  const gpu = usePageLlm((state) => state.gpu);
  const look = usePageLlm((state) => state.look);
  useEffect(() => void look(), [look]);
  return (
    <section aria-labelledby="lab-page-llm" className={classes.box} data-below>
      <h3 id="lab-page-llm" className={screen.subheading}>
        The LLM in this page{' '}
        <InfoTip
          label="the LLM in this page"
          meaning="A language model that runs on this device's GPU, by the library WebLLM. What is asked and how answers are read is as for an LLM behind a URL."
          caveat="It stays in the GPU's memory until you free it, or a run begins in the playground."
        />
      </h3>
      {!gpu && <p className={classes.text}>Looking for a GPU …</p>}
      {gpu && 'missing' in gpu && <Missing reason={gpu.missing} />}
      {gpu && !('missing' in gpu) && <Form f16={gpu.f16} software={gpu.software} />}
    </section>
  );
}

function Missing({ reason }: { readonly reason: string }): ReactNode {
  return (
    <div className={classes.note} data-testid="page-llm-missing">
      <p>
        {reason} So no language model can run in this page. <Remote>Ask an LLM behind a URL instead</Remote>
      </p>
    </div>
  );
}

/** The way out for those whose GPU will not do. */
function Remote({ children }: { readonly children: string }): ReactNode {
  const choose = useLab((state) => state.choose);
  return (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => {
        choose('pageLlm', false);
        choose('llm', true);
      }}
    >
      {children}
    </Button>
  );
}

function Form({ f16, software }: { readonly f16: boolean; readonly software: boolean }): ReactNode {
  const busy = useLab((state) => state.status !== 'idle');
  const pagePrompt = useLab((state) => state.pagePrompt);
  const setPagePrompt = useLab((state) => state.setPagePrompt);
  const pairs = useLab(useShallow((state) => pairsOf(state)));
  return (
    <>
      {software && (
        <p className={classes.note}>
          WebGPU computes on the CPU here: expect minutes a pair. <Remote>Ask an LLM behind a URL instead</Remote>
        </p>
      )}
      {!f16 && (
        <p className={classes.note}>
          This GPU has no 16-bit floats (shader-f16), so the list holds the versions with 32-bit ones, which need more memory.
          Models without such a version are left out. <Remote>Ask an LLM behind a URL instead</Remote>
        </p>
      )}
      <fieldset className={classes.llm} disabled={busy}>
        <legend className={screen.unseen}>Which model runs in this page, and what it is asked</legend>
        <ModelList />
        <Loading />
        <PromptControls settings={pagePrompt} onChange={setPagePrompt} pairs={pairs} remote={false} />
      </fieldset>
    </>
  );
}

function ModelList(): ReactNode {
  const models = usePageLlm((state) => state.models);
  const chosen = usePageLlm((state) => state.chosen);
  const stored = usePageLlm((state) => state.stored);
  const loading = usePageLlm((state) => state.load.state === 'loading');
  const choose = usePageLlm((state) => state.choose);
  const forget = usePageLlm((state) => state.forget);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The model chosen at first is not among those that need the least.
    const row = list.current?.querySelector<HTMLElement>('[data-chosen]');
    if (list.current && row) list.current.scrollTop = row.offsetTop - list.current.clientHeight / 2;
  }, []);
  return (
    <div ref={list} className={own.list} tabIndex={0} role="group" aria-label="Models, those that need the least memory first">
      <table className={own.models}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className={own.wide}>Parameters</th>
            <th scope="col">GPU memory</th>
            <th scope="col">Download, about</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ id, family, parameters, memoryMB, downloadMB }) => (
            <tr key={id} data-chosen={id === chosen || undefined}>
              <th scope="row">
                <div className={own.name}>
                  <Radio
                    size="xs"
                    name="page-model"
                    label={family}
                    checked={id === chosen}
                    disabled={loading}
                    onChange={() => choose(id)}
                  />
                  {stored.includes(id) && (
                    <span className={own.stored}>
                      in this browser
                      <Button size="compact-xs" variant="subtle" aria-label={`Remove ${family} from this browser`} onClick={() => void forget(id)}>
                        Remove
                      </Button>
                    </span>
                  )}
                </div>
              </th>
              <td className={own.wide}>{parameters === undefined ? <span className={classes.none}>not stated</span> : size(parameters)}</td>
              <td>{megabytes(memoryMB)}</td>
              <td>{downloadMB === undefined ? `below ${megabytes(memoryMB)}` : megabytes(downloadMB)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const STAGES = {
  preparing: 'Getting ready', downloading: 'Downloading', loading: 'Loading onto the GPU', compiling: 'Compiling its programs for this GPU',
} as const;

function Loading(): ReactNode {
  const load = usePageLlm((state) => state.load);
  const keepsAnything = usePageLlm((state) => state.keepsAnything);
  const trouble = usePageLlm((state) => state.trouble);
  const note = usePageLlm((state) => state.note);
  const startLoading = usePageLlm((state) => state.startLoading);
  const free = usePageLlm((state) => state.free);
  const forgetAll = usePageLlm((state) => state.forgetAll);
  const chosen = usePageLlm((state) => state.chosen);
  const family = usePageLlm((state) => state.models.find(({ id }) => id === state.chosen)?.family);
  const stored = usePageLlm((state) => state.stored.includes(state.chosen));
  const training = useRun((state) => isActive(state));
  const ready = load.state === 'loaded' && load.model === chosen;
  return (
    <>
      <Details />
      {load.state === 'loading' ? (
        <div className={own.loading}>
          <Button size="xs" variant="default" onClick={() => free('Loading was stopped. What has arrived stays in this browser.')}>
            Cancel
          </Button>
          <Progress value={100 * load.progress.share} size="sm" aria-label="Loaded so far" />
          <span className={classes.soft}>
            {STAGES[load.progress.stage]}
            {load.progress.stage !== 'preparing' && `, ${percent(load.progress.share)}`}
            {load.progress.megabytes !== undefined && ` (${megabytes(load.progress.megabytes)})`}
          </span>
        </div>
      ) : (
        <div className={own.actions}>
          {!ready && (
            <Button size="xs" disabled={training} onClick={() => void startLoading()}>
              {stored ? 'Load' : 'Download and load'}
            </Button>
          )}
          {load.state === 'loaded' && (
            <Button size="xs" variant="default" onClick={() => free('Its memory is free. The model is still in this browser.')}>
              Free its memory
            </Button>
          )}
          {keepsAnything && (
            <Button size="compact-xs" variant="subtle" onClick={() => void forgetAll()}>
              Remove all downloads
            </Button>
          )}
          {training && <span className={classes.soft}>{TRAINING}</span>}
        </div>
      )}
      <div role="status" className={own.news}>
        {ready && <p className={classes.good}>{family} is loaded.</p>}
        {!ready && note !== undefined && <p className={classes.note}>{note}</p>}
      </div>
      {trouble !== undefined && (
        <p className={classes.trouble} role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}

/** What pressing the button will take, said before it is pressed. */
function Details(): ReactNode {
  const model = usePageLlm((state) => state.models.find(({ id }) => id === state.chosen));
  const stored = usePageLlm((state) => state.stored.includes(state.chosen));
  if (!model) return null;
  const { family, downloadMB, memoryMB, contextTokens, lowResource } = model;
  const download = downloadMB === undefined ? `less than ${megabytes(memoryMB)}` : `about ${megabytes(downloadMB)}`;
  return (
    <p className={classes.text}>
      <b>{family}</b>{' '}
      {stored
        ? 'is in this browser already: nothing is downloaded. '
        : `takes a download of ${download} from huggingface.co and raw.githubusercontent.com, which is kept in this browser. `}
      It reads up to {number(contextTokens)} tokens and takes about {megabytes(memoryMB)} of GPU memory.{' '}
      {lowResource && 'The library counts it among the models for weak devices. '}
      No text leaves this page.
    </p>
  );
}
