import { ActionIcon, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './charts.module.css';
import { download, toPng, type Picture } from './exportChart';

export interface SaveMenuProps {
  /** Of the chart, for the button's name. */
  readonly title: string;
  /** Name of the file, without its ending. */
  readonly file: string;
  readonly picture: () => Picture;
  readonly csv: () => string;
  /** Why a file could not be made; undefined when the next one is asked for. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** The button that saves a chart: as a picture, or its numbers. */
export function SaveMenu({ title, file, picture, csv, onProblem }: SaveMenuProps): ReactNode {
  const save = (kind: 'svg' | 'png' | 'csv'): void => {
    onProblem(undefined);
    const name = `${file}.${kind}`;
    if (kind === 'csv') download(name, new Blob([csv()], { type: 'text/csv' }));
    else if (kind === 'svg') download(name, new Blob([picture().text], { type: 'image/svg+xml' }));
    else {
      toPng(picture()).then(
        (png) => download(name, png),
        (error: unknown) => onProblem(error instanceof Error ? error.message : String(error)),
      );
    }
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon className={classes.export} variant="subtle" color="gray" size="sm" aria-label={`Save chart: ${title}`}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M7 1.5v7M4 6l3 3 3-3M2 12h10" fill="none" stroke="currentColor" strokeWidth="1.4" />
          </svg>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save('svg')}>Picture, SVG</Menu.Item>
        <Menu.Item onClick={() => save('png')}>Picture, PNG</Menu.Item>
        <Menu.Item onClick={() => save('csv')}>Every point, CSV</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
