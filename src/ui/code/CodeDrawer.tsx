import { useCallback, useMemo, type ReactNode } from 'react';
import { commandText } from '../../core/commandText';
import { commandNotes, configJson, type CodeRefused } from '../../experiments/configCode';
import { useLesson } from '../lesson/store';
import { SideDrawer } from '../shared/SideDrawer';
import { useActions, useRun } from '../shared/store';
import { CodeBox, type CodeForm } from './CodeBox';
import classes from './code.module.css';
import { PasteBox, type Pasted } from './PasteBox';
import { readPasted, settingChanges } from './pasted';

interface CodeDrawerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The settings of the playground as a command and as JSON, and the way back from either. */
export function CodeDrawer({ opened, onClose }: CodeDrawerProps): ReactNode {
  return (
    <SideDrawer opened={opened} onClose={onClose} title="As code">
      <Code />
      <Paste />
    </SideDrawer>
  );
}

function Code(): ReactNode {
  const edited = useRun((state) => state.edited);
  const forms = useMemo((): readonly [CodeForm, ...CodeForm[]] => [
    {
      id: 'command', title: 'Command', file: 'experiment.sh',
      meaning: 'Runs these settings in Node with the code of this page, and writes the run to a file that Sweeps can load.',
      text: () => commandText(edited, { out: 'run.json' }, ' \\\n  '),
    },
    {
      id: 'json', title: 'JSON', file: 'experiment.json',
      meaning: <>All settings by name. In Node: <code>npm run experiment -- --config experiment.json</code></>,
      text: () => configJson(edited),
    },
  ], [edited]);
  const notes = commandNotes(edited);
  return (
    <>
      <CodeBox forms={forms} />
      {notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
    </>
  );
}

function Paste(): ReactNode {
  const edited = useRun((state) => state.edited);
  const file = useRun((state) => state.data !== undefined);
  const lesson = useLesson((state) => state.inForce);
  const { replaceSettings } = useActions();
  const check = useCallback((text: string): Pasted | CodeRefused => {
    const read = readPasted(text, { edited, file, lesson });
    if ('problems' in read) return read;
    const { config, sweeps, notes } = read;
    return {
      changes: settingChanges(edited, config),
      notes: sweeps.length > 0 ? [...notes, 'Ignored: the axes of a sweep. Paste it on the screen Sweeps to take them too.'] : notes,
      take: () => replaceSettings(config),
    };
  }, [edited, file, lesson, replaceSettings]);
  return <PasteBox check={check} />;
}
