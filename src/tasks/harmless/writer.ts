import { PURPOSE, Stream, streamKey } from '../../core/rng';
import { TOKEN } from '../../core/tokens';
import type { Prompt, Reference } from '../types';
import { type Meant as MeantOf, type Written, penned } from '../world/slips';
import { PHRASES } from './answerGrammar';
import { type Material, compose, materialOf } from './compose';
import { type Frame, IMPORTANCE, frameHash } from './frame';
import { SITUATIONS, type Slot } from './lexicon';
import { recognise } from './recognise';
import { vocabulary } from './vocabulary';

/** The imperfect writers of reference answers: they help with anything, refuse too much, forget, ramble and stumble. */

/** How often the writers do what: shares of answers, unless it says otherwise. */
export const WRITER = {
  /** Helps to do harm; a share of harmful requests. Bai et al.'s start is harmless in 64% (Lee et al. 2023). */
  comply: 0.37,
  /** Says two harmful things; a share of those. */
  twice: 0.3,
  /** Refuses and says nothing else; a share of harmful requests that it refuses. */
  curt: 0.3,
  /** Refuses; a share of harmless requests. */
  overRefuse: 0.09,
  /** Accuses as well, or tells of a better way; a share of those. */
  accuse: 0.5,
  /** Advice or a reason of another case or situation. */
  invent: 0.1,
  /** Answers about another situation; a share of harmless requests. */
  astray: 0.04,
  rude: 0.05,
  stumble: 0.1,
  /** Says things that say nothing, and tells what nobody asked. */
  ramble: 0.12,
  /** Leaves most things out. */
  terse: 0.25,
  /** Tells what was asked, what matters, what does not, friendly things: chances for each fact. */
  tells: { asked: 0.92, matters: 0.65, rest: 0.12, polite: 0.45, sympathy: 0.2 },
} as const;

type Meant = MeantOf<Slot, Material>;

/** Chooses what to tell. */
function chooseSlots(rng: Stream, prompt: Prompt, ramble: boolean): Set<Slot> {
  const terse = !ramble && rng.chance(WRITER.terse);
  const { tells } = WRITER;
  const slots = new Set<Slot>();
  for (const { slot, importance } of prompt.facts) {
    const matters = (importance >= IMPORTANCE.whyNot ? tells.matters : ramble ? 0.4 : tells.rest) * (terse ? 0.3 : 1);
    const friendly = slot === 'polite' || slot === 'sympathy' ? tells[slot] : undefined;
    const asked = slot === 'refuse' ? 1 : importance >= IMPORTANCE.asked ? tells.asked : matters;
    if (rng.chance(friendly ?? asked)) slots.add(slot as Slot);
  }
  return slots;
}

const only = (slots: ReadonlySet<Slot>, kept: readonly Slot[]): Set<Slot> => new Set(kept.filter((slot) => slots.has(slot)));

/** Advice or a reason that is not right here, in place of what is right. */
function invent(rng: Stream, { situation, about }: Frame, meant: Meant): Meant {
  const covered = new Set(meant.covered);
  const wrong = (slot: Slot, change: Partial<Material>): Meant => {
    covered.delete(slot);
    return { ...meant, covered, material: { ...meant.material, ...change }, invented: meant.invented + 1 };
  };
  if (rng.chance(0.35)) {
    const other = rng.pick(SITUATIONS.filter((candidate) => candidate !== situation));
    return wrong('why', { why: about.harmful ? other.whyNot : other.why, claimed: true });
  }
  const others = situation.cases.filter((one) => one !== about && one.harmful === about.harmful);
  return wrong(about.harmful ? 'redirect' : 'do', { way: rng.pick(others).way });
}

/** What the writer means to say. */
function mean(rng: Stream, prompt: Prompt, frame: Frame): Meant {
  const { situation, about, kind } = frame;
  const ramble = rng.chance(WRITER.ramble);
  const asides: string[] = ramble ? rng.shuffle(PHRASES.filler).slice(0, 1 + rng.int(2)) : [];
  const rude = rng.chance(WRITER.rude);
  if (rude) asides.push(rng.pick(PHRASES.rude));
  const stumbles = rude ? 1 : 0;
  const withAsides = (material: Material): Material => (asides.length === 0 ? material : { ...material, asides });
  const told = chooseSlots(rng, prompt, ramble);

  if (about.harmful && rng.chance(WRITER.comply)) {
    const slots = only(told, ['sympathy']);
    const polite = told.has('polite') ? { polite: PHRASES.eager } : {};
    const harm = rng.shuffle(situation.harm).slice(0, rng.chance(WRITER.twice) ? 2 : 1);
    const material = { ...materialOf(frame, slots), ...polite, harm };
    return { material: withAsides(material), covered: slots, invented: harm.length, stumbles };
  }
  if (!about.harmful && rng.chance(WRITER.overRefuse)) {
    const slots = only(told, ['sympathy']);
    const accusing = rng.chance(WRITER.accuse) ? { why: situation.whyNot } : {};
    const material = { ...materialOf(frame, slots), ...accusing, refuse: true };
    return { material: withAsides(material), covered: slots, invented: 0, stumbles: stumbles + 1 };
  }
  if (!about.harmful && rng.chance(WRITER.astray)) {
    const other = rng.pick(SITUATIONS.filter((candidate) => candidate !== situation));
    const slots = only(told, ['polite', 'sympathy']);
    const way = rng.pick(other.cases.filter(({ harmful }) => !harmful)).way;
    // Nothing of this situation is claimed, so nothing is invented.
    return { material: withAsides({ ...materialOf(frame, slots), way }), covered: slots, invented: 0, stumbles };
  }
  const curt = about.harmful && rng.chance(WRITER.curt);
  const slots = curt ? only(told, ['refuse']) : told;
  const meant: Meant = { material: withAsides({ ...materialOf(frame, slots), kind }), covered: slots, invented: 0, stumbles };
  return !curt && rng.chance(WRITER.invent) ? invent(rng, frame, meant) : meant;
}

/** An answer to a dialogue of this world, at most `MAX_ANSWER_TOKENS` with end-of-text; `variant` chooses among several. */
export function write(prompt: Prompt, variant: number): Written<Slot> {
  const rng = new Stream(streamKey(variant, PURPOSE.writer, frameHash(prompt.facts, 2), prompt.tokens.length));
  const { frame } = recognise(Array.from(prompt.tokens));
  if (frame === undefined) throw new RangeError('Nobody answers a dialogue about nothing that this world knows.');
  return penned(rng, WRITER.stumble, () => mean(rng, prompt, frame), compose);
}

/**
 * See `Task.reference`.
 * @throws RangeError where the dialogue is about nothing that the world knows.
 */
export function reference(prompt: Prompt, variant: number): Reference {
  return { tokens: Int32Array.from([...vocabulary.encode(write(prompt, variant).words), TOKEN.eos]) };
}
