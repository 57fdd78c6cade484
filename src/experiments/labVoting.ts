import { newResults, resultsFor, withoutSet, withSet } from './labResults';
import { pairsOf, type LabContext } from './labState';
import { labTrouble } from './labTrouble';
import { ballotOf, labelsOfVotes, MIN_VOTED, toVote, YOU, type Vote, type VoteAnswer } from './labVotes';
import { createVoteStore } from './labVoteStore';

export interface VotingActions {
  /** Answers the question that `ballotOf` gives for the pairs at hand. @param latencyMs since it was shown. */
  readonly vote: (answer: VoteAnswer, latencyMs: number) => void;
  /** Takes back the last answer to the pairs at hand, a skip included. */
  readonly undoVote: () => void;
  /** Forgets all votes, also those on other pairs. */
  readonly forgetVotes: () => Promise<void>;
}

export interface Voting {
  readonly actions: VotingActions;
  /** Reads the votes of earlier visits, once. */
  readonly load: () => Promise<void>;
  /** Puts the visitor's row into the table of the pairs at hand, or takes it out where votes are too few. */
  readonly show: () => void;
}

/** Milliseconds after a vote until the table follows: quick votes in a row cost its intervals once. */
const TABLE_DELAY = 300;

/** The visitor's own votes. */
export function votingPart({ get, set, environment: { votes: store = createVoteStore() } }: LabContext): Voting {
  let tableTimer: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    clearTimeout(tableTimer);
    const { votes, imported, source, results } = get();
    const pairs = pairsOf(get());
    if (!votes || !pairs) return;
    const table = source === 'imported' && imported ? resultsFor(newResults(imported.name, undefined, pairs), results) : results;
    const labels = labelsOfVotes(pairs, votes);
    if (table && labels.length >= MIN_VOTED) set({ results: withSet(table, { labeler: YOU, labels }) });
    else if (table && table === results) set({ results: withoutSet(table, YOU.id) });
  }

  /** Without a store, votes count until the page is left. */
  const keep = (done: Promise<void>): Promise<void> =>
    done.catch((error: unknown) => set({ voteNote: labTrouble(error).message }));

  function setVotes(votes: readonly Vote[]): void {
    set({ votes });
    clearTimeout(tableTimer);
    tableTimer = setTimeout(show, TABLE_DELAY);
  }

  return {
    show,
    async load() {
      if (get().votes) return;
      let votes: Vote[] = [];
      await keep(store.all().then((kept) => void (votes = kept)));
      // Chosen twice in a row, the second reading comes too late.
      if (!get().votes) set({ votes });
      show();
    },
    actions: {
      vote(answer, latencyMs) {
        const { votes } = get();
        const pairs = pairsOf(get());
        if (!votes || !pairs) return;
        const { question } = ballotOf(pairs, votes);
        if (!question) return;
        const vote = toVote(question, answer, latencyMs, (votes.at(-1)?.order ?? -1) + 1);
        setVotes([...votes, vote]);
        void keep(store.add(vote));
      },
      undoVote() {
        const { votes } = get();
        const ids = new Set(pairsOf(get())?.map(({ id }) => id));
        const last = votes?.findLast(({ pairId }) => ids.has(pairId));
        if (!votes || !last) return;
        setVotes(votes.filter((vote) => vote !== last));
        void keep(store.remove(last));
      },
      async forgetVotes() {
        set({ votes: [], voteNote: 'Your votes are forgotten.' });
        show();
        await keep(store.clear());
      },
    },
  };
}
