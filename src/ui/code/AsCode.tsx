import { Button, type ButtonProps } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';

const DRAWERS = {
  experiment: lazy(async () => ({ default: (await import('./CodeDrawer')).CodeDrawer })),
  sweep: lazy(async () => ({ default: (await import('./SweepCodeDrawer')).SweepCodeDrawer })),
} as const;

interface AsCodeProps {
  /** What is shown as code: the settings of the playground, or the sweep that is planned. */
  readonly of: keyof typeof DRAWERS;
  readonly size: NonNullable<ButtonProps['size']>;
}

/** The way to the drawer that shows settings as code and takes them back. */
export function AsCode({ of, size }: AsCodeProps): ReactNode {
  const [opened, setOpened] = useState(false);
  // The drawer comes with its first use, and stays for its way out.
  const [wanted, setWanted] = useState(false);
  const Drawer = DRAWERS[of];
  return (
    <>
      <Button
        variant="default"
        size={size}
        onClick={() => {
          setWanted(true);
          setOpened(true);
        }}
      >
        As code
      </Button>
      {wanted && (
        <Suspense>
          <Drawer opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
