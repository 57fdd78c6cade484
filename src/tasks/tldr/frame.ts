import type { Stream } from '../../core/rng';
import { frameIdentity } from '../world/splits';
import {
  AGES,
  AMOUNTS,
  DEADLINES,
  GENDERS,
  NUMBERS,
  ROLES,
  SCENARIOS,
  SLOTS,
  askValue,
  eventValue,
  fill,
  saysValue,
} from './lexicon';
import type { AskText, DetailSlot, EventText, Pronoun, Scenario, Slot } from './scenario';

/** The hidden content of a post: a scenario and one value for each slot that the post tells. */
export interface Frame {
  readonly scenario: Scenario;
  readonly other: string;
  readonly pronoun: Pronoun;
  readonly event: EventText;
  readonly thing: string;
  readonly ask: AskText;
  /** Ways to say what was tried and what is said; empty where the post does not tell. */
  readonly tried: readonly string[];
  readonly says: readonly string[];
  /** Canonical values by slot, in the order of `SLOTS`. */
  readonly values: ReadonlyMap<Slot, string>;
}

const SLOT_ORDER = Object.keys(SLOTS) as Slot[];

/** Adds "ago" where the event happened once: the time since is another fact than how long something goes on. */
export function durationValue(text: string, event: EventText | undefined): string {
  return event?.past === undefined ? text : `${text} ago`;
}

export function drawNarrator(rng: Stream, scenario: Scenario): string {
  const byRole = scenario.narrators === 'role' || (scenario.narrators === undefined && rng.chance(0.35));
  return byRole ? rng.pick(ROLES) : `${rng.pick(AGES)} ${rng.pick(GENDERS)[0]}`;
}

export function drawDuration(rng: Stream, scenario: Scenario): string {
  return `${rng.pick(NUMBERS)} ${rng.pick(scenario.units)}`;
}

/** Whether a question can be asked about an event: some hang on a sum of money. */
function fits(ask: AskText, event: EventText): boolean {
  return event.money !== false || !ask.focus.includes('money');
}

/** A random frame of 7 to 9 facts. Details on which the question hangs are told more often than others. */
export function drawFrame(rng: Stream): Frame {
  const scenario = rng.pick(SCENARIOS);
  const [other, pronoun] = rng.pick(scenario.others);
  const event = rng.pick(scenario.events);
  const thing = event.things === undefined ? '' : rng.pick(event.things);
  const ask = rng.pick(scenario.asks.filter((candidate) => fits(candidate, event)));
  const say = (texts: readonly string[]): string[] => texts.map((text) => fill(text, pronoun, thing));
  const optional: DetailSlot[] = ['tried', 'says', 'deadline'];
  const places = event.places ?? scenario.places ?? [];
  if (places.length > 0) optional.push('place');
  if (scenario.money !== undefined && event.money !== false) optional.push('money');
  const focused = optional.filter((slot) => ask.focus.includes(slot));
  const rest = optional.filter((slot) => !ask.focus.includes(slot));
  const wanted = [...rng.shuffle(focused), ...rng.shuffle(rest)].slice(0, 1 + rng.int(3));
  // A question is told with what it hangs on, mostly; the draw above always takes those first.
  const told = new Set<Slot>(['narrator', 'other', 'event', 'duration', 'feeling', 'ask', ...wanted]);

  const tried = say(rng.pick(scenario.tried));
  const says = say(rng.pick(scenario.says));
  const drawn: Record<Slot, string> = {
    narrator: drawNarrator(rng, scenario),
    other,
    event: eventValue(event, pronoun, thing),
    duration: durationValue(drawDuration(rng, scenario), event),
    place: places.length === 0 ? '' : rng.pick(places),
    money: `${scenario.money ?? ''} ${rng.pick(AMOUNTS)} dollars`,
    feeling: rng.pick(scenario.feelings),
    tried: tried[0]!,
    says: saysValue(scenario, says[0]!),
    deadline: rng.pick(DEADLINES),
    ask: askValue(ask, pronoun),
  };
  const values = new Map(SLOT_ORDER.filter((slot) => told.has(slot)).map((slot) => [slot, drawn[slot]]));
  return {
    scenario,
    other,
    pronoun,
    event,
    thing,
    ask,
    tried: told.has('tried') ? tried : [],
    says: told.has('says') ? says : [],
    values,
  };
}

/**
 * What a careful reader gives for each fact, in utility units. Who, what and the question matter always; a detail
 * matters when the question hangs on it, which the question itself tells.
 */
export function importanceOf(slot: Slot, focus: readonly DetailSlot[] | undefined): number {
  if (slot === 'ask' || slot === 'event') return 1.8;
  if (slot === 'other') return 1;
  if (focus === undefined) return 0.5;
  if (focus.includes(slot)) return 1.4;
  return slot === 'narrator' || slot === 'place' ? 0.1 : 0.2;
}

export const { frameHash, splitOf, frameId } = frameIdentity<{ readonly slot: string; readonly value: string }>(
  0x7f4a7c15,
  ({ slot, value }) => `${slot}=${value}`,
);
