import { describe, expect, it } from 'vitest';
import { BUNDLE_VERSION, bundleSchema, type RunBundle, type Sample } from '../core/bundle';
import { DEFAULT_CONFIG } from '../core/config';
import { goldWeights, utility } from '../tasks/utility';
import { evaluateArm } from './evaluateArm';
import { rescore } from './rescore';
import { PLAIN, response, testPrompt, testTask } from './testing/testTask';
import { winRateByGold } from './winRate';

const TEXTS: Record<string, string[]> = {
  sft: ['f0 f1 and', 'f0', 'f1 f7', 'f2 uh and and', 'f3 and', 'f0 f2'],
  rlhf: ['f0 f1 f2 f3 f7', 'f0 f1 f7 and', 'f1', 'f2', 'f3 f0 and', 'f0 f2'],
  rlaif: ['f0', 'f0 f1', 'f1 f2', 'f2 f3 uh', 'f3', 'f1 f2'],
};
const prompts = TEXTS.sft!.map((_, i) => testPrompt(`test:${i}`));
const weights = goldWeights(testTask.goldWeights, PLAIN);
const checks = (arm: string) => TEXTS[arm]!.map((text, i) => testTask.check(prompts[i]!, response(text)));
const contests = (a: string, b: string) =>
  prompts.map((prompt, i) => ({ id: prompt.id, prompt, a: checks(a)[i]!, b: checks(b)[i]! }));
const gold = (a: string, b: string) => winRateByGold(contests(a, b), weights, a === 'rlaif');

function samples(arm: string): Sample[] {
  return checks(arm).map((check, i) => ({
    promptId: prompts[i]!.id,
    answer: {
      words: TEXTS[arm]![i]!.split(' '),
      finished: true,
      check: { ...check, covered: [...check.covered], marks: [] },
      gold: utility(prompts[i]!, check, weights),
    },
  }));
}

const bundle: RunBundle = bundleSchema.parse({
  version: BUNDLE_VERSION,
  config: DEFAULT_CONFIG,
  build: { version: '0', commit: 'none', date: '2020-01-01' },
  device: { engine: 'cpu', description: 'test', cores: 1, reason: 'test' },
  recordedAt: '2020-01-01T00:00:00Z',
  stages: [],
  notes: [],
  prompts: prompts.map((prompt) => ({
    id: prompt.id,
    topic: prompt.topic,
    words: testTask.vocabulary.decode(prompt.tokens),
    facts: prompt.facts,
  })),
  slots: {},
  goldWeights: testTask.goldWeights,
  arms: Object.keys(TEXTS).map((id) => ({
    id,
    label: id,
    curves: {},
    samples: samples(id),
    evaluation: evaluateArm(
      checks(id).map((check, i) => ({ prompt: prompts[i]!, check })),
      weights,
      id === 'sft' ? {} : { winRateVsSft: { majority: gold(id, 'sft'), gold: gold(id, 'sft') } },
    ),
    ended: 'done',
  })),
  comparisons: [{ a: 'rlaif', b: 'rlhf', majority: gold('rlaif', 'rlhf'), gold: gold('rlaif', 'rlhf') }],
  labelers: [],
  annotatorAgreement: { value: 0.75, ci: [0.7, 0.8], n: 10, over: 'pairs' },
});

describe('rescore', () => {
  it('with the factors of the run gives the figures of the run', () => {
    const rescored = rescore(bundle, PLAIN);
    expect(rescored.weights).toEqual(testTask.goldWeights);
    bundle.arms.forEach((arm, i) => {
      expect(rescored.arms[i]!.goldUtility).toEqual(arm.evaluation.goldUtility);
      expect(rescored.arms[i]!.gold).toEqual(arm.samples.map((sample) => sample.answer.gold));
      expect(rescored.arms[i]!.winRateVsSft).toEqual(arm.evaluation.winRateVsSft?.gold);
    });
    expect(rescored.comparisons).toEqual([{ a: 'rlaif', b: 'rlhf', gold: bundle.comparisons[0]!.gold }]);
  });

  it('with other factors judges the same texts otherwise', () => {
    const value = (factors: typeof PLAIN) => rescore(bundle, factors).comparisons[0]!.gold.raw.value;
    const [harsh, lenient] = [value({ ...PLAIN, invention: 4 }), value({ ...PLAIN, invention: 0 })];
    expect(harsh).toBeGreaterThan(lenient);
    // By hand, inventions free: rlaif wins posts 1 (the same facts in fewer words) and 2 (two facts over one).
    expect(lenient).toBeCloseTo(2 / 6, 12);
    // At four times the price also post 0, where rlhf invents.
    expect(harsh).toBeCloseTo(3 / 6, 12);
  });

  it('starts from the base weights of the task, whatever the factors of the run', () => {
    const other = { ...bundle, config: { ...bundle.config, gold: { ...PLAIN, length: 8 } } };
    expect(rescore(other, PLAIN)).toEqual(rescore(bundle, PLAIN));
  });

  it('leaves the bundle as it was, and says when a post is missing', () => {
    const before = structuredClone(bundle);
    rescore(bundle, { ...PLAIN, coverage: 0 });
    expect(bundle).toEqual(before);
    expect(() => rescore({ ...bundle, prompts: bundle.prompts.slice(1) }, PLAIN)).toThrow(/test:0/);
  });
});
