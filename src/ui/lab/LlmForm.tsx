import { Autocomplete, Button, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { pairsOf } from '../../experiments/labState';
import { CUSTOM, LLM_PROVIDERS, modelChoice, presetOf } from '../../experiments/llmSettings';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './lab.module.css';
import { LlmCosts } from './LlmCosts';
import { LlmKey } from './LlmKey';
import { PromptControls } from './PromptControls';
import { useLab } from './store';

/** Most models offered below the field; typing narrows them down. */
const OFFERED = 60;

/** A language model behind a URL: where it is, what it is asked, what it may cost. */
export function LlmForm(): ReactNode {
  const busy = useLab((state) => state.status !== 'idle');
  return (
    <section aria-labelledby="lab-llm" className={classes.box} data-below>
      <h3 id="lab-llm" className={screen.subheading}>
        The LLM behind a URL
      </h3>
      <fieldset className={classes.llm} disabled={busy}>
        <legend className={screen.unseen}>What is asked, and where</legend>
        <Server />
        <Connection />
        <LlmCosts />
        <Prompt />
      </fieldset>
    </section>
  );
}

function Prompt(): ReactNode {
  const settings = useLab((state) => state.llm);
  const setLlm = useLab((state) => state.setLlm);
  const pairs = useLab(useShallow((state) => pairsOf(state)));
  const found = useLab((state) => state.found);
  return <PromptControls settings={settings} onChange={setLlm} pairs={pairs} found={found} remote />;
}

function Server(): ReactNode {
  const llm = useLab((state) => state.llm);
  const models = useLab((state) => state.models);
  const modelsTrouble = useLab((state) => state.modelsTrouble);
  const setLlm = useLab((state) => state.setLlm);
  const listModels = useLab((state) => state.listModels);
  const preset = presetOf(llm);
  const listed = models.find(({ id }) => id === llm.model.trim());
  const choose = (id: string): void => {
    const chosen = presetOf({ provider: id });
    setLlm({ provider: id, baseUrl: chosen?.baseUrl ?? '', model: '' });
  };
  return (
    <>
      <div className={classes.fields}>
        <NativeSelect
          size="xs"
          label="Provider"
          value={llm.provider}
          data={[...LLM_PROVIDERS.map(({ id, name }) => ({ value: id, label: name })), { value: CUSTOM, label: 'Another server' }]}
          onChange={(event) => choose(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          type="url"
          label="Base URL"
          placeholder="https://…/v1"
          value={llm.baseUrl}
          onChange={(event) => setLlm({ baseUrl: event.currentTarget.value })}
        />
        <div className={classes.inline}>
          <Autocomplete
            size="xs"
            label="Model"
            className={classes.grow}
            value={llm.model}
            data={[...new Set(models.map(({ id }) => id))]}
            limit={OFFERED}
            onChange={(model) => setLlm(modelChoice(llm, model, models))}
          />
          <Button size="xs" variant="default" onClick={() => void listModels()}>
            List
          </Button>
        </div>
      </div>
      {/* One field a server: what was typed for one is not shown for another. */}
      <LlmKey key={llm.baseUrl} />
      {modelsTrouble !== undefined && (
        <p className={classes.trouble} role="alert">
          {modelsTrouble}
        </p>
      )}
      {listed?.parameters && (
        <p className={classes.text}>
          The provider&rsquo;s list names{' '}
          {listed.parameters.includes('logprobs')
            ? 'log-probabilities for this model, at one of its hosts at least.'
            : 'no log-probabilities for this model: its answers will be read from JSON, or as a bare choice.'}
        </p>
      )}
      {preset && (
        <p className={classes.text}>
          {preset.note} Calls from a page: {preset.cors.text} (second hand, {preset.cors.asOf})
          {preset.keyUrl !== undefined && (
            <>
              {' '}
              <a href={preset.keyUrl} target="_blank" rel="noopener noreferrer">
                Get a key
              </a>
            </>
          )}
        </p>
      )}
    </>
  );
}

const OUTCOMES = { passed: '✓', failed: '✗', unknown: '?' } as const;

function Connection(): ReactNode {
  const connection = useLab((state) => state.connection);
  const ready = useLab((state) => state.llm.model.trim() !== '');
  const test = useLab((state) => state.testConnection);
  return (
    <div className={classes.connection}>
      <Button size="xs" variant="default" loading={connection === 'testing'} disabled={!ready} onClick={() => void test()}>
        Test connection
      </Button>
      <InfoTip
        label="the test"
        meaning="Asks for the list of models, then for one short reply, then once with a wrong key to see whether a refusal can be told from a failure."
        caveat="The reply costs a few tokens."
      />
      {connection !== undefined && connection !== 'testing' && (
        <div role="status" data-testid="lab-connection">
          <p className={connection.ok ? classes.good : classes.trouble}>
            {connection.ok ? 'The model answers.' : (connection.error?.message ?? 'The model does not answer.')}
          </p>
          <ul className={classes.checks}>
            {connection.checks.map(({ id, outcome, message }) => (
              <li key={id}>
                <span aria-label={outcome}>{OUTCOMES[outcome]}</span> {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
