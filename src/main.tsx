import '@mantine/core/styles.css';
import './ui/shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BENCH_SIZES, type BenchSize } from './core/benchReport';
import { createBenchStore } from './experiments/benchStore';
import { createReplyStore } from './experiments/labCache';
import { createLabKeys } from './experiments/labKeys';
import { createLabStore } from './experiments/labStore';
import { createScorersOpener } from './experiments/outsideScoring';
import { createBrowserPageLlm } from './experiments/pageLlm';
import { loadRecordedRun } from './experiments/recorded';
import { createRunStore, isActive, type SessionOptions } from './experiments/runStore';
import { createStorage } from './experiments/storage';
import { createSweepStore } from './experiments/sweepStore';
import { App } from './ui/shell/App';
import { viewOf } from './ui/shell/view';

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

const shared = {
  build: __BUILD__,
  backend: backendOf(location.search),
  // Workers and what they need are fetched when the first run starts, not before.
  openSession: async (options: SessionOptions) => (await import('./worker/client')).Session.open(options),
  storage: createStorage(),
};
const store = createRunStore({
  ...shared,
  loadRecorded: loadRecordedRun,
  // Made below: it needs the model in this page, which needs this store.
  openScorers: (config, onNews) => openScorers(config, onNews),
  now: () => performance.now(),
});
void store.getState().load();
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
    <App store={store} bench={bench} lab={lab} page={page} sweep={sweep} />
  </StrictMode>,
);
