import type { Estimate } from '../core/bundle';
import { toCsv } from '../core/csv';
import type { HumanPair } from '../core/humanPairs';
import { LABEL_FILE_VERSION, labelFileSchema, type Asked, type LabelerFigures, type LabelerInfo, type LabelerResult, type LabelFile } from '../core/labReport';
import type { Label } from '../core/preferences';
import { DataFileError } from './dataFile';

/** What one labeler said. */
export interface LabelSet {
  readonly labeler: LabelerInfo;
  readonly labels: readonly Label[];
}

/** Fields by name, so that nothing that an object carries besides gets into a file. */
function labelerFields({ id, name, kind, parameters, origin, group, asked }: LabelerInfo): LabelerInfo {
  return {
    id, name, kind, origin,
    ...(parameters === undefined ? {} : { parameters }),
    ...(group === undefined ? {} : { group: { id: group.id, name: group.name, seed: group.seed } }),
    ...(asked === undefined ? {} : { asked: askedFields(asked) }),
  };
}

function askedFields({ detail, exemplars, chainOfThought, samples, rung, settings }: Asked): Asked {
  return {
    detail, exemplars, chainOfThought, samples,
    ...(rung === undefined ? {} : { rung }), ...(settings === undefined ? {} : { settings }),
  };
}

/** A row of the leaderboard: one labeler, or all trainings of a model together. */
export interface LabRow extends LabelerResult {
  /** Each training by itself, by its seed; none where the row is of one labeler. */
  readonly trainings: readonly LabelerResult[];
}

/** A row of a file, and what it is the figures of. */
interface FileRow extends LabelerResult {
  readonly row: 'labeler' | 'trainings together' | 'training';
}

/** Each row, and below one of several trainings each of these. */
function fileRows(rows: readonly LabRow[]): FileRow[] {
  return rows.flatMap(({ labeler, figures, trainings }): FileRow[] => [
    { row: trainings.length > 0 ? 'trainings together' : 'labeler', labeler, figures },
    ...trainings.map((training): FileRow => ({ row: 'training', ...training })),
  ]);
}

const ESTIMATES = [
  ['agreement', 'agreement'],
  ['kappa', 'kappa'],
  ['samePick', 'same_pick'],
  ['samePosition', 'same_position'],
  ['prefersFirst', 'prefers_first'],
  ['prefersLonger', 'prefers_longer'],
  ['peoplePreferLonger', 'people_prefer_longer'],
  ['brier', 'brier'],
] as const satisfies readonly (readonly [keyof LabelerFigures, string])[];

const NUMBERS = [
  ['parsed', 'parsed'],
  ['ece', 'ece'],
  ['costPer1000', 'usd_per_1000'],
  ['secondsPer1000', 'seconds_per_1000'],
] as const satisfies readonly (readonly [keyof LabelerFigures, string])[];

const FORMULA = /^[=+\-@\t\r]/;

/** A cell for a spreadsheet, which takes one that begins in certain ways for a formula: names may come from anywhere. */
export function asText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

const estimateCells = (estimate: Estimate | undefined): (string | number)[] =>
  estimate ? [estimate.value, ...estimate.ci, estimate.n] : ['', '', '', ''];

/**
 * The leaderboard as CSV; each estimate with its 95% interval and n. Empty where there is no figure. The column `row` says
 * whether a row is of one labeler, of all trainings of a model together, or of one training, which follow their model.
 */
export function leaderboardCsv(rows: readonly LabRow[]): string {
  const header = [
    'id', 'name', 'row', 'group', 'training', 'kind', 'parameters',
    'prompt', 'exemplars', 'chain_of_thought', 'samples', 'rung', 'n',
    ...ESTIMATES.flatMap(([, column]) => [column, `${column}_low`, `${column}_high`, `${column}_n`]),
    ...NUMBERS.map(([, column]) => column),
  ];
  const lines = fileRows(rows).map(({ row, labeler: { id, name, kind, parameters, group, asked }, figures }) => [
    asText(id), asText(name), row, asText(group?.id ?? ''), group?.seed ?? '', kind, parameters ?? '',
    asked?.detail ?? '', asked?.exemplars ?? '', asked ? String(asked.chainOfThought) : '', asked?.samples ?? '', asked?.rung ?? '',
    figures.n,
    ...ESTIMATES.flatMap(([key]) => estimateCells(figures[key])),
    ...NUMBERS.map(([key]) => figures[key] ?? ''),
  ]);
  return toCsv([header, ...lines]);
}

/** The same rows with everything that is known of each labeler. @param pairs where the pairs came from, in words. */
export function leaderboardJson(pairs: string, rows: readonly LabRow[]): string {
  const results = fileRows(rows).map(({ row, labeler, figures }) => ({ row, labeler: labelerFields(labeler), figures }));
  return `${JSON.stringify({ kind: 'leaderboard', version: 1, pairs, results }, undefined, 1)}\n`;
}

/**
 * Annotations as AlpacaEval writes them: preference is 1 where output_1 is surely preferred, 2 where output_2 is, 1.5 for
 * a tie, and what lies between for soft labels. A reply that could not be read is a tie. An annotator that is one training
 * of a model says so: the model as a whole gives no annotations.
 */
export function annotationsJson(pairs: readonly HumanPair[], sets: readonly LabelSet[]): string {
  const pairOf = new Map(pairs.map((pair) => [pair.id, pair]));
  const annotations = sets.flatMap(({ labeler, labels }) => labels.flatMap(({ pairId, pA, parsed }) => {
    const pair = pairOf.get(pairId);
    if (!pair) return [];
    const [output_1, output_2] = pair.responses;
    const { id: annotator, group } = labeler;
    const training = group ? { annotator_group: group.id, annotator_training: group.seed } : {};
    return [{ instruction: pair.prompt, output_1, output_2, preference: parsed ? 2 - pA : 1.5, annotator, ...training }];
  }));
  return `${JSON.stringify(annotations, undefined, 1)}\n`;
}

/** Labels for a file, to be shown again where nobody has a key. The pairs are not in it. @param pairs their source. */
export function labelsJson(pairs: string, sets: readonly LabelSet[]): string {
  const file: LabelFile = {
    kind: 'labels',
    version: LABEL_FILE_VERSION,
    pairs: pairs.slice(0, 500),
    labelers: sets.map(({ labeler, labels }) => ({
      labeler: labelerFields(labeler),
      labels: labels.map(({ pairId, labeler: by, pA, raw, parsed, rationale, costUsd, latencyMs }) => ({
        pairId, labeler: by, pA, raw: [...raw], parsed,
        ...(rationale === undefined ? {} : { rationale: rationale.slice(0, 20_000) }),
        ...(costUsd === undefined ? {} : { costUsd }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
      })),
    })),
  };
  return `${JSON.stringify(file)}\n`;
}

/** Above any file that is written here in earnest: 20 labelers of 2,000 pairs with rationales of 500 characters. */
export const MAX_LABEL_FILE_BYTES = 50 * 1024 * 1024;

/** Reads what `labelsJson` wrote. @throws DataFileError that says what is wrong. */
export async function readLabelFile(file: Blob & { readonly name: string }): Promise<LabelFile> {
  const refuse = (what: string): DataFileError => new DataFileError(`${file.name} ${what}`);
  if (file.size > MAX_LABEL_FILE_BYTES) throw refuse(`has ${(file.size / 1024 / 1024).toFixed(0)} MB; files of labels have at most 50.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
  } catch {
    throw refuse('is not a file of labels: it is not JSON in UTF-8. Choose a file that was exported here.');
  }
  const parsed = labelFileSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
    throw refuse(`is not a file of labels${place}: ${issue?.message ?? 'it has another form'}. Choose a file that was exported here.`);
  }
  const names = new Set<string>();
  for (const { labeler, labels } of parsed.data.labelers) {
    if (names.has(labeler.id)) throw refuse(`holds the labeler "${labeler.id}" twice.`);
    names.add(labeler.id);
    const seen = new Set<string>();
    for (const { pairId, labeler: by } of labels) {
      if (by !== labeler.id) throw refuse(`has a label of "${by}" among those of "${labeler.id}".`);
      if (seen.has(pairId)) throw refuse(`has two labels of "${labeler.id}" for pair ${pairId}.`);
      seen.add(pairId);
    }
  }
  return parsed.data;
}

/** The labels of the file that belong to these pairs, and how many belong to others. */
export function labelsOf(file: LabelFile, pairs: readonly HumanPair[]): { sets: LabelSet[]; others: number } {
  const ids = new Set(pairs.map((pair) => pair.id));
  let others = 0;
  const sets = file.labelers.map(({ labeler, labels }) => {
    const own = labels.filter(({ pairId }) => ids.has(pairId));
    others += labels.length - own.length;
    return {
      labeler,
      // Left out rather than undefined, as a label's optional fields are.
      labels: own.map(({ rationale, costUsd, latencyMs, ...label }): Label => ({
        ...label,
        ...(rationale === undefined ? {} : { rationale }),
        ...(costUsd === undefined ? {} : { costUsd }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
      })),
    };
  });
  return { sets, others };
}
