import '@mantine/core/styles.css';
import './ui/shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BENCH_SIZES, type BenchSize } from './core/benchReport';
import { createBenchStore } from './experiments/benchStore';
import { openBrowserSearchWorker } from './experiments/compareSearchBrowser';
import { createSearcher } from './experiments/compareSearcher';
import { createCompareStore } from './experiments/compareStore';
import { createReplyStore } from './experiments/labCache';
import { createLabKeys } from './experiments/labKeys';
import { createLabStore } from './experiments/labStore';
import { createLibrary, LIBRARY_CHANNEL } from './experiments/library';
import { createDatabase } from './experiments/libraryDatabase';
import { createLibraryStore } from './experiments/libraryStore';
import { openLesson } from './experiments/lessonLinkOpening';
import { createLessonStore } from './experiments/lessonLinkStore';
import { createLinkAddress, type AddressBar } from './experiments/linkAddress';
import { createScorersOpener } from './experiments/outsideScoring';
import { createBrowserPageLlm } from './experiments/pageLlm';
import { loadRecordedRun } from './experiments/recorded';
import { createJournalDatabase } from './experiments/resumeDatabase';
import { createRunKeeper } from './experiments/resumeKeeper';
import { createBrowserLocks } from './experiments/resumeLocks';
import { createResumeStore } from './experiments/resumeStore';
import { isActive } from './experiments/runState';
import { createRunStore, type SessionOptions } from './experiments/runStore';
import { createStorage } from './experiments/storage';
import { createSweepStore } from './experiments/sweepStore';
import { App } from './ui/shell/App';
import { replaceView, viewOf, VIEWS } from './ui/shell/view';

function backendOf(search: string): 'auto' | 'cpu' | 'webgpu' {
  const backend = new URLSearchParams(search).get('backend');
  return backend === 'cpu' || backend === 'webgpu' ? backend : 'auto';
}

/** `?view=bench&start=SIZE` measures at once, for programs that open the page. */
function sizeToStart(search: string): BenchSize | undefined {
  const size = new URLSearchParams(search).get('start');
  return viewOf(search) === 'bench' && size !== null && size in BENCH_SIZES ? (size as BenchSize) : undefined;
}

/** What the browser says of this page and the local network; browsers without that permission know no such name. */
async function localNetworkPermission(): Promise<PermissionState | 'unknown'> {
  try {
    return (await navigator.permissions.query({ name: 'local-network-access' as PermissionName })).state;
  } catch {
    return 'unknown';
  }
}

const database = createDatabase(__BUILD__.commit);
const library = createLibrary({
  database,
  build: __BUILD__.commit,
  now: () => Date.now(),
  // Absent where the page came by plain HTTP.
  storageManager: 'storage' in navigator ? navigator.storage : undefined,
  channel: 'BroadcastChannel' in window ? new BroadcastChannel(LIBRARY_CHANNEL) : undefined,
});
const libraryStore = createLibraryStore(library);
const compare = createCompareStore({ library, searcher: createSearcher(openBrowserSearchWorker), items: () => sessionStorage });
const shared = {
  build: __BUILD__,
  backend: backendOf(location.search),
  // Workers and what they need are fetched when the first run starts, not before.
  openSession: async (options: SessionOptions) => (await import('./worker/client')).Session.open(options),
  storage: createStorage(database, library),
};
const lessons = createLessonStore({ onLeave: () => address.dropLesson(), onHold: () => store.getState().keepHeld() });
const keeper = createRunKeeper({
  build: __BUILD__,
  database: createJournalDatabase(),
  locks: createBrowserLocks(),
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
});
const store = createRunStore({
  ...shared,
  keeper,
  loadRecorded: loadRecordedRun,
  // Made below: it needs the model in this page, which needs this store.
  openScorers: (config, onNews) => openScorers(config, onNews),
  lesson: () => lessons.getState().inForce,
  now: () => performance.now(),
});
/** Entries of the history that the page wrote itself are marked. */
const bar: AddressBar = {
  fragment: () => location.hash,
  write: (fragment) => history.replaceState({ ownFragment: true }, '', `${location.pathname}${location.search}#${fragment}`),
  isOwn: () => (history.state as { readonly ownFragment?: boolean } | null)?.ownFragment === true,
};
const address = createLinkAddress({
  store,
  bar,
  openLesson(text, settings) {
    const opened = openLesson(lessons, text, settings, VIEWS);
    const view = VIEWS.find((known) => known === opened.view);
    // A visitor who comes back, or whose address names a screen, is where he went.
    if (view && !bar.isOwn() && !new URLSearchParams(location.search).has('view')) replaceView(view);
    return opened;
  },
});
// Before the first run is looked for: what a link brings goes before what was kept.
address.open();
window.addEventListener('hashchange', address.changed);
void store.getState().load();
const resume = createResumeStore({
  keeper,
  goOn: (taken) => void store.getState().goOn(taken),
  onTrouble: (note) => store.getState().noteJournal(note),
});
void resume.getState().look();
// A run that fails here can be gone on with.
store.subscribe((state, before) => {
  if (isActive(before) && !isActive(state)) void resume.getState().look();
});
const bench = createBenchStore({ ...shared, quick: new URLSearchParams(location.search).has('quick') });
void bench.getState().load();
const size = sizeToStart(location.search);
if (size) void bench.getState().run(size);
const sweep = createSweepStore({ ...shared, isTraining: () => isActive(store.getState()), now: () => performance.now() });
const page = createBrowserPageLlm(store);
const asking = {
  page,
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  replies: createReplyStore(),
  keys: createLabKeys(() => sessionStorage),
};
const lab = createLabStore({
  ...shared,
  ...asking,
  isTraining: () => isActive(store.getState()),
  surroundings: () => ({
    online: navigator.onLine,
    securePage: location.protocol === 'https:',
    localNetwork: localNetworkPermission,
  }),
  login: {
    address: () => location.href,
    leave: (address) => location.assign(address),
    rewrite: (address) => history.replaceState(history.state, '', address),
    items: () => sessionStorage,
  },
});
const openScorers = createScorersOpener({ ...asking, lab });
// Before anything is shown: the address may hold a code that nobody else is to see.
void lab.getState().finishLogin();
// The back button may bring the page back as it was left.
window.addEventListener('pageshow', ({ persisted }) => persisted && lab.getState().dropLogin());

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App
      store={store} bench={bench} compare={compare} lab={lab} lessons={lessons} library={libraryStore} page={page} resume={resume}
      sweep={sweep}
    />
  </StrictMode>,
);
