import type { RunBundle } from '../core/bundle';
import type { ArmConfig, ExperimentConfig } from '../core/config';
import type { GivenLabels } from '../core/givenLabels';
import type { ModelShape } from '../core/modelShape';
import type { DataFile, RunTexts } from '../worker/protocol';
import type { Trouble } from './advice';
import type { ScorerReport } from './outsideScorers';
import type { ShownRun } from './shownRun';

export type RunStatus = 'idle' | 'opening' | 'running' | 'paused' | 'finished' | 'failed';

/** Labels of the labeler lab with the arms they are of: ids of arms recur from one choice of labelers to the next. */
export interface LabelledArms {
  readonly arms: readonly ArmConfig[];
  readonly labels: GivenLabels;
}

/** What a run that was made here leaves besides its bundle, while the page is open. */
export interface MadeHere {
  readonly texts: RunTexts;
  /** The policies at hand, by arm; `sft` is the start policy. Bytes of their parameters. */
  readonly policies: Readonly<Record<string, { readonly shape: ModelShape; readonly bytes: number }>>;
}

export interface RunState {
  /** False until the first paint's run has been looked for. */
  readonly ready: boolean;
  /** Settings as they stand in the form: those of the next run. */
  readonly edited: ExperimentConfig;
  /** The visitor's file, where one was given. */
  readonly data: DataFile | undefined;
  /** Labels from the labeler lab, where a run was begun on some. */
  readonly labels: LabelledArms | undefined;
  readonly status: RunStatus;
  readonly shown: ShownRun | undefined;
  /** The last finished run, to come back to when one is stopped or fails. */
  readonly lastFinished: ShownRun | undefined;
  readonly recorded: RunBundle | undefined;
  /** Whether the policies of the shown run are at hand to answer a visitor's own post. */
  readonly canAnswer: boolean;
  readonly trouble: Trouble | undefined;
  /** Why nothing could be kept for the next visit, if so. */
  readonly storageNote: string | undefined;
  /** Seconds that the shown run took, pauses included; set when it ends. */
  readonly seconds: number | undefined;
  /** How far the language models are that score the responses of the shown run, and what they cost; empty where there are none. */
  readonly scoring: readonly ScorerReport[];
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
  /** What there is to say of the link that the page was opened by; undefined where there is nothing, or it was dismissed. */
  readonly link: LinkNews | undefined;
  /** The record that the run on screen repeats, where it does. */
  readonly replayed: RunBundle | undefined;
}

export interface LinkNews {
  /** Why the result that it brought is not shown, and what to do. */
  readonly problem?: { readonly title: string; readonly advice: string } | undefined;
  /** What was ignored or changed, a sentence each. */
  readonly notes: readonly string[];
}

/** What a link brought. */
export interface OpenedLink extends LinkNews {
  readonly config: ExperimentConfig;
  /** Whether the page wrote it itself: kept settings that no link carries in full then go before. */
  readonly own?: boolean | undefined;
  readonly bundle?: RunBundle | undefined;
}

/** Whether a run is being prepared or under way. */
export function isActive({ status }: Pick<RunState, 'status'>): boolean {
  return status === 'opening' || status === 'running' || status === 'paused';
}
