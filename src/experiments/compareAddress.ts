import { MOST_COLUMNS } from './comparePosts';

/** What an address says of the compare screen: `?view=compare&columns=rlhf,rlaif&post=ID`. */
export interface CompareAddress {
  /** The post to go to. */
  readonly post?: string;
  /** Columns by their names; absent: those of the shown run. */
  readonly columns?: readonly string[];
}

/** Longest names that are read. */
const MOST_POST = 64;
const MOST_COLUMN = 160;

/** Names that are too long, and more columns than there is room for, are left out. */
export function parseCompareAddress(search: string): CompareAddress {
  const parameters = new URLSearchParams(search);
  const post = parameters.get('post') ?? '';
  const columns = (parameters.get('columns') ?? '').split(',').filter((name) => name !== '' && name.length <= MOST_COLUMN);
  return {
    ...(post !== '' && post.length <= MOST_POST ? { post } : {}),
    ...(columns.length > 0 ? { columns: columns.slice(0, MOST_COLUMNS) } : {}),
  };
}

/** The search part of the address with these columns and this post; everything else of it is kept. */
export function compareSearchOf(search: string, { post, columns }: CompareAddress): string {
  const parameters = new URLSearchParams(search);
  parameters.set('view', 'compare');
  for (const [name, value] of [['columns', columns?.join(',')], ['post', post]] as const) {
    if (value === undefined || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  // What may stand in a query as it is stays readable.
  return `?${parameters.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`;
}
