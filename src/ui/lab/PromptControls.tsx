import { Button, Checkbox, NativeSelect, NumberInput, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { HumanPair } from '../../core/humanPairs';
import { MOST_EXEMPLARS } from '../../experiments/exemplars';
import { readExtraBody } from '../../experiments/extraBody';
import { MOST_SAMPLES, MOST_TEMPERATURE, promptOf, TIMEOUT, type LlmSettings } from '../../experiments/llmSettings';
import type { Rung } from '../../labelers/llm/types';
import { InfoTip } from '../shared/InfoTip';
import { ExemplarList } from './ExemplarList';
import { Fold } from './Fold';
import classes from './lab.module.css';
import { PromptPreview } from './PromptPreview';
import { RUNG_CHOICES } from './words';

export interface PromptControlsProps {
  readonly settings: LlmSettings;
  readonly onChange: (changes: Partial<LlmSettings>) => void;
  /** The pairs at hand, for examples and the preview; undefined where they are not there yet. */
  readonly pairs: readonly HumanPair[] | undefined;
  /** How the model turned out to be readable, once it was asked. */
  readonly found?: Rung | undefined;
  /** Whether it is asked over a network, where calls have a time-out and a request that can be shown and added to. */
  readonly remote: boolean;
}

/** What a language model is asked, and how its answer is read. */
export function PromptControls(props: PromptControlsProps): ReactNode {
  const { settings, onChange, pairs, remote } = props;
  const changed = changesOf(settings, remote);
  return (
    <>
      <Questions settings={settings} onChange={onChange} />
      {settings.exemplarsFrom !== 'none' && (
        <Fold key={settings.exemplarsFrom} title={<ExemplarTitle {...props} />} initiallyOpen={settings.exemplarsFrom === 'own'}>
          <ExemplarList settings={settings} onChange={onChange} pairs={pairs} />
        </Fold>
      )}
      <Fold title={changed === '' ? 'More about the prompt' : `More about the prompt (changed: ${changed})`}>
        <div className={classes.more}>
          <Reading settings={settings} onChange={onChange} />
          <Words settings={settings} onChange={onChange} />
          {remote && <Sending settings={settings} onChange={onChange} />}
        </div>
      </Fold>
      <PromptPreview {...props} />
    </>
  );
}

type Part = Pick<PromptControlsProps, 'settings' | 'onChange'>;

/** What of the folded part is not as it was at first, in words. */
function changesOf(settings: LlmSettings, remote: boolean): string {
  const { preamble, rationaleRequest, ending, structuredEnding, rung, samples, extraBody } = settings;
  const edited = [preamble, rationaleRequest, ending, structuredEnding].some((words) => words !== undefined);
  return [
    ...(rung === 'auto' ? [] : [RUNG_CHOICES[rung].title]),
    ...(samples > 1 ? [`${samples} samples`] : []),
    ...(edited ? ['words'] : []),
    ...(remote && extraBody.trim() !== '' ? ['extra fields'] : []),
  ].join(', ');
}

function ExemplarTitle({ settings, pairs }: PromptControlsProps): ReactNode {
  if (settings.exemplarsFrom === 'pairs' && !pairs) return 'The examples';
  return `The examples (${promptOf(settings, pairs ?? []).exemplars.length})`;
}

function Questions({ settings, onChange }: Part): ReactNode {
  return (
    <div className={classes.fields}>
      <NativeSelect
        size="xs"
        label="The pairs are"
        value={settings.kind}
        data={[
          { value: 'summary', label: 'summaries of a post' },
          { value: 'dialogue', label: 'replies: which helps more' },
          { value: 'harmful', label: 'replies: which is more harmful, as in the paper' },
          { value: 'harmless', label: 'replies: which is less harmful' },
        ]}
        onChange={(event) => onChange({ kind: event.currentTarget.value as LlmSettings['kind'] })}
      />
      <NativeSelect
        size="xs"
        label="Preamble"
        value={settings.detail}
        data={[{ value: 'base', label: 'base: one sentence' }, { value: 'detailed', label: 'detailed: what to look at' }]}
        onChange={(event) => onChange({ detail: event.currentTarget.value as LlmSettings['detail'] })}
      />
      <div className={classes.inline}>
        <NativeSelect
          size="xs"
          className={classes.grow}
          label="Examples in the prompt"
          value={settings.exemplarsFrom}
          data={[
            { value: 'none', label: 'none' },
            { value: 'pairs', label: 'the surest pairs' },
            { value: 'own', label: 'my own' },
          ]}
          onChange={(event) => onChange({ exemplarsFrom: event.currentTarget.value as LlmSettings['exemplarsFrom'] })}
        />
        {settings.exemplarsFrom === 'pairs' && (
          <NumberField
            label="How many"
            value={settings.exemplarCount}
            min={1}
            max={MOST_EXEMPLARS}
            whole
            onChange={(exemplarCount) => onChange({ exemplarCount })}
          />
        )}
        <span className={classes.beside}>
          <InfoTip
            label="examples"
            meaning="Worked examples before the pair that is to be judged (few-shot): your own, or those of the pairs that people are surest about. Pairs that the prompt shows are not judged, so n goes down."
            caveat="More is not better: in the paper two examples helped with harmlessness only, and eight took summaries from 77.4% to 69.8%."
            source="Lee et al. 2023, arXiv:2309.00267, table 2"
          />
        </span>
      </div>
      <div className={classes.switches}>
        <div className={classes.choice}>
          <Checkbox
            size="xs"
            label="Chain of thought"
            checked={settings.chainOfThought}
            onChange={(event) => onChange({ chainOfThought: event.currentTarget.checked })}
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
            checked={settings.bothOrders}
            onChange={(event) => onChange({ bothOrders: event.currentTarget.checked })}
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

/** A number that always has a value. */
function NumberField({ label, value, min, max, step = 1, whole = false, onChange }: {
  readonly label: ReactNode;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}): ReactNode {
  return (
    <NumberInput
      size="xs"
      label={label}
      className={classes.amount}
      value={value}
      min={min}
      max={max}
      step={step}
      clampBehavior="blur"
      allowDecimal={!whole}
      onChange={(next) => typeof next === 'number' && next >= min && next <= max && onChange(next)}
    />
  );
}

/** How the answer is read, and of how many replies it is made. */
function Reading({ settings, onChange }: Part): ReactNode {
  const { rung, samples, temperature } = settings;
  return (
    <>
      <div className={classes.explained}>
        <NativeSelect
          size="xs"
          label="The answer is read from"
          value={rung}
          data={Object.entries(RUNG_CHOICES).map(([value, { title }]) => ({ value, label: title }))}
          onChange={(event) => onChange({ rung: event.currentTarget.value as LlmSettings['rung'] })}
        />
        <p className={classes.text}>
          {RUNG_CHOICES[rung].about} Figures of different ways are not comparable
          {rung === 'auto' ? ': to compare models, set one that all of them have.' : '.'}
        </p>
      </div>
      <div className={classes.explained}>
        <div className={classes.inline}>
          <NumberField
            label="Samples"
            value={samples}
            min={1}
            max={MOST_SAMPLES}
            whole
            onChange={(next) => onChange({ samples: next })}
          />
          {samples > 1 && (
            <NumberField
              label="Temperature"
              value={temperature}
              min={0}
              max={MOST_TEMPERATURE}
              step={0.1}
              onChange={(next) => onChange({ temperature: next })}
            />
          )}
        </div>
        <p className={classes.text}>
          {samples === 1 ? 'One greedy reply for each order. ' : 'Sampled replies for each order are averaged (self-consistency). '}
          Lee et al. 2023 found that averaging 16 lowers agreement with people: 76.2% at temperature 0.3 and 72.8% at 1, against
          78.0% for one greedy reply. Log-probabilities without chain of thought take one, whatever is set here.
        </p>
      </div>
    </>
  );
}

const WORDS = [
  { name: 'preamble', label: 'Preamble, text' },
  { name: 'rationaleRequest', label: 'Request for a chain of thought' },
  { name: 'ending', label: 'Ending, asks for 1 or 2' },
  { name: 'structuredEnding', label: 'Ending where JSON is read' },
] as const;

/** The words of the prompt. */
function Words({ settings, onChange }: Part): ReactNode {
  const prompt = promptOf(settings, []);
  return WORDS.filter(({ name }) => name !== 'rationaleRequest' || settings.chainOfThought).map(({ name, label }) => (
    <div key={name}>
      <Textarea
        size="xs"
        autosize
        minRows={1}
        maxRows={10}
        label={label}
        value={prompt[name]}
        onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      />
      {settings[name] !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={() => onChange({ [name]: undefined })}>
          Back to the original
        </Button>
      )}
    </div>
  ));
}

/** What belongs to calls over a network. */
function Sending({ settings, onChange }: Part): ReactNode {
  const read = readExtraBody(settings.extraBody);
  return (
    <>
      <div className={classes.explained}>
        <NumberField
          label="Time-out, seconds"
          value={settings.timeout}
          min={TIMEOUT.min}
          max={TIMEOUT.max}
          step={10}
          whole
          onChange={(timeout) => onChange({ timeout })}
        />
        <p className={classes.text}>
          A call that takes longer is given up and made again, up to six times. Models that think, and those on a small computer, may need more.
        </p>
      </div>
      <div className={classes.explained}>
        <Textarea
          size="xs"
          autosize
          minRows={1}
          maxRows={8}
          label="Extra fields of every request, JSON"
          placeholder={'{"reasoning_effort": "low"}'}
          value={settings.extraBody}
          error={typeof read === 'string' ? read : undefined}
          onChange={(event) => onChange({ extraBody: event.currentTarget.value })}
        />
        <p className={classes.text}>
          What this page does not know of your model. They come last in the request and win over what it would send. The preview
          shows them; a key has no place here.
        </p>
      </div>
    </>
  );
}
