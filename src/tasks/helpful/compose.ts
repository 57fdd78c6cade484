import type { Stream } from '../../core/rng';
import { sympathySaid, toUser } from '../world/talk';
import { PHRASES, TIME } from './answerGrammar';
import { ASKED, type Frame, amountOf } from './frame';
import { type Slot, actOf, deadlineSaid, greetingSaid, insteadSaid } from './lexicon';

/** Words an answer in fluent English; what it says may be right or wrong. */

/** What an answer is written from: ways to say each thing, and nothing for what it does not tell. */
export interface Material {
  readonly kind: Frame['kind'];
  readonly ask?: readonly string[];
  readonly deed?: readonly string[];
  /** Whether a time may stand right behind the advice. */
  readonly lasting: boolean;
  readonly time?: string;
  readonly avoid?: readonly string[];
  readonly why?: readonly string[];
  readonly next?: readonly string[];
  readonly amount?: readonly string[];
  readonly instead?: readonly string[];
  readonly deadline?: readonly string[];
  readonly sympathy?: readonly string[];
  readonly greeting?: readonly string[];
  readonly polite: boolean;
  /** What the advice is for: "get red wine out of a shirt". */
  readonly act?: string;
  /** Whole sentences that say nothing, or nothing nice. */
  readonly asides?: readonly string[];
  /** Bad advice, given as if it were good. */
  readonly bad?: readonly string[];
}

/** The truth about a frame, as far as the given slots tell it. */
export function materialOf(frame: Frame, slots: ReadonlySet<Slot>): Material {
  const { matter, subject, told, substitute, day, feeling, person, kind } = frame;
  const all = {
    ask: subject === undefined ? matter.ask : undefined,
    deed: told ? undefined : subject?.deed,
    time: subject?.time,
    avoid: matter.avoid,
    why: matter.why,
    next: matter.next,
    amount: amountOf(frame),
    instead: substitute === undefined ? undefined : insteadSaid(substitute),
    deadline: day === undefined ? undefined : deadlineSaid(day),
    sympathy: feeling === undefined ? undefined : sympathySaid(feeling),
    greeting: person === undefined ? undefined : greetingSaid(person),
  };
  const tell = <Key extends keyof typeof all>(key: Key, slot: Slot): Partial<Pick<typeof all, Key>> =>
    slots.has(slot) && all[key] !== undefined ? ({ [key]: all[key] } as Pick<typeof all, Key>) : {};
  return {
    kind,
    lasting: matter.lasting,
    polite: slots.has('polite'),
    act: toUser(actOf(matter, subject)),
    ...tell('ask', 'ask'),
    ...tell('deed', 'do'),
    ...tell('time', 'time'),
    ...tell('avoid', 'avoid'),
    ...tell('why', 'why'),
    ...tell('next', 'next'),
    ...tell('amount', 'amount'),
    ...tell('instead', 'instead'),
    ...tell('deadline', 'deadline'),
    ...tell('sympathy', 'sympathy'),
    ...tell('greeting', 'greeting'),
  } as Material;
}

const WELCOMES = PHRASES.polite.filter((phrase) => !/^(i hope|let me|good luck)/.test(phrase));
const FAREWELLS = PHRASES.polite.filter((phrase) => /^(i hope|let me|good luck)/.test(phrase));
/** What stands before advice; "first ," and "you can also" only where other advice goes with it. */
const OPENERS = PHRASES.opener.filter((phrase) => phrase !== 'first ,' && phrase !== 'you can also');

interface Part {
  readonly slot: Slot | undefined;
  readonly text: string;
}

/** The sentence with the advice, and what is told of time, warning and reason along with it. */
function advice(rng: Stream, material: Material, left: Set<Slot>): string {
  const { deed, lasting, time, avoid, why, act, next } = material;
  const about = act !== undefined && rng.chance(0.12);
  const opener = next !== undefined && rng.chance(0.4) ? 'first ,' : rng.pick(OPENERS);
  let text = about ? `to ${act} , ` : rng.chance(0.4) ? `${opener} ` : '';
  text += rng.pick(deed!);
  if (lasting && time !== undefined && rng.chance(0.75)) {
    text += ` ${rng.pick(TIME.time).replace('{T}', time)}`;
    left.delete('time');
  }
  if (avoid !== undefined && left.has('avoid') && rng.chance(0.4)) {
    text += ` ${rng.pick([', but', 'and', 'but'])} ${warning(rng, avoid)}`;
    left.delete('avoid');
    if (why !== undefined && rng.chance(0.7)) {
      text += ` because ${rng.pick(why)}`;
      left.delete('why');
    }
  }
  return text;
}

function warning(rng: Stream, avoid: readonly string[]): string {
  return `${rng.chance(0.6) ? 'do not' : rng.pick(PHRASES.not)} ${rng.pick(avoid)}`;
}

/** The statements of an answer, the one that was asked for mostly first. */
function statements(rng: Stream, material: Material): Part[] {
  const { deed, time, avoid, why, next, amount, instead, greeting, kind } = material;
  const left = new Set<Slot>(['time', 'avoid', 'why']);
  const parts: Part[] = [];
  const add = (slot: Slot | undefined, text: string): void => void parts.push({ slot, text });
  if (deed !== undefined) add('do', advice(rng, material, left));
  if (time !== undefined && left.has('time')) add('time', rng.pick(TIME.timeClause).replace('{T}', time));
  if (avoid !== undefined && left.has('avoid')) {
    const no = kind === 'may' && rng.chance(0.7) ? 'no , ' : '';
    const because = why !== undefined && left.has('why') && rng.chance(0.7);
    if (because) left.delete('why');
    add('avoid', `${no}${warning(rng, avoid)}${because ? ` because ${rng.pick(why)}` : ''}`);
  }
  if (why !== undefined && left.has('why')) add('why', `${rng.chance(0.4) ? 'the reason is that ' : ''}${rng.pick(why)}`);
  if (amount !== undefined && instead !== undefined && rng.chance(0.35)) {
    add('amount', `${rng.pick(amount)} and ${rng.pick(instead)}`);
  } else {
    const opener = (): string => (rng.chance(0.25) ? `${rng.pick(OPENERS)} ` : '');
    if (amount !== undefined) add('amount', `${opener()}${rng.pick(amount)}`);
    if (instead !== undefined) add('instead', `${opener()}${rng.pick(instead)}`);
  }
  if (next !== undefined) {
    const alone = deed === undefined && kind === 'next';
    const before = alone ? ['', 'you can also ', 'you can ', 'i would '] : PHRASES.fails.map((phrase) => `${phrase} `);
    add('next', `${rng.pick(before)}${rng.pick(next)}`);
  }
  if (material.bad !== undefined) add(undefined, `${rng.pick(OPENERS)} ${rng.pick(material.bad)}`);
  if (material.deadline !== undefined) add('deadline', rng.pick(material.deadline));
  if (greeting !== undefined) add('greeting', rng.pick(greeting));
  const first = parts.findIndex(({ slot }) => slot === ASKED[kind]);
  if (first > 0 && rng.chance(0.8)) parts.unshift(...parts.splice(first, 1));
  return parts;
}

/** An answer in one of several styles. Sentences keep to the grammar: at most two joints each. */
export function compose(rng: Stream, material: Material): string[] {
  const sentences: string[] = [];
  const parts = statements(rng, material).map(({ text }) => text);
  const farewell = material.polite && rng.chance(0.4);
  if (material.polite && !farewell) {
    const phrase = rng.pick(WELCOMES);
    const [head, ...rest] = parts;
    const joined = material.asides === undefined && material.ask === undefined && material.sympathy === undefined;
    if (head !== undefined && !head.startsWith('no ,') && joined && rng.chance(0.3)) {
      sentences.push(`${phrase} , ${head} .`);
      parts.splice(0, parts.length, ...rest);
    } else sentences.push(`${phrase} ${rng.chance(0.2) ? '!' : '.'}`);
  }
  if (material.sympathy !== undefined) sentences.push(`${rng.pick(material.sympathy)} .`);
  for (const aside of material.asides ?? []) sentences.push(`${aside} .`);
  const question = material.ask === undefined ? [] : [`${rng.pick(material.ask)} ?`];
  const askFirst = rng.chance(0.6);
  if (askFirst) sentences.push(...question);
  sentences.push(...parts.map((text) => `${text} .`));
  if (!askFirst) sentences.push(...question);
  if (farewell) sentences.push(`${rng.pick(FAREWELLS)} ${rng.chance(0.2) ? '!' : '.'}`);
  return sentences.join(' ').split(' ').filter((word) => word !== '');
}
