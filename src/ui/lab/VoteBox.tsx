import { Button, Kbd, Progress, Switch } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { HumanPair } from '../../core/humanPairs';
import { pairsOf } from '../../experiments/labState';
import { ballotOf, MIN_VOTED, YOU, type Ballot, type Question, type Vote, type VoteAnswer } from '../../experiments/labVotes';
import { useCommandKeys, type KeyCommand } from '../shared/commandKeys';
import { number, percent } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './lab.module.css';
import { SamplePairs } from './SamplePairs';
import { useLab } from './store';

interface Command extends KeyCommand<VoteAnswer | 'undo'> {
  readonly title: string;
  /** As on the button. */
  readonly shown: string;
}

const COMMANDS: readonly Command[] = [
  { what: 'first', title: 'Response 1', shown: '←', keys: ['arrowleft', '1'] },
  { what: 'second', title: 'Response 2', shown: '→', keys: ['arrowright', '2'] },
  { what: 'tie', title: 'Tie', shown: 'T', keys: ['t', '='] },
  { what: 'bad', title: 'Both bad', shown: 'B', keys: ['b'] },
  { what: 'skip', title: 'Skip', shown: 'S', keys: ['s'] },
  { what: 'undo', title: 'Undo', shown: 'U', keys: ['u', 'backspace'] },
];

/** The visitor's own votes on the pairs at hand. */
export function VoteBox(): ReactNode {
  const pairs = useLab(useShallow((state) => pairsOf(state)));
  const votes = useLab((state) => state.votes);
  const note = useLab((state) => state.voteNote);
  return (
    <section aria-labelledby="lab-votes" className={classes.box} data-vote data-apart tabIndex={-1}>
      <h3 id="lab-votes" className={screen.subheading}>
        Which response is better?{' '}
        <InfoTip
          label="your votes"
          meaning="Sides are shuffled, and every eighth pair comes back later with its sides swapped: the table shows how often you pick the same response again."
          caveat="Both bad counts as a tie. Keys work while this box, or nothing, has the focus: ← or 1, → or 2, T or =, B, S, U or Backspace."
        />
      </h3>
      {note !== undefined && (
        <p className={classes.note} role="status">
          {note}
        </p>
      )}
      {pairs && votes ? <Voting pairs={pairs} votes={votes} /> : <NoPairs />}
      <Forget />
    </section>
  );
}

function NoPairs(): ReactNode {
  const builtIn = useLab((state) => state.source === 'builtIn');
  if (!builtIn) return <p className={classes.text}>Choose a file or a data set first.</p>;
  return (
    <p className={classes.text}>
      The pairs are not there yet.{' '}
      <SamplePairs />
    </p>
  );
}

function Voting({ pairs, votes }: { readonly pairs: readonly HumanPair[]; readonly votes: readonly Vote[] }): ReactNode {
  const ballot = useMemo(() => ballotOf(pairs, votes), [pairs, votes]);
  const { question, answered, total } = ballot;
  const vote = useLab((state) => state.vote);
  const undo = useLab((state) => state.undoVote);
  const begun = useRef(0);
  useEffect(() => {
    begun.current = performance.now();
  }, [votes]);
  const act = (what: Command['what']): void => {
    if (what === 'undo') undo();
    else vote(what, performance.now() - begun.current);
  };
  useCommandKeys(COMMANDS, '[data-vote]', act);
  return (
    <>
      <div className={classes.voted}>
        <Progress value={(100 * answered) / total} size="sm" aria-label="Questions answered" />
        <span aria-live="polite" className={classes.soft} data-testid="lab-voted">
          {number(answered)} of {number(total)} answered
        </span>
      </div>
      {question ? (
        // Another question begins at the top of its texts.
        <Texts key={`${question.showing} ${question.pair.id}`} question={question} />
      ) : (
        <p className={classes.text}>That was the last question: every pair has your vote.</p>
      )}
      <div className={classes.votes} role="group" aria-label="Your vote">
        {COMMANDS.map(({ what, title, shown, keys }) => (
          <Button
            key={what}
            variant={what === 'first' || what === 'second' ? 'outline' : 'default'}
            data-what={what}
            aria-keyshortcuts={keys.join(' ')}
            disabled={what !== 'undo' && !question}
            rightSection={<Kbd size="xs" aria-hidden>{shown}</Kbd>}
            onClick={() => act(what)}
          >
            {title}
          </Button>
        ))}
      </div>
      <Others pairs={pairs} votes={votes} ballot={ballot} />
    </>
  );
}

function Texts({ question: { pair, first } }: { readonly question: Question }): ReactNode {
  const responses = first === 0 ? pair.responses : [pair.responses[1], pair.responses[0]];
  return (
    <div className={classes.pair}>
      <div className={classes.prompt}>
        <b>Prompt</b>
        <Text label="Prompt" text={pair.prompt} />
      </div>
      {responses.map((response, i) => (
        <div key={i} className={classes.response}>
          <b>Response {i + 1}</b>
          <Text label={`Response ${i + 1}`} text={response} />
        </div>
      ))}
    </div>
  );
}

/** A text that may be too long for its place; with the focus it scrolls by keys. */
function Text({ label, text }: { readonly label: string; readonly text: string }): ReactNode {
  return (
    <div className={classes.passage} role="group" aria-label={label} tabIndex={0}>
      {text === '' ? <i>(empty)</i> : text}
    </div>
  );
}

/** What others said of the pair voted on last: on request, and never of a pair that will be asked again. */
function Others({ pairs, votes, ballot }: {
  readonly pairs: readonly HumanPair[];
  readonly votes: readonly Vote[];
  readonly ballot: Ballot;
}): ReactNode {
  const [on, setOn] = useState(false);
  const results = useLab((state) => state.results);
  const inTable = results?.rows.some(({ labeler }) => labeler.id === YOU.id) ?? false;
  const last = votes.findLast(({ pairId, answer }) => answer !== 'skip' && pairs.some(({ id }) => id === pairId));
  const pair = pairs.find(({ id }) => id === last?.pairId);
  const said = (): string => {
    if (!last || !pair) return 'After your vote, it stands here.';
    if (!ballot.settled.has(pair.id)) return 'Of the last pair, later: it may be asked again.';
    const forFirst = (pA: number): string => percent(last.first === 0 ? pA : 1 - pA);
    const labelers = (results?.sets ?? []).flatMap(({ labeler, labels }) => {
      const label = labeler.kind === 'you' ? undefined : labels.find(({ pairId }) => pairId === pair.id);
      return label ? [`${labeler.name} ${forFirst(label.pA)}`] : [];
    });
    return `Last pair, for response 1: ${[`people ${forFirst(pair.people)}`, ...labelers].join(', ')}. Your vote: ${VOTE_WORDS[last.answer]}.`;
  };
  return (
    <div className={classes.others}>
      <Switch size="xs" label="Show what others said, after my vote" checked={on} onChange={(event) => setOn(event.currentTarget.checked)} />
      {on && <p className={classes.text} data-testid="lab-others">{said()}</p>}
      {!inTable && (
        <p className={classes.text}>Your row joins the table after {MIN_VOTED} pairs.</p>
      )}
    </div>
  );
}

const VOTE_WORDS = {
  first: 'response 1', second: 'response 2', tie: 'tie', bad: 'both bad', skip: 'skipped',
} as const satisfies Readonly<Record<VoteAnswer, string>>;

/** Asks once more: votes cannot be had back. */
function Forget(): ReactNode {
  const count = useLab((state) => state.votes?.length ?? 0);
  const forget = useLab((state) => state.forgetVotes);
  const [asking, setAsking] = useState(false);
  if (count === 0) return null;
  if (!asking) {
    return (
      <Button size="compact-sm" variant="default" className={classes.forget} onClick={() => setAsking(true)}>
        Forget my votes
      </Button>
    );
  }
  return (
    <div className={classes.files} role="group" aria-label="Forget my votes">
      <span>Forget all of them, also on other pairs?</span>
      <Button
        size="compact-sm"
        color="red"
        variant="light"
        onClick={() => {
          setAsking(false);
          void forget();
        }}
      >
        Forget
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(false)}>
        Keep
      </Button>
    </div>
  );
}
