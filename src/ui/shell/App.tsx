import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RunStore } from '../../experiments/runStore';
import { Playground } from '../playground/Playground';
import { RunStoreContext } from '../shared/store';
import { cssVariables, theme } from '../shared/theme';
import classes from './App.module.css';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './Header';

export function App({ store }: { readonly store: RunStore }): ReactNode {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <RunStoreContext value={store}>
        <a href="#main" className={classes.skip}>
          Skip to the playground
        </a>
        <Header />
        <main id="main" className={classes.main} tabIndex={-1}>
          <ErrorBoundary>
            <Playground />
          </ErrorBoundary>
        </main>
      </RunStoreContext>
    </MantineProvider>
  );
}
