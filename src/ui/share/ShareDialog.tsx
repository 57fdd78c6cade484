import { Button, Modal, NumberInput, Radio, Textarea } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState, type ReactNode } from 'react';
import type { RunBundle } from '../../core/bundle';
import { capitalised, wordsOf } from '../../core/taskWords';
import { DEFAULT_POSTS, MOST_POSTS } from '../../core/linkTrim';
import { MOST_LINK } from '../../core/linkResult';
import { hasSettings, resultLink, settingsLink, type SharedLink } from '../../experiments/linkShare';
import { download } from '../charts/exportChart';
import { bytesText } from '../library/words';
import { day, number } from '../shared/format';
import { useRun } from '../shared/store';
import { useWords } from '../shared/taskWords';
import { MOST_QR, QrCode } from './QrCode';
import classes from './share.module.css';

interface ShareDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Links and a file of what is on screen, and what each of them holds. */
export function ShareDialog({ opened, onClose }: ShareDialogProps): ReactNode {
  return (
    <Modal.Root opened={opened} onClose={onClose} size="min(820px, 100vw)" padding={0}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title className={classes.title} component="h2">
            Share
          </Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        {/* Packing a run takes a moment: not while nobody looks. */}
        {opened && <ShareBody />}
      </Modal.Content>
    </Modal.Root>
  );
}

/** Packing a run anew at every key that is pressed would make typing slow. */
const PACK_DELAY_MS = 300;

function ShareBody(): ReactNode {
  const edited = useRun((state) => state.edited);
  const bundle = useRun((state) => state.shown?.bundle);
  const [what, setWhat] = useState<'settings' | 'result'>(bundle ? 'result' : 'settings');
  const [posts, setPosts] = useState(DEFAULT_POSTS);
  const [wanted] = useDebouncedValue(posts, PACK_DELAY_MS);
  const words = useWords();
  const base = `${location.origin}${location.pathname}`;
  const withResult = what === 'result' && bundle;
  const link = useMemo(() => (withResult ? resultLink(base, withResult, wanted) : settingsLink(base, edited)), [base, withResult, wanted, edited]);
  return (
    <Modal.Body className={classes.body}>
      <div className={classes.main}>
        <div className={classes.choice}>
          <Radio.Group label="What the link brings" value={what} onChange={(value) => setWhat(value === 'result' ? 'result' : 'settings')}>
            <Radio value="settings" label="Settings only" mt={6} size="sm" data-autofocus={what === 'settings' || undefined} />
            <Radio
              value="result"
              label={bundle ? `The result on screen, of ${day(bundle.recordedAt)}` : 'A result: none is on screen yet'}
              mt={6}
              size="sm"
              disabled={!bundle}
              data-autofocus={what === 'result' || undefined}
            />
          </Radio.Group>
          {withResult && (
            <NumberInput
              className={classes.posts ?? ''}
              label={`${capitalised(words.prompts)} to look into`}
              size="xs"
              min={0}
              max={MOST_POSTS}
              allowDecimal={false}
              value={posts}
              onChange={(value) => typeof value === 'number' && setPosts(value)}
            />
          )}
        </div>
        {withResult && !hasSettings(withResult, edited) && (
          <p className={classes.warning}>The form has other settings than this run. The link brings those of the run.</p>
        )}
        {'problem' in link ? <p className={classes.problem} role="alert">{link.problem}</p> : <Link link={link} wanted={withResult ? wanted : 0} />}
      </div>
      <div className={classes.side}>{'href' in link && <Code href={link.href} result={link.posts !== undefined} />}</div>
      {bundle && <SaveFile bundle={bundle} />}
    </Modal.Body>
  );
}

function Link({ link: { href, posts, inside, left }, wanted }: { readonly link: SharedLink; readonly wanted: number }): ReactNode {
  const { copy, copied, error } = useClipboard({ timeout: 4000 });
  const { prompts } = useWords();
  const { hostname } = location;
  const nobodyElse = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return (
    <>
      <Textarea
        aria-label="Link"
        className={classes.linkText ?? ''}
        readOnly
        autosize
        minRows={2}
        maxRows={4}
        value={href}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div className={classes.row}>
        <Button size="xs" onClick={() => copy(href)}>
          {copied ? 'Copied' : 'Copy the link'}
        </Button>
        <span data-testid="share-size">
          {bytesText(href.length)} of {bytesText(MOST_LINK)}, {number(href.length)} characters
        </span>
        <span role="status" className={classes.soft}>
          {copied && 'The link is on the clipboard.'}
          {error && 'The browser did not let the page copy: select the link and copy it.'}
        </span>
      </div>
      {posts !== undefined && posts < wanted && (
        <p className={classes.warning}>
          {posts === 0 ? `There is no room for ${prompts}` : `There is room for ${posts} of the ${wanted} ${prompts}`}, or the run has no more.
        </p>
      )}
      {nobodyElse && <p className={classes.soft}>This page is at {hostname}, which is this computer: elsewhere the link works where the page is at the same address.</p>}
      <div className={classes.columns}>
        <div>
          <h3>What is inside</h3>
          <ul className={classes.list}>
            {inside.map((phrase) => (
              <li key={phrase}>{`${phrase[0]?.toUpperCase() ?? ''}${phrase.slice(1)}.`}</li>
            ))}
          </ul>
        </div>
        <div>
          <h3>What is not</h3>
          <ul className={classes.list}>
            {left.map((phrase) => (
              <li key={phrase}>{phrase}</li>
            ))}
            <li>Keys and addresses of language models, files and labels of yours: never.</li>
          </ul>
        </div>
      </div>
      <p className={classes.soft}>
        Everything is in the part of the address behind the #, which browsers do not send to any server. Whoever has the link has what is in it.
      </p>
    </>
  );
}

function Code({ href, result }: { readonly href: string; readonly result: boolean }): ReactNode {
  if (href.length > MOST_QR) {
    return (
      <p className={classes.soft}>
        No QR code: the link has {number(href.length)} characters, and with more than {number(MOST_QR)} the squares get too small for the camera of a phone.
        {result && ' A link of the settings alone is short enough.'}
      </p>
    );
  }
  return (
    <>
      <QrCode text={href} />
      <p className={classes.soft}>The same link, for the camera of a phone.</p>
    </>
  );
}

function SaveFile({ bundle }: { readonly bundle: RunBundle }): ReactNode {
  const file = useMemo(() => new Blob([JSON.stringify(bundle)], { type: 'application/json' }), [bundle]);
  const own = bundle.config.run.task === 'file' ? ' Records of your file are in it.' : '';
  return (
    <section className={classes.file} aria-labelledby="share-file">
      <div>
        <h3 id="share-file">The run as a file</h3>
        <p className={classes.soft}>
          All that is kept of it, {bytesText(file.size)}: every {wordsOf(bundle.config.run.task).prompt}, point and label.{own} The screen Runs opens it again.
        </p>
      </div>
      <Button size="xs" variant="default" onClick={() => download(`run-${bundle.recordedAt.slice(0, 10)}-seed-${bundle.config.run.seed}.json`, file)}>
        Save as a file
      </Button>
    </section>
  );
}
