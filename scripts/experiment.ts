// npm run experiment -- --preset quick --seed 1 --out run.json [--arms rlhf,rlaif,d-rlaif] [--set path=value ...] [--data FILE]
//
// Runs an experiment in Node, with the code of the page, and writes the same run bundle.
import { writeFileSync } from 'node:fs';
import { FIELD_LIST } from '../src/core/fields';
import { parseCommand, run } from './experimentCommand';
import { describeBundle } from './report';

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log('npm run experiment -- [--preset quick|default|thorough] [--arms rlhf,rlaif,d-rlaif] [--seed N] [--set path=value ...] [--data FILE] [--out FILE]');
    for (const { path: name, field } of FIELD_LIST) console.log(`  ${name} (default ${field.default}): ${field.help}`);
    return;
  }
  const command = parseCommand(process.argv.slice(2));
  const bundle = await run(command);
  console.log(describeBundle(bundle));
  if (command.out) {
    writeFileSync(command.out, JSON.stringify(bundle));
    console.log(`written to ${command.out}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
