import { isBuiltIn, type TaskId } from '../core/taskWords';
import { wordsToText } from '../core/text';
import { estimateScores, type Estimate } from '../labelers/llm/cost';
import { KIND_OF_TASK } from '../labelers/llm/prompt';
import { PROBE_ITEM } from '../labelers/llm/scorePrompt';
import { scorerSpecOf, type LlmScorerSpec } from '../labelers/llm/scorer';
import type { Rung } from '../labelers/llm/types';
import type { TextToScore } from '../labelers/text';
import { missingOf, planOf, priceOf, shownRung, type LlmSettings } from './llmSettings';
import type { ShownRun } from './shownRun';

/** The language model of the labeler lab as a scorer of single responses: the same model, asked something else. */

/** Responses that an estimate goes by. */
const TYPICAL = 40;

/** What bears on scores: examples are of comparisons, and a built-in task has its own kind whatever the lab's pairs are. */
function forScores(settings: LlmSettings, task: TaskId): LlmSettings {
  return { ...settings, exemplarsFrom: 'none', kind: isBuiltIn(task) ? KIND_OF_TASK[task] : settings.kind };
}

/** What is missing before the model can be asked for scores; undefined where nothing is. */
export function missingForScores(settings: LlmSettings, hasKey: boolean): string | undefined {
  return missingOf({ ...settings, exemplarsFrom: 'none' }, hasKey);
}

/** How the model is asked for scores. @throws LlmError of kind `request` where the extra fields are none */
export function scoreSpecOf(settings: LlmSettings, task: TaskId): LlmScorerSpec {
  return scorerSpecOf(planOf(forScores(settings, task), []).spec);
}

/** Responses such as a run of this task writes: those of the shown run, or else one of our own. At least one. */
export function typicalResponses(shown: Pick<ShownRun, 'config' | 'prompts' | 'samples'> | undefined, task: TaskId): readonly TextToScore[] {
  if (shown?.config.run.task !== task) return [PROBE_ITEM];
  const prompts = new Map(shown.prompts.map(({ id, words }) => [id, wordsToText(words)]));
  const samples = Object.values(shown.samples).find((list) => list.length > 0) ?? [];
  const found = samples.slice(0, TYPICAL).flatMap(({ promptId, answer }): TextToScore[] => {
    const prompt = prompts.get(promptId);
    return prompt === undefined ? [] : [{ prompt, response: wordsToText(answer.words) }];
  });
  return found.length > 0 ? found : [PROBE_ITEM];
}

/**
 * What scoring so many responses will take, before there are any: as much each as typical ones do, at least one of them.
 * @param found how the model can be read, where that is known
 * @throws LlmError of kind `request` where the extra fields are none
 */
export function estimateOfScores(
  settings: LlmSettings, task: TaskId, { responses, typical, found }: {
    readonly responses: number;
    readonly typical: readonly TextToScore[];
    readonly found: Rung | undefined;
  },
): Estimate {
  const { prompt, samples } = scoreSpecOf(settings, task);
  const rung = shownRung(settings, found);
  const different = new Set(typical.map((item) => JSON.stringify([item.prompt, item.response]))).size;
  const { calls, input, output, usd } = estimateScores(typical, { prompt, rung, samples }, priceOf(settings));
  const scale = responses / different;
  return {
    calls: Math.round(calls * scale), input: Math.round(input * scale), output: Math.round(output * scale),
    ...(usd === undefined ? {} : { usd: usd * scale }),
  };
}
