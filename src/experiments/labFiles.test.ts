import { describe, expect, it } from 'vitest';
import { CsvReader } from '../core/csv';
import type { HumanPair } from '../core/humanPairs';
import type { LabelerFigures, LabelerInfo } from '../core/labReport';
import type { Label } from '../core/preferences';
import { annotationsJson, labelsJson, labelsOf, leaderboardCsv, leaderboardJson, readLabelFile } from './labFiles';

const estimate = (value: number) => ({ value, ci: [value - 0.1, value + 0.1] as [number, number], n: 40, over: 'pairs' as const });
const figures: LabelerFigures = {
  n: 40, parsed: 0.975, agreement: estimate(0.7), kappa: estimate(0.4), reliability: [], ece: 0.05, brier: estimate(0.2), costPer1000: 1.5,
};
const labeler: LabelerInfo = { id: 'llm-x', name: '=cmd, "x"', kind: 'llm', parameters: 7e9, origin: 'A model behind a URL.' };
const SECRET = 'sk-not-to-be-written';
/** What a labeler may carry beyond its identity. */
const careless: LabelerInfo & { key: string } = { ...labeler, key: SECRET };
const pairs: HumanPair[] = [
  { id: 'p1', prompt: 'Why?', responses: ['because', 'no idea'], people: 1 },
  { id: 'p2', prompt: 'How?', responses: ['so', 'like that'], people: 0 },
];
const labels: (Label & { header?: string })[] = [
  { pairId: 'p1', labeler: 'llm-x', pA: 0.8, raw: [0.9, 0.3], parsed: true, rationale: 'It says why.', costUsd: 0.001, latencyMs: 120, header: SECRET },
  { pairId: 'p2', labeler: 'llm-x', pA: 0.5, raw: [0.5, 0.5], parsed: false },
];
const SETS = [{ labeler: careless, labels }];
const ROW = { labeler: careless, figures, trainings: [] };
const training = (seed: number): LabelerInfo => ({
  id: `judge-s-${seed}`, name: `judge S, training ${seed}`, kind: 'judge', parameters: 62_082, origin: 'Shipped.',
  group: { id: 'judge-s', name: 'judge S', seed },
});
const JUDGES = {
  labeler: { id: 'judge-s', name: 'judge S', kind: 'judge' as const, origin: 'Means over 2 trainings.' },
  figures: { ...figures, n: 80, agreement: { ...estimate(0.6), over: 'pairs and seeds' as const } },
  trainings: [1, 2].map((seed) => ({ labeler: training(seed), figures: { ...figures, agreement: estimate(0.5 + 0.1 * (seed - 1)) } })),
};
const file = (text: BlobPart): File => new File([text], 'labels.json');

describe('the leaderboard', () => {
  it('as CSV has a row a labeler, empty where there is no figure, and no formula', () => {
    const reader = new CsvReader({ columns: 100, cellCharacters: 1000 });
    const [header, row] = [...reader.push(leaderboardCsv([ROW]))].map(({ cells }) => cells);
    const value = (column: string): string => row![header!.indexOf(column)]!;
    expect(row).toHaveLength(header!.length);
    expect([value('name'), value('parameters'), value('n')]).toEqual([`'=cmd, "x"`, '7000000000', '40']);
    expect(['agreement', 'agreement_low', 'agreement_n', 'parsed', 'usd_per_1000'].map((column) => Number(value(column))))
      .toEqual([0.7, 0.7 - 0.1, 40, 0.975, 1.5]);
    expect([value('same_pick'), value('seconds_per_1000'), value('rung')]).toEqual(['', '', '']);
  });

  it('as CSV says of each row whether it is a labeler, several trainings or one of them, and how a model was asked', () => {
    const asked = { detail: 'base', exemplars: 2, chainOfThought: true, samples: 1, rung: 'logprobs' } as const;
    const reader = new CsvReader({ columns: 100, cellCharacters: 1000 });
    const csv = leaderboardCsv([JUDGES, { ...ROW, labeler: { ...labeler, asked } }]);
    const [header, ...rows] = [...reader.push(csv)].map(({ cells }) => cells);
    const columns = (...names: string[]): string[][] => rows.map((row) => names.map((name) => row[header!.indexOf(name)]!));
    expect(columns('id', 'row', 'group', 'training', 'agreement', 'n')).toEqual([
      ['judge-s', 'trainings together', '', '', '0.6', '80'],
      ['judge-s-1', 'training', 'judge-s', '1', '0.5', '40'],
      ['judge-s-2', 'training', 'judge-s', '2', '0.6', '40'],
      ['llm-x', 'labeler', '', '', '0.7', '40'],
    ]);
    expect(columns('prompt', 'exemplars', 'chain_of_thought', 'samples', 'rung')[3]).toEqual(['base', '2', 'true', '1', 'logprobs']);
  });

  it('as JSON has everything and nothing more', () => {
    const written = leaderboardJson('two pairs', [ROW, JUDGES]);
    expect(JSON.parse(written)).toEqual({
      kind: 'leaderboard', version: 1, pairs: 'two pairs',
      results: [
        { row: 'labeler', labeler, figures },
        { row: 'trainings together', labeler: JUDGES.labeler, figures: JUDGES.figures },
        ...JUDGES.trainings.map((one) => ({ row: 'training', ...one })),
      ],
    });
  });
});

describe('annotations', () => {
  it('have the fields of AlpacaEval, 1 for the first output and 2 for the second', () => {
    expect(JSON.parse(annotationsJson(pairs, SETS))).toEqual([
      { instruction: 'Why?', output_1: 'because', output_2: 'no idea', preference: 1.2, annotator: 'llm-x' },
      { instruction: 'How?', output_1: 'so', output_2: 'like that', preference: 1.5, annotator: 'llm-x' },
    ]);
  });

  it('of one training name its model', () => {
    const [annotation] = JSON.parse(annotationsJson(pairs, [{ labeler: training(2), labels }])) as unknown[];
    expect(annotation).toMatchObject({ annotator: 'judge-s-2', annotator_group: 'judge-s', annotator_training: 2 });
  });
});

describe('a file of labels', () => {
  it('gives back what was written, and only labels', async () => {
    const text = labelsJson('two pairs', SETS);
    expect(text).not.toContain(SECRET);
    const read = await readLabelFile(file(text));
    expect(read.pairs).toBe('two pairs');
    const { header: _header, ...first } = labels[0]!;
    expect(labelsOf(read, pairs)).toEqual({ sets: [{ labeler, labels: [first, labels[1]] }], others: 0 });
    expect(labelsOf(read, pairs.slice(1))).toMatchObject({ sets: [{ labels: [{ pairId: 'p2' }] }], others: 1 });
  });

  it('keeps of which training labels are, and how a model was asked', async () => {
    const asked = { detail: 'detailed', exemplars: 0, chainOfThought: false, samples: 4, rung: 'structured', settings: '0123456789abcdef' } as const;
    const labelers = [training(2), { ...labeler, id: 'llm-y', asked }];
    const sets = labelers.map((one) => ({ labeler: one, labels: labels.map((label) => ({ ...label, labeler: one.id })) }));
    const read = await readLabelFile(file(labelsJson('two pairs', sets)));
    expect(read.labelers.map(({ labeler: one }) => one)).toEqual(labelers);
  });

  const changed = (change: (label: Record<string, unknown>) => void): string => {
    const content = JSON.parse(labelsJson('', SETS)) as { labelers: { labels: Record<string, unknown>[] }[] };
    change(content.labelers[0]!.labels[0]!);
    return JSON.stringify(content);
  };
  it.each<[string, BlobPart, RegExp]>([
    ['not JSON', 'hello', /not JSON in UTF-8/],
    ['another file', '{"version":1,"config":{}}', /not a file of labels at/],
    ['a probability out of bounds', changed((label) => (label.pA = 1.5)), /at labelers.0.labels.0.pA/],
    ['no number', changed((label) => (label.costUsd = 'free')), /costUsd/],
    ['a field that no label has', changed((label) => (label.apiKey = 'x')), /Unrecognized key/],
    ['a label of somebody else', changed((label) => (label.labeler = 'me')), /a label of "me" among those of "llm-x"/],
    ['a pair labelled twice', changed((label) => (label.pairId = 'p2')), /two labels of "llm-x" for pair p2/],
  ])('with %s is refused in words', async (_, text, message) => {
    await expect(readLabelFile(file(text))).rejects.toThrow(message);
  });

  it('too large is refused unread', async () => {
    const huge = { name: 'huge.json', size: 60 * 1024 * 1024 } as File;
    await expect(readLabelFile(huge)).rejects.toThrow(/has 60 MB/);
  });
});
