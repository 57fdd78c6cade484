import { Button } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';

const ShareDialog = lazy(async () => ({ default: (await import('./ShareDialog')).ShareDialog }));

/** Opens the dialog in which links are made. It comes with its first use, and stays for its way out. */
export function ShareButton(): ReactNode {
  const [opened, setOpened] = useState(false);
  const [wanted, setWanted] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        aria-haspopup="dialog"
        onClick={() => {
          setWanted(true);
          setOpened(true);
        }}
      >
        Share
      </Button>
      {wanted && (
        <Suspense>
          <ShareDialog opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
