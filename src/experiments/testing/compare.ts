/** Test support: posts and responses to compare. */
import type { Answer, PromptRecord, Sample } from '../../core/bundle';
import { findColumns, joinColumns, type Column, type CompareRow, type CompareRun } from '../comparePosts';

/** A post with so many facts. */
export function testPost(id: string, topic = 'work', facts = 2, words: readonly string[] = ['my', 'boss', 'is', 'late', '.']): PromptRecord {
  return {
    id, topic, words: [...words],
    facts: Array.from({ length: facts }, (_, i) => ({ slot: `s${i}`, value: `v${i}`, importance: 1, spans: [] })),
  };
}

export function testAnswer(text: string, gold: number, score?: number): Answer {
  const words = text.split(' ');
  return {
    words, finished: true, gold,
    check: { covered: [], invented: 0, stumbles: 0, words: words.length, marks: [] },
    ...(score === undefined ? {} : { score }),
  };
}

/** A run whose arms wrote answers to posts p0, p1, ... */
export function testRun(
  arms: Readonly<Record<string, readonly Answer[]>>, { key = '', posts, rewards = {} }: {
    readonly key?: string; readonly posts?: readonly PromptRecord[]; readonly rewards?: Readonly<Record<string, string>>;
  } = {},
): CompareRun {
  const most = Math.max(...Object.values(arms).map(({ length }) => length));
  const prompts = posts ?? Array.from({ length: most }, (_, i) => testPost(`p${i}`));
  const samplesOf = (answers: readonly Answer[]): Sample[] => answers.map((answer, i) => ({ promptId: prompts[i]!.id, answer }));
  return {
    key, name: key === '' ? 'shown run' : `run ${key}`, identity: `run ${key}`, task: 'tldr', prompts, slots: {},
    arms: Object.entries(arms).map(([id, answers]) => ({
      id, label: id.toUpperCase(), samples: samplesOf(answers), ...(rewards[id] === undefined ? {} : { reward: rewards[id] }),
    })),
  };
}

/** Columns and rows of a run's arms. */
export function testTable(run: CompareRun): { readonly columns: readonly Column[]; readonly rows: readonly CompareRow[] } {
  const { columns } = findColumns([run], run.arms.map(({ id }) => id));
  const joined = joinColumns(columns);
  if (!joined.ok) throw new Error(joined.reason);
  return { columns, rows: joined.rows };
}
