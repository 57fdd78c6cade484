import { describe, expect, it } from 'vitest';
import { configOfArm, DEFAULT_CONFIG, getField, parseConfig } from '../core/config';
import {
  OVEROPT_FIELDS,
  OVEROPT_PRESETS,
  overoptConfig,
  overoptPresetOf,
  overoptSettingsOf,
  type OveroptSettings,
} from './overoptSettings';

const settingsOfPreset = (id: string): OveroptSettings => OVEROPT_PRESETS.find((preset) => preset.id === id)!.settings;

describe('experiments that over-optimise', () => {
  it.each(OVEROPT_PRESETS.map((preset) => [preset.id, preset] as const))('%s can be run, and is recognised', (_, preset) => {
    const config = overoptConfig(preset.settings, 7);
    expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(config.run.seed).toBe(7);
    expect(config.evaluation.bestOfN).toBe(128);
    const back = overoptSettingsOf(config)!;
    expect(overoptPresetOf(back)).toBe(preset);
    expect(overoptConfig(back, 7)).toEqual(config);
  });

  it('change what their names say', () => {
    expect(overoptConfig(settingsOfPreset('no-leash'))).toMatchObject({
      rl: { klCoef: 0, iterations: 120 }, rewardModel: { head: 'last' }, data: { pairLimit: 500 },
    });
    expect(overoptConfig(settingsOfPreset('few-pairs')).data.pairLimit).toBe(200);
    expect(overoptConfig(settingsOfPreset('noisy-labels')).data.flip).toBe(0.3);
    expect(overoptConfig(settingsOfPreset('small-model')).rewardModel.size).toBe('xs');
  });

  it('set one reward model beside three ensembles of four, without a leash', () => {
    const config = overoptConfig(settingsOfPreset('ensembles'));
    const rewards = config.arms.map((arm) => configOfArm(config, arm)).map(({ rewardModel, rl }) => [rewardModel.members, rewardModel.combine, rl.klCoef]);
    expect(rewards).toEqual([[1, 'mean', 0], [4, 'mean', 0], [4, 'worst', 0], [4, 'uncertainty', 0]]);
  });

  it('have as many pairs as are used', () => {
    const { settings } = OVEROPT_PRESETS[0];
    const used = (pairLimit: number): number => overoptConfig({ ...settings, values: { ...settings.values, 'data.pairLimit': pairLimit } }).pairs.count;
    expect(used(5000)).toBe(5000);
    expect(used(100)).toBe(DEFAULT_CONFIG.pairs.count);
  });

  it('train one arm by who labels', () => {
    const ai = overoptConfig({ ...OVEROPT_PRESETS[0].settings, feedback: 'ai' });
    expect(ai.arms.map(({ id }) => id)).toEqual(['rlaif']);
  });

  it('refuse what does not fit', () => {
    const { settings } = OVEROPT_PRESETS[0];
    expect(() => overoptConfig({ ...settings, values: { ...settings.values, 'rl.klCoef': 3 } })).toThrow(/rl\.klCoef/);
    expect(() => overoptConfig({ ...settings, values: { 'rl.nothing': 3 } })).toThrow(/unknown setting/);
  });

  it('tell an experiment of other settings', () => {
    expect(overoptSettingsOf(DEFAULT_CONFIG)).toBeUndefined();
    const config = overoptConfig(OVEROPT_PRESETS[0].settings);
    expect(overoptSettingsOf({ ...config, rl: { ...config.rl, batch: 16 } })).toBeUndefined();
    expect(OVEROPT_FIELDS.every((entry) => getField(config, entry) !== undefined)).toBe(true);
  });
});
