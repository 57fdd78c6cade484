import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandText, FILE_PLACE, withPlainLabels } from '../core/commandText';
import { DEFAULT_CONFIG, parseConfig, presetConfig, setPath, withFile, type ExperimentConfig } from '../core/config';
import { FIELD_LIST } from '../core/fields';
import { randomConfig } from '../core/testing/randomConfig';
import { commandNotes, configJson, fitToPage, readCode, type CodeRead, type CodeResult } from './configCode';
import { testBundle } from './testing/bundle';

const read = (found: CodeResult): CodeRead => {
  if ('problems' in found) throw new Error(found.problems.join('\n'));
  return found;
};
const problems = (found: CodeResult): string => {
  if (!('problems' in found)) throw new Error('it was read');
  return found.problems.join('\n');
};

describe('settings as code', () => {
  it('read back the same from JSON and from the command, whatever they are', () => {
    fc.assert(fc.property(randomConfig, (config) => {
      const same = withPlainLabels(config);
      expect(read(readCode(configJson(config)))).toEqual({ config: same, sweeps: [], notes: [] });
      expect(read(readCode(commandText(config, {}, ' \\\n  '))).config).toEqual(same);
    }), { numRuns: 40, seed: 4 });
  });

  it('are JSON with a name for every setting', () => {
    const found = JSON.parse(configJson(DEFAULT_CONFIG)) as Record<string, Record<string, unknown>>;
    for (const { section, name, field } of FIELD_LIST) expect(found[section]?.[name]).toBe(field.default);
  });

  it('may be part of them: the rest takes its defaults, which is said', () => {
    const { config, notes } = read(readCode('{"rl": {"klCoef": 0.2}}'));
    expect(config).toEqual(setPath(DEFAULT_CONFIG, 'rl.klCoef', '0.2'));
    expect(notes).toEqual([`${FIELD_LIST.length - 1} settings are not named and take their defaults.`]);
  });

  it('are taken from a run, alone or in a list of one', () => {
    const config = presetConfig('quick');
    const bundle = JSON.stringify(testBundle(config));
    expect(read(readCode(bundle)).config).toEqual(config);
    expect(read(readCode(bundle)).notes).toEqual(['This is a run: its settings are taken, nothing else of it.']);
    expect(read(readCode(`[${bundle}]`)).config).toEqual(config);
    expect(problems(readCode(`[${bundle},${bundle}]`))).toContain('a list of 2');
  });

  it('may have names that are not known, which are left out and said', () => {
    const text = JSON.stringify({ ...DEFAULT_CONFIG, speed: 9, rl: { ...DEFAULT_CONFIG.rl, warp: 1 }, arms: [{ id: 'a', label: 'A', feedback: 'ai', colour: 'red', set: { 'rl.speed': 1 } }] });
    const { config, notes } = read(readCode(text));
    expect(config.arms).toEqual([{ id: 'a', label: 'A', feedback: 'ai' }]);
    expect(notes).toEqual(['speed', 'rl.warp', 'arms.0.colour', 'arms.0.set.rl.speed'].map((name) => `Ignored, as there is no such setting: ${name}.`));
  });

  it.each([
    ['values out of range', '{"rl": {"klCoef": 7, "batch": 2.5}, "ai": {"labeler": "oracle"}}', ['rl.klCoef: 7 is not a number from 0 to 0.9', 'rl.batch: 2.5 is not a whole number from 2 to 256', 'ai.labeler: "oracle" is not one of judge, noisy, llm, page-llm']],
    ['values of another kind', '{"run": {"exact": "yes", "seed": null}}', ['run.exact: "yes" is not true or false', 'run.seed: null is not a whole number from 1 to 999999']],
    ['another version', '{"version": 2, "rl": {}}', ['version']],
    ['arms that share an id', '{"arms": [{"id": "a", "label": "A", "feedback": "ai"}, {"id": "a", "label": "B", "feedback": "ai"}]}', ['two arms share an id']],
    ['arms out of range', '{"arms": [{"id": "a", "label": "A", "feedback": "ai", "set": {"rl.klCoef": 3}}]}', ['arms.0.set.rl.klCoef: 3 is not a number from 0 to 0.9']],
    ['other JSON', '{"name": "rlaif-playground"}', ['neither settings nor a run']],
    ['nothing but a version', '{"version": 1}', ['neither settings nor a run']],
    ['broken JSON', '{"rl": ', ['no JSON']],
    ['axes that are none', '{"config": {"rl": {}}, "sweep": "seed"}', ['sweep is not a list']],
    ['a command out of range', 'npm run experiment -- --set rl.klCoef=7 --seed 0 --set rl.nothing=1', ['--set rl.klCoef=7: rl.klCoef: 7 is not', '--seed 0: run.seed', '--set rl.nothing=1: unknown setting']],
    ['unknown options', '--sed 1 --set rl.klCoef=0.1', ['There is no option --sed']],
    ['a value that is missing', '--seed --set rl.klCoef=0.1', ['--seed needs a value']],
    ['loose words', '--seed 1 2', ['2 belongs to no option']],
    ['an unknown arm', '--arms rlhf,rlaif:constructor', ['there is no method constructor']],
    ['a preset of another object', '--preset constructor', ['unknown preset constructor']],
    ['a method of another object', '--set rl.method=toString', ['"toString" is not one of reinforce']],
    ['another command', 'rm -rf x', ['neither JSON nor a command']],
    ['a variable of a shell', 'npm run experiment -- --seed $SEED', ['$ stands for']],
    ['a file of settings', '--config mine.json', ['mine.json, which is not here']],
    ['nothing', '  ', ['nothing to read']],
  ])('are refused with %s, in words', (_, text, words) => {
    for (const word of words) expect(problems(readCode(text))).toContain(word);
  });

  it('say what of a command is no setting, and never the value of a variable', () => {
    const { config, notes } = read(readCode('LLM_API_KEY=sk-secret npm run -s experiment -- --preset quick --data x.csv --llm openai:m --llm-cap 1 --out a.json --list # note'));
    expect(config).toEqual(withFile(presetConfig('quick')));
    expect(notes.join('\n')).toMatch(/LLM_API_KEY in front[^]*--out[^]*--list[^]*--llm, --llm-cap/);
    expect(notes.join('\n')).not.toContain('secret');
  });

  it('tell what a command leaves out', () => {
    expect(commandNotes(DEFAULT_CONFIG)).toEqual([]);
    const config = parseConfig({ ...withFile(DEFAULT_CONFIG), arms: [
      { id: 'a', label: 'A', feedback: 'scores', set: { 'ai.labeler': 'llm' } }, { id: 'b', label: 'B', feedback: 'scores', set: { 'ai.labeler': 'page-llm' } }, { id: 'c', label: 'C', feedback: 'given' },
    ] });
    const notes = commandNotes(config).join('\n');
    for (const word of [FILE_PLACE, 'PROVIDER:MODEL', 'LLM_API_KEY', 'does not run in Node', 'C: trained on labels']) expect(notes).toContain(word);
  });
});

describe('settings that the page is to take', () => {
  const fit = (config: ExperimentConfig, file = false): CodeResult => fitToPage({ config, sweeps: [], notes: [] }, { file });

  it('have a file as their task only where there is one', () => {
    const config = withFile(DEFAULT_CONFIG);
    expect(read(fit(config, true)).config).toBe(config);
    const without = read(fit(config));
    expect(without.config).toEqual({ ...config, run: { ...config.run, task: 'tldr' } });
    expect(without.notes).toHaveLength(1);
  });

  it('have no more arms than there is room for, and say which cannot run', () => {
    const arms = Array.from({ length: 9 }, (_, i) => ({ id: `a-${i}`, label: `A ${i}`, feedback: 'people' }));
    expect(problems(fit(parseConfig({ arms })))).toContain('9 arms');
    const noisy = parseConfig({ ai: { labeler: 'noisy' }, arms: [{ id: 'd', label: 'D', feedback: 'scores' }, { id: 'g', label: 'G', feedback: 'given' }] });
    expect(read(fit(noisy)).notes.join('\n')).toMatch(/G: trained on labels[^]*D cannot run/);
  });
});
