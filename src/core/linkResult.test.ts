import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testBundle } from '../experiments/testing/bundle';
import { packBlob, unpackBlob } from './blob';
import { bundleSchema, type RunBundle } from './bundle';
import { parseConfig } from './config';
import { LinkResultError, MOST_LINK, openResult, packResult } from './linkResult';
import { thinCurve, trims } from './linkTrim';

const recorded: RunBundle = bundleSchema.parse(JSON.parse(readFileSync('public/recorded-run.json', 'utf8')));

/** A bundle whose parts are as long as it takes to leave some of them out. */
function large(posts: number, points: number): RunBundle {
  const [, rlhf] = recorded.arms;
  const long = { step: Array.from({ length: points }, (_, i) => i), value: Array.from({ length: points }, (_, i) => Math.sin(i * i)) };
  return {
    ...recorded,
    prompts: recorded.prompts.slice(0, posts),
    arms: recorded.arms.map((arm) => (arm.id === 'sft' ? arm : { ...arm, curves: { ...rlhf!.curves, 'eval/gold': long, 'loss/policy_avg': long, grad_norm: long } })),
  };
}

describe('the points of a curve in a link', () => {
  const curve = { step: [...Array(1000).keys()], value: Array.from({ length: 1000 }, (_, i) => (i === 501 ? 9.123456 : i === 333 ? -7 : i / 1000)) };

  it('are every k-th, the last, the lowest and the highest', () => {
    const { step, value } = thinCurve(curve, 60);
    expect(step.length).toBeLessThanOrEqual(60);
    expect([step[0], step.at(-1)]).toEqual([0, 999]);
    expect(value[step.indexOf(501)]).toBe(9.1235);
    expect(value[step.indexOf(333)]).toBe(-7);
    const others = step.filter((at) => ![999, 501, 333].includes(at));
    expect(new Set(others.map((at) => at % 18))).toEqual(new Set([0]));
  });

  it('are all there where they are few, with the digits of a picture', () => {
    expect(thinCurve({ step: [0, 5], value: [1 / 3, 2e-7 / 3] }, 15)).toEqual({ step: [0, 5], value: [0.33333, 6.6667e-8] });
    expect(thinCurve({ step: [], value: [] }, 15)).toEqual({ step: [], value: [] });
  });

  it.each([15, 30, 60])('are at most %i', (most) => {
    for (let n = 1; n < 400; n++) {
      const { step } = thinCurve({ step: [...Array(n).keys()], value: Array.from({ length: n }, (_, i) => (i * 7919) % 401) }, most);
      expect(step.length).toBeLessThanOrEqual(most);
      if (n <= most) expect(step.length).toBe(n);
    }
  });
});

describe('a result in a link', () => {
  const packed = packResult(recorded, 12, MOST_LINK)!;

  it('opens to the same figures, digit by digit, within the length of a link', () => {
    expect(packed.blob.length).toBeLessThanOrEqual(MOST_LINK);
    const opened = openResult(packed.blob);
    expect(opened).toEqual(packed.bundle);
    for (const [i, arm] of opened.arms.entries()) {
      expect(arm.evaluation).toEqual(recorded.arms[i]!.evaluation);
      expect(arm.reward).toEqual(recorded.arms[i]!.reward);
    }
    const same = ['config', 'build', 'device', 'recordedAt', 'stages', 'comparisons', 'headToHead', 'annotatorAgreement', 'slots', 'goldWeights'] as const;
    for (const key of same) expect(opened[key]).toEqual(recorded[key]);
    expect(opened.labelers).toEqual(recorded.labelers.map((labeler) => ({ ...labeler, labels: [] })));
    expect(bundleSchema.safeParse(opened).success).toBe(true);
  });

  it('shows the first posts with all responses to them, and says what was left out', () => {
    const { prompts, arms, notes } = openResult(packed.blob);
    expect(prompts).toEqual(recorded.prompts.slice(0, 12));
    for (const [i, arm] of arms.entries()) expect(arm.samples).toEqual(recorded.arms[i]!.samples.slice(0, 12));
    expect(notes.slice(0, -1)).toEqual(recorded.notes);
    expect(notes.at(-1)).toMatch(/^Opened from a link, which leaves out the label of each pair, all but the first 12 of 200 posts, .*every k-th.* and digits of curves/);
  });

  it('says so once when it is passed on again, and loses nothing more', () => {
    const again = packResult(packed.bundle, 12, MOST_LINK)!;
    expect(again.bundle.notes.filter((note) => note.startsWith('Opened from a link')).length).toBe(1);
    expect(again.bundle.arms).toEqual(packed.bundle.arms);
  });

  it('gives up posts first, then points, the table of pairs, secondary curves, calibration', () => {
    const bundle = large(200, 3000);
    const seen: string[] = [];
    for (let room = MOST_LINK; room > 2000; room -= 1000) {
      const fits = packResult(bundle, 6, room);
      if (!fits) break;
      expect(fits.blob.length).toBeLessThanOrEqual(room);
      const { posts, points, headToHead, secondaryCurves, calibration, bestOfN } = fits.trim;
      const step = `${posts} ${points} ${Number(headToHead)}${Number(secondaryCurves)}${Number(calibration)}${Number(bestOfN)}`;
      if (seen.at(-1) !== step) seen.push(step);
      expect(fits.bundle.arms.map(({ evaluation }) => evaluation)).toEqual(bundle.arms.map(({ evaluation }) => evaluation));
    }
    const order = [...trims(6)].map((t) => `${t.posts} ${t.points} ${Number(t.headToHead)}${Number(t.secondaryCurves)}${Number(t.calibration)}${Number(t.bestOfN)}`);
    expect(order.filter((step) => seen.includes(step))).toEqual(seen);
    expect(seen.length).toBeGreaterThan(5);
    expect(packResult(bundle, 6, 1000)).toBeUndefined();
  });

  it.each([
    ['', 'damaged'], ['x', 'cut short'], ['???', 'characters'], [packed.blob.slice(0, -40), 'damaged'], [packed.blob.slice(40), 'damaged'],
    [packBlob(null), 'no result'], [packBlob([]), 'no result'], [packBlob({ v: 1 }), 'no result'], [packBlob({ v: 7, what: 'ever' }), 'newer version'],
    [packBlob({ v: 1, settings: '', run: { shapes: [], value: 3 } }), 'no result that this page can show'],
    [packBlob({ v: 1, settings: '', run: { shapes: [], value: [9] } }), 'no result'],
    [packBlob('a'.repeat(2_000_000)), 'unfolds to more than 1,024 KB'],
  ])('is refused with words: %.20s', (blob, words) => {
    expect(() => openResult(blob)).toThrow(LinkResultError);
    expect(() => openResult(blob)).toThrow(words);
  });

  it('is not made of what could not be opened', () => {
    expect(() => packResult({ ...recorded, annotatorAgreement: { ...recorded.annotatorAgreement, value: NaN } }, 1, MOST_LINK)).toThrow(/cannot|can show/);
  });
});

describe('what is the visitor’s own', () => {
  const config = parseConfig({
    run: { task: 'file' },
    arms: [
      { id: 'rlhf', label: 'RLHF, Alice', feedback: 'given' },
      { id: 'bob-1', label: 'Bob', feedback: 'given' },
      { id: 'd-rlaif', label: 'd-RLAIF', feedback: 'scores' },
    ],
  });
  const base = testBundle(config);
  const [people] = base.labelers;
  const comparison = recorded.comparisons[0]!;
  const bundle: RunBundle = bundleSchema.parse({
    ...base,
    labelers: [
      { ...people, id: 'alice', name: 'Alice', kind: 'you', origin: 'Alice Smith of Basel', labels: [0.25, 1] },
      { ...people, id: 'bob', name: 'Bob', kind: 'people', origin: 'imported from bob.csv', labels: [0.5] },
      {
        ...people, id: 'llm--home-alice-models-q.gguf-1', name: '/home/alice/models/q.gguf, base prompt', kind: 'llm',
        origin: 'A language model asked over the network (secret.corp.example:8080), base prompt, 0 exemplars.',
      },
    ],
    stages: [
      { id: 'task', seconds: 1, summary: 'alice-private.csv 12 of 13 records are used' },
      { id: 'labels', arm: 'bob-1', sharedWith: 'bob-1', seconds: 1, summary: '40 labels by Bob' },
      { id: 'labels', arm: 'd-rlaif', seconds: 1, summary: '40 labels by /home/alice/models/q.gguf, base prompt' },
    ],
    notes: ['Left out: 3 rows of alice-private.csv'],
    slots: { salary: 'salary of Alice' },
    prompts: recorded.prompts.slice(0, 2),
    arms: base.arms.map((arm, i) => ({ ...arm, samples: recorded.arms[Math.min(i, 1)]!.samples.slice(0, 2) })),
    comparisons: [{ ...comparison, a: 'bob-1', b: 'rlhf' }],
    headToHead: { ...recorded.headToHead!, comparisons: [{ ...recorded.headToHead!.comparisons[0]!, a: 'bob-1', b: 'sft' }] },
  });

  it('is in no link, in whatever part of the run it stands', () => {
    const { blob, left } = packResult(bundle, 50, MOST_LINK)!;
    const text = JSON.stringify(unpackBlob(blob)).toLowerCase();
    for (const word of ['alice', 'bob', 'basel', 'secret.corp', '8080', '/home', 'salary', 'private.csv', '0.25', 'bank']) expect(text, word).not.toContain(word);
    // The words that show that the search looks at the right text.
    for (const word of ['q.gguf', 'given labels 1', 'd-rlaif', 'a file of the maker']) expect(text, word).toContain(word);
    expect(left.slice(0, 3)).toEqual(['the label of each pair', 'who gave the labels', expect.stringMatching(/^everything of the file/)]);
  });

  it('is told apart all the same', () => {
    const opened = openResult(packResult(bundle, 50, MOST_LINK)!.blob);
    expect(opened.config.arms.map(({ id, label }) => [id, label])).toEqual([['rlhf', 'given labels 1'], ['given-1', 'given labels 2'], ['d-rlaif', 'd-RLAIF']]);
    expect(opened.arms.map(({ id }) => id)).toEqual(['sft', 'rlhf', 'given-1', 'd-rlaif']);
    expect(opened.stages[1]).toMatchObject({ arm: 'given-1', sharedWith: 'given-1', summary: '40 labels by given labels 2' });
    expect([opened.comparisons[0]!.a, opened.headToHead!.comparisons[0]!.a]).toEqual(['given-1', 'given-1']);
    expect(opened.labelers[2]).toMatchObject({ name: 'q.gguf, base prompt', origin: 'A language model asked over the network, base prompt, 0 exemplars.' });
    expect(opened.arms.every(({ samples }) => samples.length === 0)).toBe(true);
    expect(opened.config.run.task).toBe('file');
  });
});
