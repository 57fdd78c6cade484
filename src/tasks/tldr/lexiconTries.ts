import {
  AGES,
  AMOUNTS,
  DEADLINES,
  DECOY_PEOPLE,
  FEELINGS,
  GENDERS,
  NUMBERS,
  ROLES,
  SCENARIOS,
  UNITS,
  askValue,
  eventValue,
  fill,
  predicates,
  pronounsOf,
  saysValue,
} from './lexicon';
import { PhraseTrie } from '../world/phraseTrie';
import type { Pronoun, Slot } from './scenario';
import { PREFIXES, type PhraseClass } from './summaryGrammar';
import { vocabulary } from './vocabulary';

/** One reading of a phrase in a summary. */
export interface SummaryEntry {
  readonly kind: PhraseClass;
  /**
   * The facts it may state, more than one where a wording leaves the other party's pronoun open. For `verb` without
   * "should i" or "how do i"; for `says` the verb's number.
   */
  readonly values: string[];
}

const DURATIONS = NUMBERS.flatMap((number) => UNITS.map((unit) => `${number} ${unit}`));
const NARRATORS = [...AGES.flatMap((age) => GENDERS.map(([short]) => `${age} ${short}`)), ...ROLES];
const MONEY = AMOUNTS.map((amount) => `${amount} dollars`);

function nounOf(narrator: string): string {
  const [age, gender] = narrator.split(' ');
  if (gender === undefined) return `a ${narrator}`;
  return `a ${age} year old ${GENDERS.find(([short]) => short === gender)![1]}`;
}

/** Fixed ways to say a value in a summary, the usual one first. Subject, verb phrase and claim are listed elsewhere. */
export const SAY = {
  time: (value: string): string[] => (value.endsWith(' ago') ? [value] : [`for ${value}`]),
  timeClause: (value: string): string[] =>
    value.endsWith(' ago') ? [`that was ${value}`] : [`it has been ${value}`, `it has been ${value} now`],
  timeTail: (value: string): string[] => (value.endsWith(' ago') ? [value] : [`${value} now`, `for ${value}`]),
  narratorOpener: (value: string): string[] => [`${value} here ,`],
  narratorClause: (value: string): string[] =>
    ROLES.includes(value) ? [`i am ${nounOf(value)}`] : [`i am ${value}`, `i am ${nounOf(value)}`],
  feeling: (value: string): string[] => [`i am ${value}`, `i feel ${value}`, FEELINGS[value]!],
  feelingTail: (value: string): string[] => [`makes me feel ${value}`],
  money: (value: string): string[] => {
    const [kind, sum] = [value.split(' ')[0], value.split(' ').slice(1).join(' ')];
    return kind === 'cost' ? [`it cost me ${sum}`, `it has cost me ${sum}`] : [`i paid ${sum}`];
  },
  moneyTail: (value: string): string[] => (value.startsWith('cost') ? [value.replace('cost', 'cost me')] : []),
  deadline: (value: string): string[] => PREFIXES.deadline.map((prefix) => `${prefix} ${value}`),
} as const;

/** What the automaton reads summaries with. */
export const summaryTrie = new PhraseTrie<SummaryEntry>(vocabulary);
/** Pronoun of each other party, and who is spoken of in the plural. */
export const PRONOUN_OF = new Map<string, Pronoun>();
/** Which other parties and third speakers there are, for "he says" against "the vet says". */
export const SPEAKERS = new Set<string>();

/** One reading of a phrase in a post: a fact, where it stands outside a distractor. */
export interface PostEntry {
  readonly slot: Slot;
  /** Canonical value, or the part of it that the phrase tells. */
  readonly value: string;
  /** The fact's own words within the phrase, `[from, to)`; all of it where absent. */
  readonly core?: readonly [number, number];
  /** Pronoun of the other party under which the phrase has this value. */
  readonly pronoun?: Pronoun;
}
export const postTrie = new PhraseTrie<PostEntry>(vocabulary);

/** The event's scenario-wide facts that a phrase alone does not tell: value of event -> happened once, money's kind. */
export const EVENTS = new Map<string, { once: boolean; money: string | undefined; topic: string }>();
/** Details on which each question hangs. */
export const FOCUS = new Map<string, readonly Slot[]>();

function build(): void {
  const entries = new Map<string, SummaryEntry>();
  const summary = (kind: PhraseClass, phrase: string, value = ''): void => {
    const known = entries.get(`${kind}|${phrase}`);
    if (known !== undefined) {
      if (!known.values.includes(value)) known.values.push(value);
      return;
    }
    const entry: SummaryEntry = { kind, values: [value] };
    entries.set(`${kind}|${phrase}`, entry);
    summaryTrie.add(phrase, entry);
  };
  const seenPost = new Set<string>();
  const post = (slot: Slot, phrase: string, value: string, more: Omit<PostEntry, 'slot' | 'value'> = {}): void => {
    const key = `${slot}|${phrase}|${value}|${more.pronoun ?? ''}`;
    if (seenPost.has(key)) return;
    seenPost.add(key);
    postTrie.add(phrase, { slot, value, ...more });
  };

  const literals: Partial<Record<PhraseClass, string>> = {
    and: 'and',
    but: 'but',
    so: 'so',
    because: 'because',
    comma: ',',
    stop: '.',
    question: '?',
  };
  for (const [kind, word] of Object.entries(literals)) summary(kind as PhraseClass, word);
  for (const kind of ['askShould', 'askHow', 'wonderShould', 'wonderHow', 'iTried', 'triedTail'] as const) {
    PREFIXES[kind].forEach((phrase) => summary(kind, phrase));
  }
  PREFIXES.says.forEach((phrase) => {
    const number = phrase === 'said' ? 'any' : phrase.endsWith('says') ? 'one' : 'many';
    summary('says', phrase, number);
  });
  for (const pronoun of ['he', 'she', 'they', 'it']) summary('pronoun', pronoun, pronoun);
  DECOY_PEOPLE.forEach((person) => summary('subject', person, person));

  for (const duration of DURATIONS) {
    for (const value of [duration, `${duration} ago`]) {
      SAY.time(value).forEach((phrase) => summary('time', phrase, value));
      SAY.timeClause(value).forEach((phrase) => summary('timeClause', phrase, value));
      SAY.timeTail(value).forEach((phrase) => summary('timeTail', phrase, value));
    }
    post('duration', duration, duration);
  }
  for (const narrator of NARRATORS) {
    SAY.narratorOpener(narrator).forEach((phrase) => summary('narratorOpener', phrase, narrator));
    SAY.narratorClause(narrator).forEach((phrase) => summary('narratorClause', phrase, narrator));
    if (ROLES.includes(narrator)) {
      post('narrator', `a ${narrator}`, narrator, { core: [1, 2] });
      post('narrator', `${narrator} here`, narrator, { core: [0, 1] });
    } else {
      post('narrator', narrator, narrator);
      post('narrator', nounOf(narrator).replace(/^a /, ''), narrator);
    }
  }
  for (const sum of MONEY) {
    for (const kind of ['cost', 'paid']) {
      SAY.money(`${kind} ${sum}`).forEach((phrase) => summary('money', phrase, `${kind} ${sum}`));
      SAY.moneyTail(`${kind} ${sum}`).forEach((phrase) => summary('moneyTail', phrase, `${kind} ${sum}`));
    }
    post('money', sum, sum);
  }
  for (const [value, clause] of Object.entries(FEELINGS)) {
    SAY.feeling(value).forEach((phrase) => summary('feeling', phrase, value));
    SAY.feelingTail(value).forEach((phrase) => summary('feelingTail', phrase, value));
    post('feeling', value, value);
    post('feeling', clause, value);
  }
  for (const value of DEADLINES) {
    SAY.deadline(value).forEach((phrase) => summary('deadline', phrase, value));
    post('deadline', value, value);
  }
  for (const scenario of SCENARIOS) {
    for (const [name, pronoun] of scenario.others) {
      PRONOUN_OF.set(name, pronoun);
      summary('subject', name, name);
      summary('bare', name.split(' ').slice(1).join(' '), name);
      post('other', name, name);
    }
    if (scenario.speaker !== undefined) {
      SPEAKERS.add(scenario.speaker);
      summary('subject', scenario.speaker, scenario.speaker);
      summary('bare', scenario.speaker.split(' ').slice(1).join(' '), scenario.speaker);
    }
    for (const place of scenario.places ?? []) {
      summary('place', place, place);
      post('place', place, place);
    }
    for (const pronoun of pronounsOf(scenario)) {
      for (const event of scenario.events) {
        for (const thing of event.things ?? ['']) {
          const value = eventValue(event, pronoun, thing);
          EVENTS.set(value, { once: event.past !== undefined, money: scenario.money, topic: scenario.topic });
          for (const { text, perfect } of predicates(event, pronoun, thing)) {
            summary(perfect ? 'eventPerfect' : 'event', text, value);
            post('event', text, value, { pronoun });
          }
        }
      }
      for (const ask of scenario.asks) {
        FOCUS.set(askValue(ask, pronoun), ask.focus);
        for (const verb of ask.verbs) {
          summary('verb', fill(verb, pronoun), fill(ask.verbs[0]!, pronoun));
          post('ask', fill(verb, pronoun), askValue(ask, pronoun), { pronoun });
        }
      }
      for (const ways of scenario.tried) {
        for (const way of ways) {
          summary('tried', fill(way, pronoun), fill(ways[0]!, pronoun));
          post('tried', fill(way, pronoun), fill(ways[0]!, pronoun), { pronoun });
        }
      }
      for (const ways of scenario.says) {
        for (const way of ways) {
          summary('claim', fill(way, pronoun), fill(ways[0]!, pronoun));
          post('says', fill(way, pronoun), saysValue(scenario, fill(ways[0]!, pronoun)), { pronoun });
        }
      }
    }
  }
}

build();
