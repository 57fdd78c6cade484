import type { HumanPair } from '../core/humanPairs';
import { costOf } from '../labelers/llm/cost';
import type { LlmLabel, LlmLabeler, LlmSpec } from '../labelers/llm/labeler';
import { askedHow } from '../labelers/llm/naming';
import type { Rung } from '../labelers/llm/types';
import type { LabelSet } from './labFiles';
import type { LabelerProgress } from './labState';

export interface LlmAsking {
  readonly signal: AbortSignal;
  /** What the labeler was made with. */
  readonly spec: LlmSpec;
  /** Number of parameters of the model, where it is known. */
  readonly parameters: number | undefined;
  readonly onProgress: (changes: Pick<LabelerProgress, 'done' | 'state' | 'calls'>) => void;
  /** Called once, at the end, also where that came early: with the labels that are finished. */
  readonly onLabels: (labels: LabelSet) => void;
}

/** Milliseconds between two looks at a language model's queue. */
const LOOK = 500;

const RUNG_WORDS: Readonly<Record<Rung, string>> = {
  logprobs: 'Answers read from log-probabilities.',
  structured: 'Answers read from JSON with a stated confidence.',
  choice: 'Answers read from a bare choice.',
};

/** Asks a language model about the pairs. @throws LlmError; the signal's reason */
export async function askLlm(
  labeler: LlmLabeler, pairs: readonly HumanPair[], { signal, spec, parameters, onProgress, onLabels }: LlmAsking,
): Promise<void> {
  const { price, capUsd } = spec;
  const labels: LlmLabel[] = [];
  const look = (state: LabelerProgress['state']): void => {
    const { spentUsd, calls, cachedCalls, retries, unparsed, notBefore, found } = labeler.status();
    onProgress({
      done: labels.length, state,
      calls: {
        spentUsd: price && spentUsd, capUsd, made: calls, cached: cachedCalls, retries, unparsed, rung: found?.rung,
        wait: Math.max(0, Math.ceil((notBefore - Date.now()) / 1000)),
      },
    });
  };
  const timer = setInterval(() => look('working'), LOOK);
  try {
    look('working');
    for await (const label of labeler.label(pairs, { signal })) {
      // What a label costs whoever has to ask for it, also where its replies were stored from an earlier run.
      labels.push(price ? { ...label, costUsd: costOf(label.tokens, price) } : label);
      look('working');
    }
  } finally {
    clearInterval(timer);
    look(labels.length === pairs.length ? 'done' : 'ended');
    const { id, name, kind, origin } = labeler.identity;
    const rung = labels[0]?.rung;
    onLabels({
      labeler: {
        id, name, kind, origin: rung ? `${origin} ${RUNG_WORDS[rung]}` : origin, asked: askedHow(spec, rung),
        ...(parameters === undefined ? {} : { parameters }),
      },
      labels,
    });
  }
}
