import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import { createFileTask } from './index';

/** The E2E NLG corpus stands beside the project, not in it (its licence); PLAYGROUND_DATA names another folder. */
const folder = process.env.PLAYGROUND_DATA ?? path.resolve(import.meta.dirname, '../../../../shared/data');
const file = path.join(folder, 'e2e/devel-fixed.no-ol.csv');
const here = existsSync(file);
if (!here) console.warn(`NOT RUN: the test on the real E2E NLG file, which is not at ${file} (set PLAYGROUND_DATA).`);

describe.skipIf(!here)('the real E2E NLG file', () => {
  // The body of a skipped suite runs too, to collect its tests.
  const opened = here ? createFileTask({ name: path.basename(file), text: readFileSync(file, 'utf8') }) : undefined;

  it('is read whole', () => {
    const { task, report } = opened!;
    expect(report.rows).toBe(4299);
    expect(report.records.all).toBe(1484);
    expect(report.records.used).toBeGreaterThan(1400);
    expect(task.vocabulary.size).toBeLessThanOrEqual(1000);
    expect(task.maxPromptTokens).toBeLessThanOrEqual(96);
    expect(task.maxResponseTokens).toBeLessThanOrEqual(48);
    expect(report.splits.sft.sentences).toBeGreaterThan(1900);
    expect(report.leftOut.reduce((sum, entry) => sum + entry.rows, 0)).toBeLessThan(600);
  });

  it('has a checker that seldom disagrees with the human sentences', () => {
    const { report } = opened!;
    for (const slot of report.falseAlarms.slots) {
      expect(slot.missing, `${slot.slot} missing`).toBeLessThan(0.02);
      expect(slot.invented, `${slot.slot} invented`).toBeLessThan(0.05);
    }
    expect(report.falseAlarms.perfect).toBeGreaterThan(0.87);
    expect(report.falseAlarms.stumbles).toBeLessThan(0.2);
  });

  it('finds most sentences that were broken on purpose', () => {
    const { task } = opened!;
    const rng = new Stream(streamKey(1, PURPOSE.test));
    const flagged = { swapped: 0, inserted: 0, shuffled: 0 };
    const prompts = task.prompts('test', 200, 1);
    for (const prompt of prompts) {
      const words = Array.from(task.reference(prompt, 0).tokens).slice(0, -1);
      const broken = (tokens: number[]) => (task.check(prompt, [...tokens, TOKEN.eos]).stumbles > 0 ? 1 : 0);
      const [i, j] = [rng.int(words.length), rng.int(words.length)];
      const swapped = words.slice();
      [swapped[i], swapped[j]] = [swapped[j]!, swapped[i]!];
      flagged.swapped += broken(swapped);
      flagged.inserted += broken([...words.slice(0, i), words[j]!, ...words.slice(i)]);
      flagged.shuffled += broken(rng.shuffle(words));
    }
    expect(flagged.swapped / prompts.length).toBeGreaterThan(0.75);
    expect(flagged.inserted / prompts.length).toBeGreaterThan(0.7);
    expect(flagged.shuffled / prompts.length).toBeGreaterThan(0.99);
  });
});
