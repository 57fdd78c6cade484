import { expect, it } from 'vitest';
import { commandText } from '../core/commandText';
import { DEFAULT_CONFIG, parseConfig, presetConfig, setPath, withMethod } from '../core/config';
import { PURPOSE, Stream, streamKey } from '../core/rng';
import { configJson, fitToPage, readCode } from './configCode';
import { formOfCode } from './configCodeSweep';
import { testBundle } from './testing/bundle';

const COUNT = 12_000;

const CHANGED = setPath(presetConfig('quick'), 'rl.klCoef', '0.2');
const ARMS = parseConfig({ arms: [DEFAULT_CONFIG.arms[0], withMethod({ id: 'rlaif-1', label: "RLAIF's \"DPO\"", feedback: 'ai' }, 'dpo'), { id: 'c', label: 'C', feedback: 'scores', off: true }] });
/** What is sound before it is spoilt: both kinds of text, short and long, one line and several. */
const SOUND: readonly string[] = [
  commandText(DEFAULT_CONFIG),
  commandText(CHANGED, { out: 'run.json' }, ' \\\n  '),
  commandText(ARMS, { sweeps: ['rl.klCoef=0,0.1', 'seed=1..3'] }),
  'LLM_API_KEY=x npm run -s experiment -- --arms d-rlaif --set ai.labeler=llm --llm openai:m --data a.csv # note',
  configJson(CHANGED),
  JSON.stringify(ARMS),
  JSON.stringify({ rl: { klCoef: 0.1 }, arms: [{ id: 'a', label: 'A', feedback: 'people', set: { 'rl.klCoef': 0.3 } }] }),
  configJson(parseConfig({ rl: { method: 'ppo' } }), ['arms.1.klCoef=0..0.2..0.1', 'seed=2..3']),
  JSON.stringify(testBundle(CHANGED)),
];
/** What trips readers of text. */
const ODD: readonly string[] = [
  '__proto__', '"__proto__":{"polluted":1},', '--__proto__=1', '--set __proto__.polluted=1', '--set arms.__proto__.x=1', '--set arms.0.constructor=1', '--set arms.999999999999.id=a',
  'constructor', 'prototype', 'hasOwnProperty', 'toString', 'rlaif:valueOf', '=rlaif', 'common', '1e999', '-1e999', 'NaN', 'Infinity', '-0', '0x10', '1e-400', '9'.repeat(400), 'null', 'true', '[]', '{}', '{', '}', '[', ']',
  '"', "'", '\\', '`', '$', '$(x)', ';', '|', '&', '\n', '\r\n', '\0', '\u2028', '\ud800', '😀', ' ', '\t', '#', '--', '-', '=', ',', ':', '..', '--list=1', '--sweep seed=1..400', '--sweep rl.klCoef=0..1..0.0000001',
  '['.repeat(3000), '{"rl":'.repeat(3000), '<script>alert(1)</script>', 'x'.repeat(5000), '--set '.repeat(500), "'".repeat(501),
];

function spoil(random: Stream): string {
  let text = random.pick(SOUND);
  const times = 1 + random.int(3);
  for (let i = 0; i < times; i++) {
    const at = random.int(text.length + 1);
    const to = Math.min(text.length, at + random.int(30));
    switch (random.int(7)) {
      case 0: // a bit of one character
        text = `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(Math.min(at, text.length - 1)) ^ (1 << random.int(8)))}${text.slice(at + 1)}`;
        break;
      case 1: // a piece that is lost
        text = text.slice(0, at) + text.slice(to);
        break;
      case 2: // the end is lost
        if (random.chance(0.3)) text = text.slice(0, at);
        break;
      case 3: // a piece twice
        text = text.slice(0, to) + text.slice(at);
        break;
      case 4: // a piece of another text
        text = text.slice(0, at) + random.pick(SOUND).slice(random.int(200), 200 + random.int(200)) + text.slice(at);
        break;
      case 5: // something odd at any place
        text = text.slice(0, at) + random.pick(ODD) + text.slice(at);
        break;
      default: { // something odd in the place of a value
        const values = [...text.matchAll(/[^\s":=,{}[\]]+/g)];
        const value = values.length > 0 ? random.pick(values) : undefined;
        if (value) text = text.slice(0, value.index) + random.pick(ODD) + text.slice(value.index + value[0].length);
      }
    }
  }
  return text;
}

it(`gives valid settings or words for each of ${COUNT} spoilt texts, and never throws`, () => {
  const names = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  let taken = 0;
  let noted = 0;
  for (let i = 0; i < COUNT; i++) {
    const text = spoil(new Stream(streamKey(7, PURPOSE.test, 1), i));
    const found = readCode(text);
    const fitted = 'problems' in found ? found : fitToPage(found, { file: i % 2 === 0 });
    const sentences = 'problems' in fitted ? fitted.problems : fitted.notes;
    for (const sentence of sentences) {
      expect(sentence.length, text).toBeGreaterThan(4);
      expect(sentence.length, text).toBeLessThan(500);
    }
    if ('problems' in fitted) {
      expect(fitted.problems.length, text).toBeGreaterThan(0);
      expect(fitted.problems.length, text).toBeLessThan(20);
      continue;
    }
    taken++;
    if (fitted.notes.length > 0) noted++;
    // Valid as it stands, whatever was pasted.
    expect(parseConfig(fitted.config), text).toEqual(fitted.config);
    if (taken % 10 === 0) {
      const again = readCode(commandText(fitted.config));
      expect('problems' in again ? again.problems : again.config, text).toEqual(fitted.config);
    }
    const form = formOfCode(fitted);
    if ('problems' in form) expect(form.problems.length).toBeGreaterThan(0);
  }
  // Neither all nor none of them were spoilt so far that nothing is left.
  expect(taken).toBeGreaterThan(COUNT / 20);
  expect(taken).toBeLessThan(COUNT / 1.5);
  expect(noted).toBeGreaterThan(100);
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(names);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(([] as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('says so of texts that are long or deep beyond any settings', () => {
  for (const text of ['['.repeat(500_000), '{"rl":'.repeat(200_000), '"'.repeat(300_000), '--set rl.klCoef=0.1 '.repeat(10_000), ' '.repeat(17 * 1024 * 1024), `${'{"rl":'.repeat(5000)}1${'}'.repeat(5000)}`.replace('{"rl":', '{"rl":[')]) {
    expect(readCode(text)).toHaveProperty('problems');
  }
  // Names that are not known are left out, however deep they are.
  expect(readCode(`{"config":${'{"rl":'.repeat(5000)}1${'}'.repeat(5000)}}`)).toMatchObject({ config: DEFAULT_CONFIG });
});
