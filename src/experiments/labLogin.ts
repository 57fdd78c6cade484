import { exchangeCode } from '../labelers/llm/openrouterLogin';
import { isChoice, type LabChoice, type LabContext, type LabState } from './labState';
import { labTrouble } from './labTrouble';
import { beginLogin, forgetLogin, OPENROUTER, takeLogin } from './openrouterLogin';

export interface LoginActions {
  /** Leaves for OpenRouter's page, which comes back with a key for this visitor. */
  readonly logIn: () => Promise<void>;
  /** Takes up a log-in that the page comes back from; does nothing where there is none. */
  readonly finishLogin: () => Promise<void>;
  /** Gives a log-in up because the visitor came back without it. */
  readonly dropLogin: () => void;
}

/** Logging in to OpenRouter. @param choose chooses a labeler. */
export function loginPart({ get, set, environment }: LabContext, choose: (choice: LabChoice, on: boolean) => void): LoginActions {
  const { login: page, keys, fetch } = environment;

  /** What was chosen before the page was left. */
  function restore({ source, count, chosen, llm }: Pick<LabState, 'source' | 'count' | 'llm'> & { readonly chosen: readonly string[] }): void {
    set({ source, count, llm });
    if (source === 'imported') set({ importTrouble: 'The log-in left this page: choose the file or the data set again.' });
    for (const choice of get().chosen) choose(choice, false);
    for (const choice of chosen) if (isChoice(choice)) choose(choice, true);
  }

  const keyState = (): Pick<LabState, 'hasKey' | 'keyKept'> => ({
    hasKey: keys.get(get().llm.baseUrl) !== '', keyKept: keys.kept,
  });

  return {
    async logIn() {
      // One whose page was left and never went away, because leaving was broken off, is begun again.
      if (!page || get().login === 'exchanging') return;
      const { source, count, chosen, llm } = get();
      set({ login: 'leaving', loginTrouble: undefined, keyNote: undefined });
      const trouble = await beginLogin(page, { source, count, chosen: [...chosen], llm });
      if (trouble !== undefined) set({ login: 'none', loginTrouble: trouble });
    },
    async finishLogin() {
      const returned = page && takeLogin(page);
      if (!returned) return;
      if (returned.form) restore(returned.form);
      else set(({ llm }) => ({ llm: { ...llm, provider: OPENROUTER.id, baseUrl: OPENROUTER.baseUrl, model: '' } }));
      choose('llm', true);
      set(keyState());
      if ('trouble' in returned) return set({ loginTrouble: returned.trouble });
      set({ login: 'exchanging' });
      try {
        keys.set(OPENROUTER.baseUrl, await exchangeCode(returned.code, returned.verifier, { fetch, now: () => Date.now() }));
        const keyNote = 'Logged in to OpenRouter. Its key is kept as a typed one is, and can be withdrawn in your account there.';
        set({ login: 'none', keyNote, announcement: 'Logged in to OpenRouter.' });
      } catch (error) {
        set({ login: 'none', loginTrouble: labTrouble(error).message });
      }
      set(keyState());
    },
    dropLogin() {
      if (page && get().login === 'leaving') {
        forgetLogin(page);
        set({ login: 'none' });
      }
    },
  };
}
