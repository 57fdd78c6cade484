import { describe, expect, it } from 'vitest';
import { configOfOptions, readOptions } from '../core/command';
import { atPoint, DEFAULT_CONFIG, parseConfig, presetConfig, setPath, type ExperimentConfig } from '../core/config';
import { shellWords } from '../core/shell';
import { parseSweep, sweepPoints } from '../core/sweep';
import { readCode } from './configCode';
import { codeOfSweep, formOfCode, type SweepCode } from './configCodeSweep';
import { FIRST_FORM, planSweep, type SweepForm } from './sweepPlan';

const codeOf = (form: SweepForm, config: ExperimentConfig): SweepCode => {
  const code = codeOfSweep(form, config);
  if ('reason' in code) throw new Error(code.reason);
  return code;
};
const planned = (form: SweepForm, config: ExperimentConfig): readonly ExperimentConfig[] => {
  const plan = planSweep(form, config);
  if ('reason' in plan) throw new Error(plan.reason);
  return plan.runs.map((run) => run.config);
};
const optionsOf = (text: string) => readOptions(shellWords(text).slice(4));

const FORMS: readonly (readonly [string, SweepForm, ExperimentConfig])[] = [
  ['seeds alone', FIRST_FORM, setPath(DEFAULT_CONFIG, 'run.seed', '7')],
  ['the quick size, with an arm that is off', { ...FIRST_FORM, size: 'quick' }, parseConfig({ arms: [{ id: 'a', label: 'A', feedback: 'people', off: true }, { id: 'b', label: 'B', feedback: 'ai', set: { 'rl.iterations': 9 } }] })],
  ['a setting behind which the method stands', { ...FIRST_FORM, firstSeed: 4, lastSeed: 5, axes: [{ path: 'rl.klCoef', values: '0.31, 0..0.1..0.05' }, { path: 'rl.method', values: 'ppo, dpo' }] }, presetConfig('quick')],
  ['a setting of one arm', { ...FIRST_FORM, axes: [{ path: 'arms.1.rl.klCoef', values: '0,0.2' }] }, DEFAULT_CONFIG],
];

describe('a sweep of the page as code', () => {
  it.each(FORMS)('has the same runs in one command and in a command a run: %s', (_, form, config) => {
    const { command, lines: made } = codeOf(form, config);
    const lines = made();
    const runs = planned(form, config);
    const options = optionsOf(command);
    const points = sweepPoints(options.sweep.map(parseSweep));
    expect(points.map((point) => atPoint(configOfOptions(options), point))).toEqual(runs);
    expect(lines.map((line) => configOfOptions(optionsOf(line)))).toEqual(runs);
    expect(new Set(lines.map((line) => optionsOf(line).out)).size).toBe(runs.length);
  });

  it.each(FORMS)('sets the page again, from the command and from JSON: %s', (_, form, config) => {
    const { command, json } = codeOf(form, config);
    for (const text of [command, json]) {
      const read = readCode(text);
      if ('problems' in read) throw new Error(read.problems.join('\n'));
      const again = formOfCode(read);
      if ('problems' in again) throw new Error(again.problems.join('\n'));
      expect(planned(again, read.config)).toEqual(planned(form, config));
    }
  });

  it('has no code where there is no sweep, and says why', () => {
    expect(codeOfSweep({ ...FIRST_FORM, axes: [{ path: 'rl.klCoef', values: '7' }] }, DEFAULT_CONFIG)).toHaveProperty('reason', expect.stringMatching(/^Setting 1: .*7 is not/));
  });
});

describe('axes that were pasted', () => {
  const form = (...sweeps: string[]): ReturnType<typeof formOfCode> => formOfCode({ config: DEFAULT_CONFIG, sweeps });

  it('may be short, and without seeds there is the one of the settings', () => {
    expect(form('arms.1.klCoef=0,0.1')).toEqual({ size: 'asIs', firstSeed: 1, lastSeed: 1, axes: [{ path: 'arms.1.rl.klCoef', values: '0,0.1' }] });
    expect(form('run.seed=3,2')).toMatchObject({ firstSeed: 2, lastSeed: 3 });
  });

  it.each([
    ['gaps between seeds', ['seed=1,3'], /seeds 1, 3 are no row/],
    ['seeds that are none', ['seed=a'], /seeds a are no row/],
    ['three settings', ['rl.klCoef=0', 'rl.batch=8', 'pairs.count=100'], /3 settings vary/],
    ['a value out of range', ['rl.klCoef=0,2'], /Setting 1: .*2 is not/],
    ['an arm that is not there', ['arms.5.rl.klCoef=0'], /There are 2 arms/],
    ['no setting', ['arms.1.speed=0'], /no setting speed/],
  ])('are refused with %s, in words', (_, sweeps, message) => {
    expect(form(...sweeps)).toHaveProperty('problems', [expect.stringMatching(message)]);
  });
});
