// Writes the list of models that can be an LLM in the page, from that of the installed WebLLM:
//   node scripts/run.mjs scripts/pageModels.ts
// To be run after an update of the library; src/labelers/pageLlm/models.test.ts fails until it has been.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { chatModels } from '../src/labelers/pageLlm/catalogue';

const models = chatModels(prebuiltAppConfig.model_list);
const file = path.join(process.env.PLAYGROUND_ROOT!, 'src/labelers/pageLlm/models.json');
writeFileSync(file, `[\n${models.map((model) => `  ${JSON.stringify(model)}`).join(',\n')}\n]\n`);
console.log(`${models.length} models are in ${file}.`);
