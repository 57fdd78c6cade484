import type { HumanPair } from '../core/humanPairs';
import { browserDeps, createLlmLabeler, type LlmLabeler, type LlmSpec } from '../labelers/llm/labeler';
import { parametersOf } from '../labelers/pageLlm/models';
import { createPageTransport, PAGE_PROVIDER } from '../labelers/pageLlm/transport';
import { DataFileError } from './dataFile';
import type { LabContext } from './labState';
import { CUSTOM, INITIAL_LLM, missingInPrompt, planOf, type LlmSettings } from './llmSettings';
import { missingOfPage } from './pageLlmStore';

export interface PageActions {
  readonly setPagePrompt: (changes: Partial<LlmSettings>) => void;
}

/** What the model in this page is asked, at first. It has no server, key or price. */
export const INITIAL_PAGE_PROMPT: LlmSettings = { ...INITIAL_LLM, provider: CUSTOM, baseUrl: PAGE_PROVIDER.baseUrl };

/** The prompt of the model in this page. */
export function pagePart({ set }: LabContext): PageActions {
  return { setPagePrompt: (changes) => set(({ pagePrompt }) => ({ pagePrompt: { ...pagePrompt, ...changes } })) };
}

export interface PagePlan {
  readonly labeler: LlmLabeler;
  readonly spec: LlmSpec;
  readonly judged: readonly HumanPair[];
  readonly parameters: number | undefined;
}

/** The model in this page as a labeler, by the same rules as one behind a URL. @throws DataFileError with what is missing */
export function pagePlan({ get, environment: { page, replies } }: LabContext, pairs: readonly HumanPair[]): PagePlan {
  const { pagePrompt } = get();
  const model = page?.getState();
  if (!model) throw new DataFileError('No model can run in this page.');
  const missing = missingOfPage(model) ?? missingInPrompt(pagePrompt);
  if (missing !== undefined) throw new DataFileError(missing);
  const plan = planOf({ ...pagePrompt, model: model.chosen }, pairs);
  const spec = { ...plan.spec, provider: PAGE_PROVIDER };
  const labeler = createLlmLabeler(spec, {
    ...browserDeps('', replies),
    transport: createPageTransport(model.engine()),
    // One GPU computes one reply at a time; more on their way would only wait in the library.
    queue: { start: 1, most: 1 },
  });
  return { labeler, spec, judged: plan.judged, parameters: parametersOf(model.chosen) };
}
