import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import type { Prompt, Reference } from '../types';
import { frameHash, drawDuration, drawNarrator, durationValue } from './frame';
import { AMOUNTS, DEADLINES, SCENARIOS, eventValue, fill, pronounsOf, saysValue } from './lexicon';
import { PRONOUN_OF, SAY, SPEAKERS } from './lexiconTries';
import { recognise } from './recognise';
import type { EventText, Pronoun, Scenario, Slot } from './scenario';
import { PREFIXES } from './summaryGrammar';
import { vocabulary } from './vocabulary';

/** The imperfect writers of reference summaries: they choose, forget, invent, stumble and ramble. */

export const MAX_SUMMARY_TOKENS = 32;

/** What a summary is written from: values by slot, and the post's own words for some. */
export interface Material {
  readonly values: ReadonlyMap<Slot, string>;
  readonly ownWords: ReadonlyMap<Slot, string>;
}

interface Source {
  readonly scenario: Scenario;
  readonly event: EventText;
}

/** Scenario and event of each canonical event value (things and pronouns filled in). */
const SOURCES = new Map<string, Source>();
for (const scenario of SCENARIOS) {
  for (const pronoun of pronounsOf(scenario)) {
    for (const event of scenario.events) {
      for (const thing of event.things ?? ['']) SOURCES.set(eventValue(event, pronoun, thing), { scenario, event });
    }
  }
}

/** Words of a phrase that fits behind "has been", "lost", ... so that a time may follow. */
function takesTime(predicate: string, once: boolean): boolean {
  return once || predicate.startsWith('has been ');
}

/** The event's predicate: the plain one, the perfect one, or the post's own words. */
function predicateOf(rng: Stream, material: Material, timeFollows: boolean): string {
  const value = material.values.get('event')!;
  const once = SOURCES.get(value)?.event.past !== undefined;
  if (!once && timeFollows) return value.replace(/^keeps /, 'has been ');
  const own = material.ownWords.get('event');
  return own !== undefined && rng.chance(0.35) ? own : value;
}

const own = (rng: Stream, material: Material, slot: Slot, value: string): string =>
  material.ownWords.has(slot) && rng.chance(0.4) ? material.ownWords.get(slot)! : value;

/**
 * A fluent summary that tells the given slots, in one of several styles. Sentences keep to the grammar: at most two
 * joints each.
 */
export function compose(rng: Stream, material: Material, slots: ReadonlySet<Slot>): string[] {
  const { values } = material;
  const get = (slot: Slot): string | undefined => (slots.has(slot) ? values.get(slot) : undefined);
  const sentences: string[] = [];
  const left = new Set<Slot>([...slots].filter((slot) => values.has(slot)));
  const take = (slot: Slot): string | undefined => {
    const value = left.has(slot) ? get(slot) : undefined;
    left.delete(slot);
    return value;
  };
  const other = values.get('other');
  const pronoun = other === undefined ? undefined : PRONOUN_OF.get(other);
  const saysFull = values.get('says') ?? '';
  const speaker = [...SPEAKERS].find((name) => saysFull.startsWith(`${name} `));
  const claim = (): string => own(rng, material, 'says', saysFull.replace(/^.*?says /, ''));

  if (left.has('event') && other !== undefined) {
    let joints = 0;
    let text = '';
    const narrator = left.has('narrator') && rng.chance(0.6) ? take('narrator') : undefined;
    const feeling = left.has('feeling') && rng.chance(0.3) ? take('feeling') : undefined;
    if (narrator !== undefined) text += `${rng.pick(SAY.narratorOpener(narrator))} `;
    if (feeling !== undefined) {
      text += `${rng.pick(SAY.feeling(feeling))} because ${other}`;
      joints++;
    } else text += rng.chance(0.5) ? other : other.split(' ').slice(1).join(' ');
    left.delete('other');
    left.delete('event');
    const once = SOURCES.get(values.get('event')!)?.event.past !== undefined;
    const timed = left.has('duration') && (once || rng.chance(0.6));
    const predicate = predicateOf(rng, material, timed);
    text += ` ${predicate}`;
    const place = take('place');
    if (place !== undefined) text += ` ${place}`;
    if (timed && takesTime(predicate, once)) text += ` ${rng.pick(SAY.time(take('duration')!))}`;
    if (left.has('duration') && joints < 2 && rng.chance(0.7)) {
      text += ` , ${rng.pick(SAY.timeTail(take('duration')!))}`;
      joints++;
    } else if (left.has('says') && speaker === undefined && joints < 2 && rng.chance(0.4)) {
      take('says');
      text += ` ${rng.pick(['and', ',', 'but'])} says ${claim()}`;
      joints++;
    } else if (left.has('money') && joints < 2 && SAY.moneyTail(values.get('money')!).length > 0 && rng.chance(0.5)) {
      text += ` ${rng.pick([',', 'and'])} ${SAY.moneyTail(take('money')!)[0]!}`;
      joints++;
    } else if (left.has('feeling') && joints < 2 && rng.chance(0.5)) {
      const value = take('feeling')!;
      text += rng.chance(0.4) ? ` , makes me feel ${value}` : ` and ${rng.pick(SAY.feeling(value))}`;
      joints++;
    }
    sentences.push(`${text} .`);
  } else {
    left.delete('other');
    left.delete('event');
    left.delete('place');
  }

  const parts: string[] = [];
  const duration = take('duration');
  if (duration !== undefined) parts.push(rng.pick(SAY.timeClause(duration)));
  const narrator = take('narrator');
  const feeling = take('feeling');
  const money = take('money');
  const tried = take('tried');
  if (money !== undefined) parts.push(rng.pick(SAY.money(money)));
  if (tried !== undefined) {
    const tail = rng.chance(0.25) ? ` ${rng.pick(PREFIXES.triedTail)}` : '';
    parts.push(`${rng.chance(0.6) ? 'i already' : 'i'} ${own(rng, material, 'tried', tried)}${tail}`);
  }
  if (take('says') !== undefined) {
    const who = speaker ?? (pronoun === undefined || sentences.length === 0 ? (other ?? 'they') : fill('$he', pronoun));
    const verb = who === 'they' ? 'say' : 'says';
    parts.push(`${who} ${rng.chance(0.85) ? verb : `just ${verb}`} ${claim()}`);
  }
  if (feeling !== undefined) parts.push(rng.pick(SAY.feeling(feeling)));
  const deadline = take('deadline');
  if (deadline !== undefined) parts.push(rng.pick(SAY.deadline(deadline)));

  if (narrator !== undefined) sentences.push(`${rng.pick(SAY.narratorClause(narrator))} .`);
  const order = rng.chance(0.5) ? parts : rng.shuffle(parts);
  for (let i = 0; i < order.length; ) {
    const second = order[i + 1];
    if (second !== undefined && !order[i]!.includes(' but ') && rng.chance(0.45)) {
      const but = /^(he|she|they|the \w+) /.test(second) && !second.startsWith('the thing');
      sentences.push(`${order[i]!} ${but ? 'but' : 'and'} ${second} .`);
      i += 2;
    } else sentences.push(`${order[i++]!} .`);
  }

  const ask = take('ask');
  if (ask !== undefined) {
    const how = ask.startsWith('how do i ');
    const verb = own(rng, material, 'ask', ask.replace(/^(should i|how do i) /, ''));
    const questions = how ? PREFIXES.askHow : PREFIXES.askShould;
    if (rng.chance(0.75)) sentences.push(`${rng.chance(0.6) ? questions[0] : rng.pick(questions)} ${verb} ?`);
    else sentences.push(`${rng.pick(how ? PREFIXES.wonderHow : PREFIXES.wonderShould)} ${verb} .`);
  }
  return sentences.join(' ').split(' ').filter((word) => word !== '');
}

/** The values and words of a prompt. */
export function materialOf(prompt: Prompt): Material {
  const values = new Map<Slot, string>();
  const ownWords = new Map<Slot, string>();
  for (const { slot, value, spans } of prompt.facts) {
    values.set(slot as Slot, value);
    const span = spans[0];
    if (span !== undefined && ['event', 'tried', 'says', 'ask'].includes(slot)) {
      ownWords.set(slot as Slot, vocabulary.decode(prompt.tokens.subarray(span[0], span[1])).join(' '));
    }
  }
  return { values, ownWords };
}

/** Another value of a slot that someone might believe: from the post's distractors, or of the same scenario. */
function wrongValue(rng: Stream, prompt: Prompt, slot: Slot, values: ReadonlyMap<Slot, string>): string | undefined {
  const source = SOURCES.get(values.get('event') ?? '');
  if (source === undefined) return undefined;
  const { scenario, event } = source;
  const pronoun: Pronoun = PRONOUN_OF.get(values.get('other') ?? '') ?? 'they';
  const heard = recognise(Array.from(prompt.tokens)).decoys.get(slot);
  if (heard !== undefined && rng.chance(0.6)) return heard;
  switch (slot) {
    case 'other':
      return rng.pick(scenario.others)[0];
    case 'event': {
      const wrong = rng.pick(scenario.events);
      return eventValue(wrong, pronoun, wrong.things === undefined ? '' : rng.pick(wrong.things));
    }
    case 'duration':
      return durationValue(drawDuration(rng, scenario), event);
    case 'money':
      return `${scenario.money ?? 'cost'} ${rng.pick(AMOUNTS)} dollars`;
    case 'place':
      return rng.pick(scenario.places ?? ['at home']);
    case 'feeling':
      return rng.pick(scenario.feelings);
    case 'tried':
      return fill(rng.pick(scenario.tried)[0]!, pronoun);
    case 'says':
      return saysValue(scenario, fill(rng.pick(scenario.says)[0]!, pronoun));
    case 'deadline':
      return rng.pick(DEADLINES);
    case 'narrator':
      return drawNarrator(rng, scenario);
    case 'ask':
      return undefined;
  }
}

const INVENTABLE: readonly Slot[] = [
  'duration',
  'duration',
  'money',
  'place',
  'feeling',
  'says',
  'event',
  'narrator',
  'tried',
  'other',
];

/** How often the writers do what. */
const WRITER = { invent: 0.15, stumble: 0.1, ramble: 0.1, terse: 0.3 } as const;

/** Chooses what to tell: the core mostly, details by how much they matter. */
function chooseSlots(rng: Stream, prompt: Prompt): Set<Slot> {
  const ramble = rng.chance(WRITER.ramble);
  const terse = !ramble && rng.chance(WRITER.terse);
  const slots = new Set<Slot>();
  for (const { slot, importance } of prompt.facts) {
    const core = slot === 'event' || slot === 'other' ? 0.97 : slot === 'ask' ? 0.75 : undefined;
    const chance = core ?? (ramble ? 0.7 : (importance > 0.8 ? 0.5 : 0.15) * (terse ? 0.3 : 1));
    if (rng.chance(chance)) slots.add(slot as Slot);
  }
  if (slots.has('event')) slots.add('other');
  return slots;
}

/** A slip of the pen: a word twice, a word gone, or the end missing. */
function stumble(rng: Stream, words: readonly string[]): string[] {
  const at = 1 + rng.int(Math.max(1, words.length - 2));
  const kind = rng.int(3);
  if (kind === 0) return [...words.slice(0, at), words[at - 1]!, ...words.slice(at)];
  if (kind === 1) return [...words.slice(0, at), ...words.slice(at + 1)];
  return words.slice(0, Math.max(3, words.length - 1 - rng.int(4)));
}

/** See `Task.reference`. At most `MAX_SUMMARY_TOKENS` with end-of-text. */
export function reference(prompt: Prompt, variant: number): Reference {
  const rng = new Stream(streamKey(variant, PURPOSE.writer, frameHash(prompt.facts, 2), prompt.tokens.length));
  const truth = materialOf(prompt);
  for (;;) {
    const slots = chooseSlots(rng, prompt);
    let material = truth;
    if (rng.chance(WRITER.invent)) {
      const slot = rng.pick(INVENTABLE);
      const wrong = wrongValue(rng, prompt, slot, truth.values);
      if (wrong !== undefined && wrong !== truth.values.get(slot)) {
        const ownWords = new Map(truth.ownWords);
        ownWords.delete(slot);
        material = { values: new Map(truth.values).set(slot, wrong), ownWords };
        slots.add(slot);
      }
    }
    let words = compose(rng, material, slots);
    if (words.length > 3 && rng.chance(WRITER.stumble)) words = stumble(rng, words);
    if (words.length > 0 && words.length < MAX_SUMMARY_TOKENS) {
      return { tokens: Int32Array.from([...vocabulary.encode(words), TOKEN.eos]) };
    }
  }
}
