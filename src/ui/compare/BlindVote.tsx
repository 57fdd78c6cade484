import { Button, Kbd, Progress } from '@mantine/core';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { wordsToText } from '../../core/text';
import { compareBallot, comparePairs, coupleKey, tallyOf, type ComparePair } from '../../experiments/compareVotes';
import type { CompareRow } from '../../experiments/comparePosts';
import type { CompareColumns } from '../../experiments/compareTable';
import { toVote, type Vote, type VoteAnswer } from '../../experiments/labVotes';
import { RateMark } from '../playground/RateMark';
import { ArmMark } from '../shared/ArmMark';
import { useCommandKeys, type KeyCommand } from '../shared/commandKeys';
import { number, percent, percentInterval } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import { capitalised } from '../../core/taskWords';
import { useWords } from '../shared/taskWords';
import classes from './compare.module.css';
import { useCompare } from './store';

interface Command extends KeyCommand<VoteAnswer | 'undo'> {
  readonly title: string;
  /** As on the button. */
  readonly shown: string;
}

const COMMANDS: readonly Command[] = [
  { what: 'first', title: 'Left', shown: '←', keys: ['arrowleft'] },
  { what: 'tie', title: 'Tie', shown: '↑', keys: ['arrowup'] },
  { what: 'bad', title: 'Both bad', shown: '↓', keys: ['arrowdown'] },
  { what: 'second', title: 'Right', shown: '→', keys: ['arrowright'] },
  { what: 'skip', title: 'Skip', shown: 'Space', keys: [' '] },
  { what: 'undo', title: 'Undo', shown: 'Z', keys: ['z'] },
];

const NO_VOTES: readonly Vote[] = [];

interface BlindVoteProps {
  readonly columns: CompareColumns;
  /** The prompts to vote on; those of the tally are all in common. */
  readonly rows: readonly CompareRow[];
}

/** Votes on the two columns that are compared, without knowing which is which. */
export function BlindVote({ columns: { columns, couple, rows: all }, rows }: BlindVoteProps): ReactNode {
  const allVotes = useCompare((state) => state.votes);
  const setVotes = useCompare((state) => state.setVotes);
  const key = couple ? coupleKey(columns, couple) : '';
  const votes = allVotes[key] ?? NO_VOTES;
  const box = useRef<HTMLElement>(null);
  const pairs = useMemo(() => (couple ? comparePairs(rows, columns, couple) : []), [rows, columns, couple]);
  const everyPair = useMemo(() => (couple ? comparePairs(all, columns, couple) : []), [all, columns, couple]);
  const ballot = useMemo(() => compareBallot(pairs, votes), [pairs, votes]);
  const question = ballot.question;
  const pair = pairs.find(({ id }) => id === question?.pair.id);
  // The control that led here takes arrow keys for itself.
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  const begun = useRef(0);
  useEffect(() => {
    begun.current = performance.now();
  }, [votes]);

  const act = (what: VoteAnswer | 'undo'): void => {
    if (what === 'undo') setVotes(key, votes.slice(0, -1));
    else if (question) setVotes(key, [...votes, toVote(question, what, performance.now() - begun.current, (votes.at(-1)?.order ?? -1) + 1)]);
  };
  useCommandKeys(COMMANDS, '[data-compare-vote]', act);

  const { prompt, prompts } = useWords();
  if (!couple) return <p className={screen.text}>Choose two columns to vote on.</p>;
  return (
    <section ref={box} className={screen.panel} aria-labelledby="compare-vote" data-compare-vote tabIndex={-1}>
      <h3 id="compare-vote" className={screen.subheading}>
        Which response is better?{' '}
        <InfoTip
          label="blind votes"
          meaning={`Who wrote which response is hidden, and sides are shuffled, until you have voted. Votes are on the ${prompts} of the search and the chosen part; a bin of the histogram is left aside, since it would tell who is ahead.`}
          caveat="Both bad counts as a tie. Votes are kept in this browser until its tab is closed, for these two columns alone, and are in no link or file."
        />
      </h3>
      <div className={screen.progress}>
        <Progress value={ballot.total === 0 ? 0 : (100 * ballot.answered) / ballot.total} size="sm" aria-label={`${capitalised(prompts)} voted on`} />
        <span aria-live="polite" className={classes.soft} data-testid="compare-voted">
          {number(ballot.answered)} of {number(ballot.total)} {prompts}
        </span>
      </div>
      {question && pair ? (
        <div className={classes.ballot} key={question.pair.id}>
          <div className={classes.votePost}>
            <h4 className={classes.label}>{capitalised(prompt)}</h4>
            <p className={classes.post}>{pair.prompt}</p>
          </div>
          {([question.first, question.first === 0 ? 1 : 0] as const).map((which, side) => (
            <div key={side} className={classes.voteSide}>
              <h4 className={classes.label}>{side === 0 ? 'Left' : 'Right'}</h4>
              <p>{pair.responses[which] === '' ? <i>(an empty response)</i> : pair.responses[which]}</p>
            </div>
          ))}
        </div>
      ) : (
        <p className={screen.text}>{ballot.total === 0 ? `No ${prompt} to vote on.` : `That was the last ${prompt}: every one has your vote.`}</p>
      )}
      <div className={classes.votes} role="group" aria-label="Your vote">
        {COMMANDS.map(({ what, title, shown, keys }) => (
          <Button
            key={what}
            size="sm"
            variant={what === 'first' || what === 'second' ? 'outline' : 'default'}
            aria-keyshortcuts={keys.map((one) => (one === ' ' ? 'Space' : one)).join(' ')}
            disabled={what === 'undo' ? votes.length === 0 : !question}
            rightSection={<Kbd size="xs" aria-hidden>{shown}</Kbd>}
            onClick={(event) => {
              act(what);
              // After the mouse, the space bar means "skip" again and not this button.
              if (event.detail > 0) box.current?.focus({ preventScroll: true });
            }}
          >
            {title}
          </Button>
        ))}
      </div>
      <LastVote pairs={everyPair} votes={votes} columns={columns} />
      <TallyLines pairs={everyPair} votes={votes} columns={columns} couple={couple} />
    </section>
  );
}

const VOTED_WORDS = { tie: 'a tie', bad: 'both bad', skip: 'skipped' } as const;

/** Whose responses the last vote was on. */
function LastVote({ pairs, votes, columns }: {
  readonly pairs: readonly ComparePair[];
  readonly votes: readonly Vote[];
  readonly columns: CompareColumns['columns'];
}): ReactNode {
  const { prompt } = useWords();
  const last = votes.at(-1);
  const pair = pairs.find(({ id }) => id === last?.pairId);
  if (!last || !pair) return <p className={screen.text}>After your vote, it says here who wrote which.</p>;
  if (last.answer === 'skip') return <p className={screen.text} data-testid="compare-revealed">Skipped: that {prompt} comes back at the end, and its names stay hidden.</p>;
  const sides = ([last.first, last.first === 0 ? 1 : 0] as const).map((which) => {
    const column = columns[pair.columns[which]]!;
    return { column, gold: pair.row.answers[pair.columns[which]]!.gold };
  });
  const [left, right] = sides as [(typeof sides)[number], (typeof sides)[number]];
  const vote = last.answer === 'first' ? left.column.label : last.answer === 'second' ? right.column.label : VOTED_WORDS[last.answer];
  return (
    <div className={classes.revealed} aria-live="polite" data-testid="compare-revealed">
      <p>
        Your vote: <b>{vote}</b>. Left was <ArmMark armId={left.column.armId} /> {left.column.label}, gold {number(left.gold, 2)}; right was{' '}
        <ArmMark armId={right.column.armId} /> {right.column.label}, gold {number(right.gold, 2)}.
      </p>
      <p className={classes.soft}>{wordsToText(pair.row.post.words.slice(0, 14))} ...</p>
    </div>
  );
}

function TallyLines({ pairs, votes, columns, couple }: {
  readonly pairs: readonly ComparePair[];
  readonly votes: readonly Vote[];
  readonly columns: CompareColumns['columns'];
  readonly couple: NonNullable<CompareColumns['couple']>;
}): ReactNode {
  const { prompt, prompts } = useWords();
  const tally = useMemo(() => tallyOf(pairs, votes, couple), [pairs, votes, couple]);
  const [a, b] = [columns[couple.a]!, columns[couple.b]!];
  if (!tally.winRate) return null;
  return (
    <div className={classes.tally} data-testid="compare-tally">
      <h4 className={classes.label}>
        Your votes: {a.label} over {b.label}
      </h4>
      <RateMark estimate={tally.winRate} armId={a.armId} />
      <p className={screen.text}>
        {number(tally.votes)} {tally.votes === 1 ? 'vote' : 'votes'}, ties half, 95% Wilson interval
        {tally.bothBad > 0 && `; both bad: ${number(tally.bothBad)}`}.{' '}
        {tally.gold
          ? `You and gold utility pick the same response on ${percent(tally.gold.value)} ${percentInterval(tally.gold.ci)} of the ${number(tally.gold.n)} ${prompts} on which neither is tied.`
          : `Agreement with gold utility stands here after the first vote that is no tie, on a ${prompt} where gold is none.`}
      </p>
    </div>
  );
}
