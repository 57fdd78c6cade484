import type { Answer, PromptRecord, Sample } from '../../core/bundle';
import type { TaskWords } from '../../core/taskWords';
import { wordsToText } from '../../core/text';

/** One post with what each arm wrote. */
export interface PostRow {
  readonly prompt: PromptRecord;
  readonly answers: Readonly<Record<string, Answer>>;
}

export interface ArmAnswers {
  readonly id: string;
  readonly label: string;
  readonly samples: readonly Sample[];
}

export type Order = 'drawn' | 'different';

export interface Filter {
  /** `ARM:invents` or `ARM:stumbles`. */
  readonly id: string;
  readonly label: string;
  readonly keeps: (row: PostRow) => boolean;
}

/** Posts with all answers at hand, in the order of the posts; posts that nobody answered are left out. */
export function postRows(prompts: readonly PromptRecord[], arms: readonly ArmAnswers[]): readonly PostRow[] {
  const answers = new Map<string, Record<string, Answer>>();
  for (const arm of arms) {
    for (const sample of arm.samples) {
      const row = answers.get(sample.promptId) ?? {};
      row[arm.id] = sample.answer;
      answers.set(sample.promptId, row);
    }
  }
  return prompts.flatMap((prompt) => {
    const found = answers.get(prompt.id);
    return found ? [{ prompt, answers: found }] : [];
  });
}

/**
 * How far the arms are apart on a post: largest minus smallest gold utility, over the trained arms where there are two
 * or more, otherwise the start policy counted too.
 */
export function goldSpread(row: PostRow): number {
  const trained = Object.entries(row.answers).filter(([id]) => id !== 'sft');
  const counted = trained.length >= 2 ? trained : Object.entries(row.answers);
  const gold = counted.map(([, answer]) => answer.gold);
  return gold.length < 2 ? 0 : Math.max(...gold) - Math.min(...gold);
}

/** Filters that the arms give rise to: "RLHF invents", "RLAIF stumbles". */
export function armFilters(arms: readonly ArmAnswers[], { invents }: Pick<TaskWords, 'invents'>): readonly Filter[] {
  return arms
    .filter((arm) => arm.id !== 'sft')
    .flatMap(({ id, label }) => [
      { id: `${id}:invents`, label: `${label} ${invents}`, keeps: (row) => (row.answers[id]?.check.invented ?? 0) > 0 },
      { id: `${id}:stumbles`, label: `${label} stumbles`, keeps: (row) => (row.answers[id]?.check.stumbles ?? 0) > 0 },
    ] satisfies Filter[]);
}

/** Whether post or an answer holds the words searched for, case and spacing of punctuation aside. */
function holds(row: PostRow, search: string): boolean {
  return [row.prompt.words, ...Object.values(row.answers).map((answer) => answer.words)].some((words) =>
    wordsToText(words).toLowerCase().includes(search),
  );
}

export interface Selection {
  readonly order: Order;
  /** Ids of filters that all have to hold. */
  readonly filters: readonly string[];
  readonly search: string;
}

/** The posts a visitor leafs through. Equal differences keep the order as drawn. */
export function selectPosts(
  rows: readonly PostRow[],
  filters: readonly Filter[],
  { order, filters: chosen, search }: Selection,
): readonly PostRow[] {
  const wanted = search.trim().toLowerCase();
  const active = filters.filter((filter) => chosen.includes(filter.id));
  const kept = rows.filter(
    (row) => active.every((filter) => filter.keeps(row)) && (wanted === '' || holds(row, wanted)),
  );
  if (order === 'drawn') return kept;
  return kept
    .map((row) => ({ row, spread: goldSpread(row) }))
    .sort((a, b) => b.spread - a.spread)
    .map(({ row }) => row);
}

/** "covered 4/7 facts, 14 words, 1 invented, 2 stumbles"; nothing invented and no stumble go unsaid. */
export function answerLine(answer: Answer, prompt: PromptRecord, { covers, points, marks }: Pick<TaskWords, 'covers' | 'points' | 'marks'>): string {
  const { covered, words, invented, stumbles } = answer.check;
  return [
    `${covers} ${covered.length}/${prompt.facts.length} ${points}`,
    `${words} ${words === 1 ? 'word' : 'words'}`,
    ...(invented > 0 ? [`${invented} ${marks.invented.name}`] : []),
    ...(stumbles > 0 ? [`${stumbles} ${stumbles === 1 ? 'stumble' : 'stumbles'}`] : []),
  ].join(', ');
}
