// npm run pretrain [-- --only PART[,PART...]]    parts: sft, judge-xs-lm, judge-xs, ..., helpful-sft, helpful-judge-m-lm, ...
//
// Makes every shipped weight from nothing, with the code the page uses, and writes beside them what was made and how:
// public/weights/*.safetensors, public/weights/MODEL_CARD.md, src/worker/shipped.json. Deterministic, one thread.
// A part takes what it needs from the parts before it as they lie on disk (judges compare samples of the SFT policy, and
// start from their size's language model), so parts can be made again one by one, and parts of different sizes side by side.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judge, type JudgeExamples } from '../src/algorithms/judge';
import { sample } from '../src/algorithms/rollouts';
import { sft } from '../src/algorithms/sft';
import { JUDGE_SIZES, judgesOf, type JudgeSizeId } from '../src/core/judges';
import { PURPOSE, Stream, streamKey } from '../src/core/rng';
import { sampleQuantile } from '../src/core/stats';
import { wordsOf, type TaskId } from '../src/core/taskWords';
import { SCORES } from '../src/core/tokens';
import { judgeSequence, scoreSequence, surprise } from '../src/labelers/judge';
import { sha256, writeCheckpoint } from '../src/nn/checkpoint';
import { loadCpuEngine } from '../src/nn/cpu/loadNode';
import { initialParameters } from '../src/nn/init';
import { layoutOf, parameterCount, type ModelShape } from '../src/nn/layout';
import type { Engine, ParameterSet } from '../src/nn/types';
import { BUILT_IN } from '../src/tasks/builtIn';
import type { Prompt, Reader, Split, Task } from '../src/tasks/types';
import { feltUtility, preference, rating } from '../src/tasks/utility';
import { loadShipped, parseManifest, shippedKey, vocabularyDigest, type ShippedName } from '../src/worker/shipped';
import { liveShape, WEIGHT_DECAY } from '../src/worker/stages/prepare';
import { repositoryRoot } from './nodePool';
import { TrainingLog } from './trainingLog';

const MANIFEST = 'src/worker/shipped.json';
const SEED = 1;
const BATCH = 32;
/** Temperature of the samples that judges compare, that of rollouts. */
const TEMPERATURE = 0.9;
/** Of every SFT policy. */
const SFT_WIDTH = 64;
const SFT_LAYERS = 2;
const LANGUAGE_MODEL = { steps: 9000, batch: BATCH };
/** Comparisons and scores that judges learn from. */
const JUDGE_EXAMPLES = 80_000;
/** Peak learning rates: narrow models take larger steps. Judges: so many steps that the validation loss no longer falls much at their end. */
const RECIPES: Readonly<Record<JudgeSizeId, { readonly lm: number; readonly judge: number; readonly steps: number }>> = {
  xs: { lm: 6e-3, judge: 3e-3, steps: 20_000 },
  s: { lm: 5e-3, judge: 2e-3, steps: 7500 },
  m: { lm: 4e-3, judge: 1e-3, steps: 3750 },
  l: { lm: 3e-3, judge: 7e-4, steps: 3000 },
};
const VALIDATION_DOCUMENTS = 128;
const VALIDATION_COMPARISONS = 640;
/** Validation comparisons are numbered from here, far from those of training. */
const VALIDATION_STEP = 1_000_000;
/** Responses whose felt utility sets the cut points between scores. */
const CUT_BATCHES = 64;
/** Readers are drawn from the first so many of the judges' population. */
const READERS = 100_000;

interface Made {
  readonly params: ParameterSet;
  readonly log: TrainingLog;
}

/** A language model of prompts and references of one split, by the SFT algorithm of the page. */
async function languageModel(engine: Engine, task: Task, shape: ModelShape, learningRate: number, split: Split, name: string): Promise<Made> {
  const params = engine.createParameters(shape, initialParameters(layoutOf(shape), SEED));
  const log = new TrainingLog(name);
  const document = (prompt: Prompt, variant: number): { prompt: Int32Array; response: Int32Array } => ({
    prompt: prompt.tokens,
    response: task.reference(prompt, variant).tokens,
  });
  const optimizer = engine.createOptimizer(params);
  const training = sft(
    { ...LANGUAGE_MODEL, learningRate, weightDecay: WEIGHT_DECAY, validateEvery: 500 },
    {
      engine,
      policy: params,
      optimizer,
      documents: (step) => task.prompts(split, BATCH, step + 1).map((prompt, i) => document(prompt, i)),
      validation: task.prompts('validation', VALIDATION_DOCUMENTS, 0).map((prompt) => document(prompt, 0)),
    },
  );
  for await (const points of training) points.forEach((metrics) => log.add(metrics));
  optimizer.dispose();
  return { params, log };
}

/** Two responses to a prompt of the judge split, and what readers of the judges' population said of them. */
interface Judged {
  readonly prompt: Int32Array;
  readonly responses: readonly [Int32Array, Int32Array];
  /** Vote of one reader: 1 where the response shown first was better. */
  readonly pFirst: number;
  /** Which response another reader scored, and what that reader felt of it. */
  readonly rated: 0 | 1;
  readonly felt: number;
}

/** The comparisons of a step; the same whoever learns from them. */
async function comparisons(engine: Engine, task: Task, policy: ParameterSet, step: number): Promise<Judged[]> {
  const prompts = task.prompts('judge', BATCH, step + 1);
  const key = streamKey(SEED, PURPOSE.judge, step);
  const generations = await sample(engine, policy, prompts.map((prompt) => prompt.tokens), {
    temperature: TEMPERATURE, maxNewTokens: task.maxResponseTokens, samplesPerPrompt: 2, key,
  });
  return prompts.map((prompt, i) => {
    const draw = new Stream(key, 2 * BATCH + i);
    const written = (variant: number): Int32Array => task.reference(prompt, variant).tokens;
    const [first, second] = [generations[2 * i]!.tokens, generations[2 * i + 1]!.tokens];
    // Mostly what it will be asked about, two samples of the policy; some texts by the imperfect writers.
    const source = draw.unit();
    const [a, b] = source < 0.7 ? [first, second] : source < 0.85 ? [written(0), second] : [written(0), written(1)];
    const responses: [Int32Array, Int32Array] = draw.chance(0.5) ? [a, b] : [b, a];
    const checks = responses.map((response) => task.check(prompt, response));
    const reader = (): Reader => task.reader('judges', draw.u32() % READERS);
    const pFirst = Number(draw.chance(preference(reader(), prompt, checks[0]!, checks[1]!)));
    const rated = draw.int(2) as 0 | 1;
    return { prompt: prompt.tokens, responses, pFirst, rated, felt: feltUtility(reader(), prompt, checks[rated]!, draw) };
  });
}

/** All that judges learn from and are validated on: made once for all sizes and trainings. */
class Lessons {
  private readonly training: Judged[] = [];
  private readonly validation: Judged[] = [];
  /** Between the scores: deciles of what readers feel of such responses, so that each score is given about equally often. */
  cuts: readonly number[] = [];

  constructor(private readonly task: Task) {}

  async load(engine: Engine): Promise<this> {
    if (this.training.length > 0) return this;
    const policy = await shipped(engine, this.task, 'sft');
    for (let step = 0; this.training.length < JUDGE_EXAMPLES; step++) {
      this.training.push(...(await comparisons(engine, this.task, policy, step)));
      if ((step + 1) % 250 === 0) console.log(`comparisons: ${this.training.length}`);
    }
    for (let step = VALIDATION_STEP; this.validation.length < VALIDATION_COMPARISONS; step++) {
      this.validation.push(...(await comparisons(engine, this.task, policy, step)));
    }
    policy.dispose();
    const felt = Float64Array.from(this.training.slice(0, CUT_BATCHES * BATCH), (judged) => judged.felt).sort();
    this.cuts = Array.from({ length: SCORES - 1 }, (_, i) => sampleQuantile(felt, (i + 1) / SCORES));
    return this;
  }

  /** As sequences for judges that start from this language model. */
  async read(engine: Engine, lm: ParameterSet): Promise<{ training: JudgeExamples; validation: JudgeExamples }> {
    return { training: await this.examples(engine, lm, this.training), validation: await this.examples(engine, lm, this.validation) };
  }

  private async examples(engine: Engine, lm: ParameterSet, all: readonly Judged[]): Promise<JudgeExamples> {
    const surprises: Float32Array[] = [];
    for (let from = 0; from < all.length; from += BATCH) {
      const items = all.slice(from, from + BATCH).flatMap(({ prompt, responses }) => responses.map((response) => ({ prompt, response })));
      surprises.push(...(await surprise(engine, lm, items)));
    }
    const read = all.map(({ prompt, responses, ...said }, i) => {
      const [first, second] = responses.map((response, side) => ({ response, surprise: surprises[2 * i + side]! }));
      return { prompt, sides: [first!, second!] as const, ...said };
    });
    return {
      comparisons: read.map(({ prompt, sides, pFirst }) => ({ sequence: judgeSequence(prompt, ...sides), pFirst })),
      ratings: read.map(({ prompt, sides, rated, felt }) => ({
        sequence: scoreSequence(prompt, sides[rated]), score: rating(felt, this.cuts),
      })),
    };
  }
}

/** A judge that starts from the language model. Trainings see the same examples in other orders, pass after pass. */
async function trainJudge(
  engine: Engine, lm: ParameterSet, size: JudgeSizeId, training: number,
  { training: all, validation }: { training: JudgeExamples; validation: JudgeExamples },
): Promise<Made> {
  const params = engine.copyParameters(lm);
  const log = new TrainingLog(`judge ${size.toUpperCase()}, training ${training}`);
  const { judge: learningRate, steps } = RECIPES[size];
  const indices = all.comparisons.map((_, i) => i);
  const orders = Array.from({ length: Math.ceil((steps * BATCH) / JUDGE_EXAMPLES) }, (_, pass) =>
    new Stream(streamKey(SEED, PURPOSE.shuffle, training, pass)).shuffle(indices));
  const optimizer = engine.createOptimizer(params);
  const algorithm = judge(
    { steps, learningRate, weightDecay: WEIGHT_DECAY, validateEvery: Math.round(steps / 15) },
    {
      engine, params, optimizer, validation,
      examples: (step) => {
        const from = (step * BATCH) % JUDGE_EXAMPLES;
        const chosen = orders[Math.floor((step * BATCH) / JUDGE_EXAMPLES)]!.slice(from, from + BATCH);
        return { comparisons: chosen.map((i) => all.comparisons[i]!), ratings: chosen.map((i) => all.ratings[i]!) };
      },
    },
  );
  for await (const points of algorithm) points.forEach((metrics) => log.add(metrics));
  optimizer.dispose();
  return { params, log };
}

/** Weights as they lie on disk now, which may be newer than this program. */
async function shipped(engine: Engine, task: Task, name: ShippedName): Promise<ParameterSet> {
  const root = repositoryRoot();
  const manifest = parseManifest(JSON.parse(readFileSync(path.join(root, MANIFEST), 'utf8')));
  const { weights } = await loadShipped((file) => readFile(path.join(root, 'public', file)), task, name, manifest);
  return engine.createParameters(weights.shape, weights.values);
}

/** Writes a weights file and its entry in the manifest and the model card. */
async function ship(engine: Engine, task: Task, of: ShippedName, part: string, { params, log }: Made, origin: string): Promise<void> {
  const root = repositoryRoot();
  const folder = path.join(root, 'public/weights');
  mkdirSync(folder, { recursive: true });
  const { shape } = params.layout;
  const name = shippedKey(task, of);
  const bytes = writeCheckpoint(shape, { '': await engine.readParameters(params) }, { origin, seed: String(SEED) });
  const file = `weights/${name}.safetensors`;
  writeFileSync(path.join(root, 'public', file), bytes);

  const manifestFile = path.join(root, MANIFEST);
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
  manifest[name] = { file, sha256: await sha256(bytes), vocabulary: await vocabularyDigest(task.vocabulary), shape, origin };
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(manifestFile, `${JSON.stringify(sorted, null, 2)}\n`);

  const section = [
    `## ${name}.safetensors`, '',
    origin, '',
    `* made by: \`npm run pretrain -- --only ${shippedKey(task, part)}\`, build ${__BUILD__.version} (${__BUILD__.commit}), ${__BUILD__.date}`,
    `* shape ${JSON.stringify(shape)}, ${parameterCount(layoutOf(shape)).toLocaleString('en')} parameters`,
    `* ${(bytes.length / 1024).toFixed(0)} KiB, SHA-256 in \`src/worker/shipped.json\``,
    ...log.markdown(),
  ].join('\n');
  const cardFile = path.join(folder, 'MODEL_CARD.md');
  const [, ...others] = existsSync(cardFile) ? readFileSync(cardFile, 'utf8').split(/^(?=## )/m) : [''];
  const kept = others.filter((other) => !other.startsWith(`## ${name}.`));
  writeFileSync(cardFile, [CARD_HEAD, ...[...kept, section].sort()].join(''));
}

const CARD_HEAD = `# Shipped weights

Made from nothing by \`npm run pretrain\`, in some four hours on one core; parts of different sizes and tasks can be
made side by side. GPT-2's tensor names and layout (\`src/nn/layout.ts\`). Losses are nats per response token (language models) or per
answer (judges), accuracies shares of held-out comparisons asked in one order. What the ladder of judges is worth on pairs
that it did not learn from: \`docs/labelers.md\`.

`;

/** What a language model of a task was made of. */
function readsOf({ id }: Task, split: Split): string {
  const { prompts, responses } = wordsOf(id as TaskId);
  return `trained from scratch on ${LANGUAGE_MODEL.steps * BATCH} ${prompts} of the ${split} split with ${responses} by the task's imperfect writers`;
}

async function makeSft(engine: Engine, task: Task): Promise<void> {
  const made = await languageModel(engine, task, liveShape(task, SFT_WIDTH, SFT_LAYERS), RECIPES.m.lm, 'sft', 'sft');
  await ship(engine, task, 'sft', 'sft', made, `SFT policy of the task "${task.name}": ${readsOf(task, 'sft')}.`);
}

async function makeJudgeLanguageModel(engine: Engine, task: Task, size: JudgeSizeId): Promise<void> {
  const { width, layers } = JUDGE_SIZES[size];
  const made = await languageModel(
    engine, task, liveShape(task, width, layers), RECIPES[size].lm, 'judge', `language model of judge ${size.toUpperCase()}`,
  );
  const origin =
    `Language model of the task "${task.name}" that small judges of size ${size.toUpperCase()} start from and whose surprise they see: ` +
    `${readsOf(task, 'judge')}.`;
  await ship(engine, task, `judge-${size}-lm`, `judge-${size}-lm`, made, origin);
}

async function makeJudges(engine: Engine, task: Task, size: JudgeSizeId, lessons: Lessons): Promise<void> {
  const lm = await shipped(engine, task, `judge-${size}-lm`);
  const examples = await (await lessons.load(engine)).read(engine, lm);
  const cuts = lessons.cuts.map((cut) => cut.toFixed(2)).join(', ');
  const { trainings } = judgesOf(task.id);
  for (let training = 1; training <= trainings; training++) {
    const origin =
      `Small judge of the task "${task.name}", size ${size.toUpperCase()}, training ${training} of ${trainings}: its size's language model, then trained in ` +
      `${RECIPES[size].steps} steps of ${BATCH} on ${JUDGE_EXAMPLES} comparisons and as many scores, each given once by a reader of a population other than ` +
      'the one that labels and judges experiments. All sizes and trainings see the same ones, each training in an order of its ' +
      `own. Scores part what readers feel at ${cuts}.`;
    await ship(engine, task, `judge-${size}-${training}`, `judge-${size}`, await trainJudge(engine, lm, size, training, examples), origin);
  }
  lm.dispose();
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const engine = await loadCpuEngine();
  const parts = [...BUILT_IN.values()].flatMap((task): [name: string, make: () => Promise<void>][] => {
    const lessons = new Lessons(task);
    return [
      [shippedKey(task, 'sft'), () => makeSft(engine, task)],
      ...judgesOf(task.id).sizes.flatMap((size): [string, () => Promise<void>][] => [
        [shippedKey(task, `judge-${size}-lm`), () => makeJudgeLanguageModel(engine, task, size)],
        [shippedKey(task, `judge-${size}`), () => makeJudges(engine, task, size, lessons)],
      ]),
    ];
  });
  const wanted = values.only?.split(',');
  const unknown = wanted?.filter((name) => !parts.some(([part]) => part === name)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}; parts: ${parts.map(([part]) => part).join(', ')}`);
  for (const [name, make] of parts) if (wanted?.includes(name) ?? true) await make();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
