import { useSyncExternalStore } from 'react';

/** The screens of the page, in the order of the header. */
export const VIEWS = ['playground', 'compare', 'sweep', 'overopt', 'runs', 'lab', 'bench'] as const;
export type View = (typeof VIEWS)[number];

/** The screen that an address asks for: `?view=bench`; any other is the playground. */
export function viewOf(search: string): View {
  const asked = new URLSearchParams(search).get('view');
  return VIEWS.find((view) => view === asked) ?? 'playground';
}

/** Parameters that mean something to one screen alone: a post and columns to "Compare". */
const OWN: Readonly<Partial<Record<View, readonly string[]>>> = { compare: ['columns', 'post'] };

/** The address of a screen, with everything else of the address kept but what only another screen would understand. */
export function addressOf(view: View, search: string): string {
  const parameters = new URLSearchParams(search);
  if (view === 'playground') parameters.delete('view');
  else parameters.set('view', view);
  for (const other of VIEWS) if (other !== view) for (const name of OWN[other] ?? []) parameters.delete(name);
  const text = parameters.toString();
  return text === '' ? '.' : `?${text}`;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  return () => window.removeEventListener('popstate', changed);
}

/** The screen that is shown, which the back button changes too. */
export function useView(): View {
  return useSyncExternalStore(subscribe, () => viewOf(location.search));
}

/** Shows a screen in place of the one that the address asks for. */
export function replaceView(view: View): void {
  history.replaceState(history.state, '', `${addressOf(view, location.search)}${location.hash}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/** Goes to a screen without loading the page again: a run goes on meanwhile, and the settings stay in the address. */
export function showView(view: View): void {
  history.pushState(history.state, '', `${addressOf(view, location.search)}${location.hash}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
}
