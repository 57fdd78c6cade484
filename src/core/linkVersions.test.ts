import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFragment } from './link';
import { openResult } from './linkResult';

/**
 * A link that was handed out opens for ever. One of each version is kept as it was made, with what it held then: never change
 * these files, add one for each new version.
 */
describe('a link that was made once', () => {
  it('version 1 opens to the settings and figures that it was made of', () => {
    const { config, result, notes } = parseFragment(readFileSync('src/core/golden/link-v1.txt', 'utf8').trim());
    expect(notes).toEqual([]);
    expect([config.pairs.count, config.rl.iterations, config.rl.klCoef, config.evaluation.testPosts]).toEqual([600, 30, 0.05, 300]);
    expect(config.arms.map(({ id, label, feedback }) => `${id} ${feedback} ${label}`)).toEqual([
      'rlhf people RLHF', 'rlaif ai RLAIF', 'd-rlaif scores d-RLAIF', 'rlaif-dpo ai RLAIF, DPO', 'rlaif-ppo ai RLAIF, PPO',
    ]);
    expect(config.arms[4]!.set).toMatchObject({ 'rl.method': 'ppo', 'rl.clipRange': 0.2, 'rl.whitenRewards': false, 'rl.learningRate': 0.0002 });

    const bundle = openResult(result!);
    expect(bundle.config).toEqual(config);
    expect([bundle.recordedAt, bundle.build.commit, bundle.device.engine]).toEqual(['2026-11-29T10:46:17.007Z', 'a1ce5cb-dirty', 'cpu']);
    // As the run's own file had them.
    expect(bundle.arms.map(({ id, evaluation }) => [id, evaluation.goldUtility.value, evaluation.kl?.value, evaluation.winRateVsSft?.majority.raw.ci])).toEqual([
      ['sft', 2.2806000000000006, undefined, undefined],
      ['rlhf', 3.2207333333333317, 1.8542776517443902, [0.5385894747963819, 0.6490083606709544]],
      ['rlaif', 3.207933333333329, 1.2245735031100928, [0.5151132323955345, 0.6264079417289472]],
      ['d-rlaif', 2.6727333333333316, 0.9195295225448141, [0.5000873808268702, 0.611813082434348]],
      ['rlaif-dpo', 2.6149999999999984, 0.3273687459004077, [0.4917617271258839, 0.6036827856557434]],
      ['rlaif-ppo', 3.125733333333331, 1.6261226995497418, [0.5067592167427278, 0.618306006902163]],
    ]);
    expect([bundle.prompts.length, bundle.arms.map(({ samples }) => samples.length), bundle.comparisons.length]).toEqual([2, [2, 2, 2, 2, 2, 2], 10]);
  });
});
