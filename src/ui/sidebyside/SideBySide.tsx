import { ActionIcon, Button, Chip, SegmentedControl, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { memo, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { PromptRecord, Sample } from '../../core/bundle';
import { wordsToText } from '../../core/text';
import type { LiveAnswer } from '../../worker/protocol';
import { capitalised } from '../../core/taskWords';
import { useWords } from '../shared/taskWords';
import { AnswerCard } from './AnswerCard';
import { FactList, MarkLegend, PostText, type SlotFocus } from './MarkedText';
import { OwnPost } from './OwnPost';
import { armFilters, postRows, selectPosts, type Order } from './posts';
import classes from './sidebyside.module.css';

export interface SideBySideProps {
  readonly prompts: readonly PromptRecord[];
  readonly arms: readonly { readonly id: string; readonly label: string; readonly samples: readonly Sample[] }[];
  /** Slot -> what it means in plain words. */
  readonly slots: Readonly<Record<string, string>>;
  /** A run is under way: the samples are its latest on validation prompts. */
  readonly live: boolean;
  /** RL iteration of the live samples. */
  readonly step?: number | undefined;
  /** Answers a visitor's own prompt; absent where no finished run's policies are at hand. */
  readonly onAsk?: ((text: string, draw: number) => Promise<LiveAnswer>) | undefined;
}

/**
 * What every policy wrote for the same held-out prompt, with marks. Arrow keys leaf through the prompts. Draws again only
 * when a prop is another object, so that a live run's curves leave it alone.
 */
export const SideBySide = memo(function SideBySide({ prompts, arms, slots, live, step, onAsk }: SideBySideProps) {
  const words = useWords();
  const [order, setOrder] = useState<Order>('drawn');
  const [chosen, setChosen] = useState<string[]>([]);
  const [search, setSearch] = useState('');
  const [sought] = useDebouncedValue(search, 150);
  const [shownId, setShownId] = useState<string | undefined>();
  const [writing, setWriting] = useState(false);
  /** Back from writing: the keyboard goes on where it left. */
  const [wrote, setWrote] = useState(false);
  const [slot, setSlot] = useState<string | undefined>();
  const focus: SlotFocus = { slot, point: setSlot };

  const rows = useMemo(() => postRows(prompts, arms), [prompts, arms]);
  const filters = useMemo(() => armFilters(arms, words), [arms, words]);
  const posts = useMemo(
    () => selectPosts(rows, filters, { order, filters: chosen, search: sought }),
    [rows, filters, order, chosen, sought],
  );
  // A live run replaces the samples under the reader's eyes: the prompt stays the same as long as it is there.
  const at = Math.max(0, posts.findIndex((row) => row.prompt.id === shownId));
  const shown = posts[at];
  const several = posts.length > 1;

  const go = (to: number): void => {
    const row = posts[(to + posts.length) % posts.length];
    if (row) setShownId(row.prompt.id);
  };

  const keys = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Arrows have their own meaning where one types or chooses.
    if ((event.target as HTMLElement).matches('textarea, input:not([type="checkbox"])')) return;
    if (writing || posts.length === 0) return;
    event.preventDefault();
    go(at + (event.key === 'ArrowRight' ? 1 : -1));
  };

  if (writing) {
    return (
      <section className={classes.panel} aria-label={`Your own ${words.prompt}`}>
        <OwnPost
          start={wordsToText((shown ?? rows[0])?.prompt.words ?? [])}
          {...{ arms, slots, focus, onAsk }}
          onClose={() => {
            setWriting(false);
            setWrote(true);
          }}
        />
        <MarkLegend />
      </section>
    );
  }

  return (
    <section className={classes.panel} aria-label="Side by side" onKeyDown={keys}>
      <div className={classes.toolbar}>
        <div className={classes.row}>
          <ActionIcon.Group>
            <ActionIcon variant="default" aria-label={`Previous ${words.prompt}`} disabled={!several} onClick={() => go(at - 1)}>
              <Chevron path="M8.5 3L4.5 7l4 4" />
            </ActionIcon>
            <ActionIcon variant="default" aria-label={`Next ${words.prompt}`} disabled={!several} onClick={() => go(at + 1)}>
              <Chevron path="M5.5 3l4 4-4 4" />
            </ActionIcon>
          </ActionIcon.Group>
          <span className={classes.place} role="status">
            {posts.length > 0 ? `${capitalised(words.prompt)} ${at + 1} of ${posts.length}` : `No ${words.prompt}`}
            {posts.length < rows.length && <span className={classes.quiet}> (of {rows.length})</span>}
          </span>
          {live && (
            <span className={classes.quiet}>
              live on validation {words.prompts}{step === undefined ? '' : `, after update ${step}`}
            </span>
          )}
        </div>
        <Button
          variant="outline"
          size="xs"
          className={classes.write}
          autoFocus={wrote}
          onClick={() => setWriting(true)}
        >
          Write your own {words.prompt}
        </Button>
      </div>
      {rows.length > 0 && (
        <div className={classes.filters}>
          <SegmentedControl
            size="xs"
            aria-label={`Order of the ${words.prompts}`}
            value={order}
            onChange={(value) => {
              setOrder(value);
              setShownId(undefined);
            }}
            data={[
              { value: 'drawn', label: 'as drawn' },
              { value: 'different', label: 'most different first' },
            ]}
          />
          <Chip.Group multiple value={chosen} onChange={setChosen}>
            <div className={classes.chips} role="group" aria-label={`Show only ${words.prompts} where`}>
              {filters.map((filter) => (
                <Chip key={filter.id} value={filter.id} size="xs" variant="outline">
                  {filter.label}
                </Chip>
              ))}
            </div>
          </Chip.Group>
          <TextInput
            className={classes.search}
            size="xs"
            type="search"
            aria-label={`Search ${words.prompts} and ${words.responses} for a word`}
            placeholder="search for a word"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </div>
      )}
      {shown ? (
        <>
          <article className={classes.postCard} aria-label={`${capitalised(words.prompt)}, ${shown.prompt.topic}`}>
            <div>
              <span className={classes.topic}>{shown.prompt.topic}</span>
              <PostText prompt={shown.prompt} slots={slots} focus={focus} />
            </div>
            <div className={classes.onlyWide}>
              <FactList prompt={shown.prompt} slots={slots} focus={focus} />
            </div>
          </article>
          <div className={classes.columns}>
            {arms.map((arm) => (
              <AnswerCard
                key={arm.id}
                {...{ arm, answer: shown.answers[arm.id], prompt: shown.prompt, slots, focus }}
              />
            ))}
          </div>
          <MarkLegend />
        </>
      ) : rows.length > 0 ? (
        <div className={classes.empty}>
          <p>No {words.prompt} fits the filters and the search.</p>
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setChosen([]);
              setSearch('');
            }}
          >
            Show all {rows.length} {words.prompts}
          </Button>
        </div>
      ) : (
        <div className={classes.empty}>
          <p>
            The same {words.prompt}, {words.treated} by every policy, appears here when RL has begun: what is{' '}
            {words.marks.covered.name} is underlined, what is {words.marks.invented.name} boxed, stumbles wavy.
          </p>
          <p>Look for what is rewarded: do {words.responses} say more of what matters, or just more?</p>
        </div>
      )}
    </section>
  );
});

function Chevron({ path }: { readonly path: string }): ReactNode {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.6" />
    </svg>
  );
}
