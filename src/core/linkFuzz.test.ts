import { describe, expect, it } from 'vitest';
import recordedFile from '../../public/recorded-run.json';
import { canRescore, rescore } from '../evaluation/rescore';
import { compareRuns } from '../experiments/replay';
import { runOfBundle } from '../experiments/shownRun';
import { testBundle } from '../experiments/testing/bundle';
import { BlobError, packBlob, unpackBlob } from './blob';
import { bundleSchema, type RunBundle } from './bundle';
import { armByName, configSchema, MOST_ARMS, parseConfig } from './config';
import { FIELD_LIST } from './fields';
import { fragmentOf, parseFragment } from './link';
import { LinkResultError, MOST_LINK, openResult, packResult } from './linkResult';
import { PURPOSE, Stream, streamKey } from './rng';
import { isBuiltIn } from './taskWords';

/** Inputs of each kind; 7 kinds. */
const INPUTS = 1450;

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', 'v', 'l', 'r', 'arm', 'set', ...FIELD_LIST.map(({ field }) => field.link)];
const VALUES = [
  'NaN', 'Infinity', '-Infinity', '1e999', '-0', '0x10', 'null', 'undefined', 'true', '[]', '{}', '%', '%00', '%ff', '%u0041', '', ' ', '+', '\0', '\ud800',
  '__proto__', 'constructor', '9'.repeat(400), 'a'.repeat(3000), '-1', '0.1.2', '1;2;3', 'file', 'helpful', 'given', 'a;ai;A;kl:1', ';;;;', '../..', '<img src=x onerror=alert(1)>',
];
const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyzABC0123456789-_~.%&=;:+,#?/\\"\'<>{}[]()\0\n\u202e\u00e9🙂'];
const IN_BLOBS = [...'abcXYZ019-_'];
const IN_JSON = [...'{}[],:"0-9.eEnul\\'];

/** A run with a few of everything. */
const recorded = bundleSchema.parse(recordedFile);
const plain = testBundle();
const small: RunBundle = {
  ...plain,
  prompts: recorded.prompts.slice(0, 2),
  arms: plain.arms.map((arm, i) => ({ ...arm, samples: recorded.arms[i]!.samples.slice(0, 2) })),
  comparisons: [...recorded.comparisons],
};

const fragment = fragmentOf({
  config: parseConfig({ run: { seed: 3 }, rl: { klCoef: 0.1 }, arms: [armByName('rlhf'), armByName('rlaif:dpo'), armByName('d-rlaif')] }),
  lesson: 'abc', result: packResult(small, 2, MOST_LINK)!.blob,
});
const blob = parseFragment(fragment).result!;
const json = JSON.stringify(unpackBlob(blob));

const text = (random: Stream, most: number): string => Array.from({ length: random.int(most) }, () => random.pick(CHARACTERS)).join('');

/** A few cuts, swaps, doublings and changed characters. */
function mutated(whole: string, random: Stream, characters: readonly string[]): string {
  let out = whole;
  for (let times = 1 + random.int(4); times > 0; times--) {
    const at = random.int(out.length + 1);
    const to = Math.min(out.length, at + random.int(12));
    switch (random.int(5)) {
      case 0: out = out.slice(0, at) + random.pick(characters) + out.slice(at + 1); break;
      case 1: out = out.slice(0, at); break;
      case 2: out = out.slice(0, at) + out.slice(to); break;
      case 3: out = out.slice(0, to) + out.slice(at); break;
      default: out = out.slice(to) + out.slice(0, to);
    }
  }
  return out;
}

const parts = (random: Stream): string =>
  Array.from({ length: random.int(30) }, () => `${random.pick(NAMES)}${random.pick(['=', '', '==', ':'])}${random.pick(VALUES)}`).join('&');

/** A value of the result's JSON replaced by something else. */
function odd(random: Stream): string {
  const value = JSON.parse(json, (_, inner: unknown) => (random.chance(0.002) ? random.pick([null, -1, 1e300, '', [], {}, [[]], 'x', true, { a: 1 }, 'NaN']) : inner)) as unknown;
  return packBlob(value);
}

const KINDS: Readonly<Record<string, (random: Stream) => string>> = {
  'random text': (random) => text(random, 200),
  'names and values of every kind': parts,
  'a fragment that was changed on its way': (random) => mutated(fragment, random, CHARACTERS),
  'a blob that was changed on its way': (random) => `v=1&r=${mutated(blob, random, IN_BLOBS)}`,
  'a blob of changed JSON': (random) => {
    const changed = mutated(json, random, IN_JSON);
    return `r=${packBlobText(changed)}`;
  },
  'a blob of another value': (random) => `r=${odd(random)}`,
  'a blob of nested or hostile JSON': (random) => {
    const depth = random.int(60);
    const name = random.pick(NAMES);
    return `r=${packBlobText(`${`{"${name}":[`.repeat(depth)}${random.pick(['1', '"x"', 'null', '{"__proto__":{"polluted":1}}'])}${']}'.repeat(depth)}`)}`;
  },
};

/** A blob of a text that need not be JSON. */
function packBlobText(inner: string): string {
  try {
    return packBlob(JSON.parse(inner));
  } catch {
    return packBlob(inner);
  }
}

describe('whatever a link holds', () => {
  it.each(Object.keys(KINDS))('%s gives settings that can be used, or a message, and changes nothing else', (kind) => {
    const random = new Stream(streamKey(1, PURPOSE.test, Object.keys(KINDS).indexOf(kind)));
    let opened = 0;
    let refused = 0;
    let noted = 0;
    for (let i = 0; i < INPUTS; i++) {
      const input = KINDS[kind]!(random);
      const parsed = parseFragment(input);
      // Where no settings are in the input, those that come out are the defaults: once is enough.
      if (i === 0 || !kind.includes('blob')) expect(configSchema.safeParse(parsed.config).success, input.slice(0, 300)).toBe(true);
      const { config: { run, arms }, notes } = parsed;
      // One call: with ten thousand inputs these take longer than what they look at.
      expect([isBuiltIn(run.task), arms.length <= MOST_ARMS, notes.length <= 21, notes.every(({ length }) => length < 400)], input.slice(0, 300)).toEqual([true, true, true, true]);
      if (notes.length > 0) noted++;
      if (parsed.result === undefined) continue;
      try {
        const bundle = openResult(parsed.result);
        opened++;
        // What the page makes of it at once; its schema and parts were checked.
        runOfBundle(bundle, 'link');
        compareRuns(bundle, plain);
        if (canRescore(bundle)) rescore(bundle, bundle.config.gold);
      } catch (error) {
        if (!(error instanceof LinkResultError)) throw error;
        refused++;
        expect(error.message).toMatch(/^[A-Z].{10,200}\.$/);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    // The inputs reach what they are for.
    if (kind.includes('blob')) expect(refused).toBeGreaterThan(INPUTS / 20);
    else expect(noted).toBeGreaterThan(INPUTS / 4);
    if (kind === 'a blob of another value' || kind === 'a fragment that was changed on its way') expect(opened).toBeGreaterThan(0);
  });

  it('makes no more work than its limits allow', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `arm=a${i};ai;A`).join('&').slice(0, 290_000);
    const { config, notes } = parseFragment(many);
    expect([config.arms.length, notes.length]).toEqual([MOST_ARMS, 21]);
    // A small blob that stands for a long value.
    const bomb = packBlob({ v: 1, settings: '', run: { shapes: [['a']], value: [1, 'x'.repeat(3_000_000)] } });
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => openResult(bomb)).toThrow(/unfolds to more/);
    expect(() => unpackBlob(bomb, 1000)).toThrow(BlobError);
  });
});
