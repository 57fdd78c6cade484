import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { armByName, DEFAULT_CONFIG, getField, parseConfig, setPath, withoutOffArms, type FieldValue } from './config';
import { FIELD_LIST } from './fields';
import { fragmentOf, linkConfig, MOST_FRAGMENT, notInLink, parseFragment, parseSettings, settingsText } from './link';
import defaults from './linkDefaults.json';
import { METHOD_IDS } from './methods';
import { randomConfig } from './testing/randomConfig';

const read = (fragment: string): ReturnType<typeof parseFragment> => parseFragment(`#${fragment}`);

describe('the frozen defaults of links', () => {
  it('have a value in range for every setting, so that links mean the same when defaults move on', () => {
    expect(Object.keys(defaults).sort()).toEqual(FIELD_LIST.map(({ path }) => path).sort());
    // Read as values of a link, which says what does not fit.
    const text = FIELD_LIST.map(({ path, field }) => `${field.link}=${String((defaults as Record<string, FieldValue>)[path])}`).join('&');
    expect(read(text).notes).toEqual([]);
  });

  it('are those of version 1', () => {
    const fixed = { 'rl.klCoef': 0.05, 'pairs.count': 2000, 'rewardModel.head': 'likelihood', 'rl.method': 'reinforce', 'ai.bothOrders': true };
    expect(defaults).toMatchObject(fixed);
    const { config } = read('v=1');
    expect([config.rl.klCoef, config.pairs.count, config.rl.method]).toEqual([0.05, 2000, 'reinforce']);
    expect(config.arms).toEqual([{ id: 'rlhf', label: 'RLHF', feedback: 'people' }, { id: 'rlaif', label: 'RLAIF', feedback: 'ai' }]);
  });
});

describe('a link of settings', () => {
  it('is readable, and names only what differs from the defaults', () => {
    expect(fragmentOf({ config: DEFAULT_CONFIG })).toBe('v=1');
    const config = parseConfig({
      run: { seed: 2 }, rl: { klCoef: 0.1 }, ai: { bothOrders: false },
      arms: [armByName('rlhf'), { id: 'rlaif-dpo', label: 'RLAIF, DPO', feedback: 'ai', set: { 'rl.method': 'dpo', 'direct.beta': 0.3 } }],
    });
    expect(fragmentOf({ config })).toBe('v=1&seed=2&both=false&kl=0.1&arm=rlhf;people;RLHF&arm=rlaif-dpo;ai;RLAIF,+DPO;rl-method:dpo;direct-beta:0.3');
    expect(read(fragmentOf({ config }))).toEqual({ isLink: true, config, notes: [] });
  });

  it('comes back exactly as it went, whatever the settings', () => {
    const seen = new Set<string>();
    let exact = 0;
    fc.assert(fc.property(randomConfig, (config) => {
      const fragment = fragmentOf({ config });
      expect(fragment).toMatch(/^[\w\-.~%;:=&,+]+$/);
      expect(read(fragment)).toEqual({ isLink: true, config: linkConfig(config), notes: [] });
      if (notInLink(config).length === 0) {
        expect(read(fragment).config).toEqual(config);
        exact++;
      }
      // A record keeps what a link does not.
      expect(parseSettings(settingsText(config))).toEqual({ config: withoutOffArms(config), notes: [] });
      for (const entry of FIELD_LIST) if (getField(config, entry) !== entry.field.default) seen.add(entry.path);
    }), { seed: 1, numRuns: 400 });
    expect(exact).toBeGreaterThan(30);
    expect(seen.size).toBe(FIELD_LIST.length);
  });

  it.each(METHOD_IDS)('carries an arm of the method %s with its tuned settings', (method) => {
    const config = parseConfig({ arms: [armByName(`rlaif:${method}`)] });
    expect(read(fragmentOf({ config })).config).toEqual(config);
  });

  it('hands on blobs as they are, the result last', () => {
    const fragment = fragmentOf({ config: setPath(DEFAULT_CONFIG, 'run.seed', '7'), result: 'RES', lesson: 'LES' });
    expect(fragment).toBe('v=1&seed=7&l=LES&r=RES');
    expect(read(fragment)).toMatchObject({ result: 'RES', lesson: 'LES', notes: [] });
    expect(read('v=1')).not.toHaveProperty('result');
  });
});

describe('the task', () => {
  it.each(['helpful', 'harmless'] as const)('%s goes along in a link', (task) => {
    const config = setPath(DEFAULT_CONFIG, 'run.task', task);
    const fragment = fragmentOf({ config });
    expect(fragment).toBe(`v=1&task=${task}`);
    expect(read(fragment)).toMatchObject({ config, notes: [] });
    expect(notInLink(config)).toEqual([]);
  });

  it('that nobody knows is ignored and named', () => {
    const { config, notes } = read('v=1&task=poetry');
    expect([config.run.task, notes.join()]).toEqual(['tldr', expect.stringMatching(/task=poetry was ignored: Task is one of tldr, helpful, harmless, file/)]);
  });
});

describe('what no link carries', () => {
  const config = parseConfig({
    run: { task: 'file' },
    arms: [
      { id: 'rlhf', label: 'RLHF', feedback: 'people' },
      { id: 'mine', label: 'My labels', feedback: 'given' },
      { id: 'idle', label: 'Idle', feedback: 'ai', off: true },
    ],
  });

  it('is left out and named', () => {
    const fragment = fragmentOf({ config });
    expect(fragment).toBe('v=1&arm=rlhf;people;RLHF');
    expect(read(fragment).config).toEqual(linkConfig(config));
    expect(notInLink(config).join(' ')).toMatch(/file stays here.*My labels.*Idle/);
    expect(notInLink(DEFAULT_CONFIG)).toEqual([]);
  });

  it('is not taken from a link that was written by hand either', () => {
    const { config: taken, notes } = read('v=1&task=file&arm=mine;given;Mine&arm=rlaif;ai;RLAIF');
    expect([taken.run.task, taken.arms.map(({ id }) => id)]).toEqual(['tldr', ['rlaif']]);
    expect(notes.join(' ')).toMatch(/asks for a file.*given labels/);
    expect(read('arm=mine;given;Mine').config.arms.map(({ id }) => id)).toEqual(['rlhf', 'rlaif']);
  });

  it('stays in the settings of a record', () => {
    const { config: kept, notes } = parseSettings(settingsText(config));
    expect(kept).toEqual({ ...config, arms: config.arms.slice(0, 2) });
    expect(notes).toEqual([]);
  });
});

describe('a link that does not fit', () => {
  it.each([
    ['kl=7', { rl: { klCoef: 0.9 } }, 'kl=7 was changed to 0.9'],
    ['kl=-1', { rl: { klCoef: 0 } }, 'kl=-1 was changed to 0'],
    ['seed=2.6', { run: { seed: 3 } }, 'seed=2.6 was changed to 3'],
    ['seed=0', { run: { seed: 1 } }, 'seed=0 was changed to 1'],
    ['kl=high', {}, 'kl=high was ignored: KL coefficient is a number'],
    ['kl=', {}, 'kl= was ignored'],
    ['kl=NaN', {}, 'kl=NaN was ignored'],
    ['kl=1e999', {}, 'kl=1e999 was ignored'],
    ['kl=0x1', {}, 'kl=0x1 was ignored'],
    ['both=yes', {}, 'both=yes was ignored: Ask in both orders is true or false'],
    ['head=toString', {}, 'head=toString was ignored: Reward head is one of last, likelihood'],
    ['head=__proto__', {}, 'head=__proto__ was ignored'],
    ['speed=1', {}, 'speed=1 was ignored: there is no such setting'],
    ['__proto__=1', {}, '__proto__=1 was ignored'],
    ['constructor=1', {}, 'constructor=1 was ignored'],
    ['seed=%E0%A4%A', {}, 'signs cannot be read'],
    ['seed=2&seed=3', { run: { seed: 3 } }, 'seed was given more than once: the last one counts'],
    ['v=2&seed=3', { run: { seed: 3 } }, 'newer version of the page (2)'],
    ['v=x&seed=3', { run: { seed: 3 } }, 'v=x is no version'],
    ['arm=', {}, 'names no arm that can be read'],
    ['arm=a;boss;A', {}, 'its feedback is none of people'],
    ['arm=sft;ai;A', {}, 'its id or its name'],
    ['arm=A+B;ai;A', {}, 'its id or its name'],
    ['arm=a;ai', {}, 'its id or its name'],
    ['arm=a;ai;%', {}, 'its id or its name'],
    [`arm=a;ai;${'x'.repeat(41)}`, {}, 'its id or its name'],
    ['arm=a;ai;A&arm=a;ai;B', { arms: [{ id: 'a', label: 'A', feedback: 'ai' }] }, 'another arm has its id'],
    ['arm=a;ai;A;kl:7', { arms: [{ id: 'a', label: 'A', feedback: 'ai', set: { 'rl.klCoef': 0.9 } }] }, 'kl:7 was changed to 0.9'],
    ['arm=a;ai;A;seed:7', { arms: [{ id: 'a', label: 'A', feedback: 'ai' }] }, 'no arm has such a setting'],
    ['arm=a;ai;A;kl', { arms: [{ id: 'a', label: 'A', feedback: 'ai' }] }, 'kl was ignored: no arm has such a setting'],
  ])('#%s: what fits is taken, the rest is said', (fragment, expected, note) => {
    const { config, notes } = read(fragment);
    expect(config).toEqual(parseConfig(expected));
    expect(notes.join('\n')).toContain(note);
  });

  it('is no link at all where it is an anchor, or nothing', () => {
    for (const text of ['', '#', '#main', 'main', '##', '&&']) expect(parseFragment(text)).toMatchObject({ isLink: false, notes: [] });
  });

  it('is held to its length, its parts and its notes', () => {
    expect(read('a'.repeat(MOST_FRAGMENT + 1)).notes.join()).toContain('longer than');
    const { notes } = read(Array.from({ length: 2000 }, (_, i) => `x${i}=1`).join('&'));
    expect(notes.length).toBe(21);
    expect(notes[0]).toContain('first 500 parts');
    expect(notes.at(-1)).toBe('481 more were ignored or changed.');
    expect(read(`x=${'y'.repeat(5000)}`).notes[0]!.length).toBeLessThan(120);
    expect(read(Array.from({ length: 40 }, (_, i) => `arm=a${i};ai;A`).join('&')).config.arms.length).toBe(32);
  });

  it('may hold half a character', () => {
    const config = parseConfig({ arms: [{ id: 'a', label: 'x\ud800', feedback: 'ai' }] });
    expect(read(fragmentOf({ config })).config.arms[0]!.label).toBe('x\ufffd');
  });
});
