import { describe, expect, it } from 'vitest';
import { configDifference, DEFAULT_CONFIG, parseConfig, setPath, type ExperimentConfig } from '../core/config';
import type { HumanPair } from '../core/humanPairs';
import type { LabelerInfo } from '../core/labReport';
import type { LabelSet } from './labFiles';
import type { LabResults } from './labResults';
import { YOU } from './labVotes';
import { testBundle } from './testing/bundle';
import { armsOf, expectedSeconds, firstChoice, trainOnLabels, type TrainingPlan } from './trainOnLabels';

const person: LabelerInfo = { id: 'annotator', name: 'one annotator', kind: 'people', origin: '' };
const model = (id: string, name: string, parameters?: number): LabelerInfo =>
  ({ id, name, kind: 'llm', origin: '', ...(parameters === undefined ? {} : { parameters }) });
const judge = (size: string, seed: number, parameters: number): LabelerInfo => ({
  id: `judge-${size}-${seed}`, name: `small judge ${size}, ${parameters} parameters, training ${seed} of 3`, kind: 'judge', parameters, origin: '',
  group: { id: `judge-${size}`, name: `small judge ${size}, ${parameters} parameters`, seed },
});
const rule = (id: string): LabelerInfo => ({ id, name: `${id} wins`, kind: 'rule', origin: '' });

const pairs = Array.from({ length: 40 }, (_, i): HumanPair => ({ id: `pair:${i}-d`, prompt: '', responses: ['a', 'b'], people: 1 }));
/** Labels of the pairs `from .. to - 1`. */
const set = (labeler: LabelerInfo, from = 0, to = pairs.length): LabelSet => ({
  labeler,
  labels: pairs.slice(from, to).map(({ id }) => ({ pairId: id, labeler: labeler.id, pA: 1, raw: [1], parsed: true })),
});
const results = (sets: readonly LabelSet[], task: LabResults['task'] = 'tldr'): LabResults => ({ name: 'pairs', task, pairs, sets, rows: [] });
const ids = (sets: readonly LabelSet[]): string[] => sets.map(({ labeler }) => labeler.id);

function plan(sets: readonly LabelSet[], settings: ExperimentConfig = DEFAULT_CONFIG): TrainingPlan {
  const made = trainOnLabels(results(sets), ids(sets), settings);
  if ('reason' in made) throw new Error(made.reason);
  return made;
}
const reason = (sets: readonly LabelSet[], imported = false): string => {
  const made = trainOnLabels(imported ? { ...results(sets), task: undefined } : results(sets), ids(sets), DEFAULT_CONFIG);
  return 'reason' in made ? made.reason : '';
};

describe('arms of labelers', () => {
  it('are RLHF for votes of the visitor, RLAIF for the first model, and have names of their own beyond', () => {
    const arms = armsOf([person, model('a', 'GPT, by scores'), YOU, model('b', 'Llama 3.1/70B'), rule('longer')]);
    expect(arms.map(({ id, label }) => [id, label])).toEqual([
      ['one-annotator-1', 'one annotator'],
      ['rlaif', 'GPT'],
      ['rlhf', 'RLHF, you'],
      ['llama-3-1-70b-2', 'Llama 3.1/70B'],
      ['longer-wins-3', 'longer wins'],
    ]);
    expect(arms.every(({ feedback }) => feedback === 'given')).toBe(true);
  });
  it('are RLHF for an annotator where nobody voted', () => {
    expect(armsOf([rule('longer'), person]).map(({ id, label }) => [id, label])).toEqual([
      ['longer-wins-1', 'longer wins'], ['rlhf', 'RLHF, one annotator'],
    ]);
  });
  it('tell trainings of one judge apart by their number, and labelers of one short name by the whole', () => {
    const labels = (labelers: LabelerInfo[]): string[] => armsOf(labelers).map(({ label }) => label);
    expect(labels([judge('M', 1, 9), judge('L', 1, 9)])).toEqual(['small judge M', 'small judge L']);
    expect(labels([judge('M', 1, 9), judge('M', 2, 9)])).toEqual(['small judge M #1', 'small judge M #2']);
    expect(labels([model('a', 'GPT, base'), model('b', 'GPT, detailed')])).toEqual(['GPT, base', 'GPT, detailed']);
  });
  it('fit into a config, whatever the labelers are called', () => {
    const names = ['', '日本', `${'long '.repeat(60)}`, 'sft', 'rlhf', '-', 'sft', 'x'.repeat(300)];
    const arms = armsOf(names.map((name, i) => ({ ...rule(`r${i}`), name })));
    expect(() => parseConfig({ arms })).not.toThrow();
  });
});

describe('a run on labels of the lab', () => {
  it('has the lab\'s pairs and the playground\'s other settings', () => {
    const changes = { 'run.seed': '7', 'rl.klCoef': '0.2', 'sft.source': 'live', 'gold.length': '2' };
    const settings = Object.entries(changes).reduce((config, [path, value]) => setPath(config, path, value), DEFAULT_CONFIG);
    const { config } = plan([set(person), set(judge('M', 1, 9))], settings);
    expect(config).toMatchObject({
      run: DEFAULT_CONFIG.run, gold: DEFAULT_CONFIG.gold, pairs: { count: 40 }, rl: { klCoef: 0.2 }, sft: { source: 'shipped' },
    });
    expect(config.arms.map(({ id }) => id)).toEqual(['rlhf', 'rlaif']);
    expect(configDifference(settings, config).map(({ path }) => path).sort()).toEqual(['gold.length', 'pairs.count', 'run.seed', 'sft.source']);
  });
  it('gives every arm the labels of the pairs that all labelers share', () => {
    const { labels, pairs: count } = plan([set(YOU, 0, 30), set(judge('M', 1, 9), 10, 40)]);
    expect(count).toBe(20);
    for (const arm of ['rlhf', 'rlaif']) {
      expect(labels[arm]!.labels.map(({ pairId }) => pairId)).toEqual(pairs.slice(10, 30).map(({ id }) => id));
    }
    expect(labels.rlhf!.labeler).toEqual(YOU);
  });
  it('trains on unread answers too: they are ties', () => {
    const said = set(model('m', 'm'));
    const unread = { ...said, labels: said.labels.map((label) => ({ ...label, parsed: false })) };
    expect(plan([set(person), unread]).pairs).toBe(40);
  });
  it('is refused with the reason', () => {
    expect(reason([])).toMatch('at least one labeler');
    expect(reason([set(person)], true)).toMatch('imported');
    expect(reason([set(person, 0, 20), set(rule('longer'), 5, 40)])).toMatch(/share 15 labelled pairs; at least 16/);
    expect(reason([set(person, 0, 20), set(rule('longer'), 4, 40)])).toBe('');
    expect(reason(Array.from({ length: 9 }, (_, i) => set(rule(`r${i}`))))).toMatch('8 arms at most');
  });
});

describe('the first choice', () => {
  it('is people, then models by size, of each its first training, four at most', () => {
    const all = [
      set(rule('longer')), set(judge('S', 1, 10)), set(judge('M', 2, 20)), set(judge('M', 1, 20)), set(model('x', 'x')), set(person), set(YOU),
    ];
    expect(firstChoice(all)).toEqual(['annotator', 'you', 'judge-M-1', 'judge-S-1']);
  });
  it('has the largest and the smallest model before those between, and no model twice', () => {
    const scores = (size: string, parameters: number): LabelerInfo => {
      const { group, ...rest } = judge(size, 1, parameters);
      return { ...rest, id: `scores-${size}-1`, group: { ...group!, id: `scores-${size}`, name: `${group!.name}, by scores` } };
    };
    const chosen = (...labelers: LabelerInfo[]): string[] => firstChoice(labelers.map((labeler) => set(labeler)));
    const ladder = [scores('L', 40), ...['XS', 'S', 'M', 'L'].map((size, i) => judge(size, 1, 10 * (i + 1)))];
    expect(chosen(person, ...ladder)).toEqual(['annotator', 'judge-L-1', 'judge-XS-1', 'judge-M-1']);
    expect(chosen(person, YOU, ...ladder, model('x', 'x'))).toEqual(['annotator', 'you', 'judge-L-1', 'judge-XS-1']);
    expect(chosen(scores('M', 30), person, judge('M', 1, 30), rule('coin'))).toEqual(['annotator', 'judge-M-1']);
    expect(chosen(person, scores('M', 30))).toEqual(['annotator', 'scores-M-1']);
    expect(chosen(model('a', 'GPT', 5), model('b', 'GPT, base prompt', 5), model('c', 'tiny'))).toEqual(['a', 'c']);
  });
  it('takes rules only to have two', () => {
    expect(firstChoice([set(rule('longer')), set(rule('coin')), set(person)])).toEqual(['annotator', 'longer']);
  });
});

describe('the expected time', () => {
  const bundle = testBundle();
  const stage = (id: 'reward' | 'rl', arm: string, seconds: number) => ({ id, arm, seconds, summary: '' });
  const finished = (cores: number) => ({
    ...bundle,
    device: { ...bundle.device, cores },
    stages: ['rlhf', 'rlaif'].flatMap((arm) => [stage('reward', arm, 10), stage('rl', arm, 30)]),
  });
  it('grows with arms and work', () => {
    const { config } = plan([set(person), set(rule('a')), set(rule('b')), set(rule('c'))]);
    // Two arms beside each other took 10 s and 30 s; four arms on half the pairs take twice (5 s + 30 s).
    expect(expectedSeconds({ config, pairs: DEFAULT_CONFIG.pairs.count / 2 }, finished(2))).toBeCloseTo(70, 9);
    // On one core the two came one after the other.
    expect(expectedSeconds({ config, pairs: DEFAULT_CONFIG.pairs.count / 2 }, finished(1))).toBeCloseTo(140, 9);
  });
  it('is unknown where the run has no times', () => {
    expect(expectedSeconds({ config: DEFAULT_CONFIG, pairs: 100 }, bundle)).toBeUndefined();
  });
});
