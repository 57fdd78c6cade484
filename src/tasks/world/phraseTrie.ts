import { TOKEN, type Vocabulary } from '../../core/tokens';

/** A set of phrases, each with entries; finds the phrases that start at a position. */
export class PhraseTrie<Entry> {
  private readonly next: Map<number, number>[] = [new Map<number, number>()];
  private readonly entries: Entry[][] = [[]];

  constructor(private readonly vocabulary: Vocabulary) {}

  add(phrase: string, entry: Entry): void {
    let node = 0;
    for (const word of phrase.split(' ')) {
      const id = this.vocabulary.id(word);
      if (id === TOKEN.unknown) throw new RangeError(`"${word}" of "${phrase}" is not in the vocabulary`);
      let child = this.next[node]!.get(id);
      if (child === undefined) {
        child = this.next.length;
        this.next.push(new Map());
        this.entries.push([]);
        this.next[node]!.set(id, child);
      }
      node = child;
    }
    this.entries[node]!.push(entry);
  }

  /** Calls `visit` with every entry of every phrase that starts at `from`, short phrases first. */
  match(ids: ArrayLike<number>, from: number, visit: (entry: Entry, end: number) => void): void {
    let node = 0;
    for (let i = from; i < ids.length; i++) {
      const child = this.next[node]!.get(ids[i]!);
      if (child === undefined) return;
      node = child;
      for (const entry of this.entries[node]!) visit(entry, i + 1);
    }
  }
}
