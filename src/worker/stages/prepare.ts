import { sample } from '../../algorithms/rollouts';
import { sft } from '../../algorithms/sft';
import type { StageRecord } from '../../core/bundle';
import { PURPOSE, streamKey } from '../../core/rng';
import { initialParameters } from '../../nn/init';
import { layoutOf, type ModelShape } from '../../nn/layout';
import type { Prompt, Task } from '../../tasks/types';
import type { Prepared, Weights } from '../protocol';
import { CurveBook, StageClock, type Scope } from '../scope';
import { loadShipped } from '../shipped';
import { measure } from './measure';
import { PromptSupply } from './supply';
import { runTraining } from './training';

/** Pairs that are sampled in one go. */
const CHUNK = 64;
/** Heads of every model here; widths are multiples of 4 of it. */
export const HEADS = 4;
export const WEIGHT_DECAY = 0.01;
/** Validation documents of a live SFT run. */
const SFT_VALIDATION = 64;

/** The stages that all arms share: the SFT policy and the pairs to be labelled. */
export async function prepare(scope: Scope): Promise<Prepared> {
  const { checkpoints } = scope;
  const task = await checkpoints.once('task', () =>
    Promise.resolve(new StageClock(scope, 'task').end([scope.task.name, ...scope.task.notes].join(' '))));
  const sft = await checkpoints.once('sft', () => sftStage(scope));
  const pairs = await checkpoints.once('pairs', () => pairStage(scope, sft.weights));
  return { sft: sft.weights, sftCurves: sft.curves, pairs: pairs.pairs, stages: [task, sft.stage, pairs.stage] };
}

async function sftStage(scope: Scope): Promise<{ weights: Weights; curves: Prepared['sftCurves']; stage: StageRecord }> {
  const curves = new CurveBook(scope, 'sft');
  const clock = new StageClock(scope, 'sft');
  const weights = await sftPolicy(scope, curves, clock);
  const policy = scope.engine.createParameters(weights.shape, weights.values);
  if (scope.config.sft.source === 'shipped') curves.announce();
  try {
    // The baseline of every chart, seconds after Run was pressed.
    await measure(scope, 'sft', policy, 0, curves);
  } finally {
    policy.dispose();
  }
  const { source, steps, batch } = scope.config.sft;
  const stage = clock.end(source === 'shipped' ? 'shipped checkpoint' : `${steps.toLocaleString('en')} steps of ${batch}`);
  return { weights, curves: curves.all, stage };
}

/** Shape of a policy that is trained here. */
export function liveShape(task: Task, width: number, layers: number): ModelShape {
  // A judge reads a post and two responses with their marks: positions are enough for that.
  const positions = Math.ceil((task.maxPromptTokens + 2 * task.maxResponseTokens + 3) / 16) * 16;
  return { vocab: task.vocabulary.size, width, layers, heads: HEADS, positions, valueHeads: 1 };
}

async function sftPolicy(scope: Scope, curves: CurveBook, clock: StageClock): Promise<Weights> {
  const { config, task, engine } = scope;
  if (config.sft.source === 'shipped') return (await loadShipped(scope.readAsset, task, 'sft')).weights;
  const shape = liveShape(task, Number(config.model.width), config.model.layers);
  const policy = engine.createParameters(shape, initialParameters(layoutOf(shape), config.run.seed));
  try {
    const { steps, batch, learningRate } = config.sft;
    const supply = new PromptSupply(task, 'sft', config.run.seed);
    const document = (prompt: Prompt, variant: number): { prompt: Int32Array; response: Int32Array } => ({
      prompt: prompt.tokens,
      response: task.reference(prompt, variant).tokens,
    });
    await runTraining(scope, {
      key: 'sft', params: policy, total: steps, clock, curves,
      begin: (optimizer, from) =>
        sft(
          { steps, batch, learningRate, weightDecay: WEIGHT_DECAY, validateEvery: 50 },
          {
            engine, policy, optimizer, from,
            documents: (step) => supply.take(step * batch, batch).map((prompt, i) => document(prompt, step * batch + i)),
            validation: task.prompts('validation', SFT_VALIDATION, 0).map((prompt) => document(prompt, 0)),
          },
        ),
    });
    return { shape, values: await engine.readParameters(policy) };
  } finally {
    policy.dispose();
  }
}

async function pairStage(scope: Scope, sftWeights: Weights): Promise<{ pairs: Prepared['pairs']; stage: StageRecord }> {
  const { config, task, engine } = scope;
  const clock = new StageClock(scope, 'pairs');
  const prompts = task.prompts('preference', config.pairs.count, config.run.seed);
  const pairs: Prepared['pairs'][number][] = [];
  const policy = engine.createParameters(sftWeights.shape, sftWeights.values);
  try {
    for (let from = 0; from < prompts.length; from += CHUNK) {
      const chunk = prompts.slice(from, from + CHUNK);
      const generations = await sample(engine, policy, chunk.map((prompt) => prompt.tokens), {
        temperature: config.pairs.temperature,
        maxNewTokens: task.maxResponseTokens,
        samplesPerPrompt: 2,
        key: streamKey(config.run.seed, PURPOSE.sample),
        firstRow: 2 * from,
      });
      chunk.forEach((_, i) => {
        pairs.push({
          id: `pair:${from + i}`,
          promptIndex: from + i,
          responses: [generations[2 * i]!.tokens, generations[2 * i + 1]!.tokens],
        });
      });
      await clock.progress(pairs.length, prompts.length);
    }
  } finally {
    policy.dispose();
  }
  return { pairs, stage: clock.end(`${pairs.length.toLocaleString('en')} pairs sampled from the SFT policy`) };
}
