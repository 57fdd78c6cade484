import { ARM_FIELDS, DEFAULT_CONFIG, FEEDBACKS, getField, MOST_ARMS, parseConfig, type ArmConfig, type ExperimentConfig, type Feedback, type FieldValue } from './config';
import { FIELD_LIST, type Field, type FieldEntry } from './fields';
import defaultsFile from './linkDefaults.json';
import { isBuiltIn } from './taskWords';

/**
 * Settings as the fragment of an address: `#v=1&seed=2&kl=0.1&arm=rlhf;people;RLHF`. A fragment never leaves the browser.
 * Only what differs from the defaults of version 1 is written, by the `link` names of the settings table. Those defaults are
 * frozen in linkDefaults.json, so that a link means the same when the table's defaults have moved on. docs/links.md has the format.
 */
export const LINK_VERSION = 1;

/** Longest fragment that is read, in characters. The longest that is made is a tenth of it. */
export const MOST_FRAGMENT = 300_000;
/** Most `key=value` parts that are read. */
const MOST_PARTS = 500;
/** Most notes; what is beyond them is counted. */
const MOST_NOTES = 20;
/** Characters of a link that a note quotes. */
const MOST_QUOTED = 40;

/** What a fragment carries. */
export interface LinkParts {
  readonly config: ExperimentConfig;
  /** A packed result, `core/linkResult`. */
  readonly result?: string;
  /** A packed lesson. */
  readonly lesson?: string;
}

export interface ParsedFragment extends LinkParts {
  /** False for a fragment that is none of ours: an anchor in the page, or nothing. */
  readonly isLink: boolean;
  /** What was ignored or brought into range, a sentence each. */
  readonly notes: readonly string[];
}

const LINK_DEFAULTS = defaultsFile as Readonly<Record<string, FieldValue>>;
/** Arms of a link that names none. Frozen like the other defaults. */
const LINK_ARMS: readonly ArmConfig[] = [
  { id: 'rlhf', label: 'RLHF', feedback: 'people' },
  { id: 'rlaif', label: 'RLAIF', feedback: 'ai' },
];

const BY_LINK: ReadonlyMap<string, FieldEntry> = new Map(FIELD_LIST.map((entry) => [entry.field.link, entry]));
const ARM_PATHS: ReadonlySet<string> = new Set(ARM_FIELDS.map(({ path }) => path));
const LINK_OF: ReadonlyMap<string, string> = new Map(FIELD_LIST.map(({ path, field }) => [path, field.link]));

const VERSION = 'v';
const ARM = 'arm';
const LESSON = 'l';
const RESULT = 'r';

/** Text as it may stand in a fragment; a space is a plus. Half a character, which no address can hold, becomes U+FFFD. */
function escaped(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2C', ',');
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const quoted = (text: string): string => (text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text);

/** `id;feedback;label`, and `;name:value` for each setting of its own. */
function armText({ id, feedback, label, set }: ArmConfig): string {
  const own = Object.entries(set ?? {}).map(([path, value]) => `${LINK_OF.get(path)}:${escaped(String(value))}`);
  return [id, feedback, escaped(label), ...own].join(';');
}

/** The settings as `key=value` parts joined by `&`, without arms that are switched off; empty for the defaults of links. */
export function settingsText(config: ExperimentConfig): string {
  const parts = FIELD_LIST.flatMap((entry) => {
    const value = getField(config, entry);
    return value === LINK_DEFAULTS[entry.path] ? [] : [`${entry.field.link}=${escaped(String(value))}`];
  });
  const arms = config.arms.filter(({ off }) => !off).map(armText);
  const same = arms.join() === LINK_ARMS.map(armText).join();
  return [...parts, ...(same ? [] : arms.map((arm) => `${ARM}=${arm}`))].join('&');
}

/** What of the settings no link carries, a sentence each: a file and labels are the visitor's own. */
export function notInLink(config: ExperimentConfig): string[] {
  const given = config.arms.filter(({ feedback, off }) => feedback === 'given' && !off);
  const off = config.arms.filter((arm) => arm.off);
  const names = (arms: readonly ArmConfig[]): string => arms.map(({ label }) => label).join(', ');
  return [
    ...(config.run.task === 'file' ? ['Your file stays here: whoever opens the link gets these settings on the forum posts.'] : []),
    ...(given.length > 0 ? [`The labels of ${names(given)} stay here, and so do the arms that learn from them.`] : []),
    ...(off.length > 0 ? [`Switched off, so not in the link: ${names(off)}.`] : []),
  ];
}

/** The settings as a link carries them. */
export function linkConfig(config: ExperimentConfig): ExperimentConfig {
  const arms = config.arms.filter(({ feedback, off }) => feedback !== 'given' && !off);
  const task = isBuiltIn(config.run.task) ? config.run.task : 'tldr';
  return { ...config, run: { ...config.run, task }, arms: arms.length > 0 ? arms : LINK_ARMS };
}

/** The fragment without its `#`. The result comes last: a link that is cut off loses that alone. */
export function fragmentOf({ config, result, lesson }: LinkParts): string {
  const settings = settingsText(linkConfig(config));
  return [
    `${VERSION}=${LINK_VERSION}`,
    ...(settings === '' ? [] : [settings]),
    ...(lesson === undefined ? [] : [`${LESSON}=${lesson}`]),
    ...(result === undefined ? [] : [`${RESULT}=${result}`]),
  ].join('&');
}

interface Settings {
  readonly values: Map<string, FieldValue>;
  readonly arms: ArmConfig[];
  /** Whether arms were named, readable or not. */
  armsNamed: boolean;
  readonly notes: string[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** @returns undefined where it is no value of the field, which `notes` then says */
function readValue(field: Field, written: string, text: string, notes: string[]): FieldValue | undefined {
  const ignored = (what: string): undefined => void notes.push(`${quoted(written)} was ignored: ${field.label} is ${what}.`);
  if (field.kind === 'choice') return Object.hasOwn(field.options, text) ? text : ignored(`one of ${Object.keys(field.options).join(', ')}`);
  if (field.kind === 'switch') return text === 'true' || text === 'false' ? text === 'true' : ignored('true or false');
  const value = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) return ignored('a number');
  const whole = field.kind === 'int' ? Math.round(value) : value;
  const within = Math.min(field.max, Math.max(field.min, whole));
  if (within !== value) notes.push(`${quoted(written)} was changed to ${within}: ${field.label} is ${field.kind === 'int' ? 'a whole number' : 'a number'} from ${field.min} to ${field.max}.`);
  return within;
}

/** @returns undefined where the id or the name is none that an arm can have */
function checkedArm(arm: ArmConfig): ArmConfig | undefined {
  try {
    return parseConfig({ arms: [arm] }).arms[0];
  } catch {
    return undefined;
  }
}

function readArm(written: string, settings: Settings): void {
  const { notes, arms } = settings;
  const ignored = (why: string): void => void notes.push(`The arm ${quoted(written)} was ignored: ${why}.`);
  const [id, feedback, label, ...own] = written.split(';').map((part) => unescaped(part) ?? '');
  if (!(FEEDBACKS as readonly string[]).includes(feedback ?? '')) return ignored(`its feedback is none of ${FEEDBACKS.join(', ')}`);
  if (arms.some((arm) => arm.id === id)) return ignored('another arm has its id');
  if (arms.length >= MOST_ARMS) return ignored(`there are at most ${MOST_ARMS}`);
  const set: Record<string, FieldValue> = {};
  for (const setting of own) {
    const at = setting.indexOf(':');
    const entry = BY_LINK.get(setting.slice(0, Math.max(at, 0)));
    if (!entry || !ARM_PATHS.has(entry.path)) {
      notes.push(`${quoted(setting)} was ignored: no arm has such a setting of its own.`);
      continue;
    }
    const value = readValue(entry.field, setting, setting.slice(at + 1), notes);
    if (value !== undefined) set[entry.path] = value;
  }
  const arm = checkedArm({
    id: id ?? '', label: label ?? '', feedback: feedback as Feedback, ...(Object.keys(set).length > 0 ? { set } : {}),
  });
  if (arm) arms.push(arm);
  else ignored('its id or its name is none that an arm can have');
}

/** @returns false for a key that is no setting */
function readSetting(key: string, raw: string, settings: Settings): boolean {
  const { values, notes } = settings;
  if (key === ARM) {
    settings.armsNamed = true;
    readArm(raw, settings);
    return true;
  }
  const entry = BY_LINK.get(key);
  if (!entry) return false;
  const text = unescaped(raw);
  if (text === undefined) {
    notes.push(`${quoted(`${key}=${raw}`)} was ignored: its signs cannot be read.`);
    return true;
  }
  if (values.has(entry.path)) notes.push(`${key} was given more than once: the last one counts.`);
  const value = readValue(entry.field, `${key}=${text}`, text, notes);
  if (value !== undefined) values.set(entry.path, value);
  return true;
}

function configOf({ values, arms, armsNamed, notes }: Settings): ExperimentConfig {
  if (armsNamed && arms.length === 0) notes.push('The link names no arm that can be read: these are RLHF and RLAIF.');
  const sections: Record<string, Record<string, FieldValue>> = {};
  for (const { section, name, path } of FIELD_LIST) {
    const value = values.get(path) ?? LINK_DEFAULTS[path];
    // A setting of a later build than the frozen defaults; a test sees to it that there is none.
    if (value !== undefined) (sections[section] ??= {})[name] = value;
  }
  try {
    return parseConfig({ ...sections, arms: arms.length > 0 ? arms : LINK_ARMS });
  } catch {
    // Ranges that became narrower than a frozen default.
    notes.push('The settings of the link do not fit this version of the page: these are the defaults.');
    return { ...DEFAULT_CONFIG };
  }
}

const noSettings = (): Settings => ({ values: new Map(), arms: [], armsNamed: false, notes: [] });

function capped(notes: readonly string[]): string[] {
  const more = notes.length - MOST_NOTES;
  return more > 0 ? [...notes.slice(0, MOST_NOTES), `${more} more were ignored or changed.`] : [...notes];
}

function splitPart(part: string): [key: string, raw: string] {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
}

/** The settings that `settingsText` wrote, a file as the task and given labels among them. Total, as `parseFragment`. */
export function parseSettings(text: string): { readonly config: ExperimentConfig; readonly notes: readonly string[] } {
  const settings = noSettings();
  for (const part of text.split('&', MOST_PARTS).filter((one) => one !== '')) {
    const [key, raw] = splitPart(part);
    if (!readSetting(key, raw, settings)) settings.notes.push(`${quoted(part)} was ignored: there is no such setting.`);
  }
  const config = configOf(settings);
  return { config, notes: capped(settings.notes) };
}

function readVersion(text: string, notes: string[]): void {
  if (text === String(LINK_VERSION)) return;
  const newer = /^\d{1,6}$/.test(text) && Number(text) > LINK_VERSION;
  notes.push(newer
    ? `This link is of a newer version of the page (${text}): what this one knows of it was taken.`
    : `${VERSION}=${quoted(text)} is no version of links: it was read as version ${LINK_VERSION}.`);
}

/** What the visitor's own machine alone has, and a link asks for. */
function withoutOwn(config: ExperimentConfig, notes: string[]): ExperimentConfig {
  if (config.run.task === 'file') notes.push('The link asks for a file as the task, which no link carries: the task is the forum posts.');
  const given = config.arms.filter(({ feedback }) => feedback === 'given').length;
  if (given > 0) notes.push(`The link has ${given === 1 ? 'an arm' : `${given} arms`} on given labels, which no link carries: left out.`);
  return linkConfig(config);
}

/**
 * Reads a fragment, with or without its `#`. Total: whatever it is given, it gives settings that can be used, and says what it
 * ignored or changed. The blobs are handed on as they are; what they hold is not looked at.
 */
export function parseFragment(fragment: string): ParsedFragment {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment;
  const settings = noSettings();
  const { notes } = settings;
  if (text.length > MOST_FRAGMENT) {
    notes.push(`The link is longer than ${MOST_FRAGMENT.toLocaleString('en')} characters, which no link of this page is: it was ignored.`);
    return { isLink: true, config: configOf(settings), notes };
  }
  const blobs: { result?: string; lesson?: string } = {};
  let isLink = false;
  const parts = text.split('&', MOST_PARTS + 1).filter((part) => part !== '');
  if (parts.length > MOST_PARTS) notes.push(`Only the first ${MOST_PARTS} parts of the link were read.`);
  for (const part of parts.slice(0, MOST_PARTS)) {
    const [key, raw] = splitPart(part);
    // An anchor in the page has no `=`.
    isLink ||= part.includes('=');
    if (key === VERSION) readVersion(raw, notes);
    else if (key === RESULT) blobs.result = raw;
    else if (key === LESSON) blobs.lesson = raw;
    else if (!readSetting(key, raw, settings)) notes.push(`${quoted(part)} was ignored: there is no such setting.`);
  }
  const config = withoutOwn(configOf(settings), notes);
  return isLink ? { isLink, config, ...blobs, notes: capped(notes) } : { isLink, config, notes: [] };
}
