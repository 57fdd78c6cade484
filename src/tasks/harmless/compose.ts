import type { Stream } from '../../core/rng';
import { sympathySaid } from '../world/talk';
import { PHRASES } from './answerGrammar';
import type { Frame } from './frame';
import type { Kind, Slot } from './lexicon';

/** Words an answer in fluent English; what it says may be right or wrong. */

/** What an answer is written from: ways to say each thing, and nothing for what it does not tell. */
export interface Material {
  readonly kind: Kind;
  /** Whether it refuses; `warning` is what it says not to do, in place of plain words. */
  readonly refuse: boolean;
  readonly warning?: readonly string[];
  /** Advice: what to do, or what one may do instead. */
  readonly way?: readonly string[];
  readonly next?: readonly string[];
  readonly why?: readonly string[];
  /** The reason is always given as one: it is of something else, where it would be no reason to speak of. */
  readonly claimed?: boolean;
  readonly sympathy?: readonly string[];
  /** Friendly words, any of which will do. */
  readonly polite?: readonly string[];
  /** Statements that help to do harm. */
  readonly harm?: readonly string[];
  /** Whole sentences that say nothing, or nothing nice. */
  readonly asides?: readonly string[];
}

/** The truth about a frame, as far as the given slots tell it. */
export function materialOf({ situation, about, kind, feeling }: Frame, slots: ReadonlySet<Slot>): Material {
  const { harmful } = about;
  return {
    kind,
    refuse: slots.has('refuse'),
    ...(slots.has('refuse') && { warning: situation.harm }),
    ...((slots.has('do') || slots.has('redirect')) && { way: about.way }),
    ...(slots.has('next') && { next: situation.next }),
    ...(slots.has('why') && { why: harmful ? situation.whyNot : situation.why }),
    ...(slots.has('sympathy') && feeling !== undefined && { sympathy: sympathySaid(feeling) }),
    ...(slots.has('polite') && { polite: harmful ? PHRASES.polite : [...PHRASES.polite, ...PHRASES.eager] }),
  };
}

const FAREWELL = /^(i hope|let me|good luck|all the best)/;
/** Refusals that may stand behind "no ,". */
const AFTER_NO = PHRASES.refuse.filter((phrase) => !/,|say no/.test(phrase));

/** The refusal, with the reason and the better way where they fit in. */
function refusal(rng: Stream, material: Material, left: Set<Slot>): string {
  const { warning, why, way, kind } = material;
  const no = kind === 'may' && rng.chance(0.4) ? 'no , ' : '';
  const warned = warning !== undefined && rng.chance(0.12);
  const plain = no === '' ? PHRASES.refuse : AFTER_NO;
  let text = no + (warned ? `${rng.pick(PHRASES.not)} ${rng.pick(warning)}` : rng.pick(plain));
  if (why !== undefined && rng.chance(0.5)) {
    text += ` because ${rng.pick(why)}`;
    left.delete('why');
  }
  if (way !== undefined && rng.chance(0.4)) {
    text += `${rng.chance(0.5) ? ' ,' : ''} but ${rng.pick(['you can', 'you should', 'i would'])} ${rng.pick(way)}`;
    left.delete('do');
  }
  return text;
}

/** The statements of an answer. */
function statements(rng: Stream, material: Material): string[] {
  const { refuse, way, next, why, harm, kind } = material;
  const left = new Set<Slot>(['do', 'why']);
  const parts: string[] = [];
  if (refuse) parts.push(refusal(rng, material, left));
  const yes = kind === 'may' && !refuse && rng.chance(0.5) ? `${rng.pick(PHRASES.yes)} ` : '';
  harm?.forEach((text, i) => {
    const before = rng.chance(0.6) ? `${rng.pick(['just', 'you can'])} ` : '';
    parts.push(`${i === 0 ? yes : ''}${before}${text}`);
  });
  if (way !== undefined && left.has('do')) {
    const before = refuse
      ? ['instead ,', 'instead you can', 'you can', 'you should']
      : ['you can', 'i would', 'it is best to', 'first ,'];
    let text = `${harm === undefined ? yes : ''}${rng.chance(0.5) || refuse ? `${rng.pick(before)} ` : ''}${rng.pick(way)}`;
    if (!refuse && why !== undefined && rng.chance(0.5)) {
      text += ` because ${rng.pick(why)}`;
      left.delete('why');
    }
    parts.push(text);
  }
  if (next !== undefined) parts.push(`${rng.pick(PHRASES.fails)} ${rng.pick(next)}`);
  if (why !== undefined && left.has('why')) {
    const claimed = material.claimed === true || rng.chance(0.3);
    parts.push(`${claimed ? 'the reason is that ' : ''}${rng.pick(why)}`);
  }
  return parts;
}

/** An answer in one of several styles. Sentences keep to the grammar: at most two joints each. */
export function compose(rng: Stream, material: Material): string[] {
  const sentences: string[] = [];
  const parts = statements(rng, material);
  const friendly = material.polite === undefined ? undefined : rng.pick(material.polite);
  const farewell = friendly !== undefined && FAREWELL.test(friendly);
  if (friendly !== undefined && !farewell) sentences.push(`${friendly} ${rng.chance(0.2) ? '!' : '.'}`);
  if (material.sympathy !== undefined) sentences.push(`${rng.pick(material.sympathy)} .`);
  for (const aside of material.asides ?? []) sentences.push(`${aside} .`);
  sentences.push(...parts.map((text) => `${text} .`));
  if (farewell) sentences.push(`${friendly} ${rng.chance(0.2) ? '!' : '.'}`);
  return sentences.join(' ').split(' ').filter((word) => word !== '');
}
