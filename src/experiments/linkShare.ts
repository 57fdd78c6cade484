import type { RunBundle } from '../core/bundle';
import { configDifference, DEFAULT_CONFIG, withoutOffArms, type ExperimentConfig } from '../core/config';
import { fragmentOf, linkConfig, notInLink } from '../core/link';
import { LinkResultError, MOST_LINK, packResult } from '../core/linkResult';
import { wordsOf } from '../core/taskWords';

/** A link to hand out, and what to say of it. */
export interface SharedLink {
  readonly href: string;
  /** Posts that are shown side by side; undefined for a link without a result. */
  readonly posts?: number;
  /** What whoever opens it gets, a phrase each. */
  readonly inside: readonly string[];
  /** What stays here, a sentence each. */
  readonly left: readonly string[];
}

/** Why there is no link. */
export interface NoLink {
  readonly problem: string;
}

const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

function settingsInside(config: ExperimentConfig): string {
  const sent = linkConfig(config);
  const changed = configDifference(sent, DEFAULT_CONFIG).length;
  const settings = changed === 0 ? 'all settings, which are the defaults' : `all settings, of which ${count(changed, 'differs', 'differ')} from the defaults`;
  return `${settings}, and ${count(sent.arms.length, 'arm', 'arms')}`;
}

/** A link of settings alone. @param base the page's address without its fragment */
export function settingsLink(base: string, config: ExperimentConfig): SharedLink {
  return { href: `${base}#${fragmentOf({ config })}`, inside: [settingsInside(config)], left: notInLink(config) };
}

/** A link of a finished run: its settings, and what of its result there is room for. @param posts how many to show, if there is room */
export function resultLink(base: string, bundle: RunBundle, posts: number): SharedLink | NoLink {
  const plain = settingsLink(base, bundle.config);
  // `&r=` before the blob.
  const room = MOST_LINK - plain.href.length - 3;
  try {
    const packed = packResult(bundle, posts, room);
    if (!packed) return { problem: `This run does not fit into a link of ${MOST_LINK / 1024} KB, however much is left out of it. Save it as a file.` };
    const { trim, blob, left } = packed;
    const shown = packed.bundle.prompts.length;
    const { prompt, prompts } = wordsOf(bundle.config.run.task);
    return {
      href: `${base}#${fragmentOf({ config: bundle.config, result: blob })}`,
      posts: shown,
      inside: [
        'every figure of the verdict with its interval, digit by digit',
        'the figures of the labelers and rewards, times, build and device',
        `the curves, at most ${trim.points} points each`,
        ...(shown > 0 ? [`${count(shown, prompt, prompts)} with the response of every arm`] : []),
        ...plain.inside,
      ],
      left: [...left.map((phrase) => `${phrase[0]!.toUpperCase()}${phrase.slice(1)}.`), ...plain.left],
    };
  } catch (error) {
    if (!(error instanceof LinkResultError)) throw error;
    return { problem: `This run cannot be put into a link: ${error.message} Save it as a file.` };
  }
}

/** Whether the run was made with the settings of the form, arms that are switched off apart. */
export function hasSettings({ config }: RunBundle, edited: ExperimentConfig): boolean {
  return JSON.stringify(withoutOffArms(config)) === JSON.stringify(withoutOffArms(edited));
}
