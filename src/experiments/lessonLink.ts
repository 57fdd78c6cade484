import { getField, parseConfig, type ArmConfig, type ExperimentConfig, type FieldValue } from '../core/config';
import { FIELD_LIST, type FieldEntry } from '../core/fields';
import { holdOf, type Hold, type LessonLink } from '../core/lesson';
import type { Lesson } from './lessons';

/**
 * What a lesson that came by a link does to the page of whoever opened it. It is another thing than the ready-made questions of
 * `lessons.ts`, which are part of every page.
 */

/** A lesson in force, and the settings that its link gave. */
export interface LessonInForce {
  readonly lesson: LessonLink;
  /** What fixed and hidden settings stay at, and what Reset goes back to. */
  readonly settings: ExperimentConfig;
  /** Whether hidden settings are shown, and free, all the same. */
  readonly all: boolean;
}

/** What may be done with a setting (by path) or part of the page; free where there is no lesson. */
export function heldBy(inForce: LessonInForce | undefined, name: string): Hold {
  if (!inForce) return 'free';
  const hold = holdOf(inForce.lesson, name);
  return hold === 'hidden' && inForce.all ? 'free' : hold;
}

/** The settings with what the lesson holds put back to its own values; the same object where nothing was changed. */
export function withHeld(config: ExperimentConfig, inForce: LessonInForce | undefined): ExperimentConfig {
  if (!inForce) return config;
  const held = FIELD_LIST.filter(({ path }) => heldBy(inForce, path) !== 'free');
  const changed = held.filter((entry) => getField(config, entry) !== getField(inForce.settings, entry));
  const arms = heldBy(inForce, 'arms') === 'free' ? withHeldSets(config.arms, held, inForce.settings.arms) : inForce.settings.arms;
  const same = JSON.stringify(arms) === JSON.stringify(config.arms);
  if (changed.length === 0 && same) return config;
  return parseConfig({ ...withFields(config, changed, inForce.settings), arms });
}

function withFields(config: ExperimentConfig, entries: readonly FieldEntry[], from: ExperimentConfig): object {
  const sections: Record<string, object> = {};
  for (const entry of entries) {
    const section = sections[entry.section] ?? config[entry.section];
    sections[entry.section] = { ...section, [entry.name]: getField(from, entry) };
  }
  return { ...config, ...sections };
}

/** Arms of the reader's own follow held settings too: what is held for all arms is no arm's own, but where the lesson gave it one. */
function withHeldSets(arms: readonly ArmConfig[], held: readonly FieldEntry[], given: readonly ArmConfig[]): ArmConfig[] {
  return arms.map((arm) => {
    const own = given.find(({ id }) => id === arm.id)?.set ?? {};
    const set: Record<string, FieldValue> = { ...arm.set };
    for (const { path } of held) {
      delete set[path];
      const value = own[path];
      if (value !== undefined) set[path] = value;
    }
    const { set: _set, ...rest } = arm;
    return Object.keys(set).length === 0 ? rest : { ...rest, set };
  });
}

/** Most free settings of a lesson that all stand in the panel, whether they are among the few that always do or not. */
export const PANEL_FIELDS = 8;

/**
 * The settings that stand in the panel: those that always do and, where a lesson hides some and leaves only a few free, these few.
 * @param form all settings of the form, in order
 */
export function panelFields(form: readonly FieldEntry[], inForce: LessonInForce | undefined): FieldEntry[] {
  const shown = form.filter(({ path }) => heldBy(inForce, path) !== 'hidden');
  const free = shown.filter(({ path }) => heldBy(inForce, path) === 'free');
  const few = shown.length < form.length && free.length <= PANEL_FIELDS;
  return shown.filter((entry) => entry.field.prominent || (few && free.includes(entry)));
}

/** Whether a ready-made question can be asked: everything that it turns on is free. */
export function questionOpen(inForce: LessonInForce | undefined, { settings, arms }: Pick<Lesson, 'settings' | 'arms'>): boolean {
  const paths = Object.entries(settings).flatMap(([section, values]) => Object.keys(values).map((name) => `${section}.${name}`));
  return [...paths, ...(arms ? ['arms'] : [])].every((name) => heldBy(inForce, name) === 'free');
}

/** What a lesson hides, in words: "12 settings and the arms"; empty where it hides nothing. */
export function hiddenWords({ lesson }: Pick<LessonInForce, 'lesson'>): string {
  const hidden = (name: string): boolean => holdOf(lesson, name) === 'hidden';
  const count = FIELD_LIST.filter(({ path }) => hidden(path)).length;
  const parts = [
    ...(count > 0 ? [`${count} setting${count === 1 ? '' : 's'}`] : []),
    ...(hidden('arms') ? ['the arms'] : []),
    ...(hidden('presets') ? ['the presets'] : []),
    ...(hidden('questions') ? ['the ready-made questions'] : []),
  ];
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
