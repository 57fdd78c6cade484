import { Anchor, Button, CopyButton } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { withoutOffArms } from '../../core/config';
import { staleArms, staleData, staleFields } from '../../experiments/runForm';
import { isActive } from '../../experiments/runState';
import { download } from '../charts/exportChart';
import type { ShownRun } from '../../experiments/shownRun';
import { day } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { useActions, useRun } from '../shared/store';
import { useWords } from '../shared/taskWords';
import { showView } from '../shell/view';
import { armChanges, changeWords } from './changes';
import classes from './playground.module.css';
import { scoredWords } from './scorerWords';

/** Where a run came from that was not made here and now. */
const SOURCES: Readonly<Record<Exclude<ShownRun['origin'], 'here'>, { readonly words: string; readonly label: string; readonly meaning: string }>> = {
  recorded: {
    words: 'Recorded on',
    label: 'the recorded run',
    meaning:
      'A finished run of the default preset, made with this very code and shipped with the page, so that nobody faces an empty one. Nothing of it was computed here and now.',
  },
  kept: {
    words: 'Kept in this browser:',
    label: 'the kept run',
    meaning: 'A run of the library, under "Runs". It was loaded from this browser, not computed anew.',
  },
  link: {
    words: 'From a link, recorded on',
    label: 'the run of the link',
    meaning: 'A run that somebody put into the link that you opened. Its figures are theirs, digit by digit; nothing of it was computed here and now. What the link left out stands below the win rates.',
  },
  file: {
    words: 'From a file, recorded on',
    label: 'the run of the file',
    meaning: 'A run bundle that you opened. Nothing of it was computed here and now, and it is not kept unless you say so.',
  },
};

/** Which run is on screen: recorded, kept, under way or finished. */
export function RunSource(): ReactNode {
  const shown = useRun((state) => state.shown);
  const active = useRun((state) => isActive(state));
  const { prompt } = useWords();
  if (!shown) return null;
  const { bundle } = shown;
  const { seed } = shown.config.run;
  if (!bundle) {
    return (
      <p className={classes.source}>
        <span>
          <b>{active ? 'This run' : 'Unfinished run'}</b>, seed {seed}
        </span>
      </p>
    );
  }
  const facts = `${day(bundle.recordedAt)}, ${bundle.device.description}, build ${bundle.build.commit}`;
  if (shown.origin === 'here') {
    return (
      <p className={classes.source}>
        <span>
          <b>This run</b>, seed {seed}, {facts}
        </span>
      </p>
    );
  }
  const source = SOURCES[shown.origin];
  return (
    <p className={classes.source} data-recorded>
      <span>
        <b>{source.words}</b> {facts}, seed {seed}
      </span>
      <InfoTip
        label={source.label}
        meaning={source.meaning}
        caveat={`Press Run to make your own in its place. Its policies are not kept, so they cannot answer a ${prompt} of yours until you do.`}
      />
    </p>
  );
}

/** What happened to the run under way: a GPU that was lost, say. Afterwards the verdict's notes say it. */
export function RunNotices(): ReactNode {
  const notices = useRun((state) => state.shown?.notices);
  if (!notices || notices.length === 0) return null;
  return (
    <div className={classes.stale} role="status">
      {notices.map((notice) => (
        <p key={notice}>{notice}</p>
      ))}
    </div>
  );
}

/** How far the language models are that score the responses of the shown run, and what they cost. */
export function ScoringNote(): ReactNode {
  const reports = useRun((state) => state.scoring);
  if (reports.length === 0) return null;
  // Not a live region: it changes with every reply.
  return (
    <div className={classes.scoring} data-testid="scoring">
      {reports.map((report) => (
        <p key={report.scorer}>{scoredWords(report)}</p>
      ))}
    </div>
  );
}

/** The form and the shown run have parted: what differs, and the two ways to bring them together. */
export function StaleNotice(): ReactNode {
  const edited = useRun((state) => state.edited);
  const shown = useRun((state) => state.shown);
  const data = useRun((state) => state.data);
  const active = useRun((state) => isActive(state));
  const { run, revert } = useActions();
  const fields = useMemo(() => staleFields({ edited, shown }), [edited, shown]);
  const otherFile = staleData({ edited, shown, data });
  const otherArms = staleArms({ edited, shown });
  if (!shown || (fields.length === 0 && !otherFile && !otherArms)) return null;
  const named = fields.slice(0, 6).map((entry) => changeWords(entry, shown.config, edited));
  if (fields.length > 6) named.push(`${fields.length - 6} more`);
  if (otherArms) named.push(...armChanges(withoutOffArms(shown.config), withoutOffArms(edited)));
  if (otherFile) named.push(`file ${shown.dataName ?? ''} → ${data?.name ?? ''}`);
  return (
    <div className={classes.stale} role="status">
      <p>
        <b>
          {active
            ? 'The run under way has other settings than the form.'
            : 'The curves are of other settings than the form.'}
        </b>{' '}
        {named.join(' · ')}
      </p>
      <div className={classes.staleButtons}>
        <Button size="xs" onClick={() => void run()}>
          {active ? 'Restart with changes' : 'Run with these settings'}
        </Button>
        <Button size="xs" variant="default" onClick={revert}>
          Undo changes
        </Button>
      </div>
    </div>
  );
}

/** What went wrong and what to do; nothing that was finished is gone. */
export function TroubleNotice(): ReactNode {
  const trouble = useRun((state) => state.trouble);
  const failed = useRun((state) => state.status === 'failed');
  const canGoBack = useRun((state) => state.lastFinished !== undefined);
  const { dismissTrouble, reset } = useActions();
  if (!trouble) return null;
  return (
    <div className={classes.trouble} role="alert">
      <p>
        <b>{trouble.message}</b> {trouble.advice}
      </p>
      <div className={classes.staleButtons}>
        {failed && canGoBack && (
          <Button size="xs" variant="default" onClick={reset}>
            Show the last finished run
          </Button>
        )}
        {trouble.view !== undefined && (
          <Button size="xs" variant="default" onClick={() => showView('lab')}>
            Go to Labelers
          </Button>
        )}
        {trouble.details !== undefined && (
          <CopyButton value={trouble.details}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy details'}
              </Button>
            )}
          </CopyButton>
        )}
        <Button size="xs" variant="subtle" onClick={dismissTrouble}>
          Dismiss
        </Button>
      </div>
    </div>
  );
}

/** Before there is any run: what the page is about and where to begin. */
export function FirstSteps(): ReactNode {
  const ready = useRun((state) => state.ready);
  const nothing = useRun((state) => state.shown === undefined);
  const { skill, responses } = useWords();
  if (!ready || !nothing) return null;
  return (
    <div className={classes.first}>
      <p>
        <b>Press Run.</b> One small language model learns {skill}, then goes two ways: in one, simulated people say
        which of two {responses} is better; in the other, an AI labeler does. The charts below will show whether each
        policy's reward rises, and whether true quality rises with it. Watch for the moment when they part.
      </p>
      <p>
        The method is that of <Anchor inherit href="https://arxiv.org/abs/2309.00267">Lee et al. 2023</Anchor>, at a size that
        fits this page.
      </p>
    </div>
  );
}

/** News for people who do not see the screen. */
export function Announcer(): ReactNode {
  const announcement = useRun((state) => state.announcement);
  return (
    <div aria-live="polite" className={screen.unseen} data-testid="announcement">
      {announcement}
    </div>
  );
}

export function StorageNote(): ReactNode {
  const note = useRun((state) => state.storageNote);
  const bundle = useRun((state) => state.shown?.bundle);
  if (note === undefined) return null;
  return (
    <div className={classes.storage} role="status">
      <span>{note}</span>
      {bundle && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => download('run.json', new Blob([JSON.stringify(bundle)], { type: 'application/json' }))}
        >
          Save the run as a file
        </Button>
      )}
    </div>
  );
}

/** Why the shown run's training ended, arm by arm. */
export function EndReasons(): ReactNode {
  const bundle = useRun((state) => state.shown?.bundle);
  const live = useRun((state) => state.shown?.origin === 'here');
  if (!bundle || !live) return null;
  return (
    <p className={classes.ended}>
      <span>
        <b>The run has ended.</b>{' '}
        {bundle.arms
          .filter((arm) => arm.id !== 'sft')
          .map((arm) => `${arm.label}: ${arm.ended}`)
          .join(' · ')}
      </span>
    </p>
  );
}
