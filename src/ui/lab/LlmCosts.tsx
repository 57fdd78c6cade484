import { NumberInput } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { pairsOf } from '../../experiments/labState';
import { estimateOf } from '../../experiments/llmSettings';
import { dollars, number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import classes from './lab.module.css';
import { SamplePairs } from './SamplePairs';
import { useLab } from './store';

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

/** Prices, cap and estimate. */
export function LlmCosts(): ReactNode {
  const llm = useLab((state) => state.llm);
  const setLlm = useLab((state) => state.setLlm);
  return (
    <>
      <div className={classes.fields} data-narrow>
        <Amount
          label="$ per million tokens in"
          prefix="$"
          value={llm.priceInput}
          onChange={(priceInput) => setLlm({ priceInput, pricesListed: false })}
        />
        <Amount
          label="$ per million tokens out"
          prefix="$"
          value={llm.priceOutput}
          onChange={(priceOutput) => setLlm({ priceOutput, pricesListed: false })}
        />
        <Amount label="Spend at most, a run" prefix="$" value={llm.capUsd} onChange={(capUsd) => setLlm({ capUsd })} />
        <Amount label="Size, billions of parameters" value={llm.billions} onChange={(billions) => setLlm({ billions })} />
      </div>
      {llm.pricesListed && (
        <p className={classes.text} data-testid="lab-listed">
          The prices are those of the provider&rsquo;s list. What you type here takes their place.
        </p>
      )}
      <Estimate />
    </>
  );
}

function Estimate(): ReactNode {
  const llm = useLab((state) => state.llm);
  const pairs = useLab(useShallow((state) => pairsOf(state)));
  const builtIn = useLab((state) => state.source === 'builtIn');
  const found = useLab((state) => state.found);
  const estimate = useMemo(() => pairs && estimateOf(llm, pairs, found), [llm, pairs, found]);
  if (!estimate) {
    return builtIn ? (
      <p className={classes.text}>
        The estimate and the preview need the pairs.{' '}
        <SamplePairs />
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
