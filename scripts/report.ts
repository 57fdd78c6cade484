import type { Estimate, RunBundle } from '../src/core/bundle';
import { RATE_IDS, RATES } from '../src/core/rates';
import { figureOf, figuresOf, type FigureId } from '../src/evaluation/figures';
import { cellFigure, cellsOf, type SweptRun } from '../src/evaluation/sweepTable';
import type { WorkerEvent } from '../src/worker/protocol';

/** Prints stage ends and, about once in two seconds, how far each running stage is. */
export function progressPrinter(print: (line: string) => void): (events: readonly WorkerEvent[]) => void {
  const last = new Map<string, number>();
  const latest = new Map<string, number>();
  return (events) => {
    for (const event of events) {
      if (event.type === 'points') for (const { key, value } of event.points) latest.set(`${event.arm} ${key}`, value);
      if (event.type === 'stage') {
        const { id, arm, seconds, summary } = event.stage;
        print(`${name(id, arm)} done in ${seconds.toFixed(1)} s: ${summary}`);
      }
      if (event.type !== 'progress') continue;
      const key = name(event.stage, event.arm);
      if (performance.now() - (last.get(key) ?? 0) < 2000) continue;
      last.set(key, performance.now());
      const left = event.secondsLeft === undefined ? '' : `, about ${Math.ceil(event.secondsLeft)} s left`;
      const gold = event.stage === 'rl' ? `, gold ${latest.get(`${event.arm} eval/gold`)?.toFixed(2)}` : '';
      print(`${key} ${event.done}/${event.total}${left}${gold}`);
    }
  };
}

function name(stage: string, arm: string | undefined): string {
  return arm ? `${stage} (${arm})` : stage;
}

const percent = ({ value, ci, n }: Estimate): string =>
  `${(100 * value).toFixed(1)}% [${(100 * ci[0]).toFixed(1)}, ${(100 * ci[1]).toFixed(1)}] (n = ${n})`;
const number = ({ value, ci }: Estimate): string => `${value.toFixed(2)} [${ci[0].toFixed(2)}, ${ci[1].toFixed(2)}]`;

/** The outcome of a run in a few lines of text. */
export function describeBundle(bundle: RunBundle): string {
  const lines = [`annotators agree on ${percent(bundle.annotatorAgreement)} of pairs`];
  for (const labeler of bundle.labelers) {
    const { annotator, majority, gold } = labeler.alignment;
    const position = labeler.samePosition ? `, same position after swap ${percent(labeler.samePosition)}` : '';
    lines.push(
      `labeler ${labeler.name}: aligned with one annotator ${percent(annotator)}, majority ${percent(majority)}, gold ${percent(gold)}${position}`,
    );
  }
  for (const arm of bundle.arms) {
    const e = arm.evaluation;
    lines.push(
      `${arm.label}: gold ${number(e.goldUtility)}, coverage ${percent(e.coverage)}, invented ${percent(e.hallucinationRate)}, ` +
        `stumbles ${percent(e.disfluencyRate)}, ${number(e.length)} words${e.kl ? `, KL ${number(e.kl)}` : ''}`,
    );
    const rates = RATE_IDS.flatMap((id) => (e.rates?.[id] ? [`${RATES[id].label.toLowerCase()} ${percent(e.rates[id])}`] : []));
    if (rates.length > 0) lines.push(`  ${rates.join(', ')}`);
    const accuracy = arm.curves['rm/accuracy']?.value.at(-1);
    const goldAccuracy = arm.curves['rm/accuracy_gold']?.value.at(-1);
    if (accuracy !== undefined && goldAccuracy !== undefined) {
      lines.push(`  reward model: ${(100 * accuracy).toFixed(1)}% on its own labels, ${(100 * goldAccuracy).toFixed(1)}% on gold (held-out pairs)`);
    }
    if (e.winRateVsSft) {
      const { majority, gold } = e.winRateVsSft;
      lines.push(`  against SFT: majority ${percent(majority.raw)}, length-controlled ${majority.lengthControlled ? percent(majority.lengthControlled) : `none (${majority.note})`}, gold ${percent(gold.raw)}; ${arm.ended}`);
    }
  }
  for (const { a, b, majority, gold } of bundle.comparisons) {
    lines.push(`${a} against ${b}: majority ${percent(majority.raw)}, length-controlled ${majority.lengthControlled ? percent(majority.lengthControlled) : 'none'}, gold ${percent(gold.raw)}`);
  }
  lines.push(`total ${bundle.stages.reduce((sum, stage) => sum + stage.seconds, 0).toFixed(0)} s of work in ${bundle.stages.length} stages on ${bundle.device.description}`);
  return lines.join('\n');
}

/** Figures of a sweep's table, beside rates of the task's own. */
const SWEEP_FIGURES = ['gold', 'majority', 'kl', 'invented', 'diversity'] as const satisfies readonly FigureId[];

/** A table of a sweep: a row for each setting and arm, figures as mean and 95% interval over seeds. */
export function describeSweep(runs: readonly SweptRun[]): string {
  const rates = figuresOf(runs.flatMap(({ bundle }) => bundle.arms)).filter((id) => id in RATES);
  const figures: readonly FigureId[] = [...SWEEP_FIGURES, ...rates];
  const head = `| settings | arm | seeds | ${figures.map((id) => figureOf(id).label).join(' | ')} |`;
  const rows = cellsOf(runs).flatMap((cell) =>
    cell.runs[0]!.bundle.arms.map(({ id, label }) =>
      `| ${cell.label || 'as given'} | ${label} | ${cell.runs.length} | ${figures.map((figure) => overSeeds(cellFigure(cell, id, figure), figure)).join(' | ')} |`));
  return [head, `|${' --- |'.repeat(3 + figures.length)}`, ...rows].join('\n');
}

/** "3.18 [2.9, 3.4]", shares in percent; with one seed no interval; what runs lack is said. */
export function overSeeds(found: ReturnType<typeof cellFigure>, id: FigureId): string {
  if (!found) return '';
  const percentage = figureOf(id).format === 'percent';
  const shown = (value: number): string => (percentage ? (100 * value).toFixed(1) : value.toFixed(2));
  const { over, missing } = found;
  const text = over.ok ? `${shown(over.estimate.value)} [${over.estimate.ci.map(shown).join(', ')}]` : shown(over.value);
  return missing > 0 ? `${text} (${missing} without)` : text;
}
