import { useEffect, type ReactNode } from 'react';
import { isBuiltIn } from '../../core/taskWords';
import { useRun } from '../shared/store';
import screen from '../shared/screen.module.css';
import classes from './lab.module.css';
import { LabelersSection } from './LabelersSection';
import { LlmForm } from './LlmForm';
import { PageLlmForm } from './PageLlmForm';
import { PairsSection } from './PairsSection';
import { Results } from './Results';
import { RunBox } from './RunBox';
import { useLab } from './store';
import { TrainBox } from './TrainBox';
import { VoteBox } from './VoteBox';

/** The screen "Labelers": how far a labeler can be trusted, and what it costs. */
export function LabScreen(): ReactNode {
  const announcement = useLab((state) => state.announcement);
  const asksModel = useLab((state) => state.chosen.includes('llm'));
  const asksPage = useLab((state) => state.chosen.includes('pageLlm'));
  const asksYou = useLab((state) => state.chosen.includes('you'));
  const task = useRun((state) => state.edited.run.task);
  const idle = useLab((state) => state.status === 'idle');
  const setTask = useLab((state) => state.setTask);
  // The pairs are of the playground's task; of a file there are none here, and the last built-in ones stay.
  useEffect(() => {
    if (idle && isBuiltIn(task)) setTask(task);
  }, [idle, task, setTask]);
  return (
    <div className={classes.screen}>
      <h2 className={classes.heading}>How far can a labeler be trusted, and what does it cost?</h2>
      <p className={classes.lead}>
        Choose pairs that people have judged and labelers to judge them again; the table shows how often each picks what
        people picked.
      </p>
      <div className={classes.setup}>
        <PairsSection />
        <LabelersSection />
      </div>
      {asksModel && <LlmForm />}
      {asksPage && <PageLlmForm />}
      <RunBox />
      {asksYou && <VoteBox />}
      <Results />
      <TrainBox />
      <div aria-live="polite" className={screen.unseen} data-testid="lab-announcement">
        {announcement}
      </div>
    </div>
  );
}
