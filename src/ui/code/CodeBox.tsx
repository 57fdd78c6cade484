import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useMemo, useState, type ReactNode } from 'react';
import { download } from '../charts/exportChart';
import classes from './code.module.css';

/** One way of writing the settings. */
export interface CodeForm<Id extends string = string> {
  readonly id: Id;
  /** On the switch between the ways. */
  readonly title: string;
  /** What it is for. */
  readonly meaning: ReactNode;
  /** Made when it is looked at. */
  readonly text: () => string;
  /** Whether its lines are apart, so that none is broken. */
  readonly lines?: true;
  /** Name of the file that it is saved as. */
  readonly file: string;
}

/** The settings as text, in several ways, to copy and to save. */
export function CodeBox({ forms }: { readonly forms: readonly [CodeForm, ...CodeForm[]] }): ReactNode {
  const [id, setId] = useState(forms[0].id);
  const form = forms.find((one) => one.id === id) ?? forms[0];
  const text = useMemo(() => form.text(), [form]);
  const { copy, copied, error, reset } = useClipboard();
  return (
    <div className={classes.box}>
      <SegmentedControl
        size="xs"
        aria-label="Written as"
        value={form.id}
        onChange={(chosen) => {
          reset();
          setId(chosen);
        }}
        data={forms.map((one) => ({ value: one.id, label: one.title }))}
      />
      <p className={classes.text}>{form.meaning}</p>
      <Textarea
        aria-label={form.title}
        classNames={{ input: form.lines ? `${classes.code} ${classes.lines}` : classes.code! }}
        readOnly
        autosize
        minRows={3}
        maxRows={14}
        spellCheck={false}
        value={text}
      />
      <div className={classes.buttons}>
        <Button size="xs" onClick={() => copy(text)}>
          Copy
        </Button>
        <Button size="xs" variant="default" onClick={() => download(form.file, new Blob([`${text}\n`], { type: 'text/plain' }))}>
          Save as a file
        </Button>
        <span role="status" className={classes.copied}>
          {copied && 'Copied.'}
          {error && 'This browser did not let the page copy: select the text and copy it.'}
        </span>
      </div>
    </div>
  );
}
