import { Button, NativeSelect, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { HumanPair } from '../../core/humanPairs';
import { EMPTY_EXEMPLAR, exemplarsOf, judgedPairs, MOST_EXEMPLARS, type ShownExemplar } from '../../experiments/exemplars';
import type { LlmSettings } from '../../experiments/llmSettings';
import { number } from '../shared/format';
import classes from './lab.module.css';

interface ExemplarListProps {
  readonly settings: LlmSettings;
  readonly onChange: (changes: Partial<LlmSettings>) => void;
  /** The pairs at hand; undefined where they are not there yet. */
  readonly pairs: readonly HumanPair[] | undefined;
}

/** The worked examples of the prompt, each to be read and edited. */
export function ExemplarList({ settings, onChange, pairs }: ExemplarListProps): ReactNode {
  const { exemplarsFrom, exemplarCount, editedExemplars, ownExemplars, chainOfThought } = settings;
  if (exemplarsFrom === 'pairs' && !pairs) return <p className={classes.text}>They are taken from the pairs, which are not there yet.</p>;
  const placed = exemplarsOf(settings, pairs ?? []);

  const judged = judgedPairs(settings, pairs ?? []).length;
  const left = pairs && `Pairs left to judge: ${number(judged)} of ${number(pairs.length)}.`;

  if (exemplarsFrom === 'pairs') {
    const without = (id: string): typeof editedExemplars =>
      Object.fromEntries(Object.entries(editedExemplars).filter(([pairId]) => pairId !== id));
    return (
      <div className={classes.examples}>
        <p className={classes.text}>
          People are surest about these; of equally sure ones the first are taken. {left}
          {placed.length < exemplarCount && ' There are no more about which people are decided.'}
        </p>
        {placed.map(({ exemplar, pairId = '' }, i) => (
          <Example
            key={pairId}
            title={`Example ${i + 1}${pairId in editedExemplars ? ', edited' : ''}`}
            exemplar={exemplar}
            chainOfThought={chainOfThought}
            onChange={(edited) => onChange({ editedExemplars: { ...editedExemplars, [pairId]: edited } })}
          >
            {pairId in editedExemplars && (
              <Button size="compact-xs" variant="subtle" onClick={() => onChange({ editedExemplars: without(pairId) })}>
                Back to the original
              </Button>
            )}
          </Example>
        ))}
      </div>
    );
  }
  return (
    <div className={classes.examples}>
      {pairs && judged < pairs.length && <p className={classes.text}>Some of the pairs are among your examples. {left}</p>}
      {placed.map(({ exemplar }, i) => (
        <Example
          key={i}
          title={`Example ${i + 1}`}
          exemplar={exemplar}
          chainOfThought={chainOfThought}
          onChange={(edited) => onChange({ ownExemplars: ownExemplars.map((one, at) => (at === i ? edited : one)) })}
        >
          <Button size="compact-xs" variant="subtle" onClick={() => onChange({ ownExemplars: ownExemplars.filter((_, at) => at !== i) })}>
            Remove this example
          </Button>
        </Example>
      ))}
      {placed.length < MOST_EXEMPLARS && (
        <Button
          size="compact-xs"
          variant="default"
          className={classes.start}
          onClick={() => onChange({ ownExemplars: [...ownExemplars, EMPTY_EXEMPLAR] })}
        >
          Add an example
        </Button>
      )}
    </div>
  );
}

function Example({ title, exemplar, chainOfThought, onChange, children }: {
  readonly title: string;
  readonly exemplar: ShownExemplar;
  readonly chainOfThought: boolean;
  readonly onChange: (edited: ShownExemplar) => void;
  readonly children: ReactNode;
}): ReactNode {
  const { prompt, responses, preferred, rationale } = exemplar;
  const [first, second] = responses;
  const area = { size: 'xs', autosize: true, minRows: 1, maxRows: 8 } as const;
  return (
    <fieldset className={classes.example}>
      <legend>{title}</legend>
      <Textarea {...area} label="Prompt" value={prompt} onChange={(event) => onChange({ ...exemplar, prompt: event.currentTarget.value })} />
      <div className={classes.fields}>
        <Textarea
          {...area}
          label="Response 1"
          value={first}
          onChange={(event) => onChange({ ...exemplar, responses: [event.currentTarget.value, second] })}
        />
        <Textarea
          {...area}
          label="Response 2"
          value={second}
          onChange={(event) => onChange({ ...exemplar, responses: [first, event.currentTarget.value] })}
        />
      </div>
      {chainOfThought && (
        <Textarea
          {...area}
          label="Comparison in words, may be left empty"
          value={rationale}
          onChange={(event) => onChange({ ...exemplar, rationale: event.currentTarget.value })}
        />
      )}
      <div className={classes.exampleEnd}>
        <NativeSelect
          size="xs"
          label="Better"
          value={String(preferred)}
          data={[{ value: '1', label: 'response 1' }, { value: '2', label: 'response 2' }]}
          onChange={(event) => onChange({ ...exemplar, preferred: event.currentTarget.value === '1' ? 1 : 2 })}
        />
        {children}
      </div>
    </fieldset>
  );
}
