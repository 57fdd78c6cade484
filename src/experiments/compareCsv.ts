import { toCsv } from '../core/csv';
import { wordsToText } from '../core/text';
import { difference, type Couple, type Measure } from './compareMeasures';
import type { Column, CompareRow } from './comparePosts';

/** The table as it is filtered and sorted: a row a post, five columns an arm, then differences of the couple. */
export function compareCsv(
  rows: readonly CompareRow[], columns: readonly Column[], couple: Couple | undefined, measures: readonly Measure[],
): string {
  const names = columns.map(({ label }) => label);
  const head = [
    'post', 'topic', 'facts', 'text',
    ...names.flatMap((name) => [`${name} response`, `${name} gold`, `${name} reward`, `${name} words`, `${name} invented`]),
    ...(couple ? measures.map((measure) => `${names[couple.a]} minus ${names[couple.b]}, ${measure}`) : []),
  ];
  return toCsv([head, ...rows.map((row) => [
    row.post.id, row.post.topic, row.post.facts.length, wordsToText(row.post.words),
    ...row.answers.flatMap(({ words, gold, score, check }) => [wordsToText(words), gold, score ?? '', check.words, check.invented]),
    ...(couple ? measures.map((measure) => difference(row, couple, measure) ?? '') : []),
  ])]);
}
