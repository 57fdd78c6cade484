import { UnstyledButton } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { LabelerResult } from '../../core/labReport';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import classes from './lab.module.css';
import { armOf, COLUMNS, type LeaderboardColumn } from './words';

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows without the figure come last, whichever way the others are sorted. */
function sorted(rows: readonly LabelerResult[], { column, descending }: Order): LabelerResult[] {
  const sign = descending ? -1 : 1;
  if (column === 'name') return [...rows].sort((a, b) => sign * a.labeler.name.localeCompare(b.labeler.name));
  const by = COLUMNS.find(({ id }) => id === column)!;
  return [...rows].sort((a, b) => {
    const [left, right] = [by.cell(a), by.cell(b)];
    return left && right ? sign * (left.value - right.value) : Number(!left) - Number(!right);
  });
}

/** Every labeler with its figures; sorted by the column that is pressed. */
export function Leaderboard({ rows }: { readonly rows: readonly LabelerResult[] }): ReactNode {
  const [order, setOrder] = useState<Order>({ column: 'agreement', descending: true });
  const press = (column: string): void =>
    setOrder({ column, descending: order.column === column ? !order.descending : column !== 'name' });
  return (
    <div className={classes.scroll} role="region" aria-label="Leaderboard" tabIndex={0}>
      <table className={classes.table} data-testid="lab-leaderboard">
        <thead>
          <tr>
            <Head id="name" title="Labeler" order={order} onPress={press} />
            {COLUMNS.map(({ id, title, about }) => (
              <Head key={id} id={id} title={title} about={about} order={order} onPress={press} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, order).map((row) => (
            <tr key={row.labeler.id}>
              <th scope="row">
                <span className={classes.labeler}>
                  <ArmMark armId={armOf(row.labeler)} />
                  <span className={classes.labelerName}>{row.labeler.name}</span>
                  <InfoTip label={row.labeler.name} meaning={row.labeler.origin} />
                </span>
              </th>
              {COLUMNS.map((column) => {
                const cell = column.cell(row);
                return (
                  <td key={column.id}>
                    {cell ? (
                      <>
                        <b>{cell.main}</b>
                        {cell.soft !== undefined && <span className={classes.soft}>{cell.soft}</span>}
                      </>
                    ) : (
                      <span className={classes.none}>–</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ id, title, about, order, onPress }: {
  readonly id: string;
  readonly title: string;
  readonly about?: LeaderboardColumn['about'];
  readonly order: Order;
  readonly onPress: (id: string) => void;
}): ReactNode {
  const active = order.column === id;
  return (
    <th scope="col" aria-sort={active ? (order.descending ? 'descending' : 'ascending') : undefined}>
      <span className={classes.head}>
        <UnstyledButton className={classes.sort} onClick={() => onPress(id)}>
          {title}
          <span aria-hidden>{active ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
        </UnstyledButton>
        {about && <InfoTip label={title} {...about} />}
      </span>
    </th>
  );
}
