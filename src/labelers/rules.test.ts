import { describe, expect, it } from 'vitest';
import { toHumanPair } from '../core/humanPairs';
import type { LabelerInfo } from '../core/labReport';
import type { Label } from '../core/preferences';
import { createRuleLabeler, type RuleId } from './rules';
import type { TextPair } from './text';
import type { LabelOptions } from './types';

const pair = (id: string, a: string, b: string): TextPair => ({ id, prompt: 'Why?', responses: [a, b] });
const PAIRS = [
  pair('long', 'because it is so', 'because'),
  pair('short', 'no', 'no and again no'),
  pair('equal', 'one, two!', 'three four'),
];

async function labels(rule: RuleId, pairs = PAIRS, options?: LabelOptions): Promise<Label[]> {
  const all: Label[] = [];
  for await (const label of createRuleLabeler(rule).label(pairs, options)) all.push(label);
  return all;
}
const answers = async (rule: RuleId) => (await labels(rule)).map(({ pA, raw }) => [pA, ...raw]);

describe('rules', () => {
  it('by length pick by words, in both orders, and tie where they are as many', async () => {
    expect(await answers('longer')).toEqual([[1, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5]]);
    expect(await answers('shorter')).toEqual([[0, 0, 1], [1, 1, 0], [0.5, 0.5, 0.5]]);
  });

  it('first wins in both orders, so its label is a tie; the constant is one anyway', async () => {
    expect(await answers('first')).toEqual(PAIRS.map(() => [0.5, 1, 1]));
    expect(await answers('constant')).toEqual(PAIRS.map(() => [0.5, 0.5, 0.5]));
  });

  it('the coin is fair, independent between orders, and a function of the pair alone', async () => {
    const many = Array.from({ length: 4000 }, (_, i) => pair(`p${i}`, 'a', 'b'));
    const flips = await labels('coin', many);
    const heads = flips.filter(({ raw }) => raw[0] === 1).length;
    const alike = flips.filter(({ raw }) => raw[0] === raw[1]).length;
    // Four standard deviations of Binomial(4000, 1/2) are 126.
    expect(Math.abs(heads - 2000)).toBeLessThan(126);
    expect(Math.abs(alike - 2000)).toBeLessThan(126);
    expect(await labels('coin', [...many].reverse())).toEqual([...flips].reverse());
  });

  it('labels pairs that people labelled, and is named in their files', async () => {
    const human = toHumanPair({ prompt: 'Why?', texts: ['because it is so', 'no'], preferred: 1 });
    expect((await labels('longer', [human]))[0]!.pA).toBe(human.people);
    const info: LabelerInfo = createRuleLabeler('longer').identity;
    expect(info.kind).toBe('rule');
  });

  it('says who it is, and stops at the budget and at an abort', async () => {
    expect(createRuleLabeler('longer').identity).toMatchObject({ id: 'rule-longer', kind: 'rule' });
    expect(await labels('longer', PAIRS, { budget: 2 })).toHaveLength(2);
    await expect(labels('longer', PAIRS, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect((await labels('longer'))[0]).toEqual({ pairId: 'long', labeler: 'rule-longer', pA: 1, raw: [1, 0], parsed: true });
  });
});
