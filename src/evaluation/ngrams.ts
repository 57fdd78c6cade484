/** Word n-grams as numbers, so that counting them needs no strings. */

/** A word string or a word id. */
export type Word = string | number;

/** A response or a post as its words. End-of-text is left out by whoever cuts the text. */
export type Text<W extends Word> = ArrayLike<W>;

/** More words than any vocabulary has; node * MAX_WORDS + word stays an exact integer. */
const MAX_WORDS = 2 ** 21;
const ROOT = 0;

/** Numbers each n-gram it is shown: equal ones the same, different ones (of different length too) differently. */
export class NgramNumbers<W extends Word> {
  private readonly words = new Map<W, number>();
  private readonly nodes = new Map<number, number>();

  private indices(text: Text<W>): Int32Array {
    const indices = new Int32Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const word = text[i]!;
      let index = this.words.get(word);
      if (index === undefined) this.words.set(word, (index = this.words.size));
      indices[i] = index;
    }
    return indices;
  }

  private next(node: number, index: number): number {
    const key = node * MAX_WORDS + index;
    let child = this.nodes.get(key);
    if (child === undefined) this.nodes.set(key, (child = this.nodes.size + 1));
    return child;
  }

  /** The numbers of a text's n-grams, [n - 1] those of n words, for n = 1..longest; as often as they occur. */
  of(text: Text<W>, longest: number): number[][] {
    const numbers: number[][] = Array.from({ length: longest }, () => []);
    const words = this.indices(text);
    for (let from = 0; from < words.length; from++) {
      let node = ROOT;
      for (let n = 1; n <= longest && from + n <= words.length; n++) {
        node = this.next(node, words[from + n - 1]!);
        numbers[n - 1]!.push(node);
      }
    }
    return numbers;
  }

  /** The number of a whole text. */
  whole(text: Text<W>): number {
    return this.indices(text).reduce((node, index) => this.next(node, index), ROOT);
  }
}

/**
 * Share of a response's bigrams that stand in its post, 0..1: 1 - the share of novel bigrams of See et al. 2017 (arXiv
 * 1704.04368, section 6.2). Every occurrence in the response counts. 0 for a response of fewer than two words.
 */
export function copiedShare<W extends Word>(prompt: Text<W>, response: Text<W>): number {
  const numbers = new NgramNumbers<W>();
  const inPrompt = new Set(numbers.of(prompt, 2)[1]);
  const bigrams = numbers.of(response, 2)[1]!;
  return bigrams.length === 0 ? 0 : bigrams.filter((bigram) => inPrompt.has(bigram)).length / bigrams.length;
}
