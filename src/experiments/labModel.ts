import { testConnection } from '../labelers/llm/connection';
import { createTransport } from '../labelers/llm/transport';
import type { LabContext, LabState } from './labState';
import { labTrouble } from './labTrouble';
import { listedPrices, providerOf, withoutListedPrices, type LlmSettings } from './llmSettings';

export interface ModelActions {
  readonly setLlm: (changes: Partial<LlmSettings>) => void;
  readonly setKey: (key: string) => void;
  readonly keepKey: (on: boolean) => void;
  readonly clearKeys: () => void;
  readonly forgetReplies: () => Promise<void>;
  readonly listModels: () => Promise<void>;
  readonly testConnection: () => Promise<void>;
}

/** What is known of a server before it was asked; it changes with its address. */
export const UNKNOWN_SERVER = { connection: undefined, models: [], modelsTrouble: undefined, found: undefined } as const satisfies Partial<LabState>;

/** The form of a language model behind a URL: settings, keys, stored replies, model list, connection test. */
export function modelPart({ get, set, environment }: LabContext): ModelActions {
  const { fetch, keys, replies } = environment;
  const keyState = (): Pick<LabState, 'hasKey' | 'keyKept'> => ({
    hasKey: keys.get(get().llm.baseUrl) !== '', keyKept: keys.kept,
  });

  /** A list of models may hold the prices of the one that is chosen. */
  const learn = (models: LabState['models'], announcement: string): void =>
    set(({ llm }) => ({ models, announcement, llm: { ...llm, ...listedPrices(llm, models) } }));

  return {
    setLlm(changes) {
      set(({ llm }) => {
        const next = { ...llm, ...changes };
        const elsewhere = next.baseUrl !== llm.baseUrl || next.provider !== llm.provider;
        return {
          llm: elsewhere ? withoutListedPrices(next) : next, ...(elsewhere ? UNKNOWN_SERVER : {}),
          ...(next.model === llm.model ? {} : { connection: undefined, found: undefined }),
        };
      });
      set(keyState());
    },
    setKey(key) {
      keys.set(get().llm.baseUrl, key);
      set({ ...keyState(), connection: undefined, keyNote: undefined, loginTrouble: undefined });
    },
    keepKey(on) {
      const done = keys.keep(on);
      set({ ...keyState(), keyNote: done ? undefined : 'This browser does not let the page keep anything.' });
    },
    clearKeys() {
      keys.clear();
      set({ ...keyState(), connection: undefined, keyNote: 'All keys are forgotten.' });
    },
    async forgetReplies() {
      const keyNote = await replies.clear().then(() => 'Stored replies are forgotten.', () => 'There are none to forget.');
      set({ keyNote });
    },
    async listModels() {
      const { llm } = get();
      const provider = providerOf(llm);
      set({ modelsTrouble: undefined });
      try {
        const models = await createTransport(provider, {
          provider: provider.name, key: keys.get(llm.baseUrl), fetch, timeoutMs: 20_000, now: () => Date.now(),
        }).models();
        if (get().llm.baseUrl === llm.baseUrl) learn(models, `${models.length} models are listed.`);
      } catch (error) {
        if (get().llm.baseUrl === llm.baseUrl) set({ models: [], modelsTrouble: labTrouble(error).message });
      }
    },
    async testConnection() {
      const { llm } = get();
      const current = (): boolean => get().llm.baseUrl === llm.baseUrl && get().llm.model === llm.model;
      set({ connection: 'testing' });
      const connection = await testConnection(providerOf(llm), llm.model.trim(), {
        key: keys.get(llm.baseUrl), fetch, surroundings: environment.surroundings(), now: () => Date.now(),
      });
      if (!current()) return;
      set({ connection });
      learn(
        connection.models ?? get().models,
        connection.ok ? 'The model answered.' : (connection.error?.message ?? 'The model did not answer.'),
      );
    },
  };
}
