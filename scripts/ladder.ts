// npm run ladder [-- --pairs 2000]
//
// What the shipped small judges are worth: every size and training, asked to choose and to score, on pairs of samples of
// the SFT policy that none of them learned from, held against a jury of simulated people. The lab's own code and figures
// (`?view=lab`), as a table. Exact: the same numbers on every machine.
import { parseArgs } from 'node:util';
import type { Estimate } from '../src/core/bundle';
import type { ExperimentConfig } from '../src/core/config';
import { JUDGE_SIZE_IDS } from '../src/core/judges';
import type { Label } from '../src/core/preferences';
import { addToWorld, worldConfig } from '../src/experiments/labWorld';
import { leaderboardRows, newResults, withSet, type LabResults } from '../src/experiments/labResults';
import { createRuleLabeler } from '../src/labelers/rules';
import type { WorldLabeler } from '../src/worker/protocol';
import { openNodePool } from './nodePool';

const ASKED: readonly WorldLabeler[] = [
  'people', 'noisy', ...JUDGE_SIZE_IDS.map((size) => `judge-${size}` as const), ...JUDGE_SIZE_IDS.map((size) => `scores-${size}` as const),
];
/** The noise-controlled labeler without noise says what gold utility says: how far agreement with the jury can go. */
const GOLD = { accuracy: 1, positionBias: 0, lengthBias: 0 } as const;
const BASELINES = ['longer', 'shorter', 'first', 'coin'] as const;

const percent = (value: number): string => (100 * value).toFixed(1);
const interval = (estimate: Estimate | undefined): string =>
  estimate ? `${percent(estimate.value)} [${estimate.ci.map(percent).join(', ')}]` : '';

async function measure(count: number): Promise<LabResults> {
  const pool = await openNodePool(1, true);
  try {
    const config = worldConfig('tldr', count);
    const gold: ExperimentConfig = { ...config, ai: { ...config.ai, ...GOLD } };
    const said = await pool.endpoints[0]!.call('lab', { runId: 'ladder', config: gold, labelers: ASKED });
    const world = addToWorld(undefined, { task: 'tldr', count }, said);
    let results = newResults('built-in forum posts', 'tldr', world.pairs);
    for (const asked of ASKED) for (const set of world.sets[asked] ?? []) results = withSet(results, set);
    for (const rule of BASELINES) {
      const labeler = createRuleLabeler(rule);
      const labels: Label[] = [];
      for await (const label of labeler.label(world.pairs)) labels.push(label);
      results = withSet(results, { labeler: labeler.identity, labels });
    }
    return results;
  } finally {
    for (const endpoint of pool.endpoints) endpoint.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { pairs: { type: 'string', default: '2000' } } });
  const results = await measure(Number(values.pairs));
  console.log(`${results.pairs.length} pairs; agreement with the majority of a jury, %, with 95% intervals over pairs and trainings\n`);
  console.log('| labeler | agreement | its trainings | kappa | same pick after swap | prefers first | prefers longer | ECE | n |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const { labeler, figures, trainings } of leaderboardRows(results.rows)) {
    const { agreement, kappa, samePick, prefersFirst, prefersLonger, ece, n } = figures;
    const single = trainings.map((training) => percent(training.figures.agreement.value)).join(', ');
    const cells = [
      labeler.name, interval(agreement), single, kappa ? kappa.value.toFixed(2) : '', interval(samePick), interval(prefersFirst),
      interval(prefersLonger), ece.toFixed(3), String(n),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
