import { mean } from '../src/core/stats';
import type { MethodRow, MethodTable } from './methodRows';

const [BEGIN, END] = ['<!-- table: begin, written by npm run check:methods -->', '<!-- table: end -->'];

/** The page with the table in its place. @throws Error where the page has no place for it. */
export function withTable(page: string, table: MethodTable): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error('docs/methods.md has no place for the table.');
  return `${page.slice(0, from + BEGIN.length)}\n${tableText(table)}\n${page.slice(to)}`;
}

/** Means over seeds, with the least and the greatest. */
export function tableText({ command, date, device, rows }: MethodTable): string {
  const head = '| method | gold | against SFT | wins, majority | KL | invents | diversity per post | labels (people) | s |';
  const lines = rows.map((row) => {
    const over = (of: (seed: MethodRow['seeds'][number]) => number, digits: number, scale = 1): string => {
      const values = row.seeds.map((seed) => scale * of(seed));
      const shown = (value: number): string => value.toFixed(digits);
      return `${shown(mean(values))} (${shown(Math.min(...values))} to ${shown(Math.max(...values))})`;
    };
    return `| ${row.label} | ${over(({ gold }) => gold, 2)} | ${over(({ gold, sftGold }) => gold - sftGold, 2)} | ${over(({ majority }) => majority, 1, 100)} | ` +
      `${over(({ kl }) => kl, 1)} | ${over(({ invented }) => invented, 1, 100)} | ${over(({ diversity }) => diversity, 2)} | ` +
      `${row.seeds[0]!.labels} (${row.seeds[0]!.humanLabels}) | ${over(({ seconds }) => seconds, 0)} |`;
  });
  const [first] = rows;
  const sft = first
    ? `SFT itself: gold ${mean(first.seeds.map(({ sftGold }) => sftGold)).toFixed(2)}, invents ${(100 * mean(first.seeds.map(({ sftInvented }) => sftInvented))).toFixed(1)}%, diversity per post ${mean(first.seeds.map(({ sftDiversity }) => sftDiversity)).toFixed(2)}.`
    : '';
  return [
    `Made by \`${command}\` (quick preset, exact) on ${date}, ${device}: mean over ${first?.seeds.length ?? 0} seeds, least and greatest in brackets. ${sft}`,
    '', head, '|---|---|---|---|---|---|---|---|---|', ...lines,
  ].join('\n');
}
