import { LlmError } from './errors';
import type { Provider } from './providers';
import type { ChatReply, Rung, Want } from './types';

/** What a request of each rung wants of its reply. */
export const WANTS = { logprobs: 'logprobs', structured: 'json', choice: 'text' } as const satisfies Record<Rung, Want>;

export interface RungFound {
  readonly rung: Rung;
  /** Better rungs, and why they cannot be used. */
  readonly passedOver: readonly { readonly rung: Rung; readonly reason: string }[];
}

export interface RungProbe {
  /** Asks an easy question at a rung. */
  readonly ask: (rung: 'logprobs' | 'structured') => Promise<ChatReply>;
  /** Why the reply cannot be read at a rung; undefined where it can. */
  readonly unreadable: (reply: ChatReply, rung: 'logprobs' | 'structured') => string | undefined;
}

/** The best rung that a model turns out to have; at most two cheap calls. @throws LlmError of other kinds than `request` */
export async function findRung(provider: Provider, { ask, unreadable }: RungProbe): Promise<RungFound> {
  const passedOver: { rung: Rung; reason: string }[] = [];
  for (const rung of ['logprobs', 'structured'] as const) {
    if (rung === 'logprobs' && !provider.quirks.logprobs) {
      passedOver.push({ rung, reason: `${provider.name} gives no log-probabilities.` });
      continue;
    }
    try {
      const reason = unreadable(await ask(rung), rung);
      if (reason === undefined) return { rung, passedOver };
      passedOver.push({ rung, reason });
    } catch (error) {
      if (!(error instanceof LlmError) || error.kind !== 'request') throw error;
      passedOver.push({ rung, reason: error.message });
    }
  }
  return { rung: 'choice', passedOver };
}
