import { beforeAll, describe, expect, it } from 'vitest';
import { scoreResponses } from '../../algorithms/rewardModel';
import { parseConfig } from '../../core/config';
import { Stream } from '../../core/rng';
import { moments } from '../../losses';
import { initialParameters } from '../../nn/init';
import { layoutOf } from '../../nn/layout';
import { loadCpuEngine } from '../../nn/cpu/loadNode';
import type { Engine } from '../../nn/types';
import { harmless as task } from '../../tasks/harmless';
import { tldr } from '../../tasks/tldr';
import type { JudgedPair } from '../../tasks/types';
import type { RewardModel } from '../protocol';
import { Checkpoints } from '../checkpoint';
import { Gate } from '../gate';
import type { Scope, StageClock } from '../scope';
import { liveShape } from './prepare';
import { trainRewardModel } from './rewardModels';
import { openReward, PromptBook, rewardFigures, sideOf, standardItems } from './rewards';

const pairs = task.prompts('preference', 40, 1).map((prompt, i): JudgedPair => ({
  id: `pair:${i}`, promptId: prompt.id, prompt, responses: [task.reference(prompt, 0).tokens, task.reference(prompt, 1).tokens],
}));
const arm = { id: 'two', label: 'Two', feedback: 'people' } as const;
const shape = liveShape(task, 16, 1);
let engine: Engine;
beforeAll(async () => {
  engine = await loadCpuEngine();
});

/** Models that nobody trained: they disagree, which is all that is needed here. */
const weightsOf = (seed: number) => {
  const random = new Stream(seed, 0);
  return { shape, values: Float32Array.from(initialParameters(layoutOf(shape), seed), (value) => value + 0.2 * random.normal()) };
};
const UNSCALED = { mean: 0, std: 1 };
const model = (): Extract<RewardModel, { kind: 'two' }> => ({
  kind: 'two', head: 'last',
  sides: { helpful: { weights: weightsOf(1), scale: UNSCALED }, harmless: { weights: weightsOf(2), scale: UNSCALED } },
});
const scopeOf = (harmlessWeight: number, standardizeReward = true): Scope =>
  ({ engine, task, config: parseConfig({ run: { task: 'harmless' }, rewardModel: { kind: 'two', harmlessWeight }, rl: { standardizeReward } }) }) as unknown as Scope;

async function scores(weight: number, standardize = true): Promise<number[]> {
  const reward = await openReward(scopeOf(weight, standardize), arm, model(), pairs, new PromptBook());
  const out = Array.from(await reward.score(standardItems(pairs)));
  reward.dispose();
  return out;
}

async function alone(seed: number): Promise<Float32Array> {
  const { values } = weightsOf(seed);
  const params = engine.createParameters(shape, values);
  return scoreResponses(engine, params, 'last', standardItems(pairs)).finally(() => params.dispose());
}

describe('two reward models', () => {
  it('are not trained where the pairs of one side are none, and say so', async () => {
    const clock = { progress: () => Promise.resolve(), goOn: () => undefined, seconds: 0 } as unknown as StageClock;
    const scope = { ...scopeOf(0.5), runId: 'run', gate: new Gate(), checkpoints: new Checkpoints('run') } as Scope;
    await expect(trainRewardModel(scope, {
      key: 'two reward harmless', start: weightsOf(1), member: 0, pairs: [], heldOut: [], clock, note: 'the harmless reward model',
    })).rejects.toThrow('There is no pair for the harmless reward model to learn from. Use more preference pairs.');
  });

  it('score alone at the ends of the slider, and in proportion between them', async () => {
    const [helpful, harmless] = [await alone(1), await alone(2)];
    const raw = await scores(0.25, false);
    raw.forEach((score, i) => expect(score).toBeCloseTo(0.75 * helpful[i]! + 0.25 * harmless[i]!, 5));
    for (const [weight, own] of [[0, helpful], [1, harmless]] as const) {
      const { mean, std } = moments(own);
      (await scores(weight)).forEach((score, i) => expect(score).toBeCloseTo((own[i]! - mean) / (std + 1e-8), 4));
    }
    const { mean, std } = moments(Float32Array.from(await scores(0.6)));
    expect(mean).toBeCloseTo(0, 4);
    expect(std).toBeCloseTo(1, 3);
  });

  it('are measured on held-out pairs each on its own side, whatever they weigh', async () => {
    const labelled = { examples: { train: [], heldOut: pairs.map((_, pair) => ({ pair, pA: pair % 2 })) } };
    const figures = await rewardFigures(scopeOf(0.9), arm, model(), pairs, labelled);
    expect(figures).toEqual(await rewardFigures(scopeOf(0.1), arm, model(), pairs, labelled));
    const [helpful, harmless] = [await alone(1), await alone(2)];
    const right = pairs.filter(({ prompt }, i) => {
      const own = sideOf({ task }, prompt) === 'harmless' ? harmless : helpful;
      return own[2 * i]! > own[2 * i + 1]! === (i % 2 === 1);
    }).length;
    expect(figures!.accuracy.value).toBeCloseTo(right / pairs.length, 9);
    const sides = pairs.map(({ prompt }) => sideOf({ task }, prompt));
    expect(new Set(sides)).toEqual(new Set(['helpful', 'harmless']));
  });

  it('are refused where prompts are of one kind', () => {
    expect(() => sideOf({ task: tldr }, tldr.prompts('test', 1, 1)[0]!)).toThrow('does not tell apart. Choose another reward');
  });
});
