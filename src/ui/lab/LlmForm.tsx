import { Autocomplete, Button, Checkbox, NativeSelect, NumberInput, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { pairsOf } from '../../experiments/labStore';
import {
  CUSTOM, estimateOf, LLM_PROVIDERS, presetOf, previewOf, promptOf, type LlmSettings,
} from '../../experiments/llmSettings';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import { useShallow } from 'zustand/react/shallow';
import classes from './lab.module.css';
import { useLab } from './store';
import { dollars } from './words';

/** Most models offered below the field; typing narrows them down. */
const OFFERED = 60;

/** A language model behind a URL: where it is, what it is asked, what it may cost. */
export function LlmForm(): ReactNode {
  const busy = useLab((state) => state.status !== 'idle');
  return (
    <section aria-labelledby="lab-llm" className={classes.box} data-below>
      <h3 id="lab-llm" className={classes.subheading}>
        The LLM behind a URL
      </h3>
      <fieldset className={classes.llm} disabled={busy}>
        <legend className={classes.announcer}>What is asked, and where</legend>
        <Server />
        <Connection />
        <Questions />
        <Costs />
        <Preamble />
        <Preview />
      </fieldset>
    </section>
  );
}

function Server(): ReactNode {
  const llm = useLab((state) => state.llm);
  const models = useLab((state) => state.models);
  const modelsTrouble = useLab((state) => state.modelsTrouble);
  const setLlm = useLab((state) => state.setLlm);
  const listModels = useLab((state) => state.listModels);
  const preset = presetOf(llm);
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
            onChange={(model) => setLlm({ model })}
          />
          <Button size="xs" variant="default" onClick={() => void listModels()}>
            List
          </Button>
        </div>
      </div>
      {/* One field a server: what was typed for one is not shown for another. */}
      <Key key={llm.baseUrl} />
      {modelsTrouble !== undefined && (
        <p className={classes.trouble} role="alert">
          {modelsTrouble}
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

function Key(): ReactNode {
  const hasKey = useLab((state) => state.hasKey);
  const kept = useLab((state) => state.keyKept);
  const note = useLab((state) => state.keyNote);
  const setKey = useLab((state) => state.setKey);
  const keepKey = useLab((state) => state.keepKey);
  const clearKeys = useLab((state) => state.clearKeys);
  const forgetReplies = useLab((state) => state.forgetReplies);
  const [typed, setTyped] = useState('');
  return (
    <div className={classes.key}>
      <PasswordInput
        size="xs"
        label="Key"
        autoComplete="off"
        className={classes.keyField}
        placeholder={hasKey ? 'a key is set for this server' : ''}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setKey(event.currentTarget.value);
        }}
      />
      <div className={classes.keyRow}>
        <Checkbox
          size="xs"
          label="Keep it until this tab is closed"
          checked={kept}
          onChange={(event) => keepKey(event.currentTarget.checked)}
        />
        <InfoTip
          label="keys"
          meaning="A key stays in the memory of this page, or in the session storage of this tab if you ask for it, and is sent to its own server only. It is in no link, no file and no message."
          caveat="Use a key with a spending limit. Whoever can run scripts in this page, such as a browser extension, could read it."
        />
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={!hasKey && !kept}
          onClick={() => {
            setTyped('');
            clearKeys();
          }}
        >
          Clear keys
        </Button>
        <Button size="compact-xs" variant="subtle" onClick={() => void forgetReplies()}>
          Forget stored replies
        </Button>
        <InfoTip
          label="stored replies"
          meaning="Replies are stored in this browser, so that labels that are paid for are not paid for twice, also after a stop or a reload."
        />
      </div>
      {note !== undefined && (
        <p className={classes.text} role="status">
          {note}
        </p>
      )}
    </div>
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

function Questions(): ReactNode {
  const llm = useLab((state) => state.llm);
  const setLlm = useLab((state) => state.setLlm);
  return (
    <div className={classes.fields}>
      <NativeSelect
        size="xs"
        label="The pairs are"
        value={llm.kind}
        data={[{ value: 'summary', label: 'summaries of a post' }, { value: 'dialogue', label: 'replies in a conversation' }]}
        onChange={(event) => setLlm({ kind: event.currentTarget.value as LlmSettings['kind'] })}
      />
      <NativeSelect
        size="xs"
        label="Preamble"
        value={llm.detail}
        data={[{ value: 'base', label: 'base: one sentence' }, { value: 'detailed', label: 'detailed: what to look at' }]}
        onChange={(event) => setLlm({ detail: event.currentTarget.value as LlmSettings['detail'] })}
      />
      <div className={classes.switches}>
        <div className={classes.choice}>
          <Checkbox
            size="xs"
            label="Chain of thought"
            checked={llm.chainOfThought}
            onChange={(event) => setLlm({ chainOfThought: event.currentTarget.checked })}
          />
          <InfoTip
            label="chain of thought"
            meaning="Asks for a comparison in words first and for the choice in a second call that has it before it: twice the calls, many more tokens."
          />
        </div>
        <div className={classes.choice}>
          <Checkbox
            size="xs"
            label="Both orders"
            checked={llm.bothOrders}
            onChange={(event) => setLlm({ bothOrders: event.currentTarget.checked })}
          />
          <InfoTip
            label="both orders"
            meaning="Asks twice with the responses swapped and averages the two answers; position bias is read from them."
          />
        </div>
      </div>
    </div>
  );
}

/** A number that may be left empty. */
function Amount({ label, value, onChange, prefix }: {
  readonly label: ReactNode;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly prefix?: string;
}): ReactNode {
  const [draft, setDraft] = useState<string | number>(value ?? '');
  // "0." on the way to 0.05 is text that stands for 0: it must stay in the field as it was typed.
  const shown = amountOf(draft) === value ? draft : (value ?? '');
  return (
    <NumberInput
      size="xs"
      label={label}
      value={shown}
      min={0}
      hideControls
      allowNegative={false}
      prefix={prefix ?? ''}
      onChange={(next) => {
        setDraft(next);
        onChange(amountOf(next));
      }}
    />
  );
}

function amountOf(text: string | number): number | undefined {
  const amount = Number(text);
  return text === '' || !Number.isFinite(amount) ? undefined : amount;
}

function Costs(): ReactNode {
  const llm = useLab((state) => state.llm);
  const setLlm = useLab((state) => state.setLlm);
  return (
    <>
      <div className={classes.fields} data-narrow>
        <Amount label="$ per million tokens in" prefix="$" value={llm.priceInput} onChange={(priceInput) => setLlm({ priceInput })} />
        <Amount label="$ per million tokens out" prefix="$" value={llm.priceOutput} onChange={(priceOutput) => setLlm({ priceOutput })} />
        <Amount label="Spend at most, a run" prefix="$" value={llm.capUsd} onChange={(capUsd) => setLlm({ capUsd })} />
        <Amount label="Size, billions of parameters" value={llm.billions} onChange={(billions) => setLlm({ billions })} />
      </div>
      <Estimate />
    </>
  );
}

function Estimate(): ReactNode {
  const llm = useLab((state) => state.llm);
  const pairs = useLab(useShallow((state) => pairsOf(state)));
  const samplePairs = useLab((state) => state.samplePairs);
  const builtIn = useLab((state) => state.source === 'builtIn');
  const estimate = useMemo(() => pairs && estimateOf(llm, pairs), [llm, pairs]);
  if (!estimate) {
    return builtIn ? (
      <p className={classes.text}>
        The estimate and the preview need the pairs.{' '}
        <Button size="compact-xs" variant="default" onClick={() => void samplePairs()}>
          Sample the pairs
        </Button>
      </p>
    ) : (
      <p className={classes.text}>The estimate and the preview need the pairs: choose a file or a data set first.</p>
    );
  }
  const { calls, input, output, usd } = estimate;
  return (
    <p className={classes.text} data-testid="lab-estimate">
      About {number(calls)} calls, {number(input)} tokens in and {number(output)} out:{' '}
      {usd === undefined ? 'give the prices to see what that costs.' : <b>{dollars(usd)}</b>}{' '}
      <InfoTip
        label="the estimate"
        meaning="Four characters are taken for a token, and for replies what such calls usually need."
        caveat="Good within a third or so for English. The cap is of one press of Run, and is kept whatever the estimate says: a call that could pass it is not made."
      />
    </p>
  );
}

function Preamble(): ReactNode {
  const llm = useLab((state) => state.llm);
  const setLlm = useLab((state) => state.setLlm);
  return (
    <details className={classes.details}>
      <summary>Edit the preamble{llm.preamble === undefined ? '' : ' (edited)'}</summary>
      <Textarea
        size="xs"
        autosize
        minRows={2}
        maxRows={10}
        aria-label="Preamble, text"
        value={promptOf(llm).preamble}
        onChange={(event) => setLlm({ preamble: event.currentTarget.value })}
      />
      {llm.preamble !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={() => setLlm({ preamble: undefined })}>
          Back to the original
        </Button>
      )}
    </details>
  );
}

function Preview(): ReactNode {
  const llm = useLab((state) => state.llm);
  const first = useLab((state) => pairsOf(state)?.[0]);
  const [open, setOpen] = useState(false);
  const preview = useMemo(() => (first && open ? previewOf(llm, first) : undefined), [llm, first, open]);
  if (!first) return null;
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The exact prompt for the first pair</summary>
      {typeof preview === 'string' && <p className={classes.trouble}>{preview}</p>}
      {typeof preview === 'object' &&
        preview.calls.map(({ messages, request }, i) => (
          <div key={i}>
            {preview.calls.length > 1 && <p className={classes.text}>Call {i + 1}</p>}
            {messages.map(({ role, content }, m) => (
              <div key={m} className={classes.message}>
                <b>{role}</b>
                <pre tabIndex={0} aria-label={`Message of ${role}`}>
                  {content}
                </pre>
              </div>
            ))}
            <details className={classes.details}>
              <summary>The request as it is sent</summary>
              <pre tabIndex={0} aria-label={`Request ${i + 1}`}>
                {JSON.stringify(request, null, 1)}
              </pre>
            </details>
          </div>
        ))}
    </details>
  );
}
