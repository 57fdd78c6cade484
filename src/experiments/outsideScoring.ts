import type { ExperimentConfig } from '../core/config';
import type { OutsideScorer } from '../core/outsideScores';
import type { FetchLike } from '../labelers/llm/http';
import { browserDeps } from '../labelers/llm/labeler';
import { createLlmScorer, type LlmScorer, type LlmScorerSpec } from '../labelers/llm/scorer';
import { createPageTransport, PAGE_PROVIDER } from '../labelers/pageLlm/transport';
import type { TextScorer } from '../labelers/text';
import { DataFileError } from './dataFile';
import type { ReplyStore } from './labCache';
import type { LabKeys } from './labKeys';
import type { LabState } from './labState';
import { mostScored, scorersWanted, type OpenScorers, type ScorerReport } from './outsideScorers';
import { missingOfPage, type PageLlmState, type PageLlmStore } from './pageLlmStore';
import { missingForScores, scoreSpecOf } from './scoreSettings';

/** What the language models of the labeler lab are found by. */
export interface ScoringEnvironment {
  readonly lab: { getState(): Pick<LabState, 'llm' | 'pagePrompt' | 'status' | 'progress'> };
  readonly page: PageLlmStore;
  readonly fetch: FetchLike;
  readonly replies: ReplyStore;
  readonly keys: LabKeys;
}

/** Milliseconds between two looks at a scorer's queue. */
const LOOK = 500;

const PAGE_BUSY = 'The model in this page is labelling pairs: let it finish first, or stop it.';

/** Why the model in this page cannot score; undefined where it can. */
export function missingInPage(
  page: Pick<PageLlmState, 'gpu' | 'chosen' | 'load'>, { pagePrompt, status, progress }: Pick<LabState, 'pagePrompt' | 'status' | 'progress'>,
): string | undefined {
  const busy = status !== 'idle' && progress.some(({ choice, state }) => choice === 'pageLlm' && (state === 'waiting' || state === 'working'));
  // It has no name, key or price in the form: all but the rest is there.
  return missingOfPage(page) ?? (busy ? PAGE_BUSY : missingForScores({ ...pagePrompt, model: page.chosen }, true));
}

interface Opened {
  readonly scorer: LlmScorer;
  readonly spec: LlmScorerSpec;
  /** Whose replies are stored under the same names. */
  readonly address: string;
}

/** A scorer that counts what it is asked. */
interface Watched {
  readonly scorer: TextScorer;
  report(): ScorerReport;
}

function watch(
  { scorer, spec }: Opened, which: OutsideScorer, most: number, earlier: () => Promise<void> | undefined, onNews: () => void,
): Watched {
  const seen = new Set<string>();
  let unread = 0;
  return {
    scorer: {
      identity: scorer.identity,
      async *score(items, options) {
        // Replies on their way are paid for: asked for again before they are stored, they would be paid for twice.
        await earlier();
        const timer = setInterval(onNews, LOOK);
        try {
          for await (const score of scorer.score(items, options)) {
            const { prompt, response } = items[score.item]!;
            const name = JSON.stringify([prompt, response]);
            if (!seen.has(name) && !score.parsed) unread++;
            seen.add(name);
            onNews();
            yield score;
          }
        } finally {
          clearInterval(timer);
        }
      },
    },
    report() {
      const { spentUsd, cachedCalls, notBefore } = scorer.status();
      return {
        scorer: which, name: spec.model, scored: seen.size, most, unread, stored: cachedCalls,
        spentUsd: spec.price && spentUsd, capUsd: spec.capUsd, wait: Math.max(0, Math.ceil((notBefore - Date.now()) / 1000)),
      };
    },
  };
}

/**
 * Gives what opens the scorers of a run from the settings of the labeler lab as they stand. Keys stay here: a worker sends
 * texts and gets scores.
 * @returns a function that calls `onNews` as scores come, and throws an Error that says what is missing
 */
export function createScorersOpener(
  environment: ScoringEnvironment,
): (config: ExperimentConfig, onNews: () => void) => OpenScorers {
  const { lab, page, fetch, replies, keys } = environment;
  /** By address and name of a model: calls of an earlier run, until they have come back or failed. */
  const unsettled = new Map<string, Promise<void>>();

  function openUrl({ run }: ExperimentConfig): Opened {
    const { llm } = lab.getState();
    const key = keys.get(llm.baseUrl);
    const missing = missingForScores(llm, key !== '');
    if (missing !== undefined) throw new DataFileError(missing);
    const spec = scoreSpecOf(llm, run.task);
    const scorer = createLlmScorer(spec, { ...browserDeps(key, replies), fetch });
    return { scorer, spec, address: JSON.stringify([llm.baseUrl, spec.model]) };
  }

  function openPage({ run }: ExperimentConfig): Opened {
    const state = page.getState();
    const missing = missingInPage(state, lab.getState());
    if (missing !== undefined) throw new DataFileError(missing);
    const { pagePrompt } = lab.getState();
    const spec = { ...scoreSpecOf({ ...pagePrompt, model: state.chosen }, run.task), provider: PAGE_PROVIDER };
    const scorer = createLlmScorer(spec, {
      ...browserDeps('', replies),
      transport: createPageTransport(state.engine()),
      // One GPU computes one reply at a time; more on their way would only wait in the library.
      queue: { start: 1, most: 1 },
    });
    return { scorer, spec, address: JSON.stringify([PAGE_PROVIDER.baseUrl, spec.model]) };
  }

  return (config, onNews) => {
    const opened = scorersWanted(config).map((which) => {
      const one = which === 'llm' ? openUrl(config) : openPage(config);
      return { which, ...one, watched: watch(one, which, mostScored(config, which), () => unsettled.get(one.address), onNews) };
    });
    return {
      scorers: Object.fromEntries(opened.map(({ which, watched }) => [which, watched.scorer])),
      reports: () => opened.map(({ watched }) => watched.report()),
      pause: () => opened.forEach(({ scorer }) => scorer.pause()),
      resume: () => opened.forEach(({ scorer }) => scorer.resume()),
      end() {
        for (const { scorer, address } of opened) {
          const earlier = unsettled.get(address);
          const settled = Promise.all([earlier, scorer.settled()]).then(() => scorer.dispose());
          unsettled.set(address, settled);
          void settled.then(() => unsettled.get(address) === settled && unsettled.delete(address));
        }
      },
    };
  };
}
