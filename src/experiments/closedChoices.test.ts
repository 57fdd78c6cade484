import { describe, expect, it } from 'vitest';
import { parseConfig } from '../core/config';
import { FIELD_LIST } from '../core/fields';
import { judgesOf } from '../core/judges';
import { armTrouble, blockedArm, verdictTrouble } from './armSettings';
import { closedBecause, closedChoices } from './closedChoices';

describe('choices that have nothing behind them', () => {
  it('are none for the forum posts', () => {
    for (const { path } of FIELD_LIST) expect(closedChoices(path, 'tldr'), path).toBeUndefined();
  });

  it.each(['ai.judgeSize', 'rewardModel.size', 'evaluation.judge'])('are for dialogues the sizes of %s that do not ship', (path) => {
    expect(closedChoices(path, 'helpful')).toEqual({ values: ['xs', 's', 'l'], why: 'For helpful dialogues there is size M only.' });
    expect(closedBecause(path, 'm', 'helpful')).toBeUndefined();
    expect(closedBecause(path, 'policy', 'harmless')).toBeUndefined();
    expect(closedBecause(path, 'l', 'harmless')).toMatch(/harmless dialogues/);
  });

  it('are trainings that a judge has not had', () => {
    for (const task of ['helpful', 'harmless'] as const) {
      const { trainings } = judgesOf(task);
      const closed = [1, 2, 3].filter((seed) => closedBecause('ai.judgeSeed', seed, task) !== undefined);
      expect(closed).toEqual([1, 2, 3].slice(trainings));
      const config = parseConfig({ run: { task }, ai: { judgeSeed: trainings + 1 } });
      expect(blockedArm(config)?.trouble).toMatch(/of each judge only\. Set ".*" to 1\.$/);
    }
    expect(closedBecause('ai.judgeSeed', 3, 'file')).toBeUndefined();
  });

  it('are for a file all that ships', () => {
    expect(closedChoices('ai.judgeSize', 'file')?.values).toHaveLength(4);
    expect(closedBecause('ai.labeler', 'judge', 'file')).toMatch(/Nothing ships/);
    expect(closedBecause('sft.source', 'shipped', 'file')).toMatch(/Nothing ships/);
    expect(closedBecause('ai.labeler', 'noisy', 'file')).toBeUndefined();
    expect(closedBecause('sft.source', 'shipped', 'helpful')).toBeUndefined();
  });

  it('are said before a run', () => {
    const config = parseConfig({ run: { task: 'helpful' }, ai: { judgeSize: 's' } });
    expect(blockedArm(config)).toMatchObject({ arm: { id: 'rlaif' }, trouble: expect.stringMatching(/^For helpful dialogues.*Set ".*" to it\.$/) as string });
    expect(armTrouble(config, config.arms[0]!)).toBeUndefined();
    expect(blockedArm(parseConfig({ run: { task: 'helpful' } }))).toBeUndefined();
    const sized = parseConfig({ run: { task: 'harmless' }, rewardModel: { size: 'l' } });
    expect(blockedArm(sized)?.trouble).toMatch(/^For harmless dialogues.*Set "Reward-model size" to the SFT policy\.$/);
    const judged = { run: { task: 'helpful' }, evaluation: { judge: 'l' } };
    expect(verdictTrouble(parseConfig(judged))).toMatch(/^For helpful dialogues.*or to none\.$/);
    expect(verdictTrouble(parseConfig({ ...judged, run: { task: 'tldr' } }))).toBeUndefined();
    expect(verdictTrouble(parseConfig({ run: { task: 'file' } }))).toBeUndefined();
    expect(verdictTrouble(parseConfig({ run: { task: 'file' }, evaluation: { judge: 'm' } }))).toMatch(/^Nothing ships.* to none\.$/);
  });
});
