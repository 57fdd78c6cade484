import type { Stream } from '../../core/rng';
import { AMOUNTS, DECOYS, FEELINGS, GENDERS, askValue, fill, predicates, saysValue } from './lexicon';
import { drawDuration, type Frame } from './frame';
import type { Slot } from './scenario';

/** Writes a frame out as a forum post, with the places where each fact stands. */

export interface Post {
  readonly words: readonly string[];
  readonly spans: ReadonlyMap<Slot, readonly (readonly [number, number])[]>;
  /** Values of distractors, for writers who mix them up. */
  readonly decoys: ReadonlyMap<Slot, string>;
}

const HOLES: Readonly<Record<string, Slot>> = {
  N: 'narrator',
  O: 'other',
  E: 'event',
  D: 'duration',
  P: 'place',
  M: 'money',
  F: 'feeling',
  T: 'tried',
  X: 'says',
  L: 'deadline',
  A: 'ask',
};

type Fills = Partial<Record<string, string>>;
interface Sentence {
  readonly text: string;
  readonly fills: Fills;
  /** Distractor: its values are no facts. */
  readonly decoy?: boolean;
}

const OPENERS = [
  'so',
  'ok so',
  'hi all ,',
  'hey everyone ,',
  'i need some advice .',
  'first post here .',
  'not sure where to start .',
];
const FILLERS = [
  'sorry if this is long .',
  'i know this may sound silly .',
  'we never had a problem before .',
  'maybe i am missing something .',
  'i have not told anyone else yet .',
  'i really did not see this coming .',
  'it used to be fine .',
];
const CLOSERS = ['thanks for reading .', 'please be honest .', 'any help is welcome .', 'thank you !'];

export const ASK_FRAMES = {
  should: [
    'should i {A} ?',
    'is it time to {A} ?',
    'would it be wrong to {A} ?',
    'do you think i should {A} ?',
    'i wonder if i should {A} .',
    'part of me wants to {A} , but i am not sure .',
  ],
  how: [
    'how do i {A} ?',
    'how can i {A} ?',
    'what is the best way to {A} ?',
    'does anyone know how to {A} ?',
    'i would love to know how to {A} .',
  ],
} as const;

const MONEY_FRAMES = {
  cost: [
    'it has cost me {M} so far .',
    'so far i have lost {M} over this .',
    'all in all this cost me {M} .',
    'i am already out {M} .',
  ],
  paid: [
    'i paid {M} for my part .',
    'the whole thing was {M} .',
    'i had paid {M} up front .',
    'mind you , i spent {M} on this trip .',
  ],
} as const;

const FEELING_FRAMES = [
  'i am so {F} .',
  'i feel really {F} about it .',
  'honestly i am just {F} .',
  "i am {F} and i can't hide it .",
  'right now i am very {F} .',
  'the whole thing makes me feel {F} .',
];

/** A duration reads "about" in some frames; spans cover number and unit only. */
const DURATION_FRAMES = {
  ongoing: [
    'this has been going on for {D} .',
    'it has been like this for {D} now .',
    'it all started {D} ago .',
    '{D} of this now .',
  ],
  once: ['that was {D} ago .', 'it has been {D} since then .', 'this happened {D} ago .'],
} as const;

const NARRATOR_FRAMES = {
  role: ['i am a {N}', "i'm a {N}", 'i work as a {N}'],
  noun: ['i am a <{N}>', "i'm a <{N}>"],
  short: ['i am <{N}>'],
} as const;
const EVENT_FRAMES = ['{W} .', '{W} .', 'the thing is , {W} .', 'here is the problem , {W} .', 'lately {W} .'];
const PLACE_FRAMES = {
  ongoing: ['it is worst {P} .', 'most of the time it happens {P} .'],
  once: ['it happened {P} .', 'this was {P} .'],
} as const;
const ASIDES = ['by the way', 'if that matters', 'for context ,', 'about me ,', 'just so you know ,'];
const TRIED_FRAMES = [
  'i already {T} .',
  'i {T} , but nothing changed .',
  'of course i {T} .',
  'i {T} and it did not help .',
];
/** `{who}` and `{say}` are filled by whoever speaks. */
const SAYS_FRAMES = [
  '{who} {say} {X} .',
  '{who} just {say} {X} .',
  'when i asked , {who} said {X} .',
  'all {who} {say} is that {X} .',
];
const DEADLINE_FRAMES = ['i have to decide {L} .', 'i need to make up my mind {L} .', 'i must know what to do {L} .'];

/** The first-person clause that names the narrator. */
function narratorClause(rng: Stream, narrator: string): string {
  const [age, gender] = narrator.split(' ');
  if (gender === undefined) return rng.pick(NARRATOR_FRAMES.role);
  const noun = GENDERS.find(([short]) => short === gender)![1];
  if (rng.chance(0.3)) return rng.pick(NARRATOR_FRAMES.short).replace('{N}', `${age} ${gender}`);
  return rng.pick(NARRATOR_FRAMES.noun).replace('{N}', `${age} year old ${noun}`);
}

/** Sentences up to and including the event. */
function opening(rng: Stream, frame: Frame): Sentence[] {
  const { scenario, pronoun, values } = frame;
  const out: Sentence[] = [];
  const add = (text: string, fills: Fills = {}): void => void out.push({ text, fills });
  const narrator = values.get('narrator')!;
  const duration = values.get('duration')!.replace(' ago', '');
  const base: Fills = { N: narrator, O: frame.other };
  const clause = narratorClause(rng, narrator);
  const intro = rng.pick(scenario.intros);

  let subject = '{O}';
  const plan = rng.int(4);
  // "so" runs into the next sentence, which "nurse here ." does not bear.
  if (rng.chance(0.45)) add(rng.pick(plan === 1 ? OPENERS.filter((text) => !text.endsWith('so')) : OPENERS));
  if (plan === 0) add(`${clause} and ${intro} .`, base);
  else if (plan === 1) {
    add('{N} here .', base);
    add(`${intro} .`, base);
  } else if (plan === 2) add(`${intro} .`, base);
  // A pronoun takes up whom the sentence before named.
  if (plan < 3 && rng.chance(0.65)) subject = fill('$he', pronoun);

  const once = frame.event.past !== undefined;
  const predicate = rng.pick(predicates(frame.event, pronoun, frame.thing));
  const place = values.has('place');
  const inPlace = place && rng.chance(0.5);
  const inTime = predicate.perfect && rng.chance(0.5);
  const fills: Fills = { ...base, E: predicate.text, D: duration, P: values.get('place') };
  const what = `${subject} {E}${inPlace ? ' {P}' : ''}`;
  if (inTime) {
    const frames = once ? [`${what} {D} ago .`, `{D} ago ${what} .`] : [`${what} for {D} .`, `for {D} now ${what} .`];
    add(rng.pick(frames), fills);
  } else {
    const frames = once ? EVENT_FRAMES.filter((text) => !text.startsWith('lately')) : EVENT_FRAMES;
    add(rng.pick(frames).replace('{W}', what), fills);
    add(rng.pick(once ? DURATION_FRAMES.once : DURATION_FRAMES.ongoing), fills);
  }
  if (place && !inPlace) {
    add(rng.pick(once ? PLACE_FRAMES.once : PLACE_FRAMES.ongoing), fills);
  }
  if (plan === 2) add(`${clause} ${rng.pick(ASIDES.slice(0, 2))} .`, base);
  if (plan === 3) add(`${rng.pick(ASIDES.slice(2))} ${clause} .`, base);
  return out;
}

/** Sentences for the details that can stand in any order after the event. */
function details(rng: Stream, frame: Frame): Sentence[] {
  const { scenario, pronoun, values } = frame;
  const out: Sentence[] = [];
  const he = fill('$he', pronoun);
  const money = values.get('money');
  if (money !== undefined) {
    out.push({ text: rng.pick(MONEY_FRAMES[scenario.money!]), fills: { M: money.replace(/^\w+ /, '') } });
  }
  if (values.has('tried')) {
    out.push({ text: rng.pick(TRIED_FRAMES), fills: { T: rng.pick(frame.tried) } });
  }
  if (values.has('says')) {
    const plural = pronoun === 'they';
    // Who speaks by a pronoun is settled in `settle`, where the sentence before is known.
    const who = scenario.speaker ?? '{S}';
    const says = plural && scenario.speaker === undefined ? 'say' : 'says';
    const text = rng.pick(SAYS_FRAMES).replace('{who}', who).replace('{say}', says);
    out.push({ text, fills: { X: rng.pick(frame.says), O: frame.other, S: he } });
  }
  const feeling = values.get('feeling')!;
  if (rng.chance(0.25)) out.push({ text: '{F} .', fills: { F: FEELINGS[feeling]! } });
  else out.push({ text: rng.pick(FEELING_FRAMES), fills: { F: feeling } });
  const deadline = values.get('deadline');
  if (deadline !== undefined) {
    out.push({ text: rng.pick(DEADLINE_FRAMES), fills: { L: deadline } });
  }
  return out;
}

/** One distractor, with a value that is not the post's; nothing where the scenario has no other value. */
function distractor(rng: Stream, frame: Frame, decoys: Map<Slot, string>): Sentence | undefined {
  const { scenario, pronoun, values } = frame;
  const kind = rng.pick(['duration', 'duration', 'money', 'place', 'ask', 'says', 'feeling', 'acquaintance'] as const);
  const slot = kind === 'acquaintance' ? 'duration' : kind;
  if (kind === 'acquaintance' && pronoun !== 'he' && pronoun !== 'she') return undefined;
  if (kind === 'acquaintance' && (scenario.topic === 'pets' || frame.other === 'a hacker')) return undefined;
  if (decoys.has(slot)) return undefined;
  const truth = values.get(slot);
  let text = '';
  let value = '';
  if (slot === 'duration') {
    text = drawDuration(rng, kind === 'acquaintance' ? { ...scenario, units: ['years'] } : scenario);
    value = frame.event.past === undefined ? text : `${text} ago`;
  } else if (slot === 'money') {
    text = `${rng.pick(AMOUNTS)} dollars`;
    value = `${scenario.money ?? 'cost'} ${text}`;
  } else if (slot === 'place') {
    if (scenario.places === undefined) return undefined;
    value = text = rng.pick(scenario.places);
  } else if (slot === 'ask') {
    const ask = rng.pick(scenario.asks.filter(({ kind: how }) => how === 'should'));
    text = fill(ask.verbs[0]!, pronoun);
    value = askValue(ask, pronoun);
  } else if (slot === 'says') {
    text = fill(rng.pick(scenario.says)[0]!, pronoun);
    value = saysValue(scenario, text);
  } else {
    value = text = rng.pick(scenario.feelings);
  }
  if (value === truth) return undefined;
  decoys.set(slot, value);
  const hole = { duration: 'D', money: 'M', place: 'P', ask: 'A', says: 'X', feeling: 'F' }[slot];
  return { text: rng.pick(DECOYS[kind]), fills: { [hole]: text }, decoy: true };
}

/** A pronoun takes up the other party, unless a distractor's person stands right before it. */
function settle(sentences: readonly Sentence[]): Sentence[] {
  return sentences.map((sentence, i) => {
    const named = sentences[i - 1]?.decoy === true;
    // "they say", but "the airline says".
    const text = sentence.text;
    const agreeing = named ? text.replace('{S} say ', '{S} says ').replace('{S} just say ', '{S} just says ') : text;
    return { ...sentence, text: agreeing.replace('{S}', named ? '{O}' : (sentence.fills['S'] ?? '')) };
  });
}

/** Fills the holes of sentences and records the spans of facts. `<...>` marks a narrator's span by hand. */
function assemble(sentences: readonly Sentence[], decoys: ReadonlyMap<Slot, string>): Post {
  const words: string[] = [];
  const spans = new Map<Slot, [number, number][]>();
  const record = (slot: Slot, from: number): void => {
    const list = spans.get(slot) ?? [];
    list.push([from, words.length]);
    spans.set(slot, list);
  };
  for (const { text, fills, decoy } of sentences) {
    let open = -1;
    for (const part of text.split(' ')) {
      const hole = /^\{(\w)\}$/.exec(part)?.[1];
      const from = words.length;
      if (hole !== undefined) {
        words.push(...fills[hole]!.split(' '));
        if (decoy !== true) record(HOLES[hole]!, from);
        continue;
      }
      if (part.startsWith('<')) open = from;
      words.push(part.replace(/[<>]/g, ''));
      if (part.endsWith('>')) {
        record('narrator', open);
        open = -1;
      }
    }
  }
  return { words, spans, decoys };
}

/** All fixed text of posts, for the vocabulary. */
export const POST_TEMPLATES: readonly string[] = [
  ...OPENERS,
  ...FILLERS,
  ...CLOSERS,
  ...Object.values(ASK_FRAMES).flat(),
  ...Object.values(MONEY_FRAMES).flat(),
  ...FEELING_FRAMES,
  ...Object.values(DURATION_FRAMES).flat(),
  ...Object.values(NARRATOR_FRAMES).flat(),
  ...EVENT_FRAMES,
  ...Object.values(PLACE_FRAMES).flat(),
  ...ASIDES,
  ...TRIED_FRAMES,
  ...SAYS_FRAMES,
  ...DEADLINE_FRAMES,
  'for now ago and here',
];

const isWord = (word: string): boolean => !/^[.,?!]$/.test(word);

/** Word count without punctuation. */
export function countWords(words: readonly string[]): number {
  return words.filter(isWord).length;
}

export const POST_WORDS = [40, 80] as const;

/** A post for a frame: 40 to 80 words. Another draw of `rng` gives another wording. */
export function writePost(rng: Stream, frame: Frame): Post {
  for (;;) {
    const decoys = new Map<Slot, string>();
    const start = opening(rng, frame);
    const extra: Sentence[] = [];
    for (let i = 0, n = 1 + rng.int(2); i < n; i++) {
      const sentence = distractor(rng, frame, decoys);
      if (sentence !== undefined) extra.push(sentence);
    }
    if (rng.chance(0.5)) extra.push({ text: rng.pick(FILLERS), fills: {} });
    const middle = settle(rng.shuffle([...details(rng, frame), ...extra]));
    const verb = fill(rng.pick(frame.ask.verbs), frame.pronoun);
    const frames = ASK_FRAMES[frame.ask.kind];
    const ask: Sentence = { text: rng.pick(frames), fills: { A: verb } };
    // The question as a headline, where it names nobody who is yet to be brought in.
    const headline = !/\b(he|him|his|she|her|they|them|it)\b/.test(verb) && rng.chance(0.15);
    const closer = rng.chance(0.3) ? [{ text: rng.pick(CLOSERS), fills: {} }] : [];
    const body = headline ? [ask, ...start, ...middle] : [...start, ...middle, ask];
    const post = assemble([...body, ...closer], decoys);
    const count = countWords(post.words);
    if (count >= POST_WORDS[0] && count <= POST_WORDS[1]) return post;
  }
}
