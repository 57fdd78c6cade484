import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN } from '../../core/tokens';
import { SPLITS, type Prompt } from '../types';
import { utility } from '../utility';
import { createFileTask, FileError } from './index';
import { sampleCsv } from './sampleFile';
import { tokenise } from './words';

const CSV = sampleCsv();
const { task, report } = createFileTask({ name: 'sample.csv', text: CSV });

const gold = (prompt: Prompt, response: ArrayLike<number>) =>
  utility(prompt, task.check(prompt, response), task.goldWeights);
const say = (sentence: string) => [...task.vocabulary.encode(tokenise(sentence)), TOKEN.eos];
const { prompt } = task.parsePrompt(
  'name[The Eagle], eatType[coffee shop], food[Chinese], priceRange[cheap], area[riverside], familyFriendly[no]',
);
const GOOD = 'The Eagle is a cheap coffee shop that serves Chinese food by the riverside. It is not family-friendly.';

describe('createFileTask', () => {
  it('reports what was made of the file', () => {
    expect(report.rows).toBe(600);
    expect(report.vocabulary.size).toBe(task.vocabulary.size);
    expect(report.leftOut).toEqual([]);
    expect(report.falseAlarms.sentences).toBe(600);
    expect(report.falseAlarms.perfect).toBe(1);
    expect(report.falseAlarms.stumbles).toBeLessThan(0.02);
    expect(Object.values(report.splits).reduce((sum, part) => sum + part.records, 0)).toBe(report.records.used);
    expect(report.splits.sft.records).toBeGreaterThan(0.5 * report.records.used);
    expect(report.splits.judge.records).toBe(0);
    expect(() => task.prompts('judge', 1, 1)).toThrow(/no records in the judge part/);
  });

  it('writes records as prompts, with the span of each fact', () => {
    expect(task.vocabulary.decode(prompt.tokens).join(' ')).toBe(
      'name: the eagle ; eatType: coffee shop ; food: chinese ; priceRange: cheap ; area: riverside ; familyFriendly: no',
    );
    const food = prompt.facts.find((fact) => fact.slot === 'food')!;
    const [from, to] = food.spans[0]!;
    expect(task.vocabulary.decode(prompt.tokens.slice(from, to))).toEqual(['food:', 'chinese']);
    expect(task.slots['familyFriendly']).toBe('family friendly');
    expect(task.toText(say(GOOD))).toBe(GOOD);
  });

  it('keeps the parts apart, whatever the order of rows and slots', () => {
    const [header, ...rows] = CSV.split('\r\n');
    const turnSlots = (_: string, mr: string) => `"${mr.split(', ').reverse().join(', ')}"`;
    const turned = rows.reverse().map((row) => row.replace(/^"([^"]*)"/, turnSlots));
    const again = createFileTask({ name: 'turned.csv', text: [header, ...turned].join('\n') }).task;
    const key = (p: Prompt) => p.facts.map((fact) => `${fact.slot}=${fact.value}`).sort().join();
    const seen = new Set<string>();
    for (const split of SPLITS) {
      const count = report.splits[split].records;
      const keys = new Set(task.prompts(split, 3 * count, 1).map(key));
      if (split !== 'sft') {
        expect(keys.size).toBe(count);
        expect(new Set(again.prompts(split, count, 1).map(key))).toEqual(keys);
      }
      for (const one of keys) {
        expect(seen.has(one)).toBe(false);
        seen.add(one);
      }
    }
  });

  it('shuffles a part by the seed and starts over when it runs out', () => {
    const n = report.splits.test.records;
    const ids = (seed: number, count = n) => task.prompts('test', count, seed).map((p) => p.id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(2)).not.toEqual(ids(1));
    expect([...ids(2)].sort()).toEqual([...ids(1)].sort());
    const twice = ids(1, 2 * n);
    expect(twice.slice(0, n)).toEqual(ids(1));
    expect([...twice.slice(n)].sort()).toEqual([...ids(1)].sort());
  });

  it('shows SFT copies of the records with values exchanged, each with its sentence', () => {
    const shown = task.prompts('sft', 5 * report.splits.sft.records, 1);
    const copies = shown.filter((p) => p.id.includes('~'));
    expect(copies.length).toBeGreaterThan(0.7 * shown.length);
    const keys = new Set(shown.map((p) => p.facts.map((fact) => `${fact.slot}=${fact.value}`).sort().join()));
    expect(keys.size).toBeGreaterThan(2 * report.splits.sft.records);
    for (const copy of copies) {
      expect(task.check(copy, task.reference(copy, 0).tokens)).toMatchObject({
        covered: copy.facts.map((fact) => fact.slot),
        invented: 0,
        stumbles: 0,
      });
    }
    expect(task.prompts('sft', 40, 9)).toEqual(task.prompts('sft', 40, 9));
  });

  it('gives human sentences as references', () => {
    for (const p of task.prompts('sft', 50, 1)) {
      const { tokens } = task.reference(p, 3);
      expect(tokens.at(-1)).toBe(TOKEN.eos);
      expect(tokens).not.toContain(TOKEN.unknown);
      expect(tokens.length).toBeLessThanOrEqual(task.maxResponseTokens);
      expect(p.tokens.length).toBeLessThanOrEqual(task.maxPromptTokens);
      expect(task.check(p, tokens).covered).toEqual(p.facts.map((fact) => fact.slot));
    }
    expect(() => task.reference({ ...prompt, id: 'own:1' }, 0)).toThrow(RangeError);
  });

  it('checks a good sentence as good', () => {
    const check = task.check(prompt, say(GOOD));
    expect(check.covered).toEqual(['name', 'eatType', 'food', 'priceRange', 'area', 'familyFriendly']);
    expect(check).toMatchObject({ invented: 0, stumbles: 0, words: 18 });
  });

  it.each<[string, string]>([
    ['a wrong fact', GOOD.replace('Chinese', 'Indian')],
    ['a fact negated', GOOD.replace('is not', 'is')],
    ['another name', GOOD.replace('The Eagle', 'Cocum')],
    ['a fact that the record lacks', GOOD.replace('riverside.', 'riverside near Burger King.')],
    ['shuffled words', 'Cheap is riverside The a that by Eagle serves coffee food not the Chinese shop. family-friendly It is.'],
    ['a list of key words', 'The Eagle, coffee shop, Chinese, cheap, riverside, not family-friendly.'],
    ['everything twice', `${GOOD} ${GOOD}`],
    ['a word twice', GOOD.replace('is a', 'is is a')],
    ['less', 'The Eagle is a cheap coffee shop.'],
    ['nothing', ''],
    ['an unknown word', GOOD.replace('cheap', 'cheap zzyzx')],
  ])('scores %s below the good sentence', (_, sentence) => {
    expect(gold(prompt, say(sentence))).toBeLessThan(gold(prompt, say(GOOD)) - 0.5);
  });

  it('takes a missing end for a stumble and ignores what follows the end', () => {
    expect(task.check(prompt, say(GOOD).slice(0, -1)).stumbles).toBe(1);
    expect(task.check(prompt, [...say(GOOD), ...say('Cocum is expensive.')])).toEqual(task.check(prompt, say(GOOD)));
  });

  it('reads what a visitor types and names unknown words', () => {
    const typed = task.parsePrompt('Name : The Eagle ; food : Klingon\nCustomer-Rating: high');
    expect(typed.prompt.facts.map((fact) => fact.slot)).toEqual(['name', 'food', 'Customer-Rating']);
    expect(typed.unknown).toEqual(['klingon', 'Customer-Rating:']);
    expect(typed.prompt.tokens).toContain(TOKEN.unknown);
    const first = task.prompts('test', 1, 1)[0]!;
    const shown = first.facts.map((fact) => `${fact.slot}: ${fact.value}`).join('; ');
    expect(task.parsePrompt(shown).prompt).toEqual(first);
    expect(() => task.parsePrompt('what is this')).toThrow(/no colon; expected for example name : Blue Spice/);
    expect(() => task.parsePrompt('')).toThrow(/Your record: the record is empty/);
  });

  it('has readers around gold, the judges of another kind', () => {
    expect(task.reader('panel', 3)).toEqual(task.reader('panel', 3));
    expect(task.reader('panel', 3)).not.toEqual(task.reader('fresh', 3));
    const mean = (population: 'panel' | 'judges') => {
      const logs = Array.from({ length: 300 }, (_, i) => Math.log(task.reader(population, i).weights.invention));
      return logs.reduce((a, b) => a + b) / logs.length;
    };
    expect(Math.exp(mean('panel'))).toBeCloseTo(task.goldWeights.invention, 0);
    expect(Math.exp(mean('judges'))).toBeLessThan(2.6);
  });
});

describe('files that are not what they should be', () => {
  const refusal = (text: string) => {
    try {
      createFileTask({ name: 'my.csv', text });
    } catch (error) {
      if (error instanceof FileError) return error.message;
      throw error;
    }
    return 'accepted';
  };
  const withRow = (row: string) => `${CSV}\r\n${row}`;

  it.each<[string, RegExp]>([
    ['', /"my.csv" is empty.*columns mr.*and ref/],
    ['PK\u0003\u0004\u0000\u0000', /not a text file/],
    ['\ufffdPNG\r\n\u001a', /not a text file/],
    ['<!DOCTYPE html><html>', /is a web page/],
    ['{"mr": 1}', /looks like JSON/],
    ['name,text\na,b', /has no column mr and ref: its first line has 2 columns \(name, text\)/],
    ['mr\nname[x]', /has no column ref: its first line has one column \(mr\)/],
    ['mr;ref\nname[x];x', /semicolons instead of commas/],
    ['mr,ref\n', /has a header but no rows/],
    [CSV.split('\r\n').slice(0, 20).join('\n'), /at least 40 are needed/],
    [withRow('name The Mill,x'), /Row at line 602, column "mr": "name The Mill" does not read as slot\[value\]/],
    [withRow('"name[The Mill], ",x'), /Row at line 602, column "mr": the record ends in a comma/],
    [withRow(',x'), /Row at line 602, column "mr": the cell is empty/],
    [withRow('name[],x'), /Row at line 602, column "mr": the value of "name" is empty/],
    [withRow('name[The Mill],'), /Row at line 602, column "ref": the sentence is empty/],
    [withRow('__proto__[x],y'), /Row at line 602, column "mr": "__proto__" cannot be a slot name/],
    [withRow('constructor[x],y'), /"constructor" cannot be a slot name/],
    [withRow(`"${'a[b], '.repeat(20)}a[b]",y`), /more than 16 slots/],
    [withRow(`name[${'x'.repeat(200)}],y`), /longer than 80 characters/],
    [withRow('name[a],b,c'), /Row at line 602: 3 cells, but the header has 2 columns/],
    ['x'.repeat(20_000_001), /has 20.0 million characters; at most 20 million/],
  ])('refuses %#', (text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('throws nothing but FileError on mutated and random text', () => {
    const base = CSV.split('\r\n').slice(0, 60).join('\r\n');
    const marks = ['"', ',', '\n', '[', ']', 'mr', '\u0000', '__proto__', 'é', '£', '\ud800', ';', ' '.repeat(50)];
    const piece = fc.constantFrom(...marks);
    const mutated = fc
      .array(fc.tuple(fc.nat(base.length), fc.nat(30), piece), { minLength: 1, maxLength: 6 })
      .map((edits) => edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), base));
    const headed = fc.string().map((text) => `mr,ref\n${text}`);
    const messages = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' }), headed), (text) => {
        const message = refusal(text);
        expect(message.length).toBeGreaterThan(7);
        messages.add(message.replace(/\d+/g, 'N').slice(0, 30));
      }),
      { seed: 7, numRuns: 150 },
    );
    expect(messages.size).toBeGreaterThan(5);
  });

  it('checks any tokens without throwing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: task.vocabulary.size + 1 }), { maxLength: 48 }), (tokens) => {
        const check = task.check(prompt, tokens);
        for (const mark of check.marks) {
          expect(mark.from).toBeGreaterThanOrEqual(0);
          expect(mark.to).toBeLessThanOrEqual(tokens.length);
        }
        expect(typeof task.toText(tokens)).toBe('string');
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
