import { ARM_FIELDS, configOfArm, getField, type ExperimentConfig } from '../../core/config';
import { FIELD_LIST, FIELDS, type FieldEntry, type SectionName } from '../../core/fields';
import { pathTitle, sweptArm, sweptField } from '../../experiments/sweepFields';
import { SECTION_TITLES } from '../playground/stages';
import { plainValue } from '../shared/format';

/** Settings to choose from, with paths as values. */
export interface ChoiceGroup {
  readonly group: string;
  readonly items: { readonly value: string; readonly label: string }[];
}

/** Not varied by a row: the seed has its own fields, and a task of one's own needs a file. */
const isOffered = ({ section }: FieldEntry): boolean => section !== 'run';

/** Settings of all arms by section, then those of each arm. */
export function axisChoices({ arms }: Pick<ExperimentConfig, 'arms'>): ChoiceGroup[] {
  const item = (path: string): ChoiceGroup['items'][number] => ({ value: path, label: pathTitle(path, arms) });
  const sections = Object.keys(FIELDS) as SectionName[];
  return [
    ...sections.map((section) => ({
      group: SECTION_TITLES[section],
      items: FIELD_LIST.filter((entry) => entry.section === section && isOffered(entry)).map(({ path }) => item(path)),
    })),
    // One arm alone has nothing of its own.
    ...(arms.length < 2 ? [] : arms.map(({ label }, i) => ({
      group: `Only ${label}, arm ${i + 1}`,
      items: ARM_FIELDS.filter(isOffered).map(({ path }) => item(`arms.${i}.${path}`)),
    }))),
  ].filter(({ items }) => items.length > 0);
}

/** What a setting is, what it may be and what it is now. Empty where there is no such setting. */
export function rangeWords(path: string, config: ExperimentConfig): string {
  const entry = sweptField(path);
  if (!entry) return '';
  const { field } = entry;
  const number = sweptArm(path);
  const arm = number === undefined ? undefined : config.arms[number];
  const now = plainValue(getField(arm ? configOfArm(config, arm) : config, entry));
  const own = number === undefined ? config.arms.filter(({ set }) => set?.[path] !== undefined).map(({ label }) => label) : [];
  const may = field.kind === 'choice'
    ? `One of ${Object.keys(field.options).join(', ')}.`
    : field.kind === 'switch' ? 'true or false.' : `From ${plainValue(field.min)} to ${plainValue(field.max)}.`;
  return [
    field.help,
    `${may} Now ${now}.`,
    ...(own.length > 0 ? [`${own.join(', ')}: has a value of its own and stays as it is.`] : []),
  ].join(' ');
}

/** An example of values for the empty field. */
export function exampleOf(path: string): string {
  const field = sweptField(path)?.field;
  if (field?.kind === 'choice') return Object.keys(field.options).slice(0, 3).join(', ');
  if (field?.kind === 'switch') return 'true, false';
  return '0, 0.05, 0.1 or 0..0.1..0.05';
}
