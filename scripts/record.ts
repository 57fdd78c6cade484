// npm run record [-- the arguments of npm run experiment]
//
// Makes the recorded run that the first screen shows: by default the default preset with seed 1. Beside it goes the
// digest of all that made it; a test fails when that has changed since.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseCommand, run } from './experimentCommand';
import { repositoryRoot } from './nodePool';
import { describeBundle } from './report';
import { sourcesDigest } from './sources';

async function main(): Promise<void> {
  const root = repositoryRoot();
  const command = parseCommand(process.argv.slice(2));
  if (command.out) throw new Error('record always writes public/recorded-run.json; leave out --out');
  const digest = sourcesDigest(root);
  const bundle = await run(command, { exact: true });
  console.log(describeBundle(bundle));
  writeFileSync(path.join(root, 'public/recorded-run.json'), JSON.stringify(bundle));
  writeFileSync(path.join(root, 'public/recorded-run.digest'), `${digest}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
