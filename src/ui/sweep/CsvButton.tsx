import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { download } from '../charts/exportChart';

interface CsvButtonProps {
  /** Of the table. */
  readonly title: string;
  /** Name of the file, without its ending. */
  readonly file: string;
  readonly csv: () => string;
}

/** Saves the numbers of a table. */
export function CsvButton({ title, file, csv }: CsvButtonProps): ReactNode {
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`CSV: ${title}`}
      onClick={() => download(`${file}.csv`, new Blob([csv()], { type: 'text/csv' }))}
    >
      CSV
    </Button>
  );
}
