import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import type { Prompt, Reference } from '../types';
import { type Meant as MeantOf, type Written, penned } from '../world/slips';
import { PHRASES } from './answerGrammar';
import { type Material, compose, materialOf } from './compose';
import { type Frame, IMPORTANCE, frameHash } from './frame';
import { AMOUNTS, DAYS, MATTERS, PEOPLE, type Slot, TIMES, amountSaid, deadlineSaid, greetingSaid } from './lexicon';
import { type Decoys, recognise } from './recognise';
import { vocabulary } from './vocabulary';

/** The imperfect writers of reference answers: they choose, forget, guess, invent, ramble, stumble and lose their patience. */

/** How often the writers do what: shares of answers, unless it says otherwise. */
export const WRITER = {
  /** A wrong deed, time, amount, day or greeting, or bad advice. */
  invent: 0.12,
  /** Answers as if it knew which subject is meant; a share of dialogues that leave it open. */
  guess: 0.35,
  /** Answers about another matter. */
  astray: 0.05,
  /** Asks what the dialogue said; a share of dialogues that leave nothing open. */
  needless: 0.03,
  rude: 0.05,
  stumble: 0.1,
  /** Says things that say nothing, and tells what nobody asked. */
  ramble: 0.12,
  /** Leaves most things out. */
  terse: 0.25,
  /** Tells what was asked, what matters, what does not, friendly things: chances for each fact. */
  tells: { asked: 0.92, matters: 0.65, rest: 0.08, polite: 0.45, sympathy: 0.15, greeting: 0.15 },
} as const;

/** Chooses what to tell. */
function chooseSlots(rng: Stream, prompt: Prompt, ramble: boolean): Set<Slot> {
  const terse = !ramble && rng.chance(WRITER.terse);
  const { tells } = WRITER;
  const slots = new Set<Slot>();
  for (const { slot, importance } of prompt.facts) {
    const matters = (importance >= IMPORTANCE.needed ? tells.matters : ramble ? 0.4 : tells.rest) * (terse ? 0.3 : 1);
    const friendly = slot === 'polite' || slot === 'sympathy' || slot === 'greeting' ? tells[slot] : undefined;
    if (rng.chance(friendly ?? (importance >= IMPORTANCE.asked ? tells.asked : matters))) slots.add(slot as Slot);
  }
  return slots;
}

type Meant = MeantOf<Slot, Material>;

/** One wrong statement in place of a right one, or beside the right ones. */
function invent(rng: Stream, frame: Frame, decoys: Decoys, meant: Meant): Meant {
  const { matter, subject, given, day, person } = frame;
  const { material } = meant;
  const covered = new Set(meant.covered);
  const wrong = (slot: Slot | undefined, change: Partial<Material>): Meant => {
    if (slot !== undefined) covered.delete(slot);
    return { ...meant, covered, material: { ...material, ...change }, invented: meant.invented + 1 };
  };
  const kind = rng.pick(['deed', 'deed', 'time', 'time', 'amount', 'deadline', 'greeting', 'bad'] as const);
  switch (kind) {
    case 'deed': {
      const others = matter.subjects.filter((candidate) => candidate !== subject);
      const heard = decoys.subject !== undefined && others.includes(decoys.subject) && rng.chance(0.6);
      const other = heard ? decoys.subject : rng.pick(others);
      // What hangs on wrong advice tells nothing.
      covered.delete('time');
      const { time: _time, act: _act, ...rest } = wrong('do', { deed: other.deed }).material;
      return { ...wrong('do', {}), material: rest };
    }
    case 'time':
      return wrong('time', { time: rng.pick(TIMES.filter((time) => time !== subject?.time)) });
    case 'amount': {
      if (matter.amount === undefined) return meant;
      const right = given === undefined ? undefined : given * matter.amount.rate;
      const heard = decoys.given === undefined ? undefined : decoys.given * matter.amount.rate;
      const taken = heard !== undefined && heard !== right && rng.chance(0.6)
        ? heard
        : rng.pick(AMOUNTS.filter((number) => number !== right));
      return wrong('amount', { amount: amountSaid(matter.amount, taken) });
    }
    case 'deadline':
      return wrong('deadline', { deadline: deadlineSaid(rng.pick(DAYS.filter((name) => name !== day))) });
    case 'greeting':
      return wrong('greeting', { greeting: greetingSaid(rng.pick(PEOPLE.filter((name) => name !== person))) });
    case 'bad':
      return wrong(undefined, { bad: matter.avoid });
  }
}

/** What the writer means to say. */
function mean(rng: Stream, prompt: Prompt, frame: Frame, decoys: Decoys): Meant {
  const { matter, subject, kind } = frame;
  const ramble = rng.chance(WRITER.ramble);
  const asides: string[] = ramble ? rng.shuffle(PHRASES.filler).slice(0, 1 + rng.int(2)) : [];
  const rude = rng.chance(WRITER.rude);
  if (rude) asides.push(rng.pick(PHRASES.rude));
  const withAsides = (material: Material): Material => (asides.length === 0 ? material : { ...material, asides });

  if (rng.chance(WRITER.astray)) {
    const other = rng.pick(MATTERS.filter((candidate) => candidate !== matter));
    const polite = rng.chance(WRITER.tells.polite);
    const time = other.lasting && rng.chance(0.5);
    const about = rng.pick(other.subjects);
    const material: Material = { kind: 'how', lasting: false, polite, deed: about.deed, avoid: other.avoid };
    // Nothing of this matter is claimed, so nothing is invented.
    const tailed = time ? { ...material, deed: about.deed.map((text) => `${text} for ${about.time}`) } : material;
    return { material: withAsides(tailed), covered: new Set(polite ? ['polite'] : []), invented: 0, stumbles: rude ? 1 : 0 };
  }
  const slots = chooseSlots(rng, prompt, ramble);
  let meant: Meant = { material: withAsides(materialOf(frame, slots)), covered: slots, invented: 0, stumbles: rude ? 1 : 0 };
  if (subject === undefined && rng.chance(WRITER.guess)) {
    const guessed = rng.pick(matter.subjects);
    slots.delete('ask');
    const { ask: _ask, ...rest } = meant.material;
    const deed = matter.lasting && (kind === 'long' || rng.chance(0.5))
      ? guessed.deed.map((text) => `${text} for ${guessed.time}`)
      : guessed.deed;
    return { ...meant, material: { ...rest, deed, lasting: false }, covered: slots, invented: 1 };
  }
  if (rng.chance(WRITER.invent)) meant = invent(rng, frame, decoys, meant);
  if (subject !== undefined && rng.chance(WRITER.needless)) {
    meant = { ...meant, material: { ...meant.material, ask: matter.ask }, stumbles: meant.stumbles + 1 };
  }
  return meant;
}

/** An answer to a dialogue of this world, at most `MAX_ANSWER_TOKENS` with end-of-text; `variant` chooses among several. */
export function write(prompt: Prompt, variant: number): Written<Slot> {
  const rng = new Stream(streamKey(variant, PURPOSE.writer, frameHash(prompt.facts, 2), prompt.tokens.length));
  const { frame, decoys } = recognise(Array.from(prompt.tokens));
  if (frame === undefined) throw new RangeError('Nobody answers a dialogue about nothing that this world knows.');
  return penned(rng, WRITER.stumble, () => mean(rng, prompt, frame, decoys), compose);
}

/**
 * See `Task.reference`.
 * @throws RangeError where the dialogue is about nothing that the world knows.
 */
export function reference(prompt: Prompt, variant: number): Reference {
  return { tokens: Int32Array.from([...vocabulary.encode(write(prompt, variant).words), TOKEN.eos]) };
}
