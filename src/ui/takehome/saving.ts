import { useCallback, useRef, useState } from 'react';
import { bytesOf, type SavedFile } from '../../experiments/formats/takeHome';
import { download } from '../charts/exportChart';

/** How the saving of a file goes. */
export interface Saving {
  readonly busy: boolean;
  /** What became of the last one: its name and size, or why there is none. */
  readonly saved: { readonly name: string; readonly bytes: number } | undefined;
  readonly problem: string | undefined;
  readonly save: (make: () => Promise<SavedFile>) => void;
}

/** A file as the browser takes it. @param made ISO 8601, dates what is in a zip */
export function toBlob(file: SavedFile, made: string): Blob {
  const content = bytesOf(file, made);
  return new Blob([typeof content === 'string' ? content : (content as Uint8Array<ArrayBuffer>)], { type: file.type });
}

/** Makes files and hands them to the browser, one at a time. */
export function useSaving(made: string): Saving {
  const [state, setState] = useState<Omit<Saving, 'save'>>({ busy: false, saved: undefined, problem: undefined });
  const busy = useRef(false);
  const save = useCallback((make: () => Promise<SavedFile>): void => {
    if (busy.current) return;
    busy.current = true;
    setState({ busy: true, saved: undefined, problem: undefined });
    make().then(
      (file) => {
        const blob = toBlob(file, made);
        download(file.name, blob);
        setState({ busy: false, saved: { name: file.name, bytes: blob.size }, problem: undefined });
      },
    ).catch((error: unknown) => {
      setState({ busy: false, saved: undefined, problem: error instanceof Error ? error.message : String(error) });
    }).finally(() => {
      busy.current = false;
    });
  }, [made]);
  return { ...state, save };
}
