import { describe, expect, it } from 'vitest';
import { bundleSchema } from './bundle';
import { armByName, atPoint, configDifference, configOfArm, DEFAULT_CONFIG, getField, givenArms, parseConfig, presetConfig, PRESETS, setField, setPath, tunedFor, withMethod, withoutOffArms, type PresetName } from './config';
import { FIELD_LIST, SECTIONS } from './fields';
import { METHOD_IDS } from './methods';
import { parseSweep, sweepPoints } from './sweep';

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

describe('an arm', () => {
  it('has settings of its own in place of the common ones', () => {
    const config = setPath(setPath(DEFAULT_CONFIG, 'arms.1.klCoef', '0.2'), 'arms.1.rewardModel.head', 'last');
    expect(config.arms[1]!.set).toEqual({ 'rl.klCoef': 0.2, 'rewardModel.head': 'last' });
    const own = configOfArm(config, config.arms[1]!);
    expect([own.rl.klCoef, own.rewardModel.head, own.rl.iterations]).toEqual([0.2, 'last', config.rl.iterations]);
    expect(configOfArm(config, config.arms[0]!)).toBe(config);
    expect(config.rl.klCoef).toBe(0.05);
  });

  it('takes the tuned settings of a method along, and drops those of the one before', () => {
    const dpo = withMethod({ id: 'a', label: 'A', feedback: 'ai', set: { 'rl.klCoef': 0.3, 'ai.judgeSize': 's' } }, 'dpo');
    expect(dpo.set).toEqual({ 'ai.judgeSize': 's', 'rl.method': 'dpo', ...tunedFor('dpo') });
    expect(Object.keys(tunedFor('dpo')).sort()).toEqual(['direct.batch', 'direct.beta', 'direct.epochs', 'direct.learningRate']);
    const changed = setPath(parseConfig({ arms: [dpo] }), 'arms.0.rl.method', 'ppo');
    expect(changed.arms[0]!.set).toEqual({ 'ai.judgeSize': 's', 'rl.method': 'ppo', ...tunedFor('ppo') });
    expect(setPath(DEFAULT_CONFIG, 'rl.method', 'ppo').rl).toMatchObject({ method: 'ppo' });
  });

  it.each(METHOD_IDS)('%s reads settings that exist and are an arm’s own, tuned within their range', (method) => {
    const arm = armByName(`rlaif:${method}`);
    expect(parseConfig({ arms: [arm] }).arms[0]).toEqual(arm);
  });

  it('can be switched off, but not all of them', () => {
    const [first, second] = DEFAULT_CONFIG.arms;
    const config = parseConfig({ arms: [first, { ...second, off: true }] });
    expect(withoutOffArms(config).arms).toEqual([first]);
    expect(withoutOffArms(DEFAULT_CONFIG)).toBe(DEFAULT_CONFIG);
    expect(() => parseConfig({ arms: [{ ...first, off: true }] })).toThrow(/switched off/);
  });

  it.each([
    ['arms.0.speed', '1', /no setting speed/],
    ['arms.0.labelSmoothing', '0.1', /could be rewardModel\.labelSmoothing or direct\.labelSmoothing/],
    ['arms.0.pairs.count', '100', /no setting pairs\.count/],
    ['arms.0.klCoef', '7', /arms\.0\.set\.rl\.klCoef/],
    ['arms.0.rl.method', 'magic', /rl\.method/],
  ])('refuses %s=%s', (path, value, message) => {
    expect(() => setPath(DEFAULT_CONFIG, path, value)).toThrow(message);
  });

  it.each([['boss', /no arm boss/], ['rlaif:magic', /no method magic/]])('is not found by the name %s', (name, message) => {
    expect(() => armByName(name)).toThrow(message);
  });

  it('stands at the points of a sweep', () => {
    const [axis, other] = [parseSweep('seed=1..2'), parseSweep('arms.1.klCoef=0,0.1')];
    const configs = sweepPoints([axis, other]).map((point) => atPoint(DEFAULT_CONFIG, point));
    expect(configs.map(({ run, arms }) => [run.seed, arms[1]!.set?.['rl.klCoef']])).toEqual([[1, 0], [1, 0.1], [2, 0], [2, 0.1]]);
    // A method chosen after a setting does not undo it.
    const [point] = sweepPoints([parseSweep('rl.klCoef=0.31'), parseSweep('rl.method=ppo')]);
    expect(atPoint(DEFAULT_CONFIG, point!).rl).toMatchObject({ klCoef: 0.31, method: 'ppo' });
  });
});

describe('a bundle', () => {
  it.each([[null], [{}], [[]], ['{}'], [{ version: 99 }]])('%j is refused', (input) => {
    expect(bundleSchema.safeParse(input).success).toBe(false);
  });
});
