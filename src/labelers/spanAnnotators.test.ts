import { describe, expect, it } from 'vitest';
import { TOKEN } from '../core/tokens';
import type { Check, Mark } from '../tasks/types';
import { annotateSpans, type AnnotatedItem, type SpanAnnotation, type SpanNoise } from './spanAnnotators';

const facts = [{ slot: 'place', importance: 1.5 }, { slot: 'event', importance: 0.5 }];
const mark = (kind: Mark['kind'], from: number, to: number): Mark => ({ kind, from, to, note: '' });
const RIGHT = mark('covered', 0, 2);
const WRONG = mark('invented', 2, 4);
const SLIP = mark('stumble', 4, 5);
const PERFECT: SpanNoise = { seed: 1, miss: 0, falseAlarm: 0, coverageDeviation: 0 };

function item(id: string, marks: readonly Mark[] = [RIGHT, WRONG, SLIP], words = 5): AnnotatedItem {
  const covered = marks.some(({ kind }) => kind === 'covered') ? ['place'] : [];
  const check: Check = { covered, invented: 1, stumbles: 1, words, marks };
  return { id, prompt: { facts }, response: [...new Array<number>(words).fill(TOKEN.firstWord), TOKEN.eos], check };
}

const annotate = (count: number, noise: Partial<SpanNoise>): SpanAnnotation[] =>
  Array.from({ length: count }, (_, i) => annotateSpans(item(`response:${i}`), { ...PERFECT, ...noise }));
const share = (annotations: readonly SpanAnnotation[], holds: (annotation: SpanAnnotation) => boolean): number =>
  annotations.filter(holds).length / annotations.length;

describe('span annotators', () => {
  it('mark what the checker marks where they do not err', () => {
    const { invented, stumble, coverage } = annotateSpans(item('a'), PERFECT);
    expect(Array.from(invented)).toEqual([0, 0, 1, 1, 0, 0]);
    expect(Array.from(stumble)).toEqual([0, 0, 0, 0, 1, 0]);
    expect(coverage).toBe(0.75);
  });

  it('notice what is missing at the token after the gap, end-of-text included', () => {
    const stumbles = (marks: Mark[], words?: number): number[] =>
      Array.from(annotateSpans(item('a', marks, words), PERFECT).stumble);
    expect(stumbles([mark('stumble', 5, 5)])).toEqual([0, 0, 0, 0, 0, 1]);
    expect(stumbles([mark('stumble', 2, 2)])).toEqual([0, 0, 1, 0, 0, 0]);
    expect(stumbles([mark('stumble', 0, 0)], 0)).toEqual([1]);
  });

  it('miss marks, raise false alarms on right statements and misread coverage as often as asked', () => {
    const n = 2000;
    const bound = (p: number): number => 4 * Math.sqrt((p * (1 - p)) / n);
    const noisy = annotate(n, { miss: 0.3, falseAlarm: 0.1, coverageDeviation: 0.1 });
    expect(Math.abs(share(noisy, ({ invented }) => invented[2] === 0) - 0.3)).toBeLessThan(bound(0.3));
    expect(Math.abs(share(noisy, ({ stumble }) => stumble[4] === 0) - 0.3)).toBeLessThan(bound(0.3));
    expect(Math.abs(share(noisy, ({ invented }) => invented[0] === 1) - 0.1)).toBeLessThan(bound(0.1));
    expect(Math.abs(share(noisy, ({ stumble }) => stumble[1] === 1) - 0.1)).toBeLessThan(bound(0.1));
    // Drawn apart: both at once as often as chance has it.
    const both = share(noisy, ({ invented, stumble }) => invented[2] === 0 && stumble[4] === 0);
    expect(Math.abs(both - 0.09)).toBeLessThan(bound(0.09));
    expect(noisy.every(({ invented, stumble }) => invented[5] === 0 && stumble[5] === 0)).toBe(true);
    expect(noisy.every(({ invented }) => invented[2] === invented[3])).toBe(true);
    const stated = noisy.map(({ coverage }) => coverage);
    const average = stated.reduce((a, b) => a + b) / n;
    expect(Math.abs(average - 0.75)).toBeLessThan((4 * 0.1) / Math.sqrt(n) + 0.001);
    expect(stated.every((x) => x >= 0 && x <= 1)).toBe(true);
  });

  it('are a function of seed, response and mark alone, and more noise keeps the errors of less', () => {
    const noise = { miss: 0.3, falseAlarm: 0.2, coverageDeviation: 0.1 };
    expect(annotate(50, noise)).toEqual(annotate(50, noise));
    expect(annotate(50, { ...noise, seed: 2 })).not.toEqual(annotate(50, noise));
    const alone = Array.from({ length: 50 }, (_, i) =>
      annotateSpans(item(`response:${i}`, [SLIP]), { ...PERFECT, miss: 0.3 }).stumble);
    expect(alone).toEqual(annotate(50, { miss: 0.3 }).map(({ stumble }) => stumble));
    const [less, more] = [annotate(200, { miss: 0.2 }), annotate(200, { miss: 0.5 })];
    expect(less.every(({ invented }, i) => invented[2] === 1 || more[i]!.invented[2] === 0)).toBe(true);
  });
});
