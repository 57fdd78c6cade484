import { Button, Checkbox, PasswordInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { OPENROUTER } from '../../experiments/openrouterLogin';
import { isActive } from '../../experiments/runState';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import classes from './lab.module.css';
import { useLab } from './store';

/** The key of the server in the form: typed, or given by a log-in. */
export function LlmKey(): ReactNode {
  const hasKey = useLab((state) => state.hasKey);
  const kept = useLab((state) => state.keyKept);
  const note = useLab((state) => state.keyNote);
  const setKey = useLab((state) => state.setKey);
  const keepKey = useLab((state) => state.keepKey);
  const clearKeys = useLab((state) => state.clearKeys);
  const forgetReplies = useLab((state) => state.forgetReplies);
  const openRouter = useLab(({ llm }) => llm.provider === OPENROUTER.id && llm.baseUrl === OPENROUTER.baseUrl);
  const [typed, setTyped] = useState('');
  return (
    <div className={classes.key}>
      <PasswordInput
        size="xs"
        label="Key"
        autoComplete="off"
        className={classes.keyField}
        placeholder={hasKey ? 'a key is set for this server' : ''}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setKey(event.currentTarget.value);
        }}
      />
      {openRouter && <LogIn />}
      <div className={classes.keyRow}>
        <Checkbox
          size="xs"
          label="Keep it until this tab is closed"
          checked={kept}
          onChange={(event) => keepKey(event.currentTarget.checked)}
        />
        <InfoTip
          label="keys"
          meaning="A key stays in the memory of this page, or in the session storage of this tab if you ask for it, and is sent to its own server only. It is in no link, no file and no message."
          caveat="Use a key with a spending limit. Whoever can run scripts in this page, such as a browser extension, could read it."
        />
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={!hasKey && !kept}
          onClick={() => {
            setTyped('');
            clearKeys();
          }}
        >
          Clear keys
        </Button>
        <Button size="compact-xs" variant="subtle" onClick={() => void forgetReplies()}>
          Forget stored replies
        </Button>
        <InfoTip
          label="stored replies"
          meaning="Replies are stored in this browser, so that labels that are paid for are not paid for twice, also after a stop or a reload."
        />
      </div>
      {note !== undefined && (
        <p className={classes.text} role="status">
          {note}
        </p>
      )}
    </div>
  );
}

/** OpenRouter gives a key to whoever agrees on its own page. */
function LogIn(): ReactNode {
  const login = useLab((state) => state.login);
  const trouble = useLab((state) => state.loginTrouble);
  const logIn = useLab((state) => state.logIn);
  const training = useRun((state) => isActive(state));
  return (
    <>
      <div className={classes.keyRow}>
        <Button size="xs" variant="default" loading={login === 'exchanging'} disabled={training} onClick={() => void logIn()}>
          Log in with OpenRouter
        </Button>
        <InfoTip
          label="the log-in"
          meaning="Instead of a typed key: on its own page OpenRouter asks you to agree, and gives this page a key of your account. You can limit it and withdraw it there."
          caveat="It leaves this page and comes back. What is chosen here comes back too; results that are not saved, a file of pairs, and keys that are not kept do not."
        />
      </div>
      {login === 'leaving' && <p className={classes.text}>Leaving for OpenRouter. If that was broken off, press again.</p>}
      {training && <p className={classes.text}>The log-in leaves this page: let the run in the playground finish first.</p>}
      {trouble !== undefined && (
        <p className={classes.trouble} role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}
