/** Number of scores a judge can give. */
export const SCORES = 10;

/**
 * Token ids every vocabulary reserves. Shipped weights depend on them: never renumber, only use up the spare ones.
 */
export const TOKEN = {
  pad: 0,
  /** End of a response. */
  eos: 1,
  /** Between a prompt and a response to be written. */
  sep: 2,
  /** Before the first and the second response under judgement. */
  first: 3,
  second: 4,
  /** Asks a judge for a choice, answered by `one` or `two`. */
  choose: 5,
  /** Asks a judge for a score, answered by one of the ten score tokens. */
  rate: 6,
  one: 7,
  two: 8,
  /** Score tokens 1..10 are ids score1 .. score1 + 9. */
  score1: 9,
  good: 19,
  bad: 20,
  aligned: 21,
  misaligned: 22,
  /** Stands for any word outside the vocabulary. */
  unknown: 23,
  /** 24..39 are spare. */
  firstWord: 40,
} as const;

const NAMES: Record<number, string> = {
  [TOKEN.pad]: '<pad>',
  [TOKEN.eos]: '<eos>',
  [TOKEN.sep]: '<sep>',
  [TOKEN.first]: '<first>',
  [TOKEN.second]: '<second>',
  [TOKEN.choose]: '<choose>',
  [TOKEN.rate]: '<rate>',
  [TOKEN.one]: '<1>',
  [TOKEN.two]: '<2>',
  [TOKEN.good]: '<good>',
  [TOKEN.bad]: '<bad>',
  [TOKEN.aligned]: '<aligned>',
  [TOKEN.misaligned]: '<misaligned>',
  [TOKEN.unknown]: '<unknown>',
};

/** Word-level vocabulary: reserved ids 0..39, then one id a word (punctuation marks are words). */
export class Vocabulary {
  private readonly ids = new Map<string, number>();

  /** @throws RangeError on a word twice. */
  constructor(readonly words: readonly string[]) {
    words.forEach((word, i) => {
      if (this.ids.has(word)) throw new RangeError(`vocabulary holds "${word}" twice`);
      this.ids.set(word, TOKEN.firstWord + i);
    });
  }

  /** Number of ids, reserved ones included. */
  get size(): number {
    return TOKEN.firstWord + this.words.length;
  }

  has(word: string): boolean {
    return this.ids.has(word);
  }

  /** The id of a word, or `TOKEN.unknown`. */
  id(word: string): number {
    return this.ids.get(word) ?? TOKEN.unknown;
  }

  /** The word of an id; reserved ids come as `<name>`. */
  word(id: number): string {
    if (id >= TOKEN.firstWord) return this.words[id - TOKEN.firstWord] ?? `<${id}>`;
    if (id >= TOKEN.score1 && id < TOKEN.score1 + SCORES) return `<score ${id - TOKEN.score1 + 1}>`;
    return NAMES[id] ?? `<spare ${id}>`;
  }

  encode(words: readonly string[]): number[] {
    return words.map((word) => this.id(word));
  }

  decode(ids: ArrayLike<number>): string[] {
    return Array.from(ids, (id) => this.word(id));
  }
}
