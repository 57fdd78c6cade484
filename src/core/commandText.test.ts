import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configOfOptions, readOptions } from './command';
import { COMMAND, commandArguments, commandText, FILE_PLACE, sweepLines, withPlainLabels } from './commandText';
import { atPoint, COMMON, DEFAULT_CONFIG, parseConfig, presetConfig, setPath, withFile, withMethod } from './config';
import { FIELD_LIST } from './fields';
import { shellWords } from './shell';
import { parseSweep, sweepPoints } from './sweep';
import { randomConfig } from './testing/randomConfig';

const optionsIn = (text: string): string[] => {
  expect(text.startsWith(COMMAND)).toBe(true);
  return shellWords(text).slice(4);
};

describe('the command of an experiment', () => {
  it('gives the same settings again, whatever they are', () => {
    let given = 0;
    let files = 0;
    fc.assert(fc.property(randomConfig, (config) => {
      given += config.arms.some(({ feedback }) => feedback === 'given') ? 1 : 0;
      files += config.run.task === 'file' ? 1 : 0;
      const args = commandArguments(config);
      expect(configOfOptions(readOptions(args))).toEqual(withPlainLabels(config));
      expect(optionsIn(commandText(config))).toEqual(args);
      expect(optionsIn(commandText(config, {}, ' \\\n  '))).toEqual(args);
    }), { numRuns: 150, seed: 3 });
    // The rare kinds were among them.
    expect(given).toBeGreaterThan(10);
    expect(files).toBeGreaterThan(5);
  });

  it('is short: what differs from a preset, arms by name', () => {
    expect(commandText(DEFAULT_CONFIG)).toBe('npm run experiment -- --seed 1');
    expect(commandText(setPath(presetConfig('quick'), 'rl.klCoef', '0.2'), { out: 'run.json' })).toBe('npm run experiment -- --preset quick --seed 1 --set rl.klCoef=0.2 --out run.json');
    const [rlhf] = DEFAULT_CONFIG.arms;
    const arms = [rlhf!, withMethod({ id: 'rlaif-1', label: 'RLAIF, DPO', feedback: 'ai' }, 'dpo'), { id: 'mine', label: 'My own', feedback: 'people', set: { 'rl.klCoef': 0.3 }, off: true }];
    expect(commandText(parseConfig({ arms }), {}, ' \\\n  ').split('\n').slice(1).map((line) => line.trim())).toEqual([
      '--arms rlhf,rlaif-1=rlaif:dpo,mine=rlhf \\', '--seed 1 \\', "--set 'arms.2.label=My own' \\", '--set arms.2.rl.klCoef=0.3 \\', '--set arms.2.off=true',
    ]);
  });

  it('has a method before what departs from its tuned settings, in common and in an arm', () => {
    const config = parseConfig({
      ...setPath(setPath(DEFAULT_CONFIG, 'rl.method', 'ppo'), 'rl.clipRange', '0.3'),
      arms: [{ id: 'a', label: 'A', feedback: 'ai', set: { 'rl.method': 'dpo' } }],
    });
    const args = commandArguments(config);
    expect(args.indexOf('rl.method=ppo')).toBeLessThan(args.indexOf('rl.clipRange=0.3'));
    expect(args).toContain(`arms.0.direct.beta=${COMMON}`);
    expect(configOfOptions(readOptions(args))).toEqual(config);
  });

  it('has a word for the file and for the language model, which no settings hold', () => {
    const ofFile = parseConfig({ ...withFile(DEFAULT_CONFIG), arms: [{ id: 'd', label: 'D', feedback: 'scores', set: { 'ai.labeler': 'llm' } }] });
    const args = commandArguments(ofFile);
    expect(args).toEqual(expect.arrayContaining(['--data', FILE_PLACE, '--llm', 'PROVIDER:MODEL']));
    expect(configOfOptions(readOptions(args))).toEqual(ofFile);
    expect(commandArguments(ofFile, { data: 'a.csv', llm: { llm: 'm', 'llm-url': 'http://localhost:1' } })).toEqual(expect.arrayContaining(['--data', 'a.csv', '--llm', 'm', '--llm-url', 'http://localhost:1']));
  });

  it('is one line, even where a label of a file that was written by hand has several', () => {
    const config = parseConfig({ arms: [{ id: 'a', label: 'one\ntwo\0', feedback: 'people' }] });
    expect(commandText(config)).not.toMatch(/[\n\0]/);
    expect(configOfOptions(readOptions(optionsIn(commandText(config)))).arms[0]?.label).toBe('one two ');
  });

  it('has a word for "as in the experiment" that is the value of no choice', () => {
    const choices = FIELD_LIST.flatMap(({ field }) => (field.kind === 'choice' ? Object.keys(field.options) : []));
    expect(choices).not.toContain(COMMON);
  });
});

describe('a sweep as commands', () => {
  it('has a line for each point, which gives the settings of that point', () => {
    const points = sweepPoints(['rl.method=reinforce,ppo', 'rl.klCoef=0,0.3', 'seed=1..3'].map(parseSweep));
    const lines = sweepLines(presetConfig('quick'), points, 'my sweep');
    expect(lines).toHaveLength(12);
    for (const [i, line] of lines.entries()) {
      const options = readOptions(optionsIn(line));
      expect(configOfOptions(options)).toEqual(atPoint(presetConfig('quick'), points[i]!));
      expect(options.out).toBe(`my sweep/run-${String(i + 1).padStart(3, '0')}.json`);
    }
  });
});
