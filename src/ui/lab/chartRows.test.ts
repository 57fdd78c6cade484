import { describe, expect, it } from 'vitest';
import type { Asked, LabelerFigures, LabelerInfo } from '../../core/labReport';
import type { LabRow } from '../../experiments/labFiles';
import {
  binsCsv,
  marksCsv,
  marksOf,
  ofRung,
  oneAnnotator,
  promptsCsv,
  promptSeries,
  PUBLISHED_POSITION,
  PUBLISHED_SERIES,
  reliabilityNote,
  rungsOf,
  shorten,
  shortName,
  sizedMarks,
  speakerName,
} from './chartRows';

const estimate = (value: number) => ({ value, ci: [value - 0.1, value + 0.1] as [number, number], n: 40, over: 'pairs' as const });
const figures = (agreement: number, samePosition?: number): LabelerFigures => ({
  n: 40, parsed: 1, agreement: estimate(agreement), reliability: [], ece: 0.05, brier: estimate(0.2),
  ...(samePosition === undefined ? {} : { samePosition: estimate(samePosition) }),
});
const row = (labeler: Partial<LabelerInfo> & Pick<LabelerInfo, 'name' | 'kind'>, agreement: number, rest: Partial<LabRow> = {}): LabRow => ({
  labeler: { id: labeler.name, origin: '', ...labeler }, figures: figures(agreement), trainings: [], ...rest,
});
const model = (name: string, agreement: number, asked?: Partial<Asked>): LabRow => row({
  name, kind: 'llm', parameters: 7e9,
  ...(asked && { asked: { detail: 'detailed', exemplars: 0, chainOfThought: false, samples: 1, rung: 'logprobs', ...asked } }),
}, agreement);

const JUDGE = row({ name: 'judge S, 0.06 M parameters', kind: 'judge', parameters: 62_082 }, 0.6, {
  figures: figures(0.6, 0.3),
  trainings: [1, 2].map((seed) => ({
    labeler: { id: `${seed}`, name: `judge S, 0.06 M parameters, training ${seed}`, kind: 'judge', origin: '' },
    figures: figures(0.5 + 0.1 * seed, ...(seed === 1 ? [0.3] : [])),
  })),
});
const ROWS = [
  model('gpt-x', 0.75, {}), JUDGE, row({ name: 'one annotator', kind: 'people' }, 0.72), row({ name: 'longer wins', kind: 'rule' }, 0.55),
  model('gpt-x, 2 exemplars', 0.7, { exemplars: 2 }), model('gpt-y', 0.8, { rung: 'structured' }), model('old', 0.6),
];
const names = (rows: readonly LabRow[]): string[] => rows.map(({ labeler }) => labeler.name);

describe('rungs', () => {
  it('are those of language models, the most frequent first', () => {
    expect(rungsOf(ROWS)).toEqual(['logprobs', 'structured', 'unknown']);
    expect(rungsOf([JUDGE])).toEqual([]);
  });

  it('are never mixed, and leave everybody else in', () => {
    expect(names(ofRung(ROWS, 'structured'))).toEqual(['judge S, 0.06 M parameters', 'one annotator', 'longer wins', 'gpt-y']);
    expect(names(ofRung(ROWS, 'logprobs'))).toEqual(names(ROWS).filter((name) => name !== 'gpt-y' && name !== 'old'));
    expect(names(ofRung(ROWS, undefined))).toHaveLength(3);
  });
});

describe('names', () => {
  it('lose their number of parameters where an axis or a column tells it', () => {
    expect(shortName('judge S, 0.06 M parameters, by scores', ['judge S, 0.06 M parameters'])).toBe('judge S, by scores');
    expect(shortName('gpt-x, 2 exemplars', [])).toBe('gpt-x, 2 exemplars');
    const llama = 'meta-llama/Llama-3.1-70B, JSON answers';
    expect(shortName(llama, [llama, 'gpt-x'])).toBe('Llama-3.1-70B, JSON answers');
    // Another's copy of it is another model.
    expect(shortName(llama, [llama, 'other/Llama-3.1-70B, JSON answers'])).toBe(llama);
  });

  it('are cut in the model rather than in what tells two rows of it apart', () => {
    expect(shorten('Llama-3.1-70B-Instruct-Turbo, 2 exemplars', 31)).toBe('Llama-3.1-70B-Ins…, 2 exemplars');
    expect(shorten('Llama-3.1-70B, chain of thought', 20)).toBe('Llama-3.1-70B, chai…');
    expect(shorten('a labeler without a comma', 10)).toBe('a labeler…');
    expect(shorten('short, whole', 12)).toBe('short, whole');
  });

  it('are of the model where its first training speaks', () => {
    const training: LabelerInfo = {
      id: 'j-1', name: 'judge S, 0.06 M parameters, training 1', kind: 'judge', origin: '', group: { id: 'j', name: 'judge S, 0.06 M parameters', seed: 1 },
    };
    expect(speakerName(training, [training, { ...training, id: 'j-2' }])).toBe('judge S');
  });
});

describe('marks', () => {
  it('are of rows that have the figure, with the trainings that have it', () => {
    const [mark, ...others] = marksOf(ROWS, ({ samePosition }) => samePosition);
    expect(others).toEqual([]);
    expect([mark!.figure.value, mark!.trainings.map(({ figure }) => figure.value)]).toEqual([0.3, [0.3]]);
    expect(marksOf(ROWS, ({ agreement }) => agreement)).toHaveLength(ROWS.length);
  });

  it('against size are of models, the smallest first; the level is the annotator', () => {
    const marks = marksOf(ROWS, ({ agreement }) => agreement);
    expect(sizedMarks(marks).map(({ parameters }) => parameters)).toEqual([62_082, 7e9, 7e9, 7e9, 7e9]);
    expect(oneAnnotator(marks)?.figure.value).toBe(0.72);
  });

  it('as CSV say what each row is', () => {
    const lines = marksCsv(marksOf([JUDGE, row({ name: '=longer()', kind: 'rule' }, 0.55)], ({ agreement }) => agreement), PUBLISHED_POSITION.slice(0, 1)).trimEnd().split('\r\n');
    expect(lines).toEqual([
      'name,row,parameters,value,low,high,n',
      '"judge S, 0.06 M parameters",trainings together,62082,0.6,0.5,0.7,40',
      '"judge S, 0.06 M parameters, training 1",training,62082,0.6,0.5,0.7,40',
      '"judge S, 0.06 M parameters, training 2",training,62082,0.7,0.6,0.7999999999999999,40',
      `'=longer(),labeler,,0.55,${0.55 - 0.1},${0.55 + 0.1},40`,
      'PaLM 2 L,published,,0.18,,,',
    ]);
  });
});

describe('agreement against exemplars', () => {
  const cot = model('gpt-x, 1 exemplar, chain of thought', 0.77, { exemplars: 1, chainOfThought: true });
  const series = promptSeries([ROWS[4]!, cot, ROWS[0]!, JUDGE, ROWS[6]!, model('gpt-x, 3 exemplars (0a1b2c3d)', 0.6, { exemplars: 3 })]);

  it('is a line for each model and way of asking, by the number of exemplars', () => {
    expect(series.map(({ name, detail, chainOfThought, points }) => [name, detail, chainOfThought, points.map((p) => [p.exemplars, p.value])])).toEqual([
      ['gpt-x', 'detailed', false, [[0, 0.75], [2, 0.7]]],
      ['gpt-x, chain of thought', 'detailed', true, [[1, 0.77]]],
      // Other words of the prompt: another line.
      ['gpt-x (0a1b2c3d)', 'detailed', false, [[3, 0.6]]],
    ]);
  });

  it('joins by all settings but the exemplars, whatever the names are', () => {
    const of = (name: string, exemplars: number, settings: string): LabRow => model(name, 0.7, { exemplars, settings });
    const lines = promptSeries([
      of('gpt-x', 0, 'a'.repeat(16)), of('gpt-x (0a1b2c3d)', 0, 'b'.repeat(16)), of('gpt-x, 1 exemplar', 1, 'c'.repeat(16)),
      of('gpt-x, 2 exemplars', 2, 'b'.repeat(16)), of('gpt-x, 2 exemplars (4e5f6a7b)', 2, 'a'.repeat(16)),
      of('gpt-x, 2 exemplars (recorded)', 2, 'a'.repeat(16)),
    ]);
    expect(lines.map(({ name, points }) => [name, points.map(({ exemplars }) => exemplars)])).toEqual([
      ['gpt-x (aaaaaaaa)', [0, 2]], ['gpt-x (0a1b2c3d)', [0, 2]], ['gpt-x (cccccccc)', [1]], ['gpt-x (recorded)', [2]],
    ]);
  });

  it('as CSV has every point, the published ones without interval', () => {
    const lines = promptsCsv(series.slice(1, 2), PUBLISHED_SERIES).trimEnd().split('\r\n');
    expect(lines.slice(0, 3)).toEqual([
      'name,row,prompt,chain_of_thought,exemplars,value,low,high,n',
      `"gpt-x, chain of thought",labeler,detailed,true,1,0.77,0.67,${0.77 + 0.1},40`,
      '"PaLM 2 L, base prompt",published,base,false,0,0.761,,,',
    ]);
    expect(lines).toHaveLength(2 + 11);
  });
});

describe('reliability bins', () => {
  it('of several trainings count labels, not pairs', () => {
    expect(reliabilityNote(JUDGE)).toMatch(/n = 40\. Larger marks stand for more labels\. Labels of 2 trainings together;/);
  });

  it('as CSV have their bounds, confidence and agreement', () => {
    expect(binsCsv([{ from: 0.5, to: 0.55, confidence: 0.52, agreement: estimate(0.5) }])).toBe(
      'confidence_from,confidence_to,confidence,agreement,low,high,n\r\n0.5,0.55,0.52,0.5,0.4,0.6,40\r\n',
    );
  });
});
