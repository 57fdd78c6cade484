import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, PAPER_ARMS, parseConfig, PRESETS, tunedFor } from '../core/config';
import { configKey, FIRST_FORM, planSweep, sweepSeconds, sweptConfig, type NoSweep, type SweepForm, type SweepPlan } from './sweepPlan';
import { testBundle } from './testing/bundle';

const form = (changes: Partial<SweepForm>): SweepForm => ({ ...FIRST_FORM, ...changes });
const planned = (found: SweepPlan | NoSweep): SweepPlan => {
  if ('reason' in found) throw new Error(found.reason);
  return found;
};
const refused = (found: SweepPlan | NoSweep): NoSweep => {
  if (!('reason' in found)) throw new Error('there is a plan');
  return found;
};

describe('the runs of a sweep', () => {
  it('are three seeds of the experiment where nothing else was asked for', () => {
    const { runs, seeds, counts } = planned(planSweep(FIRST_FORM, DEFAULT_CONFIG));
    expect(runs.map(({ label }) => label)).toEqual(['seed 1', 'seed 2', 'seed 3']);
    expect(runs.map(({ config }) => config)).toEqual([1, 2, 3].map((seed) => ({ ...DEFAULT_CONFIG, run: { ...DEFAULT_CONFIG.run, seed } })));
    expect([seeds, counts]).toEqual([3, []]);
  });

  it('have all seeds of a setting before the next, and names that people know', () => {
    const { runs } = planned(planSweep(form({
      lastSeed: 2, axes: [{ path: 'rl.klCoef', values: '0, 0.05' }, { path: 'arms.1.rewardModel.head', values: 'last' }],
    }), DEFAULT_CONFIG));
    expect(runs.map(({ config: { run, rl, arms } }) => [rl.klCoef, run.seed, arms[1]?.set])).toEqual(
      [[0, 1], [0, 2], [0.05, 1], [0.05, 2]].map(([klCoef, seed]) => [klCoef, seed, { 'rewardModel.head': 'last' }]),
    );
    expect(runs[3]?.label).toMatch(/^KL coefficient 0\.05 · RLAIF: Reward head .+ · seed 2$/);
  });

  it('leave out arms that are switched off, and take the numbers of the quick preset where they are asked for', () => {
    const edited = parseConfig({ arms: [PAPER_ARMS[0], { ...PAPER_ARMS[1], off: true }, { ...PAPER_ARMS[2], set: { 'rl.iterations': 90, 'rl.klCoef': 0.3 } }] });
    const { arms, rl, pairs, evaluation } = sweptConfig({ size: 'quick' }, edited);
    expect(arms.map(({ id }) => id)).toEqual(['rlhf', 'd-rlaif']);
    expect(rl.iterations).toBe(PRESETS.quick.settings.rl?.iterations);
    expect(pairs.count).toBe(PRESETS.quick.settings.pairs?.count);
    expect(evaluation.testPosts).toBe(PRESETS.quick.settings.evaluation?.testPosts);
    expect(arms[1]?.set).toEqual({ 'rl.iterations': PRESETS.quick.settings.rl?.iterations, 'rl.klCoef': 0.3 });
    expect(sweptConfig({ size: 'asIs' }, edited).rl.iterations).toBe(edited.rl.iterations);
  });

  it('set a method before what is varied beside it, whichever row comes first', () => {
    const { runs } = planned(planSweep(form({
      lastSeed: 1, axes: [{ path: 'rl.klCoef', values: '0.31, 0.32' }, { path: 'rl.method', values: 'reinforce, ppo' }],
    }), DEFAULT_CONFIG));
    expect(runs.map(({ config: { rl } }) => [rl.method, rl.klCoef])).toEqual([
      ['reinforce', 0.31], ['reinforce', 0.32], ['ppo', 0.31], ['ppo', 0.32],
    ]);
    expect(runs[2]?.config.rl.learningRate).toBe(tunedFor('ppo')['rl.learningRate']);
  });

  it.each([
    ['the seeds run downwards', { firstSeed: 3, lastSeed: 1 }, /downwards/, undefined],
    ['a seed is out of range', { firstSeed: 0 }, /seed/, undefined],
    ['there are too many runs', { lastSeed: 60, axes: [{ path: 'rl.klCoef', values: '0..0.9..0.1' }] }, /400 are the most/, undefined],
    ['no setting was chosen', { axes: [{ path: '', values: '1' }] }, /Choose a setting/, 0],
    ['there are no values', { axes: [{ path: 'rl.klCoef', values: '' }] }, /^A value is empty/, 0],
    ['a value does not fit', { axes: [{ path: 'rl.klCoef', values: '0, 7000' }] }, /rl\.klCoef/, 0],
    ['a value is no number', { axes: [{ path: 'rl.klCoef', values: 'much' }] }, /^"much" is not a number/, 0],
    ['the arm is gone', { axes: [{ path: 'rl.klCoef', values: '0' }, { path: 'arms.7.rl.klCoef', values: '0' }] }, /2 arms/, 1],
    ['a setting is there twice', { axes: [{ path: 'rl.klCoef', values: '0' }, { path: 'rl.klCoef', values: '0.5' }] }, /twice/, undefined],
  ] as const)('are none, with the reason, where %s', (_, changes, reason, axis) => {
    const found = refused(planSweep(form(changes), DEFAULT_CONFIG));
    expect(found.reason).toMatch(reason);
    expect(found.axis).toBe(axis);
  });

  it('are none where every arm has a value of its own, or labels that were given', () => {
    const own = parseConfig({ arms: PAPER_ARMS.slice(0, 2).map((arm) => ({ ...arm, set: { 'rl.klCoef': 0.1 } })) });
    expect(refused(planSweep(form({ axes: [{ path: 'rl.klCoef', values: '0, 0.2' }] }), own)).reason).toMatch(/Every arm has a value of its own/);
    const given = parseConfig({ arms: [{ id: 'a', label: 'A', feedback: 'given' }] });
    expect(refused(planSweep(FIRST_FORM, given)).reason).toMatch(/pairs of one seed/);
  });

  it('are none where a language model would score, be it in one run alone', () => {
    const config = parseConfig({ arms: PAPER_ARMS });
    expect(planned(planSweep(FIRST_FORM, config)).runs).toHaveLength(3);
    const axes = [{ path: 'arms.2.ai.labeler', values: 'judge, llm' }];
    expect(refused(planSweep(form({ axes }), config)).reason).toMatch(/d-RLAIF in every run/);
    const scored = parseConfig({ arms: [PAPER_ARMS[0], { ...PAPER_ARMS[2], set: { 'ai.labeler': 'page-llm' } }] });
    expect(refused(planSweep(FIRST_FORM, scored)).reason).toMatch(/Sweeps make no such calls/);
  });
});

describe('beside the runs', () => {
  it('the same settings have the same key, whatever is switched off', () => {
    const [one, two] = PAPER_ARMS;
    expect(configKey(parseConfig({ arms: [one, { ...two, off: true }] }))).toBe(configKey(parseConfig({ arms: [one] })));
    expect(configKey(parseConfig({ run: { seed: 2 } }))).not.toBe(configKey(DEFAULT_CONFIG));
  });

  it('time is that of the finished run for each, or unknown', () => {
    const bundle = testBundle();
    const { runs } = planned(planSweep(FIRST_FORM, DEFAULT_CONFIG));
    expect(sweepSeconds(runs, bundle)).toBeUndefined();
    const stages = bundle.config.arms.map(({ id }) => ({ id: 'rl' as const, arm: id, seconds: 10, summary: '' }));
    // Two arms beside each other on two cores: ten seconds a run.
    expect(sweepSeconds(runs, { ...bundle, stages })).toBeCloseTo(30);
  });
});
