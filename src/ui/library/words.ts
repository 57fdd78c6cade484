import type { StorageUse } from '../../experiments/library';
import type { LibraryEntry } from '../../experiments/libraryEntry';
import { day, number } from '../shared/format';

/** The library in words. */

/** Id of the heading above the chosen runs. */
export const OVERLAY_HEADING = 'library-overlay';

const KILO = 1024;

/** "812 KB", "4.1 MB", "2.3 GB": bytes, rounded to what a reader needs. */
export function bytesText(bytes: number): string {
  const kilobytes = bytes / KILO;
  if (kilobytes < 1000) return `${number(Math.max(kilobytes, bytes > 0 ? 1 : 0))} KB`;
  const megabytes = kilobytes / KILO;
  if (megabytes < 1000) return `${number(megabytes, megabytes < 100 ? 1 : 0)} MB`;
  return `${number(megabytes / KILO, 1)} GB`;
}

/** "1 run", "3 runs". */
export function runsText(count: number): string {
  return `${number(count)} ${count === 1 ? 'run' : 'runs'}`;
}

/** Share of the quota above which the visitor is told that it is nearly full. */
const NEARLY_FULL = 0.8;

/** How much storage the page takes; empty where the browser does not say. */
export function usageText({ used, quota }: StorageUse): string {
  if (used === undefined) return 'This browser does not say how much storage the page takes.';
  const all = `${bytesText(used)} of this browser's storage taken by this page, runs and everything else`;
  return quota === undefined ? `${all}.` : `${all}; the browser allows ${bytesText(quota)}.`;
}

export function isNearlyFull({ used, quota }: StorageUse): boolean {
  return used !== undefined && quota !== undefined && quota > 0 && used / quota > NEARLY_FULL;
}

const ORIGIN_WORDS: Readonly<Record<LibraryEntry['origin'], string>> = { here: 'Made here', imported: 'From a file', link: 'From a link' };

/** "Made here, 25 Nov 2026, build abc1234, 771 KB". */
export function sourceText({ origin, keptAt, bytes, dataName, summary }: LibraryEntry): string {
  const date = summary?.recordedAt ?? keptAt;
  return [
    ORIGIN_WORDS[origin],
    ...(date === '' ? [] : [day(date)]),
    ...(summary ? [`build ${summary.build}`] : []),
    ...(dataName === undefined ? [] : [`file ${dataName}`]),
    ...(bytes > 0 ? [bytesText(bytes)] : []),
  ].join(', ');
}
