import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { HH_FILES, HH_PARTS, type HhPart } from '../../experiments/hhFiles';
import classes from './lab.module.css';
import { useLab } from './store';

/** Real people's preferences between replies of a model, one click away; the harmless ones are asked about first. */
export function HhBox({ disabled }: { readonly disabled: boolean }): ReactNode {
  const readHh = useLab((state) => state.readHh);
  const [asking, setAsking] = useState(false);
  const choose = (part: HhPart, confirmed = part === 'helpful'): void => {
    setAsking(!confirmed);
    if (confirmed) void readHh(part);
  };
  return (
    <div role="group" aria-label="Anthropic's HH" className={classes.group}>
      <p className={classes.text}>
        Or real people’s choices between two answers of a model (
        <a href="https://arxiv.org/abs/2204.05862" target="_blank" rel="noopener noreferrer">
          Bai et al. 2022
        </a>
        , arXiv 2204.05862, MIT licence), fetched from huggingface.co. The dialogues hold rude, offensive and upsetting text, the
        harmless ones most of all: they were written to provoke it.
      </p>
      <div className={classes.buttons}>
        {HH_PARTS.map((part) => (
          <Button key={part} size="xs" variant="default" disabled={disabled} onClick={() => choose(part)}>
            {HH_FILES[part].name}
          </Button>
        ))}
      </div>
      {asking && (
        <form
          className={classes.note}
          aria-label="Before the harmless dialogues are fetched"
          onSubmit={(event) => {
            event.preventDefault();
            choose('harmless', true);
          }}
        >
          <p role="alert">
            These dialogues were written to draw harmful answers, and this screen shows them as they are. Look at them before a class
            does.
          </p>
          <div className={classes.buttons}>
            <Button size="compact-xs" type="submit" disabled={disabled}>
              Fetch them
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setAsking(false)}>
              Do not fetch them
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
