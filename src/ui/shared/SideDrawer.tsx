import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './SideDrawer.module.css';

interface SideDrawerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly children: ReactNode;
}

/**
 * A drawer over the right side of the page, which stays readable behind it. Put together from parts because Mantine's
 * own header is a second banner to a screen reader.
 */
export function SideDrawer({ opened, onClose, title, children }: SideDrawerProps): ReactNode {
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size="md">
      <Drawer.Overlay backgroundOpacity={0.2} />
      <Drawer.Content>
        <div className={classes.header}>
          <Drawer.Title className={classes.title}>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
