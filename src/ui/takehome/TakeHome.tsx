import { Button } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { SideDrawer } from '../shared/SideDrawer';

/** What it writes is fetched when it is wanted. */
const TakeHomeFiles = lazy(async () => ({ default: (await import('./TakeHomeFiles')).TakeHomeFiles }));

/** The button and drawer by which results leave the page, and come back. */
export function TakeHome(): ReactNode {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpened(true)}>
        Take home
      </Button>
      <SideDrawer opened={opened} onClose={() => setOpened(false)} title="Take home">
        <Suspense fallback={<p role="status">Loading</p>}>
          <TakeHomeFiles onShown={() => setOpened(false)} />
        </Suspense>
      </SideDrawer>
    </>
  );
}
