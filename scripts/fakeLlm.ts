// npm run fake-llm [-- --port 8787 --key SECRET --latency 200 --no-cors]
//
// A fake LLM provider for demonstrations without a key or a bill: it speaks the protocols of OpenAI and Anthropic, and
// its "models" are rules that compare words. Every reply says so.
//   --port     default 8787
//   --key      accept this key only; default: any or none
//   --latency  milliseconds before every reply, default 150
//   --no-cors  refuse calls from web pages, to show what that looks like
import { parseArgs } from 'node:util';
import { FAKE_MODELS, startFakeProvider } from '../src/labelers/llm/testing/fakeProvider';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    key: { type: 'string' },
    latency: { type: 'string', default: '150' },
    'no-cors': { type: 'boolean', default: false },
  },
});

const provider = await startFakeProvider({
  port: Number(flags.port),
  latencyMs: Number(flags.latency),
  cors: !flags['no-cors'],
  ...(flags.key !== undefined && { key: flags.key }),
});
console.log(`Fake LLM provider, not a language model. Base address: ${provider.baseUrl}\n`);
for (const { id, says } of FAKE_MODELS) console.log(`  ${id.padEnd(30)} ${says}`);
console.log('\nCtrl+C stops it.');
