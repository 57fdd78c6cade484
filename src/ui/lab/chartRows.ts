import type { Estimate } from '../../core/bundle';
import { toCsv } from '../../core/csv';
import type { Asked, LabelerFigures, LabelerInfo, ReliabilityBin } from '../../core/labReport';
import { asText, type LabRow } from '../../experiments/labFiles';
import { recordedMark } from '../../experiments/labRecorded';
import { PUBLISHED_LABELERS } from '../playground/published';
import { number } from '../shared/format';
import { PUBLISHED_PROMPTS } from './publishedPrompts';

/** What the lab's charts show, before anything is drawn. */

/** How a language model's answers were read; `unknown` where the labels do not say. */
export type AnswerRung = NonNullable<Asked['rung']> | 'unknown';

/** Undefined of whoever is no language model. */
export function rungOf({ kind, asked }: LabelerInfo): AnswerRung | undefined {
  return kind === 'llm' ? (asked?.rung ?? 'unknown') : undefined;
}

const RUNGS: readonly AnswerRung[] = ['logprobs', 'structured', 'choice', 'unknown'];

/** The rungs of the language models among the rows, the most frequent first. */
export function rungsOf(rows: readonly LabRow[]): AnswerRung[] {
  const count = (rung: AnswerRung): number => rows.filter(({ labeler }) => rungOf(labeler) === rung).length;
  return RUNGS.filter((rung) => count(rung) > 0).sort((a, b) => count(b) - count(a));
}

/** Language models of one rung, and everybody else: figures of different rungs are not comparable. */
export function ofRung<T extends { readonly labeler: LabelerInfo }>(rows: readonly T[], rung: AnswerRung | undefined): T[] {
  return rows.filter(({ labeler }) => {
    const own = rungOf(labeler);
    return own === undefined || own === rung;
  });
}

const withoutSize = (name: string): string => name.replace(/, [\d.]+ [KMB] parameters/, '');
const withoutOwner = (name: string): string => withoutSize(name).replace(/^[^,\s]+\//, '');

/**
 * Without the number of parameters, for where an axis or a column tells it, and without whose model it is, but where that alone
 * tells it from another. @param names all that stand beside it
 */
export function shortName(name: string, names: readonly string[]): string {
  const short = withoutOwner(name);
  return names.some((other) => other !== name && withoutOwner(other) === short) ? withoutSize(name) : short;
}

/**
 * A name of at most `limit` characters. What is unusual about a labeler stands behind a comma and tells two rows of one model
 * apart, so that it stays where there is room for it, and the model's name is cut.
 */
export function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const comma = name.indexOf(',');
  const [head, tail] = comma < 0 ? [name, ''] : [name.slice(0, comma), name.slice(comma)];
  const room = limit - tail.length - 1;
  return room >= SHORTEST_MODEL ? `${head.slice(0, room)}…${tail}` : `${name.slice(0, limit - 1)}…`;
}

/** Characters by which a model can still be told. */
const SHORTEST_MODEL = 8;

/** Name of a labeler where each model speaks once, through its first training. */
export function speakerName(labeler: LabelerInfo, labelers: readonly LabelerInfo[]): string {
  const nameOf = ({ name, group }: LabelerInfo): string => group?.name ?? name;
  return shortName(nameOf(labeler), labelers.map(nameOf));
}

/** A mark of a chart of one figure. */
export interface ChartMark {
  readonly name: string;
  readonly labeler: LabelerInfo;
  readonly figure: Estimate;
  /** The same of each training, where there are several. */
  readonly trainings: readonly { readonly name: string; readonly figure: Estimate }[];
}

type Figure = (figures: LabelerFigures) => Estimate | undefined;

/** One mark for each row that has the figure. */
export function marksOf(rows: readonly LabRow[], figure: Figure): ChartMark[] {
  return rows.flatMap(({ labeler, figures, trainings }) => {
    const own = figure(figures);
    if (!own) return [];
    const each = trainings.flatMap((training) => {
      const one = figure(training.figures);
      return one ? [{ name: training.labeler.name, figure: one }] : [];
    });
    return [{ name: labeler.name, labeler, figure: own, trainings: each }];
  });
}

export interface SizedMark extends ChartMark {
  readonly parameters: number;
}

/** Those of models whose size is known, the smallest first. */
export function sizedMarks(marks: readonly ChartMark[]): SizedMark[] {
  return marks
    .flatMap((mark) => (mark.labeler.parameters ? [{ ...mark, parameters: mark.labeler.parameters }] : []))
    .sort((a, b) => a.parameters - b.parameters);
}

/** A published figure, which has no interval here. */
export interface Reference {
  readonly name: string;
  readonly value: number;
}

export const PUBLISHED_ALIGNMENT: readonly Reference[] = PUBLISHED_LABELERS.map(({ name, alignment }) => ({ name, value: alignment }));
export const PUBLISHED_POSITION: readonly Reference[] = PUBLISHED_LABELERS.map(({ name, samePosition }) => ({ name, value: samePosition }));

/** One person more beside those that labelers are held against, where there is one. */
export function oneAnnotator(marks: readonly ChartMark[]): ChartMark | undefined {
  return marks.find(({ labeler }) => labeler.kind === 'people');
}

const ends = ({ value, ci, n }: Estimate): (string | number)[] => [value, ...ci, n];

/** The marks of a chart as CSV: what each is, its size where it is known, value, 95% interval and n. */
export function marksCsv(marks: readonly ChartMark[], references: readonly Reference[]): string {
  return toCsv([
    ['name', 'row', 'parameters', 'value', 'low', 'high', 'n'],
    ...marks.flatMap(({ name, labeler, figure, trainings }) => {
      const parameters = labeler.parameters ?? '';
      return [
        [asText(name), trainings.length > 0 ? 'trainings together' : 'labeler', parameters, ...ends(figure)],
        ...trainings.map((training) => [asText(training.name), 'training', parameters, ...ends(training.figure)]),
      ];
    }),
    ...references.map(({ name, value }) => [name, 'published', '', value, '', '', '']),
  ]);
}

/** A labeler's reliability bins as CSV. */
export function binsCsv(bins: readonly ReliabilityBin[]): string {
  return toCsv([
    ['confidence_from', 'confidence_to', 'confidence', 'agreement', 'low', 'high', 'n'],
    ...bins.map(({ from, to, confidence, agreement }) => [from, to, confidence, ...ends(agreement)]),
  ]);
}

/** What is told below a labeler's reliability curve. */
export function reliabilityNote({ labeler, figures: { ece, brier }, trainings }: LabRow): string {
  return `${labeler.name}: ECE ${number(ece, 3)}, Brier score ${number(brier.value, 3)} ` +
    `[${number(brier.ci[0], 3)}, ${number(brier.ci[1], 3)}], n = ${number(brier.n)}. Larger marks stand for more labels.` +
    (trainings.length > 0
      ? ` Labels of ${trainings.length} trainings together; bars count each pair once, and ECE is the mean of the trainings.`
      : '');
}

/** A model asked in one way with several numbers of exemplars. */
export interface PromptSeries {
  readonly name: string;
  readonly detail: Asked['detail'];
  readonly chainOfThought: boolean;
  /** By their number of exemplars; published ones have no interval. */
  readonly points: readonly { readonly exemplars: number; readonly value: number; readonly figure?: Estimate }[];
}

/** Names of language models say how many exemplars there were. */
const EXEMPLARS = /, \d+ exemplars?(?=,| \(|$)/;

/**
 * The lines of agreement against exemplars, of the language models among the rows. Rows of one line differ in their exemplars
 * alone; recorded ones have lines of their own. Older files do not say what else differs: theirs go by their names.
 */
export function promptSeries(rows: readonly LabRow[]): PromptSeries[] {
  const series = new Map<string, PromptSeries & { readonly settings: string | undefined }>();
  for (const { labeler, figures: { agreement } } of rows) {
    if (labeler.kind !== 'llm' || !labeler.asked) continue;
    const { detail, chainOfThought, exemplars, settings } = labeler.asked;
    const plain = labeler.name.replace(EXEMPLARS, '');
    const key = JSON.stringify(settings === undefined ? ['name', plain] : ['settings', settings, recordedMark(labeler.name)]);
    const { name = plain, points = [] } = series.get(key) ?? {};
    const longer = [...points, { exemplars, value: agreement.value, figure: agreement }].sort((a, b) => a.exemplars - b.exemplars);
    series.set(key, { name, detail, chainOfThought, settings, points: longer });
  }
  const all = [...series.values()];
  return all.map(({ settings, ...one }) => {
    const shared = all.filter(({ name }) => name === one.name).length > 1;
    return shared && settings !== undefined ? { ...one, name: `${one.name} (${settings.slice(0, 8)})` } : one;
  });
}

/** The published lines: PaLM 2 L of Lee et al. (2023). */
export const PUBLISHED_SERIES: readonly PromptSeries[] = PUBLISHED_PROMPTS.map(({ name, detail, chainOfThought, alignment }) => ({
  name, detail, chainOfThought, points: alignment.map(([exemplars, value]) => ({ exemplars, value })),
}));

/** The points of the lines as CSV. */
export function promptsCsv(series: readonly PromptSeries[], published: readonly PromptSeries[]): string {
  const lines = (row: string, of: readonly PromptSeries[]): (string | number)[][] =>
    of.flatMap(({ name, detail, chainOfThought, points }) => points.map(({ exemplars, value, figure }) => [
      asText(name), row, detail, String(chainOfThought), exemplars, ...(figure ? ends(figure) : [value, '', '', '']),
    ]));
  return toCsv([
    ['name', 'row', 'prompt', 'chain_of_thought', 'exemplars', 'value', 'low', 'high', 'n'],
    ...lines('labeler', series),
    ...lines('published', published),
  ]);
}
