// npm run pretrain [-- --only sft | --only judge]
//
// Makes every shipped weight from nothing, with the code the page uses, and writes beside them what was made and how:
// public/weights/*.safetensors, public/weights/MODEL_CARD.md, src/worker/shipped.json. Deterministic, one thread.
// The judge learns from samples of the SFT policy, so `--only judge` takes the policy that is there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judge, type JudgeExample } from '../src/algorithms/judge';
import { sample } from '../src/algorithms/reinforce';
import { sft } from '../src/algorithms/sft';
import { PURPOSE, Stream, streamKey } from '../src/core/rng';
import { judgeSequence, surprise } from '../src/labelers/judge';
import { sha256, writeCheckpoint } from '../src/nn/checkpoint';

import { loadCpuEngine } from '../src/nn/cpu/loadNode';
import { initialParameters } from '../src/nn/init';
import { layoutOf, parameterCount } from '../src/nn/layout';
import type { Engine, ParameterSet } from '../src/nn/types';
import { tldr } from '../src/tasks/tldr';
import type { Prompt, Split } from '../src/tasks/types';
import { preference } from '../src/tasks/utility';
import { loadShipped, parseManifest, vocabularyDigest } from '../src/worker/shipped';
import { liveShape, WEIGHT_DECAY } from '../src/worker/stages/prepare';
import { repositoryRoot } from './nodePool';
import { TrainingLog } from './trainingLog';

const MANIFEST = 'src/worker/shipped.json';
const SEED = 1;
const BATCH = 32;
/** Temperature of the samples that judges compare, that of rollouts. */
const TEMPERATURE = 0.9;
const SHAPE = liveShape(tldr, 64, 2);
const LANGUAGE_MODEL = { steps: 9000, batch: BATCH, learningRate: 4e-3 };
const JUDGE = { steps: 2500, learningRate: 1e-3 };
const VALIDATION_DOCUMENTS = 128;
const VALIDATION_COMPARISONS = 640;
/** Validation comparisons are numbered from here, far from those of training. */
const VALIDATION_STEP = 1_000_000;

/** A language model of posts and summaries of one split, by the SFT algorithm of the page. */
async function languageModel(engine: Engine, split: Split, name: string): Promise<{ params: ParameterSet; log: TrainingLog }> {
  const params = engine.createParameters(SHAPE, initialParameters(layoutOf(SHAPE), SEED));
  const log = new TrainingLog(name);
  const document = (prompt: Prompt, variant: number): { prompt: Int32Array; response: Int32Array } => ({
    prompt: prompt.tokens,
    response: tldr.reference(prompt, variant).tokens,
  });
  const optimizer = engine.createOptimizer(params);
  const training = sft(
    { ...LANGUAGE_MODEL, weightDecay: WEIGHT_DECAY, validateEvery: 500 },
    {
      engine,
      policy: params,
      optimizer,
      documents: (step) => tldr.prompts(split, BATCH, step + 1).map((prompt, i) => document(prompt, i)),
      validation: tldr.prompts('validation', VALIDATION_DOCUMENTS, 0).map((prompt) => document(prompt, 0)),
    },
  );
  for await (const points of training) points.forEach((metrics) => log.add(metrics));
  optimizer.dispose();
  return { params, log };
}

/** Comparisons on posts of the judge split, each voted on by one reader of the judges' population. */
async function comparisons(engine: Engine, policy: ParameterSet, lm: ParameterSet, step: number): Promise<JudgeExample[]> {
  const prompts = tldr.prompts('judge', BATCH, step + 1);
  const key = streamKey(SEED, PURPOSE.judge, step);
  const generations = await sample(engine, policy, prompts.map((prompt) => prompt.tokens), {
    temperature: TEMPERATURE, maxNewTokens: tldr.maxResponseTokens, samplesPerPrompt: 2, key,
  });
  const pairs = prompts.map((prompt, i) => {
    const draw = new Stream(key, 2 * BATCH + i);
    const written = (variant: number): Int32Array => tldr.reference(prompt, variant).tokens;
    const [first, second] = [generations[2 * i]!.tokens, generations[2 * i + 1]!.tokens];
    // Mostly what it will be asked about, two samples of the policy; some texts by the imperfect writers.
    const source = draw.unit();
    const [a, b] = source < 0.7 ? [first, second] : source < 0.85 ? [written(0), second] : [written(0), written(1)];
    const [shownFirst, shownSecond] = draw.chance(0.5) ? [a, b] : [b, a];
    const reader = tldr.reader('judges', draw.u32() % 100_000);
    const p = preference(reader, prompt, tldr.check(prompt, shownFirst), tldr.check(prompt, shownSecond));
    return { prompt: prompt.tokens, shownFirst, shownSecond, pFirst: Number(draw.chance(p)) };
  });
  const firsts = await surprise(engine, lm, pairs.map(({ prompt, shownFirst }) => ({ prompt, response: shownFirst })));
  const seconds = await surprise(engine, lm, pairs.map(({ prompt, shownSecond }) => ({ prompt, response: shownSecond })));
  return pairs.map(({ prompt, shownFirst, shownSecond, pFirst }, i) => ({
    sequence: judgeSequence(
      prompt,
      { response: shownFirst, surprise: firsts[i]! },
      { response: shownSecond, surprise: seconds[i]! },
    ),
    pFirst,
  }));
}

/** The SFT policy as it lies on disk now, which may be newer than this program. */
async function shippedPolicy(engine: Engine): Promise<ParameterSet> {
  const root = repositoryRoot();
  const manifest = parseManifest(JSON.parse(readFileSync(path.join(root, MANIFEST), 'utf8')));
  const { sets } = await loadShipped((file) => readFile(path.join(root, 'public', file)), 'sft', tldr.vocabulary, manifest);
  return engine.createParameters(sets.sft!.shape, sets.sft!.values);
}

async function trainJudge(engine: Engine): Promise<{ lm: ParameterSet; params: ParameterSet; logs: TrainingLog[] }> {
  const { params: lm, log: lmLog } = await languageModel(engine, 'judge', 'judge, language model');
  const policy = await shippedPolicy(engine);
  const params = engine.copyParameters(lm);
  const validation: JudgeExample[] = [];
  for (let step = VALIDATION_STEP; validation.length < VALIDATION_COMPARISONS; step++) {
    validation.push(...(await comparisons(engine, policy, lm, step)));
  }
  const log = new TrainingLog('judge, comparisons');
  const optimizer = engine.createOptimizer(params);
  const training = judge(
    { ...JUDGE, weightDecay: WEIGHT_DECAY, validateEvery: 100 },
    { engine, params, optimizer, examples: (step) => comparisons(engine, policy, lm, step), validation },
  );
  for await (const points of training) points.forEach((metrics) => log.add(metrics));
  optimizer.dispose();
  return { lm, params, logs: [lmLog, log] };
}

/** Writes a weights file and its entry in the manifest and the model card. */
async function ship(
  engine: Engine,
  name: 'sft' | 'judge',
  sets: Readonly<Record<string, ParameterSet>>,
  logs: readonly TrainingLog[],
  origin: string,
): Promise<void> {
  const root = repositoryRoot();
  const folder = path.join(root, 'public/weights');
  mkdirSync(folder, { recursive: true });
  const values = await Promise.all(
    Object.entries(sets).map(async ([set, params]) => [set, await engine.readParameters(params)] as const),
  );
  const bytes = writeCheckpoint(SHAPE, Object.fromEntries(values), { origin, seed: String(SEED) });
  const file = `weights/${name}.safetensors`;
  writeFileSync(path.join(root, 'public', file), bytes);

  const manifestFile = path.join(root, MANIFEST);
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
  manifest[name] = { file, sha256: await sha256(bytes), vocabulary: await vocabularyDigest(tldr.vocabulary), shape: SHAPE, sets: Object.keys(sets), origin };
  writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);

  const section = [
    `## ${name}.safetensors`, '',
    origin, '',
    `* made by: \`npm run pretrain -- --only ${name}\`, build ${__BUILD__.version} (${__BUILD__.commit}), ${__BUILD__.date}`,
    `* seed ${SEED}, shape ${JSON.stringify(SHAPE)}, ${parameterCount(layoutOf(SHAPE)).toLocaleString('en')} parameters a set, sets: ${Object.keys(sets).join(', ')}`,
    `* ${(bytes.length / 1024).toFixed(0)} KiB, SHA-256 in \`src/worker/shipped.json\``, '',
    ...logs.flatMap((log) => log.markdown()),
  ].join('\n');
  const cardFile = path.join(folder, 'MODEL_CARD.md');
  const [, ...others] = existsSync(cardFile) ? readFileSync(cardFile, 'utf8').split(/^(?=## )/m) : [''];
  const kept = others.filter((other) => !other.startsWith(`## ${name}.`));
  writeFileSync(cardFile, [CARD_HEAD, ...[...kept, section].sort()].join(''));
}

const CARD_HEAD = `# Shipped weights

Made from nothing by \`npm run pretrain\` (about half an hour on one core; the two parts can run side by side once the
first is done). GPT-2's tensor names and layout (\`src/nn/layout.ts\`). Losses are nats per response token, accuracies
shares of held-out comparisons.

`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const engine = await loadCpuEngine();
  if (values.only !== 'judge') {
    const { params, log } = await languageModel(engine, 'sft', 'sft');
    const origin = `SFT policy of the TL;DR task: trained from scratch on ${LANGUAGE_MODEL.steps * BATCH} posts of the sft split with summaries by the task's imperfect writers.`;
    await ship(engine, 'sft', { sft: params }, [log], origin);
  }
  if (values.only !== 'sft') {
    const { lm, params, logs } = await trainJudge(engine);
    const origin =
      `Small judge of the TL;DR task: a language model of the judge split, then trained on ${JUDGE.steps * BATCH} comparisons, each ` +
      'voted on once by a reader of a population other than the one that labels and judges experiments.';
    await ship(engine, 'judge', { lm, judge: params }, logs, origin);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
