import { describe, expect, it } from 'vitest';
import type { HumanPair } from '../core/humanPairs';
import type { LabelerInfo } from '../core/labReport';
import { figuresOverSeeds } from '../evaluation/seeds';
import { firstTrainings, leaderboardRows, newResults, withSet } from './labResults';

const pairs = Array.from({ length: 8 }, (_, i): HumanPair => ({
  id: `p${i}`, prompt: 'Why?', responses: ['because of that', 'no idea'], people: i % 2,
}));
const judge = (seed: number): LabelerInfo => ({
  id: `judge-m-${seed}`, name: `judge M, training ${seed}`, kind: 'judge', parameters: 173_314, origin: 'Shipped.',
  group: { id: 'judge-m', name: 'judge M', seed },
});
const rule: LabelerInfo = { id: 'first', name: 'first wins', kind: 'rule', origin: 'A rule.' };
/** A labeler that agrees with people on the first `right` pairs. */
const set = (labeler: LabelerInfo, right: number) => ({
  labeler,
  labels: pairs.map(({ id, people }, i) => {
    const pA = i < right ? people : 1 - people;
    return { pairId: id, labeler: labeler.id, pA, raw: [pA], parsed: true };
  }),
});
const results = [set(judge(2), 6), set(rule, 4), set(judge(1), 4), set(judge(3), 8)].reduce(withSet, newResults('pairs', undefined, pairs));

describe('the leaderboard', () => {
  it('has one row for all trainings of a model, in the place of the first that came, with each below', () => {
    const [model, other, ...more] = leaderboardRows(results.rows);
    expect(more).toEqual([]);
    expect(model!.labeler).toMatchObject({ id: 'judge-m', name: 'judge M', kind: 'judge', parameters: 173_314 });
    expect(model!.labeler).not.toHaveProperty('group');
    expect(model!.labeler.origin).toBe('Means over 3 trainings. Shipped.');
    expect(model!.trainings.map(({ labeler, figures }) => [labeler.id, figures.agreement.value])).toEqual([
      ['judge-m-1', 0.5], ['judge-m-2', 0.75], ['judge-m-3', 1],
    ]);
    expect(model!.figures).toEqual(figuresOverSeeds(model!.trainings.map(({ figures }) => figures)));
    expect(model!.figures.agreement).toMatchObject({ value: 0.75, over: 'pairs and seeds' });
    expect(other).toMatchObject({ labeler: rule, trainings: [] });
  });

  it('shows a single training as itself', () => {
    const [only] = leaderboardRows(results.rows.slice(0, 2));
    expect(only).toEqual({ ...results.rows[0], trainings: [] });
  });
});

describe('where every labeler speaks once', () => {
  it('the first training speaks for its model', () => {
    expect(firstTrainings(results.sets).map(({ labeler }) => labeler.id)).toEqual(['judge-m-1', 'first']);
  });
});
