import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import type { BenchStore } from '../../experiments/benchStore';
import type { LabStore } from '../../experiments/labStore';
import type { RunStore } from '../../experiments/runStore';
import { BenchScreen } from '../bench/BenchScreen';
import { BenchStoreContext } from '../bench/store';
import { LabScreen } from '../lab/LabScreen';
import { LabStoreContext } from '../lab/store';
import { Playground } from '../playground/Playground';
import { RunStoreContext } from '../shared/store';
import { cssVariables, theme } from '../shared/theme';
import classes from './App.module.css';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './Header';
import { useView, type View } from './view';

const SCREENS: Readonly<Record<View, () => ReactNode>> = { playground: Playground, lab: LabScreen, bench: BenchScreen };

interface AppProps {
  readonly store: RunStore;
  readonly bench: BenchStore;
  readonly lab: LabStore;
}

export function App({ store, bench, lab }: AppProps): ReactNode {
  const view = useView();
  const Screen = SCREENS[view];
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <RunStoreContext value={store}>
        <BenchStoreContext value={bench}>
          <LabStoreContext value={lab}>
            <a href="#main" className={classes.skip}>
              Skip to the main part
            </a>
            <Header />
            <main id="main" className={classes.main} tabIndex={-1}>
              <ErrorBoundary key={view}>
                <Screen />
              </ErrorBoundary>
            </main>
          </LabStoreContext>
        </BenchStoreContext>
      </RunStoreContext>
    </MantineProvider>
  );
}
