import { Button } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { ArmConfig } from '../../core/config';
import { outsideScorerOf, responsesScored, takesOutsideScores } from '../../core/outsideScores';
import { providerOf } from '../../experiments/llmSettings';
import { missingInPage } from '../../experiments/outsideScoring';
import { estimateOfScores, missingForScores, typicalResponses } from '../../experiments/scoreSettings';
import { useLab, usePageLlm } from '../lab/store';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import { showView } from '../shell/view';
import classes from './arms.module.css';
import { estimateWords } from './scorerWords';

/** Which language model will score an arm's responses, what that will take, and what is missing; nothing for other arms. */
export function ScorerNote({ arm }: { readonly arm: ArmConfig }): ReactNode {
  const scorer = useRun((state) => (takesOutsideScores(state.edited, arm) ? outsideScorerOf(state.edited, arm) : undefined));
  const responses = useRun((state) => responsesScored(state.edited, arm));
  if (scorer === undefined) return null;
  return (
    <div className={classes.scorer} data-testid="arm-scorer">
      {scorer === 'llm' ? <BehindUrl responses={responses} /> : <InPage responses={responses} />}
    </div>
  );
}

function Missing({ words }: { readonly words: string | undefined }): ReactNode {
  return words === undefined ? null : <p className={classes.trouble}>Cannot run yet. {words}</p>;
}

function SetUp({ choice, words }: { readonly choice: 'llm' | 'pageLlm'; readonly words: string }): ReactNode {
  const choose = useLab((state) => state.choose);
  return (
    <Button
      size="xs"
      variant="default"
      className={classes.add}
      onClick={() => {
        // Its form is shown where it is chosen.
        choose(choice, true);
        showView('lab');
      }}
    >
      {words}
    </Button>
  );
}

function BehindUrl({ responses }: { readonly responses: number }): ReactNode {
  const llm = useLab((state) => state.llm);
  const found = useLab((state) => state.found);
  const missing = useLab((state) => missingForScores(state.llm, state.hasKey));
  const task = useRun((state) => state.edited.run.task);
  const shown = useRun((state) => state.shown);
  const estimate = useMemo(
    () => (missing === undefined ? estimateOfScores(llm, task, { responses, typical: typicalResponses(shown, task), found }) : undefined),
    [llm, task, responses, shown, found, missing],
  );
  const { name } = providerOf(llm);
  return (
    <>
      {missing === undefined && (
        <p className={classes.note}>
          Scored by <b>{llm.model.trim()}</b> ({name}), as it is set up under Labelers. Prompts and responses are sent there, and to no other
          server.
        </p>
      )}
      <Missing words={missing} />
      {estimate ? (
        <p className={classes.note}>
          {estimateWords(estimate)}{' '}
          <InfoTip
            label="the estimate"
            meaning="A response of each step of training, and two of each of the first pairs, are a call each. Four characters are taken for a token, and the lengths are those of the shown run where it has such texts."
            caveat="Good within a third or so for English. Equal responses to equal prompts are asked about once, and replies of an earlier run are stored in this browser and cost nothing."
          />
        </p>
      ) : (
        <p className={classes.note}>At most {number(responses)} responses, a call each.</p>
      )}
      <SetUp choice="llm" words={missing === undefined ? 'Change it under Labelers' : 'Set it up under Labelers'} />
    </>
  );
}

function InPage({ responses }: { readonly responses: number }): ReactNode {
  const chosen = usePageLlm((state) => state.chosen);
  const gpu = usePageLlm((state) => state.gpu);
  const load = usePageLlm((state) => state.load);
  const pagePrompt = useLab((state) => state.pagePrompt);
  const status = useLab((state) => state.status);
  const progress = useLab((state) => state.progress);
  const missing = missingInPage({ gpu, chosen, load }, { pagePrompt, status, progress });
  return (
    <>
      {missing === undefined && (
        <p className={classes.note}>
          Scored by <b>{chosen}</b> in this page: no text leaves it, and it costs nothing but time.
        </p>
      )}
      <Missing words={missing} />
      <p className={classes.note}>At most {number(responses)} responses, one after another.</p>
      <SetUp choice="pageLlm" words={missing === undefined ? 'Change it under Labelers' : 'Load it under Labelers'} />
    </>
  );
}
