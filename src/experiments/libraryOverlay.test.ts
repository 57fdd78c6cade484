import { describe, expect, it } from 'vitest';
import type { RunBundle } from '../core/bundle';
import { armByName, DEFAULT_ARMS, parseConfig, setPath, type ExperimentConfig } from '../core/config';
import { differingSettings, letterOf, methodOfArm, overlaidArms, overlaidRuns, overlayNotes } from './libraryOverlay';
import { testBundle } from './testing/bundle';

const run = (bundle: RunBundle): { bundle: RunBundle } => ({ bundle });
const withSettings = (changes: Readonly<Record<string, string>>): ExperimentConfig =>
  Object.entries(changes).reduce((config, [path, value]) => setPath(config, path, value), parseConfig({}));

describe('runs laid over each other', () => {
  it('are lettered in the order in which they were chosen, as far as they have been read', () => {
    const bundles = new Map(['b', 'a', 'x'].map((id) => [id, testBundle()]));
    const found = overlaidRuns(['a', 'missing', 'b'], [{ id: 'a', name: 'First' }], bundles);
    expect(found.map(({ id, letter, name }) => [id, letter, name])).toEqual([['a', 'A', 'First'], ['b', 'B', '']]);
    expect([0, 25, 26, 27, 52, 701, 702].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AB', 'BA', 'ZZ', 'AAA']);
  });

  it('show only the settings in which they differ, those of single arms too', () => {
    const plain = withSettings({ 'rl.klCoef': '0.2' });
    const own = parseConfig({ run: { seed: 4 }, arms: [DEFAULT_ARMS[0], { ...DEFAULT_ARMS[1], set: { 'rl.klCoef': 0.3 } }] });
    expect(differingSettings([run(testBundle(plain)), run(testBundle(own))])).toEqual([
      { path: 'rl.klCoef', title: 'KL coefficient', values: ['0.2', '0.05'] },
      { path: 'arms.1.rl.klCoef', title: 'RLAIF: KL coefficient', values: ['as for all', '0.3'] },
      { path: 'run.seed', title: 'Seed', values: ['1', '4'] },
    ]);
    // The same settings twice, on another day, differ in none.
    expect(differingSettings([run(testBundle()), run({ ...testBundle(), recordedAt: '2026-05-05T00:00:00.000Z' })])).toEqual([]);
  });

  it('have a row for each arm that one of them has, the start policy last', () => {
    const three = testBundle(parseConfig({ arms: ['rlhf', 'rlaif', 'rlaif:dpo'].map(armByName) }));
    const rows = overlaidArms([run(testBundle()), run(three)]);
    expect(rows.map(({ id, arms }) => [id, arms.map((arm) => arm !== undefined)])).toEqual([
      ['rlhf', [true, true]], ['rlaif', [true, true]], ['rlaif-dpo', [false, true]], ['sft', [true, true]],
    ]);
    expect([methodOfArm(three, 'rlaif-dpo'), methodOfArm(three, 'rlhf'), methodOfArm(three, 'sft')]).toEqual(['DPO', 'REINFORCE', '']);
  });

  it('say what makes their figures hard to compare', () => {
    const same = [run(testBundle()), run(testBundle(withSettings({ 'run.seed': '2' })))];
    expect(overlayNotes(same)).toEqual([]);
    const other = run(testBundle(withSettings({ 'evaluation.testPosts': '100', 'gold.length': '2', 'sft.source': 'live' })));
    expect(overlayNotes([same[0]!, other])).toEqual([
      expect.stringMatching(/not judged on the same prompts/), expect.stringMatching(/same SFT policy/), expect.stringMatching(/weighed differently/),
    ]);
    const build = run({ ...testBundle(), build: { version: '0', commit: 'other', date: '' } });
    expect(overlayNotes([same[1]!, build])).toEqual([expect.stringMatching(/2 builds/)]);
  });
});
