import { ActionIcon, Button, Checkbox, Menu } from '@mantine/core';
import { useRef, useState, type ReactNode, type Ref } from 'react';
import type { ArmSummary, LibraryEntry } from '../../experiments/libraryEntry';
import { settingWords } from '../../experiments/libraryList';
import { isActive } from '../../experiments/runState';
import { download } from '../charts/exportChart';
import { ArmMark } from '../shared/ArmMark';
import { interval, number, percent, percentInterval } from '../shared/format';
import screen from '../shared/screen.module.css';
import { useActions, useRun } from '../shared/store';
import { showView } from '../shell/view';
import classes from './library.module.css';
import { RunForm } from './RunForm';
import { useLibrary } from './store';
import { sourceText } from './words';

/** Arms whose figures are in a row; the rest are named by their number. */
const MOST_ARMS = 4;
/** Settings that are named in a row. */
const MOST_SETTINGS = 8;

/** A run of the list: what it is, what came of it, what can be done with it. */
export function RunRow({ entry }: { readonly entry: LibraryEntry }): ReactNode {
  const { id, name, note, starred, trouble, summary } = entry;
  const chosen = useLibrary((state) => state.chosen.includes(id));
  const choose = useLibrary((state) => state.choose);
  const star = useLibrary((state) => state.star);
  const [editing, setEditing] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const endEditing = (): void => {
    setEditing(false);
    // Whoever works by keyboard goes on where the form was asked for.
    more.current?.focus();
  };
  const settings = settingWords(entry);
  const unnamed = settings.length - MOST_SETTINGS;
  return (
    <li className={classes.row} aria-label={name}>
      <Checkbox className={classes.tick} aria-label={`Choose ${name}`} checked={chosen} onChange={(event) => choose(id, event.currentTarget.checked)} />
      <ActionIcon
        className={classes.star}
        variant="subtle"
        color="gray"
        aria-label={`Star ${name}`}
        aria-pressed={starred}
        onClick={() => void star(id, !starred)}
      >
        <Star filled={starred} />
      </ActionIcon>
      <div className={classes.about}>
        {editing ? (
          <RunForm entry={entry} onDone={endEditing} />
        ) : (
          <>
            <h3 className={classes.name}>{name}</h3>
            {note !== '' && <p className={classes.noteText}>{note}</p>}
          </>
        )}
        {settings.length > 0 && (
          <p className={classes.soft}>
            {settings.slice(0, MOST_SETTINGS).join(' · ')}
            {unnamed > 0 && ` · ${unnamed} more`}
          </p>
        )}
        <p className={classes.soft}>{sourceText(entry)}</p>
        {trouble !== undefined && (
          <p className={screen.note}>
            This build of the page cannot read the run ({trouble}). It can be saved as a file, for the build that made it, or deleted.
          </p>
        )}
      </div>
      {summary && <Figures arms={summary.arms} />}
      <Doings entry={entry} more={more} onEdit={() => setEditing(true)} />
    </li>
  );
}

function Star({ filled }: { readonly filled: boolean }): ReactNode {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden>
      <path
        d="M9 1.8l2.2 4.6 5 .7-3.6 3.5.9 5L9 13.2l-4.5 2.4.9-5L1.8 7.1l5-.7Z"
        fill={filled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** Gold, win rate and KL of each arm. */
function Figures({ arms }: { readonly arms: readonly ArmSummary[] }): ReactNode {
  const trained = arms.filter(({ id }) => id !== 'sft');
  const more = trained.length - MOST_ARMS;
  return (
    <div className={classes.figures}>
      <table>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col">Gold</th>
            <th scope="col">Wins against SFT</th>
            <th scope="col">KL</th>
          </tr>
        </thead>
        <tbody>
          {trained.slice(0, MOST_ARMS).map(({ id, label, gold, winRate, kl }) => (
            <tr key={id}>
              <th scope="row">
                <ArmMark armId={id} /> {label}
              </th>
              <td title={`95% interval ${interval(gold.ci)}, n = ${number(gold.n)}`}>{number(gold.value, 2)}</td>
              <td>
                {winRate ? percent(winRate.value) : '–'} {winRate && <span className={classes.soft}>{percentInterval(winRate.ci)}</span>}
              </td>
              <td>{kl ? number(kl.value, 1) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className={classes.soft}>and {more} more</p>}
    </div>
  );
}

interface DoingsProps {
  readonly entry: LibraryEntry;
  /** Of the button that opens the menu. */
  readonly more: Ref<HTMLButtonElement>;
  readonly onEdit: () => void;
}

function Doings({ entry, more, onEdit }: DoingsProps): ReactNode {
  const { id, name, trouble, dataName } = entry;
  const open = useLibrary((state) => state.open);
  const raw = useLibrary((state) => state.raw);
  const remove = useLibrary((state) => state.remove);
  const active = useRun((state) => isActive(state));
  const { show, takeSettings } = useActions();
  const readable = trouble === undefined;
  const openRun = async (): Promise<void> => {
    const bundle = await open(id);
    if (bundle && show(bundle, { id, dataName })) showView('playground');
  };
  const openSettings = async (): Promise<void> => {
    const bundle = await open(id);
    if (!bundle) return;
    takeSettings(bundle.config);
    showView('playground');
  };
  const save = async (): Promise<void> => {
    const bundle = await raw(id);
    if (bundle !== undefined) download(`run-${id}.json`, new Blob([JSON.stringify(bundle)], { type: 'application/json' }));
  };
  return (
    <div className={classes.doings}>
      <Button size="compact-sm" variant="default" aria-label={`Open ${name}`} disabled={!readable || active} onClick={() => void openRun()}>
        Open
      </Button>
      <Button size="compact-sm" variant="subtle" aria-label={`Use the settings of ${name}`} disabled={!readable} onClick={() => void openSettings()}>
        Use settings
      </Button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon ref={more} variant="subtle" color="gray" aria-label={`More for ${name}`}>
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden>
              <path d="M3 8h.01M8 8h.01M13 8h.01" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />
            </svg>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEdit}>Name and note</Menu.Item>
          <Menu.Item onClick={() => void save()}>Save as a file</Menu.Item>
          <Menu.Item onClick={() => void remove([id])}>Delete</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
