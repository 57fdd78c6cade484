import { MantineProvider } from '@mantine/core';
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import type { BenchStore } from '../../experiments/benchStore';
import type { CompareStore } from '../../experiments/compareStore';
import type { LabStore } from '../../experiments/labStore';
import type { LibraryStore } from '../../experiments/libraryStore';
import type { LessonStore } from '../../experiments/lessonLinkStore';
import type { PageLlmStore } from '../../experiments/pageLlmStore';
import type { ResumeStore } from '../../experiments/resumeStore';
import type { RunStore } from '../../experiments/runStore';
import type { SweepStore } from '../../experiments/sweepStore';
import { BenchStoreContext } from '../bench/store';
import { CompareStoreContext } from '../compare/store';
import { LabStoreContext, PageLlmStoreContext } from '../lab/store';
import { LibraryStoreContext } from '../library/store';
import { LessonPanel } from '../lesson/LessonPanel';
import { LessonStoreContext } from '../lesson/store';
import { Playground } from '../playground/Playground';
import { ResumeStoreContext } from '../playground/resume';
import { RunStoreContext } from '../shared/store';
import { cssVariables, theme } from '../shared/theme';
import { SweepStoreContext } from '../sweep/store';
import classes from './App.module.css';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './Header';
import { useView, type View } from './view';

/** The first screen comes with the page, the others when they are looked at. */
const SCREENS: Readonly<Record<View, ComponentType>> = {
  playground: Playground,
  compare: lazy(async () => ({ default: (await import('../compare/CompareScreen')).CompareScreen })),
  sweep: lazy(async () => ({ default: (await import('../sweep/SweepScreen')).SweepScreen })),
  overopt: lazy(async () => ({ default: (await import('../overopt/OveroptScreen')).OveroptScreen })),
  runs: lazy(async () => ({ default: (await import('../library/LibraryScreen')).LibraryScreen })),
  lab: lazy(async () => ({ default: (await import('../lab/LabScreen')).LabScreen })),
  bench: lazy(async () => ({ default: (await import('../bench/BenchScreen')).BenchScreen })),
};

interface AppProps {
  readonly store: RunStore;
  readonly bench: BenchStore;
  readonly compare: CompareStore;
  readonly lab: LabStore;
  readonly library: LibraryStore;
  readonly lessons: LessonStore;
  readonly page: PageLlmStore;
  readonly resume: ResumeStore;
  readonly sweep: SweepStore;
}

export function App({ store, bench, compare, lab, library, lessons, page, resume, sweep }: AppProps): ReactNode {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <RunStoreContext value={store}>
        <BenchStoreContext value={bench}>
          <LabStoreContext value={lab}>
            <PageLlmStoreContext value={page}>
              <SweepStoreContext value={sweep}>
                <LessonStoreContext value={lessons}>
                  <ResumeStoreContext value={resume}>
                    <LibraryStoreContext value={library}>
                      <CompareStoreContext value={compare}>
                        <Shell />
                      </CompareStoreContext>
                    </LibraryStoreContext>
                  </ResumeStoreContext>
                </LessonStoreContext>
              </SweepStoreContext>
            </PageLlmStoreContext>
          </LabStoreContext>
        </BenchStoreContext>
      </RunStoreContext>
    </MantineProvider>
  );
}

function Shell(): ReactNode {
  const view = useView();
  const Screen = SCREENS[view];
  return (
    <>
      <a href="#main" className={classes.skip}>
        Skip to the main part
      </a>
      <Header />
      <main id="main" className={classes.main} tabIndex={-1}>
        {/* The playground has it below its run bar. */}
        {view !== 'playground' && <LessonPanel />}
        <ErrorBoundary key={view}>
          <Suspense fallback={<p role="status">Loading</p>}>
            <Screen />
          </Suspense>
        </ErrorBoundary>
      </main>
    </>
  );
}
