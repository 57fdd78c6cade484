import '@mantine/core/styles.css';
import './ui/shared/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadRecordedRun } from './experiments/recorded';
import { createRunStore } from './experiments/runStore';
import { createStorage } from './experiments/storage';
import { App } from './ui/shell/App';

function backendOf(search: string): 'auto' | 'cpu' | 'webgpu' {
  const backend = new URLSearchParams(search).get('backend');
  return backend === 'cpu' || backend === 'webgpu' ? backend : 'auto';
}

const store = createRunStore({
  build: __BUILD__,
  backend: backendOf(location.search),
  // Workers and what they need are fetched when the first run starts, not before.
  openSession: async (backend, arms) => (await import('./worker/client')).Session.open(backend, arms),
  loadRecorded: loadRecordedRun,
  storage: createStorage(),
  now: () => performance.now(),
});
void store.getState().load();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App store={store} />
  </StrictMode>,
);
