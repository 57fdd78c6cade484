// Lets the readers of scripts/readers read the files of the fixture and keeps what they found as golden files:
// node scripts/run.mjs scripts/readFormats.ts (needs python3 with numpy)
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { digests, read, readings, type Golden } from '../src/experiments/formats/testing/readers';

for (const [name, reading] of Object.entries(readings())) {
  const golden: Golden = { files: digests(reading), found: read(reading) };
  const target = path.resolve('src/experiments/formats/golden', `${name}.json`);
  writeFileSync(target, `${JSON.stringify(golden, undefined, 1)}\n`);
  console.log(`wrote ${path.relative('.', target)}`);
}
