import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useId, useState, type ReactNode } from 'react';
import type { Item, Variant } from '../../experiments/formats/takeHome';
import { bytesText } from '../library/words';
import { toBlob, useSaving } from './saving';
import classes from './takehome.module.css';

interface FileRowProps {
  readonly item: Item;
  /** When the run was recorded, ISO 8601. */
  readonly made: string;
}

/** One kind of file: what it is, which of several, how long, and the button that saves it. */
export function FileRow({ item: { title, about, variants, missing }, made }: FileRowProps): ReactNode {
  const headingId = useId();
  const whyId = useId();
  const [chosen, setChosen] = useState<string>();
  const { busy, saved, problem, save } = useSaving(made);
  const variant = variants.find((candidate) => candidate.id === chosen) ?? variants[0];
  const size = useSize(variant, made);
  return (
    <li className={classes.item} aria-labelledby={headingId}>
      <h3 id={headingId} className={classes.title}>
        {title}
      </h3>
      <p className={classes.text}>{about}</p>
      <div className={classes.controls}>
        {variants.length > 1 && variant && (
          <NativeSelect
            size="xs"
            className={classes.which}
            aria-label={`${title}: which`}
            value={variant.id}
            data={variants.map(({ id: value, label }) => ({ value, label }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <Button
          size="xs"
          variant="default"
          aria-label={`Save ${title}`}
          // Not the attribute `disabled`, which would keep the reason from whoever goes by keyboard.
          {...(variant ? {} : { 'aria-disabled': true, 'data-disabled': true, 'aria-describedby': whyId })}
          aria-busy={busy}
          onClick={() => variant && save(variant.make)}
        >
          {busy ? 'Making' : 'Save'}
        </Button>
        {size !== undefined && <span className={classes.size}>{size}</span>}
        {missing !== undefined && (
          <p id={whyId} className={classes.why}>
            {missing}
          </p>
        )}
      </div>
      <p role="status" className={classes.saved}>
        {saved && `Saved ${saved.name}, ${bytesText(saved.bytes)}.`}
      </p>
      {problem !== undefined && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
    </li>
  );
}

/** How long a file is, once that is known. */
function useSize(variant: Variant | undefined, made: string): string | undefined {
  const [measured, setMeasured] = useState<{ readonly of: Variant; readonly bytes: number }>();
  useEffect(() => {
    if (!variant || variant.bytes !== undefined) return undefined;
    let wanted = true;
    const measure = async (): Promise<void> => {
      const { size } = toBlob(await variant.make(), made);
      if (wanted) setMeasured({ of: variant, bytes: size });
    };
    // Each file in a task of its own: all at once would hold the opening drawer. A failure is said where the file is asked for.
    const timer = setTimeout(() => void measure().catch(() => undefined), 50);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [variant, made]);
  if (variant?.bytes !== undefined) return `about ${bytesText(variant.bytes)}`;
  return measured?.of === variant ? measured && bytesText(measured.bytes) : undefined;
}
