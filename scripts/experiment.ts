// npm run experiment -- --preset quick --seed 1 --out run.json [--arms rlhf,rlaif:dpo,d-rlaif] [--set path=value ...] [--data FILE]
// npm run experiment -- --arms d-rlaif --set ai.labeler=llm --llm openai:gpt-5-mini --llm-price 0.25,2 --llm-cap 1
//   (key in LLM_API_KEY; --llm-url ADDRESS for a server of one's own; replies are kept in .llm-replies.jsonl)
// npm run experiment -- --sweep seed=1..5 --sweep arms.1.klCoef=0,0.02,0.05 --out folder
// npm run -s experiment -- --sweep seed=1..5 --out folder --list > commands.txt
//
// Runs an experiment in Node, with the code of the page, and writes the same run bundle; of a sweep, a bundle a run. With
// --list it prints each run as a command of its own instead, for a scheduler (docs/clusters.md).
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runFileName } from '../src/core/commandText';
import { NAMED_ARMS } from '../src/core/config';
import { FIELD_LIST } from '../src/core/fields';
import { METHOD_IDS } from '../src/core/methods';
import { listCommands, parseCommand, run, runSweep } from './experimentCommand';
import { describeBundle, describeSweep } from './report';

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log('npm run experiment -- [--preset quick|default|thorough|helpful|harmless | --config FILE.json] [--arms rlhf,rlaif:dpo,mine=d-rlaif] [--seed N] [--set path=value ...] [--sweep path=values ...] [--data FILE] [--llm provider:model] [--llm-url ADDRESS] [--llm-price IN,OUT] [--llm-cap USD] [--out FILE or, of a sweep, FOLDER] [--list]');
    console.log('--config: settings as the page shows them under "As code", or a run; --list: prints each run as a command of its own and runs nothing');
    console.log(`arms: ${NAMED_ARMS.map(({ id }) => id).join(', ')}; methods: ${METHOD_IDS.join(', ')}`);
    console.log('of an arm, counted from 0: --set arms.1.label=TEXT, arms.1.off=true, arms.1.rl.klCoef=0.1, arms.1.rl.klCoef=common (as in the experiment)');
    for (const { path: name, field } of FIELD_LIST) console.log(`  ${name} (default ${field.default}): ${field.help}`);
    return;
  }
  const command = parseCommand(process.argv.slice(2));
  if (command.list) {
    console.log(listCommands(command).join('\n'));
    return;
  }
  if (command.points.length > 0) {
    const { out } = command;
    if (out) mkdirSync(out, { recursive: true });
    const runs = await runSweep(command, ({ bundle }, index) => {
      if (out) writeFileSync(path.join(out, runFileName(index)), JSON.stringify(bundle));
    });
    console.log(describeSweep(runs));
    if (out) console.log(`${runs.length} bundles written to ${out}`);
    return;
  }
  // A folder that is missing would be found out when all is done.
  if (command.out) mkdirSync(path.dirname(command.out), { recursive: true });
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
