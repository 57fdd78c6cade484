import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundleSchema } from '../src/core/bundle';
import { presetConfig } from '../src/core/config';
import { parseCommand } from './experimentCommand';
import { sourcesDigest } from './sources';

describe('the recorded run of the first screen', () => {
  it('was made by the code and weights that are here; if not, run `npm run record`', () => {
    expect(readFileSync('public/recorded-run.digest', 'utf8').trim()).toBe(sourcesDigest('.'));
  });

  it('is a valid bundle of the default preset', () => {
    const bundle = bundleSchema.parse(JSON.parse(readFileSync('public/recorded-run.json', 'utf8')));
    expect(bundle.config).toEqual(presetConfig('default'));
    expect(bundle.arms.map((arm) => arm.id)).toEqual(['sft', 'rlhf', 'rlaif']);
  });
});

describe('the command line', () => {
  it('takes preset, seed and settings', () => {
    const { config, out } = parseCommand(['--preset', 'quick', '--seed', '3', '--set', 'rl.klCoef=0.1', '--out', 'x.json']);
    expect(config.run.seed).toBe(3);
    expect(config.rl.klCoef).toBe(0.1);
    expect(config.pairs.count).toBe(presetConfig('quick').pairs.count);
    expect(out).toBe('x.json');
  });

  it.each([
    [['--preset', 'slow'], /unknown preset slow; known: quick, default, thorough/],
    [['--set', 'rl.klCoef'], /write path=value/],
    [['--set', 'rl.nothing=1'], /unknown setting/],
    [['--seed', '0'], /run\.seed/],
    [['--sed', '1'], /sed/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });
});
