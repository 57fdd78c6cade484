import { bundleSchema, type RunBundle } from '../core/bundle';

/**
 * The run that ships with the page, for its first paint; undefined where it is missing or of another version, which
 * the page says instead of showing it.
 */
export async function loadRecordedRun(
  fetcher: (url: URL) => Promise<Response> = (url) => fetch(url),
): Promise<RunBundle | undefined> {
  try {
    const response = await fetcher(new URL('recorded-run.json', document.baseURI));
    if (!response.ok) return undefined;
    const parsed = bundleSchema.safeParse(await response.json());
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Offline, or not JSON (a static host's "not found" page comes with status 200 on some).
    return undefined;
  }
}
