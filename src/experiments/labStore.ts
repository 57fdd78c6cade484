import { createStore, type StoreApi } from 'zustand/vanilla';
import { importingPart, type ImportingActions } from './labImporting';
import { loginPart, type LoginActions } from './labLogin';
import { modelPart, UNKNOWN_SERVER, type ModelActions } from './labModel';
import { INITIAL_PAGE_PROMPT, pagePart, type PageActions } from './labPage';
import { runningPart, type RunningActions } from './labRunning';
import { PAIR_COUNT, type LabChoice, type LabContext, type LabEnvironment, type LabState } from './labState';
import { votingPart, type VotingActions } from './labVoting';
import { INITIAL_LLM } from './llmSettings';

export interface LabActions extends ImportingActions, LoginActions, ModelActions, PageActions, RunningActions, VotingActions {
  readonly choose: (choice: LabChoice, on: boolean) => void;
}

export type LabStore = StoreApi<LabState & LabActions>;

function initialState({ keys }: LabEnvironment): LabState {
  return {
    source: 'builtIn',
    task: 'tldr',
    count: PAIR_COUNT.initial,
    imported: undefined,
    reading: undefined,
    question: undefined,
    importTrouble: undefined,
    chosen: ['people', 'judge-xs', 'judge-s', 'judge-m', 'judge-l', 'longer', 'shorter', 'first', 'coin'],
    llm: INITIAL_LLM,
    pagePrompt: INITIAL_PAGE_PROMPT,
    hasKey: keys.get(INITIAL_LLM.baseUrl) !== '',
    keyKept: keys.kept,
    keyNote: undefined,
    login: 'none',
    loginTrouble: undefined,
    ...UNKNOWN_SERVER,
    status: 'idle',
    pausable: false,
    activity: undefined,
    progress: [],
    trouble: undefined,
    results: undefined,
    replayNote: undefined,
    votes: undefined,
    voteNote: undefined,
    announcement: '',
  };
}

/** The state of the labeler lab with all that can be done to it, from its parts. */
export function createLabStore(environment: LabEnvironment): LabStore {
  return createStore<LabState & LabActions>((set, get) => {
    const context: LabContext = { get, set, environment };
    const voting = votingPart(context);
    const choose = (choice: LabChoice, on: boolean): void => {
      set(({ chosen }) => ({
        chosen: on ? [...chosen.filter((one) => one !== choice), choice] : chosen.filter((one) => one !== choice),
      }));
      if (choice === 'you' && on) void voting.load();
    };
    return {
      ...initialState(environment),
      ...importingPart(context, voting.show),
      ...modelPart(context),
      ...pagePart(context),
      ...runningPart(context, voting.show),
      ...loginPart(context, choose),
      ...voting.actions,
      choose,
    };
  });
}
