import { useEffect, useRef } from 'react';

export interface KeyCommand<T> {
  readonly what: T;
  /** `KeyboardEvent.key`, in lower case. */
  readonly keys: readonly string[];
}

/** Where typing means something else. */
const FIELDS = 'input, select, textarea, [contenteditable]';
/** What the space bar and Enter press. */
const PRESSED = 'button, a, summary, [role="button"], [role="tab"], [role="radio"]';

/**
 * Calls back for the keys of commands, unless they are meant for something else on the page.
 * @param within selector of the part of the page whose keys they are; they work too while nothing has the focus.
 */
export function useCommandKeys<T>(commands: readonly KeyCommand<T>[], within: string, act: (what: T) => void): void {
  const latest = useRef({ commands, act });
  useEffect(() => {
    latest.current = { commands, act };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
      if (!(target instanceof HTMLElement) || target.closest(FIELDS)) return;
      if (target !== document.body && !target.closest(within)) return;
      if ((key === ' ' || key === 'Enter') && target.closest(PRESSED)) return;
      const command = latest.current.commands.find(({ keys }) => keys.includes(key.toLowerCase()));
      if (!command) return;
      event.preventDefault();
      latest.current.act(command.what);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [within]);
}
