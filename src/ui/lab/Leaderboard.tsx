import { UnstyledButton } from '@mantine/core';
import { Fragment, useState, type ReactNode } from 'react';
import type { LabelerResult } from '../../core/labReport';
import type { LabRow } from '../../experiments/labFiles';
import { ArmMark } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { shortName } from './chartRows';
import classes from './lab.module.css';
import { armOf, columnsOf, type LeaderboardColumn } from './words';

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows without the figure come last, whichever way the others are sorted. */
function sorted(rows: readonly LabRow[], columns: readonly LeaderboardColumn[], { column, descending }: Order): LabRow[] {
  const sign = descending ? -1 : 1;
  const by = columns.find(({ id }) => id === column);
  if (!by) return [...rows].sort((a, b) => sign * a.labeler.name.localeCompare(b.labeler.name));
  return [...rows].sort((a, b) => {
    const [left, right] = [by.cell(a), by.cell(b)];
    return left && right ? sign * (left.value - right.value) : Number(!left) - Number(!right);
  });
}

/** Every labeler with its figures; sorted by the column that is pressed. Trainings of a model fold out below it. */
export function Leaderboard({ rows }: { readonly rows: readonly LabRow[] }): ReactNode {
  const [order, setOrder] = useState<Order>({ column: 'agreement', descending: true });
  const [open, setOpen] = useState<readonly string[]>([]);
  const columns = columnsOf(rows);
  const names = rows.map(({ labeler }) => labeler.name);
  const press = (column: string): void =>
    setOrder({ column, descending: order.column === column ? !order.descending : column !== 'name' });
  const fold = (id: string): void => setOpen(open.includes(id) ? open.filter((one) => one !== id) : [...open, id]);
  return (
    <div className={classes.scroll} role="region" aria-label="Leaderboard" tabIndex={0}>
      <table className={classes.table} data-testid="lab-leaderboard">
        <thead>
          <tr>
            <Head id="name" title="Labeler" order={order} onPress={press} />
            {columns.map(({ id, title, about }) => (
              <Head key={id} id={id} title={title} about={about} order={order} onPress={press} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, order).map((row) => {
            const { labeler, trainings } = row;
            const unfolded = open.includes(labeler.id);
            return (
              <Fragment key={labeler.id}>
                <tr>
                  <th scope="row">
                    <span className={classes.labeler}>
                      <ArmMark armId={armOf(labeler)} />
                      <span className={classes.labelerName}>
                        {shortName(labeler.name, names)}
                        {trainings.length > 0 && (
                          <UnstyledButton className={classes.unfold} aria-expanded={unfolded} onClick={() => fold(labeler.id)}>
                            <span aria-hidden>{unfolded ? '▾' : '▸'}</span> {trainings.length} trainings
                          </UnstyledButton>
                        )}
                      </span>
                      <InfoTip label={labeler.name} meaning={labeler.origin} />
                    </span>
                  </th>
                  <Cells row={row} columns={columns} />
                </tr>
                {unfolded && trainings.map((training) => (
                  <tr key={training.labeler.id} className={classes.training}>
                    <th scope="row">
                      <span className={classes.labeler}>
                        Training {training.labeler.group?.seed}
                        <InfoTip label={training.labeler.name} meaning={training.labeler.origin} />
                      </span>
                    </th>
                    <Cells row={training} columns={columns} />
                  </tr>
                ))}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cells({ row, columns }: { readonly row: LabelerResult; readonly columns: readonly LeaderboardColumn[] }): ReactNode {
  return columns.map((column) => {
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
  });
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
