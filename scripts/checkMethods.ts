// npm run check:methods [-- --only dpo,ppo]
//
// Runs every learning method, and the other kinds of feedback and reward, on the TL;DR task: quick preset, three seeds, AI
// labels. Keeps the figures in docs/methods.json with a digest of the code that made each row, and writes the table of
// docs/methods.md from it. Rows whose digest still holds are kept, so that a run that was stopped goes on where it was.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunBundle } from '../src/core/bundle';
import { configOfArm, type ArmConfig } from '../src/core/config';
import { figureValue } from '../src/evaluation/figures';
import { run } from './experimentCommand';
import { methodArms, readTable, rowDigest, TABLE_FILE, TABLE_SEEDS, tableConfig, type MethodRow, type MethodTable } from './methodRows';
import { withTable } from './methodDocs';
import { repositoryRoot } from './nodePool';

/** Arms of one run: what they share is made once for them. */
const PER_RUN = 8;

async function main(): Promise<void> {
  const root = repositoryRoot();
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',');
  const all = methodArms();
  const kept = new Map((readTable(root)?.rows ?? []).map((row) => [row.arm, row]));
  const isStale = (arm: ArmConfig): boolean => {
    const row = kept.get(arm.id);
    return row?.digest !== rowDigest(root, arm) || TABLE_SEEDS.some((seed) => !row.seeds.some((own) => own.seed === seed));
  };
  const wanted = all.filter((arm) => (only ? only.includes(arm.id) : isStale(arm)));
  for (let from = 0; from < wanted.length; from += PER_RUN) {
    const arms = wanted.slice(from, from + PER_RUN);
    const bundles: RunBundle[] = [];
    for (const seed of TABLE_SEEDS) {
      console.log(`== seed ${seed}: ${arms.map(({ id }) => id).join(', ')}`);
      bundles.push(await run({ config: tableConfig(seed, arms), data: undefined }, { exact: true }));
    }
    for (const arm of arms) kept.set(arm.id, rowOf(root, arm, bundles));
    const table: MethodTable = {
      command: 'npm run check:methods', date: new Date().toISOString().slice(0, 10), device: bundles[0]!.device.description,
      rows: all.flatMap(({ id }) => kept.get(id) ?? []),
    };
    writeFileSync(path.join(root, TABLE_FILE), `${JSON.stringify(table, null, 1)}\n`);
    const page = path.join(root, 'docs/methods.md');
    writeFileSync(page, withTable(readFileSync(page, 'utf8'), table));
  }
  console.log(`${wanted.length} rows made, ${all.length - wanted.length} kept`);
}

function rowOf(root: string, arm: ArmConfig, bundles: readonly RunBundle[]): MethodRow {
  return {
    arm: arm.id, label: arm.label, method: configOfArm(tableConfig(1, [arm]), arm).rl.method, digest: rowDigest(root, arm), settings: { ...arm.set },
    seeds: bundles.map((bundle) => {
      const index = bundle.config.arms.findIndex(({ id }) => id === arm.id);
      const [record, sft] = [arm.id, 'sft'].map((id) => bundle.arms.find((candidate) => candidate.id === id)!) as [RunBundle['arms'][number], RunBundle['arms'][number]];
      const labeler = bundle.labelers[index]!;
      const number = (id: Parameters<typeof figureValue>[0], of = record): number => rounded(figureValue(id, of) ?? Number.NaN);
      return {
        seed: bundle.config.run.seed,
        gold: number('gold'), sftGold: number('gold', sft), majority: number('majority'), kl: number('kl'),
        invented: number('invented'), sftInvented: number('invented', sft), diversity: number('diversity'), sftDiversity: number('diversity', sft),
        labels: labeler.n,
        humanLabels: labeler.kind === 'people' ? labeler.n : (labeler.humanLabels ?? 0),
        seconds: rounded(bundle.stages.filter((stage) => stage.arm === arm.id && stage.id === 'rl').reduce((sum, { seconds }) => sum + seconds, 0)),
        ended: record.ended,
      };
    }),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
