import { useSyncExternalStore } from 'react';

/** The screens of the page, in the order of the header. */
export const VIEWS = ['playground', 'sweep', 'overopt', 'lab', 'bench'] as const;
export type View = (typeof VIEWS)[number];

/** The screen that an address asks for: `?view=bench`; any other is the playground. */
export function viewOf(search: string): View {
  const asked = new URLSearchParams(search).get('view');
  return VIEWS.find((view) => view === asked) ?? 'playground';
}

/** The address of a screen, with everything else of the address kept. */
export function addressOf(view: View, search: string): string {
  const parameters = new URLSearchParams(search);
  if (view === 'playground') parameters.delete('view');
  else parameters.set('view', view);
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

/** Goes to a screen without loading the page again: a run goes on meanwhile. */
export function showView(view: View): void {
  history.pushState(null, '', addressOf(view, location.search));
  window.dispatchEvent(new PopStateEvent('popstate'));
}
