import { describe, expect, it } from 'vitest';
import type { Label } from '../../core/preferences';
import { TOKEN } from '../../core/tokens';
import { tldr } from '../../tasks/tldr';
import type { JudgedPair } from '../../tasks/types';
import { namedPair } from '../pairIds';
import { takeLabels } from './labels';

const pairs = tldr.prompts('preference', 3, 1).map((prompt, i): JudgedPair => ({
  id: `pair:${i}`, promptId: prompt.id, prompt,
  responses: [tldr.reference(prompt, 0).tokens, tldr.reference(prompt, 1).tokens],
}));
const arm = { id: 'rlaif', label: 'RLAIF', feedback: 'given' } as const;
const label = (pair: JudgedPair, pA: number, parsed = true): Label =>
  ({ pairId: namedPair(tldr, pair).id, labeler: 'l', pA, raw: [pA], parsed });
const given = (labels: readonly Label[], id = 'l') => ({ labeler: { id, name: 'L', kind: 'llm', origin: '' } as const, labels });

describe('the name of a pair', () => {
  it('is its number and its texts: end-of-text is none, another text gives another name', () => {
    const [pair] = pairs as [JudgedPair];
    const name = namedPair(tldr, pair);
    expect(name.id).toMatch(/^pair:0-[0-9a-f]{16}$/);
    const words = pair.responses[0].filter((token) => token !== TOKEN.eos);
    expect(namedPair(tldr, { ...pair, responses: [words, pair.responses[1]] })).toEqual(name);
    expect(namedPair(tldr, { ...pair, responses: [words.subarray(1), pair.responses[1]] }).id).not.toBe(name.id);
    expect(namedPair(tldr, { ...pair, responses: [pair.responses[1], pair.responses[0]] }).id).not.toBe(name.id);
  });
});

describe('labels that were given', () => {
  it('go to their pairs by name, whatever their order, and others are left alone', () => {
    const [a, b, c] = pairs as [JudgedPair, JudgedPair, JudgedPair];
    const { labels } = takeLabels(tldr, arm, [a, b], given([label(c, 0.3), label(b, 0.2), label(a, 0.1)]));
    expect(labels.map(({ pairId, pA }) => [pairId, pA])).toEqual([['pair:0', 0.1], ['pair:1', 0.2]]);
  });
  it('are ties where the reply could not be read', () => {
    const { labels } = takeLabels(tldr, arm, pairs.slice(0, 1), given([label(pairs[0]!, 0.9, false)]));
    expect(labels[0]).toMatchObject({ pA: 0.5, parsed: false });
  });
  it('are refused where a pair has none, or there are none', () => {
    expect(() => takeLabels(tldr, arm, pairs, given([label(pairs[0]!, 1)]))).toThrow('L has no label of pair:1');
    expect(() => takeLabels(tldr, arm, pairs, undefined)).toThrow('The labels of RLAIF did not come with the run');
  });
  it('keep a name that fits into a bundle', () => {
    const { identity } = takeLabels(tldr, arm, pairs.slice(0, 1), given([label(pairs[0]!, 1)], 'x'.repeat(100)));
    expect(identity.id).toHaveLength(64);
  });
});
