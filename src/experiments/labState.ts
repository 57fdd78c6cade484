import type { HumanPair } from '../core/humanPairs';
import { JUDGE_SIZE_IDS, judgesOf, type JudgeSizeId } from '../core/judges';
import type { BuiltInTaskId } from '../core/taskWords';
import type { ConnectionReport, Surroundings } from '../labelers/llm/connection';
import type { FetchLike } from '../labelers/llm/http';
import type { ModelInfo, Rung } from '../labelers/llm/types';
import { RULES, type RuleId } from '../labelers/rules';
import type { Session } from '../worker/client';
import type { OpenInput, WorldLabeler } from '../worker/protocol';
import type { Trouble } from './advice';
import type { HubSplit } from './hubDataset';
import type { ReplyStore } from './labCache';
import type { LabKeys } from './labKeys';
import type { LabResults } from './labResults';
import type { Vote } from './labVotes';
import type { VoteStore } from './labVoteStore';
import type { LlmSettings } from './llmSettings';
import type { LoginPage } from './openrouterLogin';
import type { PageLlmStore } from './pageLlmStore';
import type { PairFileHead } from './pairFiles';
import type { PairImport, PairProgress } from './pairImport';
import type { SessionOptions } from './runStore';
import type { StreamedFile } from './textStream';

/** What the labeler lab knows, and what its parts are given to work with. */

/** Every labeler that knows the built-in world only. */
export const WORLD_LABELERS: readonly WorldLabeler[] = [
  'people',
  'noisy',
  ...JUDGE_SIZE_IDS.flatMap((size): WorldLabeler[] => [`judge-${size}`, `scores-${size}`]),
];
/** A labeler that can be chosen. */
export type LabChoice = WorldLabeler | RuleId | 'llm' | 'pageLlm' | 'you';

/** Fewest and most pairs of a run. */
export const PAIR_COUNT = { min: 16, max: 2000, initial: 200 } as const;

/** What the store needs of a session; the page's own is `worker/client`. */
export type LabSession = Pick<Session, 'lab' | 'close'>;

export interface LabEnvironment {
  readonly backend: OpenInput['backend'];
  openSession(options: SessionOptions): Promise<LabSession>;
  readonly fetch: FetchLike;
  readonly replies: ReplyStore;
  /** Where the visitor's votes are kept; by default in this browser. */
  readonly votes?: VoteStore;
  readonly keys: LabKeys;
  readonly surroundings: () => Surroundings;
  /** What logging in to OpenRouter needs; without it keys are typed. */
  readonly login?: LoginPage;
  /** The language model that runs in this page, where one can. */
  readonly page?: PageLlmStore;
  /** Whether a run is being prepared or under way in the playground; by default never. */
  readonly isTraining?: () => boolean;
}

/** What has to be answered before a source can be read. */
export type ImportQuestion =
  | { readonly about: 'columns'; readonly file: StreamedFile; readonly head: PairFileHead }
  | { readonly about: 'splits'; readonly splits: readonly HubSplit[] };

export interface LabelerProgress {
  readonly choice: LabChoice;
  /** Labels so far, of all its trainings where it has several. */
  readonly done: number;
  /** Labels wanted of it. */
  readonly total: number;
  readonly state: 'waiting' | 'working' | 'done' | 'ended';
  /** Of a language model. */
  readonly calls?: {
    /** US dollars; undefined without prices, which nothing is counted by. */
    readonly spentUsd: number | undefined;
    /** Most that this run may spend, US dollars. */
    readonly capUsd: number | undefined;
    readonly made: number;
    readonly cached: number;
    readonly retries: number;
    readonly unparsed: number;
    /** Seconds until the next call, because the provider asked for a pause. */
    readonly wait: number;
    readonly rung: Rung | undefined;
  };
}

export interface LabState {
  readonly source: 'builtIn' | 'imported';
  /** The task whose pairs are the built-in ones: that of the playground, or the last one that was built in. */
  readonly task: BuiltInTaskId;
  /** Most pairs of a run. */
  readonly count: number;
  /** The pairs of a file or data set, in a fixed shuffled order, so that fewer are a sample of all. */
  readonly imported: PairImport | undefined;
  readonly reading: (PairProgress & { readonly name: string }) | undefined;
  readonly question: ImportQuestion | undefined;
  readonly importTrouble: string | undefined;
  readonly chosen: readonly LabChoice[];
  readonly llm: LlmSettings;
  /** What the model in this page is asked. */
  readonly pagePrompt: LlmSettings;
  readonly hasKey: boolean;
  readonly keyKept: boolean;
  /** What became of the last wish about keys or stored replies, for the visitor. */
  readonly keyNote: string | undefined;
  /** `leaving` for OpenRouter's page, or `exchanging` what it gave for a key. */
  readonly login: 'none' | 'leaving' | 'exchanging';
  readonly loginTrouble: string | undefined;
  readonly models: readonly ModelInfo[];
  readonly connection: ConnectionReport | 'testing' | undefined;
  readonly modelsTrouble: string | undefined;
  /** How answers of the model can be read, once it was asked. */
  readonly found: Rung | undefined;
  readonly status: 'idle' | 'running' | 'paused';
  /** Whether what is at work now can be paused: a language model, or the worker of the built-in world. */
  readonly pausable: boolean;
  /** What happens before the first label of a labeler. */
  readonly activity: string | undefined;
  readonly progress: readonly LabelerProgress[];
  readonly trouble: Trouble | undefined;
  readonly results: LabResults | undefined;
  /** What an import of recorded labels brought. */
  readonly replayNote: string | undefined;
  /** The visitor's votes on any pairs, in their order; undefined until those of earlier visits are read. */
  readonly votes: readonly Vote[] | undefined;
  /** Why votes will not outlast a reload, or what became of them. */
  readonly voteNote: string | undefined;
  /** The latest news for people who do not see the screen. */
  readonly announcement: string;
}

/** What every part of the lab works with. */
export interface LabContext {
  readonly get: () => LabState;
  readonly set: (changes: Partial<LabState> | ((state: LabState) => Partial<LabState>)) => void;
  readonly environment: LabEnvironment;
}

export const isWorld = (choice: LabChoice): choice is WorldLabeler => (WORLD_LABELERS as readonly string[]).includes(choice);
/** Whether a labeler is a small judge, each training of which is asked. */
export const isJudge = (choice: LabChoice): boolean => isWorld(choice) && choice !== 'people' && choice !== 'noisy';
export const isRule = (choice: LabChoice): choice is RuleId => (RULES as readonly string[]).includes(choice);

/** Whether a text, kept from an earlier visit, still names a labeler. */
export function isChoice(text: string): text is LabChoice {
  const choice = text as LabChoice;
  return isWorld(choice) || isRule(choice) || choice === 'llm' || choice === 'pageLlm' || choice === 'you';
}

/** The size of a small judge, by whatever it is asked; undefined for other labelers. */
export function judgeSizeOf(choice: LabChoice): JudgeSizeId | undefined {
  return isJudge(choice) ? (choice.split('-')[1] as JudgeSizeId) : undefined;
}

/** Whether a labeler can judge the pairs: those of the built-in worlds know no other pairs, and not every judge every task. */
export function isOffered(choice: LabChoice, { source, task }: Pick<LabState, 'source' | 'task'>): boolean {
  if (!isWorld(choice)) return true;
  const size = judgeSizeOf(choice);
  return source === 'builtIn' && (size === undefined || judgesOf(task).sizes.includes(size));
}

/** The labelers that will be asked. */
export function askedOf({ chosen, source, task }: Pick<LabState, 'chosen' | 'source' | 'task'>): LabChoice[] {
  return chosen.filter((choice) => isOffered(choice, { source, task }));
}

/** The pairs that a run would label, as far as they are known. */
export function pairsOf(
  { source, task, imported, count, results }: Pick<LabState, 'source' | 'task' | 'imported' | 'count' | 'results'>,
): readonly HumanPair[] | undefined {
  if (source === 'imported') return imported?.pairs.slice(0, count);
  return results?.task === task && results.pairs.length === count ? results.pairs : undefined;
}
