/**
 * A lesson that travels in a link: a title, a text, and which settings a reader may change, sees fixed, or does not see. The
 * settings themselves travel beside it, as those of the link; once the reader has changed them, the lesson's own go with it. It
 * arranges the page and protects nothing.
 */
import { BlobError, packBlob, unpackBlob } from './blob';
import type { ExperimentConfig } from './config';
import { FIELD_LIST, SECTIONS, type FieldEntry, type SectionName } from './fields';
import { linkConfig, parseSettings, settingsText } from './link';
import { z } from './zod';

export const LESSON_VERSION = 1;

/** Most characters. */
export const MOST_TITLE = 80;
export const MOST_TEXT = 1000;
/** Longest text of a blob that is unpacked, in characters, and most bytes that it may unfold to: far above what the limits leave room for. */
const MOST_BLOB_TEXT = 20_000;
const MOST_BYTES = 64 * 1024;
/** Longest list of names; there are far fewer settings. */
const MOST_NAMES = 400;
/** Longest text of the lesson's own settings, in characters: every setting and every arm that there can be. */
const MOST_SETTINGS = 60_000;

/**
 * Parts of the page that a lesson can take away and that are no setting: the arms, the menu of presets, the ready-made questions
 * below the settings. Arms can be fixed too.
 */
export const LESSON_PARTS = ['arms', 'presets', 'questions'] as const;
export type LessonPart = (typeof LESSON_PARTS)[number];

/** What a reader of the lesson may do with a setting or part: change it, see it, or neither. */
export const HOLDS = ['free', 'fixed', 'hidden'] as const;
export type Hold = (typeof HOLDS)[number];

/** A setting by its path, a whole section by its name, or a part. */
export type LessonTarget = string;

export interface LessonLink {
  /** 1 to `MOST_TITLE` characters in one line. */
  readonly title: string;
  /** Plain text of up to `MOST_TEXT` characters; a blank line parts paragraphs. */
  readonly text: string;
  readonly hidden: readonly LessonTarget[];
  readonly fixed: readonly LessonTarget[];
  /** The screen that opens. */
  readonly view: string;
}

/** What came of a lesson in a link. */
export interface ReadLesson {
  /** Undefined where it cannot be used; a note says why. */
  readonly lesson: LessonLink | undefined;
  /** The lesson's own settings, where those of the link are the reader's. */
  readonly settings?: ExperimentConfig;
  /** For the visitor: what is wrong, or what was left out. */
  readonly notes: readonly string[];
}

const isSection = (name: string): name is SectionName => Object.hasOwn(SECTIONS, name);
const isPart = (name: string): name is LessonPart => (LESSON_PARTS as readonly string[]).includes(name);

/** The settings that a target stands for; none for a part. */
export function fieldsOf(target: LessonTarget): FieldEntry[] {
  return FIELD_LIST.filter(({ path, section }) => path === target || section === target);
}

/**
 * What a lesson does with a setting (by path) or a part. What it says of a setting itself goes before what it says of the section,
 * and hidden before fixed.
 */
export function holdOf({ hidden, fixed }: Pick<LessonLink, 'hidden' | 'fixed'>, name: string): Hold {
  for (const one of isPart(name) ? [name] : [name, name.split('.')[0]!]) {
    if (hidden.includes(one)) return 'hidden';
    if (fixed.includes(one)) return 'fixed';
  }
  return 'free';
}

/** Paragraphs of a lesson's text, as they are shown. */
export function paragraphsOf(text: string): string[] {
  return text.split(/\n\s*\n/).map((paragraph) => paragraph.trim()).filter((paragraph) => paragraph !== '');
}

// Controls, and marks that turn the direction of everything behind them: neither can be seen, both can mislead.
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A title as it is kept: in one line, without what cannot be seen. */
export function cleanTitle(title: string): string {
  return title.replace(/\s+/g, ' ').replace(UNSEEN, '').trim();
}

/** A text as it is kept: lines stay, what cannot be seen goes. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, ' ').replace(UNSEEN, (one) => (one === '\n' ? one : '')).trim();
}

/** As it is written: settings by their names in links, which never change, sections as `rl.*`, parts as `@arms`. */
const names = z.array(z.string().min(1).max(40)).max(MOST_NAMES);
const writtenSchema = z.strictObject({
  v: z.literal(LESSON_VERSION),
  title: z.string().max(MOST_TITLE).transform(cleanTitle).refine((title) => title !== '', 'it has no title'),
  text: z.string().max(MOST_TEXT).transform(cleanText),
  hide: names.default([]),
  fix: names.default([]),
  view: z.string().max(40),
  settings: z.string().max(MOST_SETTINGS).optional(),
});

const PATH_OF_LINK = new Map(FIELD_LIST.map(({ path, field }) => [field.link, path]));
const LINK_OF_PATH = new Map(FIELD_LIST.map(({ path, field }) => [path, field.link]));

function written(target: LessonTarget): string[] {
  if (isPart(target)) return [`@${target}`];
  if (isSection(target)) return [`${target}.*`];
  const link = LINK_OF_PATH.get(target);
  return link === undefined ? [] : [link];
}

function read(name: string): LessonTarget | undefined {
  if (name.startsWith('@')) return isPart(name.slice(1)) ? name.slice(1) : undefined;
  if (name.endsWith('.*')) return isSection(name.slice(0, -2)) ? name.slice(0, -2) : undefined;
  return PATH_OF_LINK.get(name);
}

/**
 * The lesson as the text of a link's key `l`.
 * @param settings its own, where those of the link are the reader's
 */
export function packLesson({ title, text, hidden, fixed, view }: LessonLink, settings?: ExperimentConfig): string {
  const lists = { ...(hidden.length > 0 ? { hide: hidden.flatMap(written) } : {}), ...(fixed.length > 0 ? { fix: fixed.flatMap(written) } : {}) };
  return packBlob({ v: LESSON_VERSION, title, text, ...lists, view, ...(settings ? { settings: settingsText(linkConfig(settings)) } : {}) });
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * The lesson that a link brings, whatever stands there: never throws.
 * @param text of the key `l`
 * @param views screens of the page, the one that opens otherwise first
 */
export function unpackLesson(text: string, views: readonly string[]): ReadLesson {
  let value: unknown;
  try {
    if (text.length > MOST_BLOB_TEXT) throw new BlobError('It is longer than any lesson of this page.');
    value = unpackBlob(text, MOST_BYTES);
  } catch (error) {
    if (!(error instanceof BlobError)) throw error;
    return broken(error.message);
  }
  const result = writtenSchema.safeParse(value);
  if (!result.success) {
    const newer = typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v > LESSON_VERSION;
    if (newer) return broken('It was made by a newer version of this page: reload the page, or ask for the link again.');
    const [issue] = result.error.issues;
    return broken(`What is in it is not as it should be (${issue?.path.join('.') || 'lesson'}: ${issue?.message}).`);
  }
  const { title, text: words, hide, fix, view, settings } = result.data;
  const own = settings === undefined ? undefined : parseSettings(settings);
  const known = (list: readonly string[]): LessonTarget[] => [...new Set(list.map(read))].filter((target) => target !== undefined);
  const strange = [...hide, ...fix].filter((name) => read(name) === undefined).length;
  const shown = views.includes(view);
  return {
    lesson: { title, text: words, hidden: known(hide), fixed: known(fix), view: shown ? view : (views[0] ?? '') },
    ...(own ? { settings: linkConfig(own.config) } : {}),
    notes: [
      ...(own?.notes ?? []),
      ...(strange > 0 ? [`The lesson names ${plural(strange, 'setting')} that this page does not have: left out.`] : []),
      ...(shown ? [] : ['The lesson opens a screen that this page does not have: the first one is shown.']),
    ],
  };
}

function broken(why: string): ReadLesson {
  return { lesson: undefined, notes: [`The lesson of this link cannot be read. ${why} Its settings are used all the same.`] };
}
