import { describe, expect, it } from 'vitest';
import { labelerInfoSchema, type LabelerInfo } from '../core/labReport';
import type { LabelSet } from './labFiles';
import { asRecorded } from './labRecorded';

const setOf = (labeler: Partial<LabelerInfo>): LabelSet => {
  const whole: LabelerInfo = { id: 'rule-longer', name: 'longer wins', kind: 'rule', origin: 'made for a test', ...labeler };
  return { labeler: whole, labels: [{ pairId: 'p', labeler: whole.id, pA: 1, raw: [1], parsed: true }] };
};
const idsOf = (sets: readonly LabelSet[]): string[] => sets.map(({ labeler }) => labeler.id);

describe('recorded labels', () => {
  it('are labelers of their own, and trainings of one model stay together', () => {
    const judge = (seed: number): LabelSet =>
      setOf({ id: `judge-m-${seed}`, name: `judge M, training ${seed}`, kind: 'judge', group: { id: 'judge-m', name: 'judge M', seed } });
    const [rule, first, second, you] = asRecorded('a.json', [setOf({}), judge(1), judge(2), setOf({ id: 'you', name: 'you', kind: 'you' })], []);
    expect(rule).toMatchObject({
      labeler: { id: 'rule-longer-recorded', name: 'longer wins (recorded)', origin: 'Recorded labels of a.json. made for a test' },
      labels: [{ labeler: 'rule-longer-recorded' }],
    });
    expect(first!.labeler.group).toEqual({ id: 'judge-m-recorded', name: 'judge M (recorded)', seed: 1 });
    expect(second!.labeler.group).toEqual({ ...first!.labeler.group, seed: 2 });
    expect(you!.labeler).toMatchObject({ id: 'you-recorded', name: 'a reader (recorded)' });
  });

  it('that are saved again keep their names, whatever else is in the file', () => {
    const measured = setOf({});
    const once = asRecorded('a.json', [measured], []);
    expect(asRecorded('b.json', once, [])).toEqual(once);
    const both = asRecorded('b.json', [measured, ...once], []);
    expect(idsOf(both)).toEqual(['rule-longer-recorded-2', 'rule-longer-recorded']);
    expect(both[0]!.labeler.name).toBe('longer wins (recorded 2)');
    expect(idsOf(asRecorded('c.json', [measured, ...both], []))).toEqual([
      'rule-longer-recorded-3', 'rule-longer-recorded-2', 'rule-longer-recorded',
    ]);
  });

  it('are renamed where only their id says that they are recorded', () => {
    const group = { id: 'judge-m', name: 'judge M', seed: 4 };
    const [joining, named] = asRecorded('a.json', [
      setOf({ id: 'evil-recorded', name: 'judge M, training 4 (recorded)', group }),
      setOf({ id: 'other-recorded', name: 'one annotator' }),
    ], []);
    expect(joining!.labeler).toMatchObject({ id: 'evil-recorded-recorded', group: { id: 'judge-m-recorded', name: 'judge M (recorded)' } });
    expect(named!.labeler.name).toBe('one annotator (recorded)');
  });

  it('of two files stand side by side, and those of a file of the same name take their own place', () => {
    const you = setOf({ id: 'you', name: 'you', kind: 'you' });
    const present: LabelerInfo[] = [];
    for (const file of ['1. Anna.json', '2. Ben.json']) present.push(...asRecorded(file, [you], present).map(({ labeler }) => labeler));
    expect(present.map(({ name }) => name)).toEqual(['a reader (recorded)', 'a reader (recorded 2)']);
    expect(idsOf(asRecorded('1. Anna.json', [you], present))).toEqual(['you-recorded']);
    expect(idsOf(asRecorded('2. Ben.json', [you], present))).toEqual(['you-recorded-2']);
    // Saved again by somebody: Anna's votes are still Anna's; others under the same id are not.
    const [anna] = asRecorded('1. Anna.json', [you], []);
    const [carl] = asRecorded('3. Carl.json', [you], []);
    expect(idsOf(asRecorded('all.json', [anna!], present))).toEqual(['you-recorded']);
    expect(idsOf(asRecorded('all.json', [carl!], present))).toEqual(['you-recorded-recorded']);
  });

  it('never join the trainings of another file', () => {
    const judge = (seed: number): LabelSet => setOf({ id: `judge-m-${seed}`, group: { id: 'judge-m', name: 'judge M', seed } });
    const present = asRecorded('a.json', [judge(1)], []).map(({ labeler }) => labeler);
    expect(asRecorded('b.json', [judge(2)], present)[0]!.labeler.group!.id).toBe('judge-m-recorded-2');
  });

  it('fit into a file again, however long their names are', () => {
    const group = { id: 'g'.repeat(200), name: 'g'.repeat(300), seed: 1 };
    const [set] = asRecorded(`${'f'.repeat(200)}.json`, [setOf({ id: 'i'.repeat(200), name: 'n'.repeat(300), origin: 'o'.repeat(2000), group })], []);
    expect(labelerInfoSchema.parse(set!.labeler)).toEqual(set!.labeler);
    expect(set!.labeler.id).toMatch(/^i+-recorded$/);
    expect(set!.labeler.origin).toMatch(/^Recorded labels of f+\.json\. o+$/);
  });
});
