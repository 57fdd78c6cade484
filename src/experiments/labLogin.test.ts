import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCache } from '../labelers/llm/cache';
import { createFakeOpenRouter, type FakeOpenRouter } from '../labelers/llm/testing/fakeOpenRouter';
import { createLabKeys } from './labKeys';
import { createLabStore, type LabStore } from './labStore';
import { OPENROUTER } from './openrouterLogin';

const KEY = 'sk-or-v1-of-this-test-0123456789';
const HOME = 'https://lab.example/play/?backend=cpu&view=bench#shared';

/** A tab of a browser: an address and a session storage. */
let tab: { address: string; left: string | undefined; session: Map<string, string>; forbids: boolean };
let fake: FakeOpenRouter;
let exchange: (body: unknown) => Promise<Response>;

beforeEach(() => {
  tab = { address: HOME, left: undefined, session: new Map(), forbids: false };
  fake = createFakeOpenRouter(KEY);
  exchange = async (body) => {
    const { status, reply } = fake.exchange(body);
    return Response.json(reply, { status });
  };
});

/** What the page does when it is loaded. */
function load(): LabStore {
  const items = (): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> => {
    if (tab.forbids) throw new DOMException('denied', 'SecurityError');
    return {
      getItem: (name) => tab.session.get(name) ?? null,
      setItem: (name, value) => void tab.session.set(name, value),
      removeItem: (name) => void tab.session.delete(name),
    };
  };
  return createLabStore({
    backend: 'cpu',
    openSession: () => Promise.reject(new Error('not here')),
    fetch: (url, { body }) =>
      url === 'https://openrouter.ai/api/v1/auth/keys' ? exchange(JSON.parse(body as string)) : Promise.reject(new TypeError('offline')),
    replies: { ...createMemoryCache(), clear: async () => undefined },
    keys: createLabKeys(items),
    surroundings: () => ({ online: true, securePage: true, localNetwork: async () => 'unknown' }),
    login: {
      address: () => tab.address,
      leave: (address) => void (tab.left = address),
      rewrite: (address) => void (tab.address = address),
      items,
    },
  });
}

/** Loads the page and leaves it for the log-in. */
async function leave(prepare: (store: LabStore) => void = () => undefined): Promise<LabStore> {
  const store = load();
  store.getState().setLlm({ provider: OPENROUTER.id, baseUrl: OPENROUTER.baseUrl });
  prepare(store);
  await store.getState().logIn();
  return store;
}

/** Comes back to an address and takes up the log-in there. */
async function comeBack(address: string): Promise<ReturnType<LabStore['getState']>> {
  tab.address = address;
  const store = load();
  await store.getState().finishLogin();
  return store.getState();
}

/** The secrets of the log-in under way, as they are stored while the visitor is away. */
function secrets(): { state: string; verifier: string } {
  return JSON.parse([...tab.session.values()].find((value) => value.includes('verifier'))!) as { state: string; verifier: string };
}

describe('a log-in', () => {
  it('brings a key back, and what was chosen before', async () => {
    await leave(({ getState }) => {
      for (const choice of getState().chosen) getState().choose(choice, false);
      getState().choose('llm', true);
      getState().choose('coin', true);
      getState().setCount(40);
      getState().setLlm({ model: 'some/model', chainOfThought: true, samples: 3, ending: 'Which one?', extraBody: '{"top_p": 1}' });
    });
    const { verifier, state: mark } = secrets();
    expect(tab.left).not.toContain(verifier);
    const back = fake.agree(tab.left!);
    const code = new URL(back).searchParams.get('code')!;
    const state = await comeBack(back);
    expect(state).toMatchObject({ hasKey: true, login: 'none', loginTrouble: undefined, count: 40, chosen: ['coin', 'llm'] });
    expect(state.llm).toMatchObject({
      provider: 'openrouter', model: 'some/model', chainOfThought: true, samples: 3, ending: 'Which one?', extraBody: '{"top_p": 1}',
    });
    expect(tab.address).toBe('https://lab.example/play/?backend=cpu&view=lab');
    // Nothing outlasts the log-in; the key is in memory only.
    expect([...tab.session]).toEqual([]);
    const said = JSON.stringify(state);
    for (const secret of [KEY, code, verifier, mark]) expect(said).not.toContain(secret);
  });

  it('leaves the fragment of the address it comes back to alone', async () => {
    await leave();
    await comeBack(`${fake.agree(tab.left!)}#shared`);
    expect(tab.address).toBe('https://lab.example/play/?backend=cpu&view=lab#shared');
  });

  it('keeps the key in the tab only where keys are kept', async () => {
    await leave(({ getState }) => getState().keepKey(true));
    await comeBack(fake.agree(tab.left!));
    expect([...tab.session.values()]).toEqual([JSON.stringify([['https://openrouter.ai', KEY]])]);
  });

  it('takes no secret of the form along', async () => {
    await leave(({ getState }) => {
      getState().setKey('sk-typed-before-0123456789');
      getState().setLlm({ baseUrl: 'https://me:password@openrouter.ai/api/v1', extraBody: '{"api_key": "sk-in-fields-0123456789"}' });
    });
    expect([...tab.session.values()].join()).not.toMatch(/sk-typed|sk-in-fields|password/);
  });
});

describe('a log-in that fails', () => {
  const trouble = async (address: string): Promise<string | undefined> => {
    const { loginTrouble, hasKey, login, llm } = await comeBack(address);
    expect([hasKey, login, llm.provider]).toEqual([false, 'none', 'openrouter']);
    expect(new URL(tab.address).search).toBe('?backend=cpu&view=lab');
    expect([...tab.session]).toEqual([]);
    return loginTrouble;
  };

  it('says that the visitor did not agree', async () => {
    await leave();
    const back = new URL(fake.agree(tab.left!));
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    expect(await trouble(back.href)).toMatch(/refused or broken off/);
  });

  it('says that it was not finished, where the visitor came back without it', async () => {
    await leave();
    expect(await trouble('https://lab.example/play/?backend=cpu&view=lab')).toMatch(/not finished/);
  });

  it('takes nothing that belongs to another log-in', async () => {
    await leave();
    const foreign = new URL(fake.agree(tab.left!));
    foreign.searchParams.set('openrouter', 'somebody-else');
    expect(await trouble(foreign.href)).toMatch(/belongs to another log-in/);
    await leave();
    const unmarked = new URL(fake.agree(tab.left!));
    unmarked.searchParams.delete('openrouter');
    expect(await trouble(unmarked.href)).toMatch(/belongs to another log-in/);
    expect(fake.seen).toEqual([]);
  });

  it('says that it was begun in another tab', async () => {
    await leave();
    tab.session.clear();
    expect(await trouble(fake.agree(tab.left!))).toMatch(/another tab/);
    expect(fake.seen).toEqual([]);
  });

  it('says that the code is no longer good, or that nothing answered', async () => {
    await leave();
    const back = fake.agree(tab.left!);
    const pending = new Map(tab.session);
    await comeBack(back);
    tab.session = pending;
    expect(await trouble(back)).toMatch(/a code is good once/);
    await leave();
    exchange = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await trouble(fake.agree(tab.left!))).toMatch(/offline/);
  });
});

describe('a log-in that cannot begin', () => {
  it('is not tried from a page that cannot be come back to', async () => {
    tab.address = 'http://lab.example/';
    const store = await leave();
    expect(store.getState()).toMatchObject({ login: 'none', loginTrouble: expect.stringMatching(/https/) as string });
    expect([tab.left, tab.session.size]).toEqual([undefined, 0]);
  });

  it('is not tried where nothing can be kept', async () => {
    tab.forbids = true;
    const store = await leave();
    expect(store.getState().loginTrouble).toMatch(/does not let the page keep/);
    expect(tab.left).toBeUndefined();
  });

  it('can be begun again where leaving was broken off, with secrets of its own', async () => {
    const store = await leave();
    const first = secrets();
    await store.getState().logIn();
    expect(secrets().verifier).not.toBe(first.verifier);
    expect(await comeBack(fake.agree(tab.left!))).toMatchObject({ hasKey: true, loginTrouble: undefined });
  });

  it('is given up when the back button brings the page back as it was left', async () => {
    const store = await leave();
    expect(store.getState().login).toBe('leaving');
    store.getState().dropLogin();
    expect([store.getState().login, tab.session.size]).toEqual(['none', 0]);
  });
});

it('does nothing to a page that comes from no log-in', async () => {
  const state = await comeBack('https://lab.example/play/?code=of-something-else');
  expect(tab.address).toBe('https://lab.example/play/?code=of-something-else');
  expect(state).toMatchObject({ loginTrouble: undefined, llm: { provider: 'openai' } });
});
