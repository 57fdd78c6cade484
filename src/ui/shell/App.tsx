import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import type { BenchStore } from '../../experiments/benchStore';
import type { RunStore } from '../../experiments/runStore';
import { BenchScreen } from '../bench/BenchScreen';
import { BenchStoreContext } from '../bench/store';
import { Playground } from '../playground/Playground';
import { RunStoreContext } from '../shared/store';
import { cssVariables, theme } from '../shared/theme';
import classes from './App.module.css';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './Header';
import { useView } from './view';

export function App({ store, bench }: { readonly store: RunStore; readonly bench: BenchStore }): ReactNode {
  const view = useView();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <RunStoreContext value={store}>
        <BenchStoreContext value={bench}>
          <a href="#main" className={classes.skip}>
            Skip to the main part
          </a>
          <Header />
          <main id="main" className={classes.main} tabIndex={-1}>
            <ErrorBoundary key={view}>{view === 'bench' ? <BenchScreen /> : <Playground />}</ErrorBoundary>
          </main>
        </BenchStoreContext>
      </RunStoreContext>
    </MantineProvider>
  );
}
