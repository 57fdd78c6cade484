import { BlobError, packBlob, unpackBlob } from './blob';
import { bundleSchema, type RunBundle } from './bundle';
import { misfitOf } from './bundleParts';
import { fromShapes, shapedSchema, toShapes } from './jsonShapes';
import { parseSettings, settingsText } from './link';
import { withoutOwnData } from './linkPrivate';
import { trimBundle, trims, type Trim } from './linkTrim';
import { z } from './zod';

/**
 * A finished run in a link: a trimmed bundle, `LinkResultV1`, as the blob of key `r`. Its settings are written as a link
 * writes them; all else is the bundle's own JSON in shapes. A link of any version opens for ever: a test opens one of each.
 */
const RESULT_VERSION = 1;

/** Most characters of a link with a result. Longer ones are cut off by mail programs and chats. */
export const MOST_LINK = 30 * 1024;
/** Most bytes of JSON that a result may unfold to. The largest that `packResult` makes have a tenth of it. */
const MOST_BYTES = 1024 * 1024;
/** Begins the note that says what a link left out. */
const NOTE = 'Opened from a link, which leaves out ';

const resultSchema = z.strictObject({ v: z.literal(RESULT_VERSION), settings: z.string().max(20_000), run: shapedSchema });
type LinkResultV1 = z.infer<typeof resultSchema>;

/** Its message is for the visitor: what is wrong with the result of a link, and what to do. */
export class LinkResultError extends Error {
  override readonly name = 'LinkResultError';
}

export interface PackedResult {
  readonly blob: string;
  readonly trim: Trim;
  /** What the link opens. */
  readonly bundle: RunBundle;
  /** What is not in it, a phrase each. */
  readonly left: readonly string[];
}

function pack(bundle: RunBundle): string {
  const { version: _version, config, ...run } = bundle;
  const result: LinkResultV1 = { v: RESULT_VERSION, settings: settingsText(config), run: toShapes(run) };
  return packBlob(result);
}

const list = (phrases: readonly string[]): string => new Intl.ListFormat('en').format(phrases);

/**
 * @param posts how many to show side by side, if there is room @param room most characters of the blob
 * @returns undefined where the run does not fit however much is left out of it
 * @throws LinkResultError where it is no run that could be opened again
 */
export function packResult(bundle: RunBundle, posts: number, room: number): PackedResult | undefined {
  const own = withoutOwnData(bundle);
  // A run that came from a link says so already.
  const notes = own.bundle.notes.filter((note) => !note.startsWith(NOTE));
  for (const trim of trims(posts)) {
    const trimmed = trimBundle({ ...own.bundle, notes }, trim);
    const left = [...own.left, ...trimmed.left];
    const sent = { ...trimmed.bundle, notes: left.length > 0 ? [...notes, `${NOTE}${list(left)}.`] : notes };
    const blob = pack(sent);
    if (blob.length <= room) return { blob, trim, left, bundle: openResult(blob) };
  }
  return undefined;
}

/** @throws LinkResultError on anything that is no result, whatever it is */
export function openResult(blob: string): RunBundle {
  let run: unknown;
  let settings: string;
  try {
    const value = unpackBlob(blob, MOST_BYTES);
    const version = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
    if (typeof version === 'number' && version > RESULT_VERSION) {
      throw new BlobError('It was made by a newer version of this page: reload the page, or open the link where it was made.');
    }
    const result = resultSchema.parse(value);
    settings = result.settings;
    run = fromShapes(result.run);
  } catch (error) {
    throw new LinkResultError(error instanceof BlobError ? error.message : 'It is no result of this page, or was changed on its way.');
  }
  const parsed = bundleSchema.safeParse({ ...(run as object), version: 1, config: parseSettings(settings).config });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new LinkResultError(`It is no result that this page can show (${(issue?.path.join('.') || 'the whole').slice(0, 60)}).`);
  }
  const misfit = misfitOf(parsed.data);
  if (misfit !== undefined) throw new LinkResultError(`Its parts do not fit together: ${misfit}.`);
  return parsed.data;
}
