import { describe, expect, it } from 'vitest';
import { configDifference, DEFAULT_CONFIG, parseConfig, setField, withMethod, type ExperimentConfig } from '../core/config';
import { FIELD_LIST, FIELDS } from '../core/fields';
import { parseFragment, fragmentOf } from '../core/link';
import { holdOf, packLesson, type LessonLink } from '../core/lesson';
import { createRunStore, type RunStore } from './runStore';
import { createLessonPreview } from './lessonLinkPreview';
import { hiddenWords, heldBy, panelFields, questionOpen, withHeld, type LessonInForce } from './lessonLink';
import {
  changedNames, draftOfLesson, EMPTY_DRAFT, freeNames, lessonFragment, LESSON_NAMES, lessonOfDraft, withAllHiddenBut, withHold,
} from './lessonLinkDraft';
import { openLesson } from './lessonLinkOpening';
import { createLessonStore, type LessonStore } from './lessonLinkStore';
import { LESSONS, presetOf } from './lessons';
import { testBundle } from './testing/bundle';

const VIEWS = ['playground', 'lab'];
const SETTINGS = parseConfig({ rl: { klCoef: 0.2 }, pairs: { count: 600 }, run: { seed: 7 } });
const lesson = (holds: Partial<LessonLink> = {}): LessonLink => ({ title: 'A lesson', text: '', hidden: [], fixed: [], view: 'playground', ...holds });
const inForce = (holds: Partial<LessonLink>, all = false): LessonInForce => ({ lesson: lesson(holds), settings: SETTINGS, all });
const field = (path: string): (typeof FIELD_LIST)[number] => FIELD_LIST.find((entry) => entry.path === path)!;
const nothing = (): Promise<undefined> => Promise.resolve(undefined);

function page(): { readonly run: RunStore; readonly lessons: LessonStore; readonly left: number[] } {
  const left: number[] = [];
  const lessons = createLessonStore({ onLeave: () => left.push(1), onHold: () => run.getState().keepHeld() });
  const run: RunStore = createRunStore({
    build: { version: '0', commit: 'test', date: '2026-01-01' },
    backend: 'cpu',
    openSession: () => Promise.reject(new Error('nothing runs here')),
    loadRecorded: () => Promise.resolve(testBundle()),
    lesson: () => lessons.getState().inForce,
    storage: {
      loadRun: nothing, saveRun: nothing, noteShown: nothing, loadConfig: nothing, saveConfig: nothing, loadBench: nothing, saveBench: nothing,
    },
    now: () => 0,
  });
  return { run, lessons, left };
}

/** As the page opens an address. */
function open({ run, lessons }: Pick<ReturnType<typeof page>, 'run' | 'lessons'>, fragment: string): ReturnType<typeof openLesson> {
  const { config, lesson: text, notes } = parseFragment(fragment);
  const opened = openLesson(lessons, text, config, VIEWS);
  run.getState().openLink({ config, bundle: undefined, problem: undefined, notes });
  return opened;
}

describe('settings under a lesson', () => {
  const LINK = lessonFragment(SETTINGS, lesson({ fixed: ['rl.klCoef'], hidden: ['pairs', 'arms'], view: 'lab' }));

  it('are those of the link, and Reset comes back to them', () => {
    const here = page();
    expect(open(here, LINK)).toMatchObject({ notes: [], view: 'lab' });
    const { run } = here;
    expect(run.getState().edited).toEqual(SETTINGS);
    run.getState().edit(field('rl.iterations'), 12);
    expect(configDifference(run.getState().edited, SETTINGS).map(({ path }) => path)).toEqual(['rl.iterations']);
    run.getState().reset();
    expect(run.getState().edited).toEqual(SETTINGS);
    expect(run.getState().announcement).toContain("lesson's settings");
  });

  it('stay where they are held, whoever would change them', () => {
    const here = page();
    open(here, LINK);
    const { edit, choosePreset, chooseLesson, addArm, takeSettings } = here.run.getState();
    const held = ({ rl, pairs, arms }: ExperimentConfig): unknown => [rl.klCoef, pairs.count, arms];
    const before = held(SETTINGS);
    edit(field('rl.klCoef'), 0.5);
    edit(field('pairs.count'), 1000);
    choosePreset('quick');
    for (const question of LESSONS) chooseLesson(question);
    addArm('scores');
    takeSettings(parseConfig({ rl: { klCoef: 0.01 }, arms: [{ id: 'rlaif', label: 'Mine', feedback: 'ai' }] }));
    expect(held(here.run.getState().edited)).toEqual(before);
    choosePreset('quick');
    expect(here.run.getState().edited.rl.iterations).toBe(30);
    // The preset is recognised all the same.
    const { edited } = here.run.getState();
    expect([presetOf(edited), presetOf(edited, (config) => withHeld(config, here.lessons.getState().inForce))]).toEqual([undefined, 'quick']);
  });

  it('are free where hidden ones are shown, and put back when they are hidden again', () => {
    const here = page();
    open(here, LINK);
    const { edit } = here.run.getState();
    here.lessons.getState().showAll(true);
    edit(field('pairs.count'), 1000);
    edit(field('rl.klCoef'), 0.5);
    expect([here.run.getState().edited.pairs.count, here.run.getState().edited.rl.klCoef]).toEqual([1000, 0.2]);
    here.lessons.getState().showAll(false);
    expect(here.run.getState().edited.pairs.count).toBe(600);
  });

  it('come back after a reload as the reader left them, with a way to those of the lesson', () => {
    const first = page();
    const { carried } = open(first, LINK);
    first.run.getState().edit(field('rl.iterations'), 12);
    const address = fragmentOf({ config: first.run.getState().edited, lesson: carried! });
    const second = page();
    open(second, address);
    expect(second.run.getState().edited.rl.iterations).toBe(12);
    second.run.getState().reset();
    expect(second.run.getState().edited).toEqual(SETTINGS);
    // An address that was changed by hand cannot part what is held from the lesson.
    const third = page();
    open(third, address.replace('kl=0.2', 'kl=0.7'));
    expect(third.run.getState().edited.rl.klCoef).toBe(0.2);
  });

  it('are nobody’s any more once the lesson is left, or another link has none', () => {
    const here = page();
    open(here, LINK);
    here.lessons.getState().leave();
    here.lessons.getState().leave();
    expect(here.left).toHaveLength(1);
    here.run.getState().edit(field('rl.klCoef'), 0.5);
    expect(here.run.getState().edited).toEqual(setField(SETTINGS, field('rl.klCoef'), 0.5));
    here.run.getState().reset();
    expect(here.run.getState().edited).toEqual(DEFAULT_CONFIG);
    open(here, LINK);
    expect(open(here, 'v=1&kl=0.3')).toEqual({ notes: [] });
    expect([here.lessons.getState().inForce, here.run.getState().edited.rl.klCoef]).toEqual([undefined, 0.3]);
  });

  it('are used where the lesson beside them is damaged, which is said', () => {
    const here = page();
    const text = packLesson(lesson());
    const { notes, carried, view } = open(here, `v=1&kl=0.3&l=${text.slice(0, -5)}`);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('cannot be read');
    expect([carried, view, here.lessons.getState().inForce, here.run.getState().edited.rl.klCoef]).toEqual([undefined, undefined, undefined, 0.3]);
  });
});

describe('what a lesson holds', () => {
  it('is put back in arms of the reader’s own too, but for what the lesson gave them', () => {
    const given = parseConfig({ ...SETTINGS, arms: [{ id: 'rlhf', label: 'RLHF', feedback: 'people', set: { 'rl.klCoef': 0.4 } }] });
    const force: LessonInForce = { lesson: lesson({ fixed: ['rl.klCoef'] }), settings: given, all: false };
    const [, second] = DEFAULT_CONFIG.arms;
    const mine = parseConfig({ ...given, arms: [{ id: 'rlhf', label: 'Mine', feedback: 'people' }, withMethod(second!, 'ppo')] });
    const kept = withHeld(mine, force).arms;
    expect(kept[0]).toEqual({ id: 'rlhf', label: 'Mine', feedback: 'people', set: { 'rl.klCoef': 0.4 } });
    expect(kept[1]!.set).not.toHaveProperty('rl.klCoef');
    expect(kept[1]!.set).toMatchObject({ 'rl.method': 'ppo' });
    expect(withHeld(given, force)).toBe(given);
  });

  it('decides on the panel: the few that always stand there, and all that are free where these are few', () => {
    const prominent = FIELD_LIST.filter((entry) => entry.field.prominent).map(({ path }) => path);
    const paths = (force: LessonInForce | undefined): string[] => panelFields(FIELD_LIST, force).map(({ path }) => path);
    expect(paths(undefined)).toEqual(prominent);
    expect(paths(inForce({ fixed: ['rl.klCoef'] }))).toEqual(prominent);
    expect(paths(inForce({ hidden: ['rl'] }))).toEqual(prominent.filter((path) => !path.startsWith('rl.')));
    const few = inForce({ hidden: Object.keys(FIELDS).filter((section) => section !== 'gold') });
    expect(paths(few)).toEqual(Object.keys(FIELDS.gold).map((name) => `gold.${name}`));
  });

  it('closes the ready-made questions that turn on it', () => {
    const open = (force: LessonInForce | undefined): string[] => LESSONS.filter((question) => questionOpen(force, question)).map(({ id }) => id);
    expect(open(undefined)).toHaveLength(LESSONS.length);
    expect(open(inForce({ fixed: ['rl.klCoef'] }))).toEqual(['label-noise', 'length-lover', 'length-without-reward', 'helpful-against-harmless']);
    expect(open(inForce({ hidden: ['arms', 'people'] }))).toEqual(['no-leash', 'length-lover']);
    expect(open(inForce({ hidden: ['arms', 'people'] }, true))).toHaveLength(LESSONS.length);
  });

  it('is said in words', () => {
    const seed = Object.keys(FIELDS.sft).length;
    expect(hiddenWords(inForce({ fixed: ['rl'] }))).toBe('');
    expect(hiddenWords(inForce({ hidden: ['run.seed'] }))).toBe('1 setting');
    expect(hiddenWords(inForce({ hidden: ['sft', 'arms', 'questions', 'presets'] }))).toBe(`${seed} settings, the arms, the presets and the ready-made questions`);
  });

  it('is free everywhere without a lesson', () => {
    expect(LESSON_NAMES.every((name) => heldBy(undefined, name) === 'free')).toBe(true);
    expect(withHeld(SETTINGS, undefined)).toBe(SETTINGS);
  });
});

describe('a lesson in the making', () => {
  it('has no link before it has a title', () => {
    expect(lessonOfDraft({ ...EMPTY_DRAFT, title: ' \n' })).toBeUndefined();
    expect(lessonOfDraft({ ...EMPTY_DRAFT, title: ' A \n b' })?.title).toBe('A b');
  });

  it('names whole sections where all of them is held, and comes back as the same draft', () => {
    let draft = { ...EMPTY_DRAFT, title: 'T', text: 'Look.\n\nThere.', view: 'lab' };
    draft = withHold(draft, FIELD_LIST.filter(({ section }) => section === 'sft').map(({ path }) => path), 'hidden');
    draft = withHold(draft, ['rl.klCoef', 'arms', 'presets', 'questions'], 'fixed');
    draft = withHold(draft, ['questions'], 'hidden');
    const made = lessonOfDraft(draft)!;
    // Presets and questions have no value to show: they are not fixed.
    expect(made).toEqual({ title: 'T', text: 'Look.\n\nThere.', view: 'lab', hidden: ['questions', 'sft'], fixed: ['arms', 'rl.klCoef'] });
    expect(draftOfLesson(made)).toEqual(draft);
    expect(LESSON_NAMES.every((name) => holdOf(made, name) === (draft.holds[name] ?? 'free'))).toBe(true);
    expect(withHold(draft, LESSON_NAMES, 'free').holds).toEqual({});
  });

  it('can leave free only what differs from the default', () => {
    expect(changedNames(DEFAULT_CONFIG)).toEqual([]);
    expect(changedNames(SETTINGS)).toEqual(['run.seed', 'pairs.count', 'rl.klCoef']);
    const one = parseConfig({ arms: DEFAULT_CONFIG.arms.slice(1) });
    expect(changedNames(one)).toEqual(['arms']);
    const draft = withAllHiddenBut(withHold(EMPTY_DRAFT, ['rl.batch'], 'fixed'), changedNames(SETTINGS));
    expect(freeNames(draft)).toEqual(changedNames(SETTINGS));
    expect(new Set(Object.values(draft.holds))).toEqual(new Set(['hidden']));
  });

  it('goes on from the lesson that was opened', () => {
    const here = page();
    open(here, lessonFragment(SETTINGS, lesson({ title: 'Old', hidden: ['rl'] })));
    expect(here.lessons.getState().draft).toMatchObject({ title: 'Old', holds: { 'rl.klCoef': 'hidden' } });
    here.lessons.getState().fold(true);
    here.lessons.getState().editDraft((draft) => ({ ...draft, title: 'New' }));
    expect(here.lessons.getState()).toMatchObject({ folded: true, draft: { title: 'New' } });
  });

  it('is shown on stores of its own, on which settings can be tried and held ones stay', () => {
    const { run, lessons } = createLessonPreview({ version: '0', commit: 'test', date: '2026-01-01' }, SETTINGS);
    lessons.getState().open(lesson({ fixed: ['rl.klCoef'] }), SETTINGS);
    run.getState().edit(field('rl.klCoef'), 0.9);
    run.getState().edit(field('rl.iterations'), 5);
    expect(run.getState().edited).toEqual(setField(SETTINGS, field('rl.iterations'), 5));
  });
});
