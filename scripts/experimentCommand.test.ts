import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atPoint, DEFAULT_CONFIG, parseConfig, presetConfig, setPath, withFile } from '../src/core/config';
import { shellWords } from '../src/core/shell';
import { configJson } from '../src/experiments/configCode';
import { testBundle } from '../src/experiments/testing/bundle';
import { listCommands, parseCommand, run } from './experimentCommand';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'command-'));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

function file(name: string, text: string): string {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  return at;
}

const again = (line: string) => parseCommand(shellWords(line).slice(4));

describe('the command line of an experiment', () => {
  it('begins with the settings of a file, of a run or a sweep too, and takes what stands beside it on top', () => {
    const config = setPath(presetConfig('quick'), 'rl.klCoef', '0.2');
    expect(parseCommand(['--config', file('a.json', configJson(config)), '--seed', '4']).config).toEqual(setPath(config, 'run.seed', '4'));
    expect(parseCommand(['--config', file('b.json', JSON.stringify(testBundle(config)))]).config).toEqual(config);
    const sweep = file('c.json', configJson(config, ['seed=1..3']));
    expect(parseCommand(['--config', sweep]).points).toHaveLength(3);
    expect(parseCommand(['--config', sweep, '--sweep', 'seed=1..2']).points).toHaveLength(2);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining('This is a run'));
  });

  it('keeps the settings of a file as the task where they are there already', () => {
    const config = setPath(withFile(DEFAULT_CONFIG), 'sft.steps', '50');
    const command = parseCommand(['--config', file('a.json', configJson(config)), '--data', file('mine.csv', 'mr,ref\n')]);
    expect(command.config).toEqual(config);
    expect(command.data).toEqual({ name: 'mine.csv', text: 'mr,ref\n' });
  });

  it.each([
    [['--set', 'run.task=file'], /name it with --data/],
    [['--config', '/nowhere.json'], /nowhere/],
    [['--preset', 'quick', '--config', 'package.json'], /neither settings nor a run/],
    [['--seed', '1', 'loose'], /loose belongs to no option/],
    [['--set', 'rl.klCoef=9', '--set', 'rl.batch=x'], /rl\.klCoef: 9 is not[^]*rl\.batch: "x" is not a number/],
    [['--sweep', 'rl.klCoef=0,9'], /9 is not a number from 0 to 0\.9/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });

  it('refuses a preset and a file of settings at once', () => {
    expect(() => parseCommand(['--preset', 'quick', '--config', file('a.json', configJson(DEFAULT_CONFIG))])).toThrow(/--config and --preset/);
  });
});

describe('runs as commands', () => {
  it('name the file and the language model of the command that they come from', () => {
    const data = file("it's.csv", 'mr,ref\n');
    const given = ['--data', data, '--arms', 'rlhf,x=rlaif', '--set', 'arms.1.feedback=scores', '--set', 'arms.1.ai.labeler=llm', '--llm', 'm', '--llm-url', 'http://localhost:1/v1', '--llm-price', '1,2', '--llm-cap', '3'];
    const command = parseCommand([...given, '--sweep', 'seed=1..2', '--list']);
    const lines = listCommands(command);
    expect(lines).toHaveLength(2);
    for (const [i, line] of lines.entries()) {
      const single = again(line);
      expect(single.config).toEqual(atPoint(command.config, command.points[i]!));
      expect(single).toMatchObject({ data: { name: "it's.csv" }, llm: command.llm, out: `sweep/run-00${i + 1}.json` });
    }
  });

  it('are not begun where a language model of the page would have to score', async () => {
    const command = parseCommand(['--arms', 'd-rlaif', '--set', 'ai.labeler=page-llm', '--llm', 'openai:m']);
    await expect(run({ config: command.config, data: undefined })).rejects.toThrow(/d-RLAIF: a language model in the page/);
  });

  it('are one where nothing is swept', () => {
    const config = parseConfig({ arms: [{ id: 'a', label: 'A', feedback: 'people', off: true }, { id: 'b', label: 'B', feedback: 'ai' }] });
    const command = parseCommand(['--config', file('a.json', configJson(config)), '--out', 'x.json']);
    expect(listCommands(command)).toHaveLength(1);
    expect(again(listCommands(command)[0]!)).toMatchObject({ config, out: 'x.json' });
  });
});
