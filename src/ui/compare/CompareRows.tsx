import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { compareSearchOf } from '../../experiments/compareAddress';
import { ALL_LINES, PAGE_ROWS } from '../../experiments/compareStore';
import { ArmMark } from '../shared/ArmMark';
import { number } from '../shared/format';
import screen from '../shared/screen.module.css';
import { MarkLegend } from '../sidebyside/MarkedText';
import { capitalised } from '../../core/taskWords';
import { useWords } from '../shared/taskWords';
import classes from './compare.module.css';
import { CompareRow } from './CompareRow';
import { useCompare } from './store';
import type { CompareView } from './useCompareTable';
import { rowsWords, stepWords } from './words';

/** Least widths of the prompt's column and of a response's, pixels; where there is less room, they stand below each other. */
const POST_WIDTH = 220;
const COLUMN_WIDTH = 150;

/** The prompts, a page of them at a time. */
export function CompareRows({ view: { columns: { columns, couple, measure, base, rows: all }, table: { rows } } }: { readonly view: CompareView }): ReactNode {
  const look = useCompare((state) => state.look);
  const set = useCompare((state) => state.set);
  const box = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize<HTMLDivElement>();
  const stacked = width > 0 && width < POST_WIDTH + COLUMN_WIDTH * columns.length;
  const [said, setSaid] = useState('');
  const words = useWords();
  const { prompt } = words;
  const { post, marking, lines } = look;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const page = Math.min(look.page, pages - 1);
  const from = page * PAGE_ROWS;
  const arrived = useRef<string>(undefined);

  // Goes to the prompt of the address once, when it is there.
  useEffect(() => {
    if (post === undefined || arrived.current === post) return;
    const at = rows.findIndex((row) => row.post.id === post);
    if (at < 0) return;
    const wanted = Math.floor(at / PAGE_ROWS);
    if (wanted !== page) {
      set({ page: wanted });
      return;
    }
    arrived.current = post;
    const row = [...(box.current?.querySelectorAll<HTMLElement>('tr[data-post]') ?? [])].find(({ dataset }) => dataset.post === post);
    row?.scrollIntoView({ block: 'center' });
    row?.focus({ preventScroll: true });
  }, [post, rows, page, set]);

  const keys = look.keys;
  const onLink = useCallback((id: string): void => {
    arrived.current = id;
    set({ post: id });
    const address = new URL(compareSearchOf(location.search, { post: id, ...(keys ? { columns: keys } : {}) }), location.href);
    address.hash = location.hash;
    navigator.clipboard.writeText(address.href).then(
      () => setSaid(`The link to this ${prompt} is copied, and in the address bar.`),
      () => setSaid(`The link to this ${prompt} is in the address bar.`),
    );
  }, [set, keys, prompt]);

  const turn = (to: number): void => {
    set({ page: to });
    box.current?.scrollIntoView({ block: 'start' });
  };
  const pager = pages > 1 && (
    <div className={classes.pager}>
      <Button size="compact-sm" variant="default" disabled={page === 0} onClick={() => turn(page - 1)}>
        Previous {PAGE_ROWS}
      </Button>
      <span>
        Page {page + 1} of {pages}
      </span>
      <Button size="compact-sm" variant="default" disabled={page === pages - 1} onClick={() => turn(page + 1)}>
        Next {PAGE_ROWS}
      </Button>
    </div>
  );
  return (
    <div ref={box} className={classes.rows}>
      <div className={classes.row}>
        <p className={classes.count} role="status" data-testid="compare-count">
          {rowsWords(from + 1, Math.min(rows.length, from + PAGE_ROWS), rows.length, words)}
          {rows.length < all.length && ` (of ${number(all.length)})`}
        </p>
        {pager}
        <span role="status" className={`${screen.text} ${classes.middle}`}>
          {said}
        </span>
      </div>
      {rows.length === 0 ? (
        <div className={classes.empty}>
          <p>No {prompt} passes the search and the filters.</p>
          <Button size="xs" variant="default" onClick={() => set({ search: '', slice: undefined, bin: undefined })}>
            Show all {number(all.length)} {words.prompts}
          </Button>
        </div>
      ) : (
        <div ref={ref} className={classes.tableBox} data-columns={columns.length} data-stacked={stacked || undefined}>
          <table
            className={classes.table}
            style={{ '--lines': lines } as CSSProperties}
            data-clamped={lines < ALL_LINES || undefined}
            data-testid="compare-table"
          >
            <thead>
              <tr>
                <th scope="col" className={classes.postCell}>
                  {capitalised(prompt)}
                </th>
                {columns.map((column, i) => (
                  <th scope="col" key={column.key}>
                    <ArmMark armId={column.armId} /> {column.label}
                    <span className={classes.soft}>
                      {column.arm.step !== undefined && `, ${stepWords(column.arm.step)}`}
                      {marking === 'diff' && i === base && ', base'}
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(from, from + PAGE_ROWS).map((row) => (
                <CompareRow
                  key={row.post.id}
                  {...{ row, columns, couple, measure, base, marking, stacked, onLink }}
                  isGoal={row.post.id === post}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pager}
      {marking === 'checker' && <MarkLegend />}
      {marking === 'diff' && (
        <p className={screen.text}>
          <ins className={classes.added}>underlined</ins> words are not in the base, <del className={classes.removed}>struck</del> ones are in the base only.
        </p>
      )}
      {marking === 'overlap' && (
        <p className={screen.text}>
          <mark className={classes.overlap}>Underlined</mark> words stand in the {prompt} too, wherever; it says nothing of whether they are used right.
        </p>
      )}
    </div>
  );
}
