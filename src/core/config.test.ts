import { describe, expect, it } from 'vitest';
import { bundleSchema } from './bundle';
import { configDifference, DEFAULT_CONFIG, getField, givenArms, parseConfig, presetConfig, PRESETS, setField, setPath, type PresetName } from './config';
import { FIELD_LIST, SECTIONS } from './fields';

describe('the settings table', () => {
  it('has a default within range, a sentence of meaning and a link name of its own for every field', () => {
    const links = new Set<string>();
    for (const { field, path } of FIELD_LIST) {
      expect(field.help, path).toMatch(/\.$/);
      expect(links.has(field.link), `${path}: link name ${field.link} twice`).toBe(false);
      links.add(field.link);
      if (field.kind === 'int' || field.kind === 'float') {
        expect(field.default, path).toBeGreaterThanOrEqual(field.min);
        expect(field.default, path).toBeLessThanOrEqual(field.max);
      }
    }
    expect(FIELD_LIST.length).toBe(Object.values(SECTIONS).reduce((sum, section) => sum + Object.keys(section).length, 0));
  });
});

describe('a config', () => {
  it('is complete from nothing, and is what it parses to', () => {
    for (const entry of FIELD_LIST) expect(getField(DEFAULT_CONFIG, entry)).toBe(entry.field.default);
    expect(parseConfig(JSON.parse(JSON.stringify(DEFAULT_CONFIG)))).toEqual(DEFAULT_CONFIG);
    expect(DEFAULT_CONFIG.arms.map((arm) => arm.id)).toEqual(['rlhf', 'rlaif']);
  });

  it.each(Object.keys(PRESETS) as PresetName[])('preset %s is valid and differs only where it says', (name) => {
    const changed = configDifference(presetConfig(name), DEFAULT_CONFIG).map((entry) => entry.path);
    const said = Object.entries(PRESETS[name].settings).flatMap(([section, fields]) => Object.keys(fields).map((f) => `${section}.${f}`));
    expect(changed.every((path) => said.includes(path))).toBe(true);
  });

  it.each([
    [{ rl: { klCoef: 2 } }, /rl\.klCoef/],
    [{ rl: { klCoef: 'much' } }, /rl\.klCoef/],
    [{ rl: { speed: 1 } }, /rl/],
    [{ pairs: { count: 20.5 } }, /pairs\.count/],
    [{ ai: { labeler: 'oracle' } }, /ai\.labeler/],
    [{ version: 2 }, /version/],
    [{ arms: [] }, /arms/],
    [{ arms: [{ id: 'a', label: 'A', feedback: 'ai' }, { id: 'a', label: 'B', feedback: 'ai' }] }, /share an id/],
    [{ arms: [{ id: '<b>', label: 'A', feedback: 'ai' }] }, /arms\.0\.id/],
    [{ arms: [{ id: 'a', label: 'A', feedback: 'guessed' }] }, /arms\.0\.feedback/],
    ['text', /cannot be used/],
    [null, /cannot be used/],
  ])('refuses %j and names what is wrong', (input, message) => {
    expect(() => parseConfig(input)).toThrow(message);
  });

  it('is not polluted by hostile keys', () => {
    expect(() => parseConfig(JSON.parse('{"__proto__": {"polluted": 1}}'))).toThrow();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes one field at a time, by entry or by path', () => {
    const entry = FIELD_LIST.find((e) => e.path === 'rl.klCoef')!;
    expect(setField(DEFAULT_CONFIG, entry, 0.2).rl.klCoef).toBe(0.2);
    expect(setPath(DEFAULT_CONFIG, 'rl.klCoef', '0.2').rl.klCoef).toBe(0.2);
    expect(setPath(DEFAULT_CONFIG, 'ai.bothOrders', 'false').ai.bothOrders).toBe(false);
    expect(setPath(DEFAULT_CONFIG, 'rewardModel.head', 'last').rewardModel.head).toBe('last');
    expect(setPath(DEFAULT_CONFIG, 'arms.1.label', 'AI').arms[1]!.label).toBe('AI');
    expect(givenArms(setPath(DEFAULT_CONFIG, 'arms.1.feedback', 'given')).map(({ id }) => id)).toEqual(['rlaif']);
    expect(givenArms(DEFAULT_CONFIG)).toEqual([]);
    expect(DEFAULT_CONFIG.rl.klCoef).toBe(0.05);
  });

  it.each([
    ['rl.speed', '1', /unknown setting rl\.speed; known: run\.task/],
    ['rl.klCoef', 'high', /not a number/],
    ['rl.klCoef', '', /not a number/],
    ['ai.bothOrders', 'yes', /neither true nor false/],
    ['arms.7.label', 'x', /there are 2 arms/],
  ])('refuses --set %s=%s', (path, value, message) => {
    expect(() => setPath(DEFAULT_CONFIG, path, value)).toThrow(message);
  });
});

describe('a bundle', () => {
  it.each([[null], [{}], [[]], ['{}'], [{ version: 99 }]])('%j is refused', (input) => {
    expect(bundleSchema.safeParse(input).success).toBe(false);
  });
});
