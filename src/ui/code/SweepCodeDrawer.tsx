import { useCallback, useDeferredValue, useMemo, type ReactNode } from 'react';
import { type CodeRefused } from '../../experiments/configCode';
import { codeOfSweep, formOfCode, SWEEP_FOLDER, type SweepCode } from '../../experiments/configCodeSweep';
import { pathTitle } from '../../experiments/sweepFields';
import type { SweepForm } from '../../experiments/sweepPlan';
import { useLesson } from '../lesson/store';
import { SideDrawer } from '../shared/SideDrawer';
import { useActions, useRun } from '../shared/store';
import { useSweep } from '../sweep/store';
import { CodeBox, type CodeForm } from './CodeBox';
import classes from './code.module.css';
import { PasteBox, type Pasted } from './PasteBox';
import { readPasted, settingChanges } from './pasted';

interface SweepCodeDrawerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The planned sweep as one command, as a command a run, and as JSON, and the way back. */
export function SweepCodeDrawer({ opened, onClose }: SweepCodeDrawerProps): ReactNode {
  return (
    <SideDrawer opened={opened} onClose={onClose} title="The sweep as code">
      <Code />
      <Paste />
    </SideDrawer>
  );
}

function Code(): ReactNode {
  const form = useDeferredValue(useSweep((state) => state.form));
  const edited = useRun((state) => state.edited);
  const code = useMemo(() => codeOfSweep(form, edited), [form, edited]);
  if ('reason' in code) {
    return (
      <p className={classes.note} role="status">
        There is no sweep to write down. {code.reason}
      </p>
    );
  }
  return <Forms code={code} />;
}

function Forms({ code }: { readonly code: SweepCode }): ReactNode {
  const forms = useMemo((): readonly [CodeForm, ...CodeForm[]] => [
    {
      id: 'command', title: 'One command', file: 'sweep.sh',
      meaning: <>Runs the whole sweep in Node, one run after another, into the folder <code>{SWEEP_FOLDER}</code>.</>,
      text: () => code.command,
    },
    {
      id: 'commands', title: 'As commands', file: 'commands.txt', lines: true,
      meaning: 'A line a run, each with a file of its own: any job scheduler can spread them over machines (docs/clusters.md shows how). Load all the files with Load runs, and they are this sweep.',
      text: () => code.lines().join('\n'),
    },
    { id: 'json', title: 'JSON', file: 'sweep.json', meaning: <>All settings by name, and what varies. In Node: <code>npm run experiment -- --config sweep.json --out {SWEEP_FOLDER}</code></>, text: () => code.json },
  ], [code]);
  return (
    <>
      <CodeBox forms={forms} />
      {code.notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
    </>
  );
}

/** What a form of a sweep has that another has not, in words. */
function formChanges(before: SweepForm, after: SweepForm, arms: Parameters<typeof pathTitle>[1]): string[] {
  const seeds = ({ firstSeed, lastSeed }: SweepForm): string => `seeds ${firstSeed} to ${lastSeed}`;
  const axes = (form: SweepForm): string => form.axes.map(({ path, values }) => `${pathTitle(path, arms)} over ${values}`).join(', ') || 'no setting varies';
  return [
    ...(seeds(before) === seeds(after) ? [] : [seeds(after)]),
    ...(axes(before) === axes(after) ? [] : [axes(after)]),
    ...(before.size === after.size ? [] : ['the size of a run: as in the playground']),
  ];
}

function Paste(): ReactNode {
  const edited = useRun((state) => state.edited);
  const file = useRun((state) => state.data !== undefined);
  const lesson = useLesson((state) => state.inForce);
  const form = useSweep((state) => state.form);
  const busy = useSweep((state) => state.status !== 'idle');
  const edit = useSweep((state) => state.edit);
  const { replaceSettings } = useActions();
  const check = useCallback((text: string): Pasted | CodeRefused => {
    if (busy) return { problems: ['A sweep is under way: let it finish, or stop it first.'] };
    const read = readPasted(text, { edited, file, lesson });
    if ('problems' in read) return read;
    const { config, notes } = read;
    const asked = formOfCode(read);
    if ('problems' in asked) return asked;
    return {
      changes: [...formChanges(form, asked, config.arms), ...settingChanges(edited, config)],
      notes,
      take: () => {
        replaceSettings(config);
        edit(asked);
      },
    };
  }, [busy, edited, file, lesson, form, edit, replaceSettings]);
  return <PasteBox check={check} />;
}
