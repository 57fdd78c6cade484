import { z } from '../core/zod';
import { providerById } from '../labelers/llm/providers';
import { loginAddress, randomText } from '../labelers/llm/openrouterLogin';
import { readExtraBody } from './extraBody';
import type { SessionItems } from './labKeys';
import { llmSettingsSchema } from './llmSettings';

/** What the log-in needs of the page, which it leaves and comes back to. */
export interface LoginPage {
  readonly address: () => string;
  /** Goes to another site. */
  readonly leave: (address: string) => void;
  /** Changes the address shown, without loading anything. */
  readonly rewrite: (address: string) => void;
  /** The session storage; may throw where a browser forbids it. */
  readonly items: () => SessionItems;
}

const formSchema = z.object({
  source: z.enum(['builtIn', 'imported']),
  count: z.number().int(),
  chosen: z.array(z.string().max(40)).max(100),
  llm: llmSettingsSchema,
}).readonly();
/** What was chosen before the page was left. No secret is in it. */
export type LoginForm = z.infer<typeof formSchema>;

/** Kept in the session storage of the tab while the visitor is away, and not a moment longer. */
const pendingSchema = z.object({ state: z.string().min(1), verifier: z.string().min(43), form: formSchema });
type Pending = z.infer<typeof pendingSchema>;

const ITEM = 'rlaif-playground-login';
/** Tells in the address we are called back at which log-in the answer belongs to. */
const STATE = 'openrouter';

export const OPENROUTER = providerById('openrouter');

/** Why this page cannot be come back to; undefined where it can. */
export function loginHindrance(address: string): string | undefined {
  const { protocol, hostname } = new URL(address);
  // Elsewhere browsers give a page no SHA-256 either.
  if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return undefined;
  return 'OpenRouter logs in to pages over https, or on this computer, only. Type a key instead.';
}

/** Leaves for OpenRouter's page. @returns the reason, in words, where that is not possible */
export async function beginLogin(page: LoginPage, form: LoginForm): Promise<string | undefined> {
  const hindrance = loginHindrance(page.address());
  if (hindrance !== undefined) return hindrance;
  const pending: Pending = { state: randomText(), verifier: randomText(), form: withoutSecrets(form) };
  const callback = new URL(page.address());
  callback.hash = '';
  callback.searchParams.delete('code');
  callback.searchParams.set('view', 'lab');
  callback.searchParams.set(STATE, pending.state);
  const address = await loginAddress(callback.href, pending.verifier);
  try {
    page.items().setItem(ITEM, JSON.stringify(pending));
  } catch {
    return 'This browser does not let the page keep what a log-in needs. Type a key instead.';
  }
  page.leave(address);
  return undefined;
}

/** An address could hold a password, and fields that are not accepted could hold a key. */
function withoutSecrets({ llm, ...form }: LoginForm): LoginForm {
  const { id: provider, baseUrl } = OPENROUTER;
  const extraBody = typeof readExtraBody(llm.extraBody) === 'string' ? '' : llm.extraBody;
  return { ...form, llm: { ...llm, provider, baseUrl, extraBody } };
}

/** How a log-in came back. */
export type ReturnedLogin =
  | { readonly form: LoginForm; readonly code: string; readonly verifier: string }
  | { readonly form: LoginForm | undefined; readonly trouble: string };

/**
 * Takes up a log-in that the page comes back from: cleans the address and forgets what was kept, whatever becomes of it.
 * @returns undefined where the page does not come from a log-in
 */
export function takeLogin(page: LoginPage): ReturnedLogin | undefined {
  const url = new URL(page.address());
  const state = url.searchParams.get(STATE);
  const code = url.searchParams.get('code');
  const pending = takePending(page);
  if (state === null && !pending) return undefined;
  for (const name of [STATE, 'code', 'error', 'error_description']) url.searchParams.delete(name);
  if (url.href !== page.address()) page.rewrite(url.href);
  const form = pending?.form;
  if (!pending) {
    return { form, trouble: 'This log-in was begun in another tab or window, or is over already. Log in again here, or type a key.' };
  }
  if (state === null && code === null) return { form, trouble: 'The log-in was not finished. Log in again, or type a key.' };
  if (state !== pending.state) {
    return { form, trouble: 'What came back belongs to another log-in and is not used. Log in again, or type a key.' };
  }
  if (code === null || code === '') {
    return { form, trouble: 'OpenRouter sent no code: the log-in was refused or broken off. Log in again, or type a key.' };
  }
  return { form: pending.form, code, verifier: pending.verifier };
}

/** Forgets a log-in that was begun. */
export function forgetLogin(page: LoginPage): void {
  takePending(page);
}

function takePending(page: LoginPage): Pending | undefined {
  try {
    const items = page.items();
    const stored = items.getItem(ITEM);
    items.removeItem(ITEM);
    return pendingSchema.safeParse(JSON.parse(stored ?? 'null')).data;
  } catch {
    return undefined;
  }
}
