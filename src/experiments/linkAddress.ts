import type { RunBundle } from '../core/bundle';
import type { ExperimentConfig } from '../core/config';
import { fragmentOf, parseFragment } from '../core/link';
import { LinkResultError, openResult } from '../core/linkResult';
import type { OpenedLesson } from './lessonLinkOpening';
import type { OpenedLink, RunState } from './runState';
import type { RunStore } from './runStore';

/**
 * The page's address as a link: what it brings is opened, and it follows the settings as they change, so that a reload, a
 * bookmark or a copied address gives what is on screen. Until the visitor changes something it stays as it was opened.
 */

/** What this needs of the browser. */
export interface AddressBar {
  /** The fragment of the address as it stands, with or without its `#`. */
  readonly fragment: () => string;
  /** Changes the fragment without a new entry in the history, and marks the entry as the page's own. */
  readonly write: (fragment: string) => void;
  /** Whether the entry of the history was marked: the visitor came back to it, and asks for nothing. */
  readonly isOwn: () => boolean;
}

export interface LinkAddressEnvironment {
  readonly store: RunStore;
  readonly bar: AddressBar;
  /** Takes up the lesson of a link, or none. */
  readonly openLesson: (lesson: string | undefined, settings: ExperimentConfig) => OpenedLesson;
}

export interface LinkAddress {
  /** Opens what the address brings, if it brings anything. */
  readonly open: () => void;
  /** The address was changed by the visitor. */
  readonly changed: () => void;
  /** The lesson is no longer in force. */
  readonly dropLesson: () => void;
}

/** Milliseconds without a change before the address follows: browsers refuse an address that changes at every step of a slider. */
export const FOLLOW_DELAY_MS = 1000;

function opened(blob: string): Pick<OpenedLink, 'bundle' | 'problem'> {
  try {
    return { bundle: openResult(blob) };
  } catch (error) {
    if (!(error instanceof LinkResultError)) throw error;
    return {
      problem: {
        title: 'The result in this link cannot be opened.',
        advice: `${error.message} Ask for the link again, or for the run as a file. The settings beside it were taken.`,
      },
    };
  }
}

/** Follows the store from now on. */
export function createLinkAddress({ store, bar, openLesson }: LinkAddressEnvironment): LinkAddress {
  /** The result that a link brought: the address carries it while it is on screen. */
  let result: { readonly blob: string; readonly bundle: RunBundle } | undefined;
  /** With its own settings: those of the address are the reader's from the first change on. */
  let lesson: string | undefined;
  /** Settings that came from the address: they need not be written into it. */
  let taken: ExperimentConfig | undefined;
  /** Whether the address has been one of ours. */
  let inUse = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const showsResult = ({ shown }: Pick<RunState, 'shown'>): boolean => result !== undefined && shown?.bundle === result.bundle;
  const write = (): void => {
    const state = store.getState();
    inUse = true;
    bar.write(fragmentOf({
      config: state.edited, ...(result && showsResult(state) ? { result: result.blob } : {}), ...(lesson === undefined ? {} : { lesson }),
    }));
  };
  const follow = (): void => {
    clearTimeout(timer);
    timer = setTimeout(write, FOLLOW_DELAY_MS);
  };

  const open = (): void => {
    const parsed = parseFragment(bar.fragment());
    if (!parsed.isLink) return;
    const { bundle, problem } = parsed.result === undefined ? {} : opened(parsed.result);
    const taught = openLesson(parsed.lesson, parsed.config);
    lesson = taught.carried;
    const notes = [...parsed.notes, ...taught.notes];
    taken = parsed.config;
    store.getState().openLink({ config: parsed.config, bundle, problem, notes, own: bar.isOwn() });
    result = parsed.result !== undefined && bundle ? { blob: parsed.result, bundle } : undefined;
    inUse = true;
    // As it is: what could not be read may be mended by hand.
    bar.write(bar.fragment().replace(/^#/, ''));
    // What the opening changed, the address has already.
    clearTimeout(timer);
  };

  store.subscribe((state, before) => {
    if (showsResult(state) !== showsResult(before)) follow();
    // What is found in the browser's storage at the start is no change of the visitor's.
    if (state.edited !== before.edited && before.ready && state.edited !== taken) follow();
  });

  return {
    open,
    changed: () => {
      if (!bar.isOwn() && parseFragment(bar.fragment()).isLink) open();
      else if (inUse) follow();
    },
    dropLesson: () => {
      lesson = undefined;
      follow();
    },
  };
}
