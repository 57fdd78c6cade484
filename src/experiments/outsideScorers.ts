import type { ExperimentConfig } from '../core/config';
import { OUTSIDE_SCORERS, outsideArms, outsideScorerOf, responsesScored, type OutsideScorer } from '../core/outsideScores';
import type { TextScorer } from '../labelers/text';
import type { Trouble } from './advice';

/** Language models that score the responses of a run (d-RLAIF), as the store of runs knows them. */

/** How far such a model is. */
export interface ScorerReport {
  readonly scorer: OutsideScorer;
  /** As the model is called. */
  readonly name: string;
  /** Different responses scored so far; equal ones to equal prompts are asked about once. */
  readonly scored: number;
  /** Most of them that there will be. */
  readonly most: number;
  /** Of those scored, how many replies could not be read. */
  readonly unread: number;
  /** Replies that were stored already, and cost nothing. */
  readonly stored: number;
  /** US dollars; undefined without prices. */
  readonly spentUsd: number | undefined;
  /** Most that the run may spend on it, US dollars. */
  readonly capUsd: number | undefined;
  /** Seconds until the next call, because the provider asked for a pause. */
  readonly wait: number;
}

/** The scorers of one run. */
export interface OpenScorers {
  readonly scorers: { readonly [S in OutsideScorer]?: TextScorer };
  /** How far each is now. */
  reports(): readonly ScorerReport[];
  /** Lets calls that are on their way finish and starts no more until `resume`. */
  pause(): void;
  resume(): void;
  /** They are asked nothing more. Replies to calls that are on their way and paid for are still awaited and stored. */
  end(): void;
}

/** Those that the arms of an experiment need. */
export function scorersWanted(config: ExperimentConfig): OutsideScorer[] {
  return OUTSIDE_SCORERS.filter((scorer) => outsideArms(config).some((arm) => outsideScorerOf(config, arm) === scorer));
}

/** Most different responses that one of them reads in a run. */
export function mostScored(config: ExperimentConfig, scorer: OutsideScorer): number {
  return outsideArms(config)
    .filter((arm) => outsideScorerOf(config, arm) === scorer)
    .reduce((sum, arm) => sum + responsesScored(config, arm), 0);
}

/** What to tell where a scorer cannot be had. @param missing what is missing, as a sentence */
export function scorersTrouble(config: ExperimentConfig, missing: string): Trouble {
  const names = outsideArms(config).map(({ label }) => label).join(', ');
  return {
    message: `A language model is to score the responses of ${names}, and it cannot be asked yet.`,
    advice: `${missing} It is set up under Labelers, among the language models there.`,
    view: 'lab',
  };
}
