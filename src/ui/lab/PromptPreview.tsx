import type { ReactNode } from 'react';
import type { HumanPair } from '../../core/humanPairs';
import { messagesShown, requestsShown, shownRung, type LlmSettings } from '../../experiments/llmSettings';
import type { Rung } from '../../labelers/llm/types';
import { Fold } from './Fold';
import classes from './lab.module.css';
import { RUNG_CHOICES } from './words';

interface PromptPreviewProps {
  readonly settings: LlmSettings;
  /** The pairs at hand; undefined where they are not there yet. */
  readonly pairs: readonly HumanPair[] | undefined;
  readonly found?: Rung | undefined;
  readonly remote: boolean;
}

/** What would be sent for the first pair that is judged. */
export function PromptPreview({ pairs, ...rest }: PromptPreviewProps): ReactNode {
  if (!pairs || pairs.length === 0) return null;
  return (
    <Fold title="The exact prompt for the first pair">
      <Preview pairs={pairs} {...rest} />
    </Fold>
  );
}

function Preview({ settings, pairs, found, remote }: PromptPreviewProps & { readonly pairs: readonly HumanPair[] }): ReactNode {
  const calls = messagesShown(settings, pairs, found);
  const requests = remote ? requestsShown(settings, pairs, found) : [];
  if (calls.length === 0) return <p className={classes.trouble}>The prompt shows all pairs, so that none is left to judge.</p>;
  const how = RUNG_CHOICES[shownRung(settings, found)].title;
  return (
    <>
      <p className={classes.text} data-testid="lab-rung">
        As it is where the answer is read from {how}.{' '}
        {settings.rung === 'auto' &&
          (found === undefined ? 'A test call decides that; this is what is tried first.' : 'A test call found that it can be.')}
      </p>
      {typeof requests === 'string' && <p className={classes.trouble}>{requests}</p>}
      {calls.map((messages, i) => (
        <div key={i}>
          {calls.length > 1 && <p className={classes.text}>Call {i + 1}</p>}
          {messages.map(({ role, content }, m) => (
            <div key={m} className={classes.message}>
              <b>{role}</b>
              <pre tabIndex={0} aria-label={`Message of ${role}`}>
                {content}
              </pre>
            </div>
          ))}
          {typeof requests === 'object' && requests[i] && (
            <Fold title="The request as it is sent">
              <pre tabIndex={0} aria-label={`Request ${i + 1}`}>
                {JSON.stringify(requests[i], null, 1)}
              </pre>
            </Fold>
          )}
        </div>
      ))}
    </>
  );
}
