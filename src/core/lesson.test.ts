import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBlob } from './blob';
import { DEFAULT_CONFIG, parseConfig } from './config';
import { FIELD_LIST, SECTIONS } from './fields';
import {
  cleanText, cleanTitle, fieldsOf, holdOf, LESSON_PARTS, MOST_TEXT, MOST_TITLE, packLesson, paragraphsOf, unpackLesson, type LessonLink,
} from './lesson';
import { PURPOSE, Stream, streamKey } from './rng';

const VIEWS = ['playground', 'lab', 'bench'];
const LESSON: LessonLink = {
  title: 'No leash', text: 'Turn the leash off.\n\nWhat happens to the reward?', hidden: ['arms', 'sft', 'rl.batch'], fixed: ['pairs', 'rl.klCoef'], view: 'lab',
};
const read = (value: unknown): ReturnType<typeof unpackLesson> => unpackLesson(packBlob(value), VIEWS);
const base = { v: 1, title: 'A', text: '', view: 'playground' };

describe('a lesson in a link', () => {
  it('comes back as it was, whatever it holds', () => {
    const targets = [...LESSON_PARTS, ...Object.keys(SECTIONS), ...FIELD_LIST.map(({ path }) => path)];
    const lesson = fc.record({
      title: fc.string({ unit: 'grapheme', maxLength: 40 }).map((title) => cleanTitle(title).slice(0, MOST_TITLE)).filter((title) => title !== '' && cleanTitle(title) === title),
      text: fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => cleanText(text).slice(0, MOST_TEXT)).filter((text) => cleanText(text) === text),
      hidden: fc.uniqueArray(fc.constantFrom(...targets)),
      fixed: fc.uniqueArray(fc.constantFrom(...targets)),
      view: fc.constantFrom(...VIEWS),
    });
    fc.assert(fc.property(lesson, (one) => {
      expect(unpackLesson(packLesson(one), VIEWS)).toEqual({ lesson: one, notes: [] });
    }), { numRuns: 300, seed: 1 });
  });

  it('takes its own settings along once the reader has changed those of the link', () => {
    const settings = parseConfig({ rl: { klCoef: 0.2, iterations: 7 }, arms: [{ id: 'a', label: 'Only one', feedback: 'ai' }] });
    expect(unpackLesson(packLesson(LESSON, settings), VIEWS)).toEqual({ lesson: LESSON, settings, notes: [] });
    expect(unpackLesson(packLesson(LESSON, DEFAULT_CONFIG), VIEWS).settings).toEqual(DEFAULT_CONFIG);
    const strange = read({ ...base, settings: 'kl=7&warp=1&task=file' });
    expect(strange.settings).toEqual(parseConfig({ rl: { klCoef: 0.9 } }));
    expect(strange.notes.join(' ')).toMatch(/kl=7.*warp=1/);
  });

  it('names settings by their names in links, which never change', () => {
    const json: unknown = JSON.parse(inflateRawSync(Buffer.from(packLesson(LESSON), 'base64url')).toString());
    expect(json).toEqual({
      v: 1, title: LESSON.title, text: LESSON.text, hide: ['@arms', 'sft.*', 'rl-batch'], fix: ['pairs.*', 'kl'], view: 'lab',
    });
  });

  it('of version 1 opens for ever', () => {
    const link = 'FckxCsJAEEDRu_xSBiHtVKbzDpJC2IkOGbLqTmJEvLukfe_LinZCeoah9AhpW6KcLaIi3L0YemEKhNNzsZZe58YgjL7t08Y8HhCaWdl5dXujPOL6ub3qMhd-fw';
    expect(unpackLesson(link, VIEWS)).toEqual({
      lesson: { title: 'A', text: 'Hello', hidden: ['rl.klCoef', 'questions'], fixed: ['sft', 'run.seed'], view: 'playground' }, notes: [],
    });
  });

  it('leaves out what this page does not know, and says so', () => {
    const { lesson, notes } = read({ ...base, hide: ['kl', 'warp', '@clock', 'constructor', '__proto__', 'toString.*'], fix: ['gone.*'], view: 'moon' });
    expect(lesson).toMatchObject({ hidden: ['rl.klCoef'], fixed: [], view: 'playground' });
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('6 settings that this page does not have');
    expect(notes[1]).toContain('screen');
  });

  it.each([
    ['nothing', null, /not as it should be/],
    ['another shape', [1], /not as it should be/],
    ['no title', { ...base, title: ' \u202e\n' }, /title/],
    ['a long title', { ...base, title: 'x'.repeat(MOST_TITLE + 1) }, /title/],
    ['a long text', { ...base, text: 'x'.repeat(MOST_TEXT + 1) }, /text/],
    ['too many names', { ...base, hide: Array.from({ length: 401 }, () => 'kl') }, /hide/],
    ['a name that is none', { ...base, fix: [{}] }, /fix/],
    ['something else beside it', { ...base, script: 'x' }, /script|lesson/i],
    ['a newer version', { ...base, v: 2 }, /newer version/],
    ['no version', { ...base, v: '1' }, /\(v:/],
    ['too much', { ...base, text: 'x'.repeat(70_000) }, /unfolds to more than 64 KB/],
  ])('is refused with words: %s', (_, value, message) => {
    const { lesson, notes } = read(value);
    expect(lesson).toBeUndefined();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(message);
  });

  it('is refused where its text is endless, before it is unpacked', () => {
    expect(unpackLesson('A'.repeat(20_001), VIEWS).notes[0]).toContain('longer than any lesson');
  });

  it('has text without controls and marks that turn the direction', () => {
    const { lesson } = read({ ...base, title: ' a\u202eb\n c\u0007 ', text: ' one\r\ntwo\u2066\u0000\n\n\n \nthree\t! ' });
    expect(lesson?.title).toBe('ab c');
    expect(lesson?.text).toBe('one\ntwo\n\n\n \nthree !');
    expect(paragraphsOf(lesson?.text ?? '')).toEqual(['one\ntwo', 'three !']);
  });
});

describe('what a lesson holds', () => {
  it('is said of a setting before it is said of its section, and hidden before fixed', () => {
    const holds = { hidden: ['rl', 'pairs.count', 'arms'], fixed: ['rl.klCoef', 'pairs', 'arms', 'pairs.count'] };
    const states = ['rl.klCoef', 'rl.batch', 'pairs.count', 'pairs.temperature', 'arms', 'presets', 'run.seed'].map((name) => holdOf(holds, name));
    expect(states).toEqual(['fixed', 'hidden', 'hidden', 'fixed', 'hidden', 'free', 'free']);
  });

  it('is a setting, a section or a part', () => {
    expect(fieldsOf('rl.klCoef').map(({ path }) => path)).toEqual(['rl.klCoef']);
    expect(fieldsOf('sft').map(({ path }) => path)).toEqual(Object.keys(SECTIONS.sft).map((name) => `sft.${name}`));
    expect(fieldsOf('arms')).toEqual([]);
  });
});

describe('a lesson from a hostile link', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=%<\u0000 ';
  const stream = new Stream(streamKey(2026, PURPOSE.test));
  const below = (n: number): number => stream.int(n);

  /** Cuts, swaps and flips of a text that began as a good one. */
  function mutated(text: string): string {
    const characters = [...text];
    for (let i = 0; i <= below(2); i++) {
      const at = below(characters.length + 1);
      const one = ALPHABET.charAt(below(ALPHABET.length));
      const change = below(5);
      if (change === 0) characters.splice(at);
      else if (change === 1) characters.splice(at, 1, one);
      else if (change === 2) characters.splice(at, 0, one);
      else if (change === 3) characters.splice(at, below(20));
      else characters.push(...characters.slice(at, at + below(50)));
    }
    return characters.join('');
  }

  /** Good JSON of a bad lesson: what passes the blob has to be stopped by the schema. */
  function strange(): unknown {
    const values: unknown[] = [null, -1, NaN, 1e308, '', 'kl', '__proto__', 'constructor', [], {}, [['kl']], { toString: 1 }, true, 'x'.repeat(below(3000))];
    const any = (): unknown => values[below(values.length)];
    const value: Record<string, unknown> = { ...base, hide: ['kl', any()], fix: [any()] };
    for (let i = 0; i < below(4); i++) value[['v', 'title', 'text', 'hide', 'fix', 'view', 'settings', 'x'][below(8)]!] = any();
    return value;
  }

  it('gives a lesson within the limits or a message, of 3,000 tries', () => {
    let [good, bad] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      const text = i % 3 === 0 ? packBlob(strange()) : i % 3 === 1 ? mutated(packLesson(LESSON)) : toLink(mutated(JSON.stringify({ ...base, ...{ hide: ['kl', 'sft.*'] } })));
      const { lesson, notes } = unpackLesson(text, VIEWS);
      if (!lesson) {
        bad++;
        expect(notes.join(' ')).toMatch(/cannot be read\. .+/);
        continue;
      }
      good++;
      expect(lesson.title.length).toBeGreaterThan(0);
      expect(lesson.title.length).toBeLessThanOrEqual(MOST_TITLE);
      expect(lesson.text.length).toBeLessThanOrEqual(MOST_TEXT);
      expect(VIEWS).toContain(lesson.view);
      for (const target of [...lesson.hidden, ...lesson.fixed]) {
        expect(fieldsOf(target).length > 0 || (LESSON_PARTS as readonly string[]).includes(target)).toBe(true);
      }
    }
    // Both ways were gone.
    expect(good).toBeGreaterThan(150);
    expect(bad).toBeGreaterThan(1000);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  function toLink(json: string): string {
    return Buffer.from(deflateRawSync(json)).toString('base64url');
  }
});
