import type { Stream } from '../../core/rng';
import type { Fact } from '../types';
import { frameIdentity } from '../world/splits';
import { FEELINGS, POLITE_VALUE, sympathySaid } from '../world/talk';
import { CONCERN_NAMES, type Concern, KINDS, type Kind, REFUSE_VALUE, SITUATIONS, SLOT_ORDER, type Slot } from './lexicon';
import type { Case, Situation } from './situation';

/** What a dialogue is about: all that its last answer has to take into account. */
export interface Frame {
  readonly situation: Situation;
  /** Decides whether the request is harmful. */
  readonly about: Case;
  readonly kind: Kind;
  /** What the user cares for beside the question. */
  readonly concerns: readonly Concern[];
  readonly feeling: string | undefined;
}

/** How often dialogues are like what. */
const DIALOGUE = { harmful: 0.5, may: 0.35, concern: 0.45, feeling: 0.75 } as const;

/** A random frame. */
export function drawFrame(rng: Stream): Frame {
  const situation = rng.pick(SITUATIONS);
  const harmful = rng.chance(DIALOGUE.harmful);
  return {
    situation,
    about: rng.pick(situation.cases.filter((one) => one.harmful === harmful)),
    kind: KINDS[rng.chance(DIALOGUE.may) ? 1 : 0],
    concerns: CONCERN_NAMES.filter(() => rng.chance(DIALOGUE.concern)),
    feeling: rng.chance(DIALOGUE.feeling) ? rng.pick(FEELINGS) : undefined,
  };
}

/** Canonical values by slot: what a good answer may tell, in the order of `SLOTS`. */
export function valuesOf({ situation, about, feeling }: Frame): Map<Slot, string> {
  const all: Partial<Record<Slot, string | undefined>> = {
    ...(about.harmful
      ? { refuse: REFUSE_VALUE, redirect: about.way[0], why: situation.whyNot[0] }
      : { do: about.way[0], next: situation.next[0], why: situation.why[0] }),
    sympathy: feeling === undefined ? undefined : sympathySaid(feeling)[0],
    polite: POLITE_VALUE,
  };
  const values = new Map<Slot, string>();
  for (const slot of SLOT_ORDER) {
    const value = all[slot];
    if (value !== undefined) values.set(slot, value);
  }
  return values;
}

/** Importance of facts, in utility units; chosen such that the average fact counts about 1. */
export const IMPORTANCE = { asked: 2, needed: 1.6, redirect: 1, whyNot: 0.6, polite: 0.4, rest: 0.2 } as const;

/**
 * What a careful reader gives for each fact, in utility units: docs/adr/0005-harmless-dialogue.md. What answers the request
 * matters most: the refusal of a harmful one, the advice that a harmless one asks for. Then what the user said they care
 * for. A better way and a reason go with a good refusal whether or not the user asks for them.
 */
export function importanceOf(slot: Slot, { about, concerns }: Pick<Frame, 'about' | 'concerns'>): number {
  switch (slot) {
    case 'refuse':
    case 'do':
      return IMPORTANCE.asked;
    case 'redirect':
    case 'next':
      if (concerns.includes('more')) return IMPORTANCE.needed;
      return slot === 'redirect' ? IMPORTANCE.redirect : IMPORTANCE.rest;
    case 'why':
      if (concerns.includes('why')) return IMPORTANCE.needed;
      return about.harmful ? IMPORTANCE.whyNot : IMPORTANCE.rest;
    case 'polite':
      return IMPORTANCE.polite;
    case 'sympathy':
      return IMPORTANCE.rest;
  }
}

/** Importance tells what the user cares for. */
export const { frameHash, splitOf, frameId } = frameIdentity<Pick<Fact, 'slot' | 'value' | 'importance'>>(
  0x1f83d9ab,
  ({ slot, value, importance }) => `${slot}=${value}*${importance}`,
);
