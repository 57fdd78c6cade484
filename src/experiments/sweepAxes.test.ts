import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { atPoint, DEFAULT_CONFIG, NAMED_ARMS, parseConfig, type ExperimentConfig } from '../core/config';
import { parseSweep, sweepPoints } from '../core/sweep';
import { findSweep } from './sweepAxes';
import { testBundle } from './testing/bundle';

/** Runs of a sweep as on the command line. */
function swept(...axes: string[]): RunBundle[] {
  return sweepPoints(axes.map(parseSweep)).map((point) => testBundle(atPoint(DEFAULT_CONFIG, point)));
}
const of = (...configs: Parameters<typeof parseConfig>[0][]): RunBundle[] => configs.map((config) => testBundle(parseConfig(config) satisfies ExperimentConfig));

describe('what varies in a set of runs', () => {
  it('is nothing where only the seed does', () => {
    const { axes, cells, seeds, arms, notes } = findSweep(swept('seed=3,1,2'));
    expect(axes).toEqual([]);
    expect(cells.map(({ label, runs }) => [label, runs.map(({ bundle }) => bundle.config.run.seed)])).toEqual([['', [1, 2, 3]]]);
    expect(seeds).toEqual([1, 2, 3]);
    expect(arms.map(({ id }) => id)).toEqual(['rlhf', 'rlaif', 'sft']);
    expect(notes).toEqual([]);
  });

  it('is found from the settings, in whatever order the runs come', () => {
    const runs = swept('arms.1.rl.klCoef=0.1,0,0.05', 'rewardModel.head=likelihood,last', 'seed=1..2').reverse();
    const { axes, cells } = findSweep(runs);
    expect(axes.map(({ path, scale }) => [path, scale])).toEqual([['rewardModel.head', 'words'], ['arms.1.rl.klCoef', 'linear']]);
    expect(axes[1]).toMatchObject({ title: 'RLAIF: KL coefficient', values: ['0', '0.05', '0.1'] });
    expect(cells).toHaveLength(6);
    expect(cells.map(({ values }) => values[1]?.value)).toEqual(['0', '0.05', '0.1', '0', '0.05', '0.1']);
    expect(cells.every(({ runs: own }) => own.length === 2)).toBe(true);
    expect(cells[1]?.label).toMatch(/^Reward head .+ · RLAIF: KL coefficient 0\.05$/);
  });

  it('has a logarithmic axis where the setting is read so', () => {
    const [axis] = findSweep(swept('rl.learningRate=0.001,0.0001', 'seed=1')).axes;
    expect(axis).toMatchObject({ scale: 'log', values: ['0.0001', '0.001'] });
  });

  it('is the method alone where its settings only come with it', () => {
    for (const path of ['rl.method', 'arms.1.rl.method']) {
      const { axes, cells } = findSweep(swept(`${path}=reinforce,rloo,ppo`, 'seed=1..2'));
      expect(axes.map((axis) => axis.path)).toEqual([path]);
      expect(cells).toHaveLength(3);
    }
    // A setting that was chosen beside the method is told.
    const chosen = findSweep(swept('rl.method=reinforce,ppo', 'rl.klCoef=0.3', 'seed=1').concat(swept('rl.method=ppo', 'rl.klCoef=0.4', 'seed=1')));
    expect(chosen.axes.map((axis) => axis.path)).toEqual(['rl.method', 'rl.klCoef']);
  });

  it('does not hide a setting that differs together with another', () => {
    const { axes } = findSweep(of({ rl: { klCoef: 0.01, iterations: 30 } }, { rl: { klCoef: 0.02, iterations: 60 } }));
    expect(axes.map(({ path }) => path)).toEqual(['rl.iterations', 'rl.klCoef']);
  });

  it('may be the arms themselves, or a setting that only one run gives an arm', () => {
    const [rlhf, rlaif, direct] = NAMED_ARMS;
    const { axes, arms } = findSweep(of({ arms: [rlhf, rlaif] }, { arms: [rlhf, direct] }, { arms: [rlhf, { ...rlaif, set: { 'rl.klCoef': 0.4 } }] }));
    expect(axes.map(({ path, values }) => [path, values])).toEqual([
      ['arms', ['RLHF / RLAIF', 'RLHF / d-RLAIF']],
      ['arms.1.rl.klCoef', ['as for all', '–', '0.4']],
    ]);
    expect(axes[1]?.scale).toBe('words');
    expect(arms.map(({ id }) => id)).toEqual(['rlhf', 'rlaif', 'd-rlaif', 'sft']);
    const renamed = findSweep(of({ arms: [rlhf] }, { arms: [{ ...rlhf, feedback: 'ai' }] }));
    expect(renamed.axes[0]?.values).toEqual(['RLHF', 'RLHF, variant 2']);
  });

  it('comes with a warning where builds or engines are mixed', () => {
    const [a, b] = swept('seed=1..2');
    if (!a || !b) throw new Error('no runs');
    const { notes } = findSweep([a, { ...b, build: { ...b.build, commit: 'other' }, device: { ...b.device, engine: 'gpu' } }]);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toMatch(/2 builds/);
  });

  it('is nothing of no runs', () => {
    expect(findSweep([])).toEqual({ axes: [], cells: [], arms: [], seeds: [], notes: [] });
  });
});
