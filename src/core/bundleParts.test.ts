import { describe, expect, it } from 'vitest';
import recordedFile from '../../public/recorded-run.json';
import { bundleSchema, type RunBundle } from './bundle';
import { misfitOf } from './bundleParts';

const recorded = bundleSchema.parse(recordedFile);
type Loose = { [key: string]: Loose } & Loose[];

/** The record with something in it changed. */
function changed(change: (bundle: Loose) => void): RunBundle {
  const copy = structuredClone(recorded);
  change(copy as unknown as Loose);
  return copy;
}
const put = (place: unknown, name: string, value: unknown): void => void ((place as Record<string, unknown>)[name] = value);

describe('the parts of a bundle', () => {
  it('fit together in a run that was made', () => {
    expect(misfitOf(recorded)).toBeUndefined();
  });

  it.each<[string, (bundle: Loose) => void]>([
    ['arm is there twice', (b) => put(b['arms']![1], 'id', 'sft')],
    ['arm is not among its settings', (b) => put(b['arms']![1], 'id', 'other')],
    ['arm that is not there is compared', (b) => put(b['comparisons']![0], 'a', 'other')],
    ['arm that is not there is compared', (b) => put(b['headToHead']!['comparisons']![0], 'b', 'other')],
    ['stage is of an arm', (b) => put(b['stages']![3], 'arm', 'other')],
    ['more labelers than arms', (b) => void b['labelers']!.push(b['labelers']![0]!)],
    ['post is there twice', (b) => put(b['prompts']![1], 'id', recorded.prompts[0]!.id)],
    ['fact is outside', (b) => put(b['prompts']![0]!['facts']![0], 'spans', [[0, 9999]])],
    ['fact is outside', (b) => put(b['prompts']![0]!['facts']![0], 'spans', [[3, 2]])],
    ['curve has more steps', (b) => void b['arms']![1]!['curves']!['eval/gold']!['step']!.pop()],
    ['best-of-n is not whole', (b) => put(b['arms']![1], 'bestOfN', { n: [1], kl: [], proxy: [1], gold: [1], samples: 1, posts: 1 })],
    ['response is to a post', (b) => put(b['arms']![1]!['samples']![0], 'promptId', 'other')],
    ['answers a post twice', (b) => put(b['arms']![1]!['samples']![1], 'promptId', recorded.prompts[0]!.id)],
    ['mark is outside', (b) => put(b['arms']![1]!['samples']![0]!['answer']!['check']!['marks']![0], 'to', 9999)],
  ])('do not where an %s', (words, change) => {
    expect(misfitOf(changed(change))).toContain(words);
  });
});
