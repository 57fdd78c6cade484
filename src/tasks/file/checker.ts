import { TOKEN, type Vocabulary } from '../../core/tokens';
import type { Check, Fact, Mark, Prompt } from '../types';
import type { NgramModel, Span } from './fluency';
import { VALUE_JOINER, type MeaningRecord } from './record';
import type { SlotReader } from './slots';
import { isWord } from './words';

/** This many words said before, word for word, are a stumble; so is any stretch said again at once. */
const REPEATED_WORDS = 5;

export interface StumbleFindings {
  readonly count: number;
  readonly marks: readonly Mark[];
}

/** The facts of a prompt as the record that they were made of. */
function recordOf(facts: readonly Fact[]): MeaningRecord {
  return { key: '', slots: facts.map((fact) => ({ name: fact.slot, values: fact.value.split(VALUE_JOINER) })) };
}

/** Checks responses to a file's records: slots by `SlotReader`, wording by the file's own n-grams. */
export class FileChecker {
  constructor(
    private readonly vocabulary: Vocabulary,
    readonly slots: SlotReader,
    readonly ngrams: NgramModel,
  ) {}

  check(prompt: Prompt, response: ArrayLike<number>): Check {
    const ids = Array.from(response);
    const end = ids.indexOf(TOKEN.eos);
    const body = end < 0 ? ids : ids.slice(0, end);
    const words = this.vocabulary.decode(body);
    const known = body.map((id) => id >= TOKEN.firstWord && id < this.vocabulary.size);
    const content = this.slots.compare(recordOf(prompt.facts), words);
    const stumbles = this.stumbles(words, known, end >= 0);
    return {
      covered: content.covered,
      invented: content.invented.length,
      stumbles: stumbles.count,
      words: words.filter((word, i) => known[i] && isWord(word)).length,
      marks: [...content.marks, ...stumbles.marks].sort((a, b) => a.from - b.from || a.to - b.to),
    };
  }

  /**
   * @param known per word whether it is one (false for tokens outside the vocabulary's words).
   * @param finished whether end-of-text was reached.
   */
  stumbles(words: readonly string[], known: readonly boolean[], finished: boolean): StumbleFindings {
    const marks: Mark[] = [];
    const add = (span: Span, note: string) => {
      // One trouble in one place counts once.
      if (marks.some((mark) => span.from < mark.to && mark.from < span.to)) return;
      marks.push({ kind: 'stumble', ...span, note });
    };
    for (let i = 0; i < words.length; i++) {
      if (known[i]) continue;
      const from = i;
      while (i + 1 < words.length && !known[i + 1]) i++;
      add({ from, to: i + 1 }, 'not a word of the vocabulary');
    }
    for (const span of repeats(words)) add(span, 'said twice');
    for (const span of this.broken(words, finished)) add(span, 'words that do not go together');
    const n = words.length;
    if (n === 0) marks.push({ kind: 'stumble', from: 0, to: 0, note: 'says nothing' });
    // A text that breaks off may also end in a broken pair: the missing end is a trouble of its own.
    else if (!finished) marks.push({ kind: 'stumble', from: n - 1, to: n, note: 'breaks off' });
    return { count: marks.length, marks };
  }

  private broken(words: readonly string[], finished: boolean): Span[] {
    const { classes, starts } = classesOf(this.slots, words);
    const at = (position: number) => starts[position] ?? words.length;
    return this.ngrams.broken(classes, finished).map((span) => ({ from: at(span.from), to: at(span.to) }));
  }
}

export interface Classes {
  readonly classes: readonly string[];
  /** Word index where each class begins. */
  readonly starts: readonly number[];
}

/** The words of a sentence with every place name as one class. */
export function classesOf(slots: SlotReader, words: readonly string[]): Classes {
  const places = new Map(slots.places(words).map((statement) => [statement.from, statement]));
  const classes: string[] = [];
  const starts: number[] = [];
  for (let i = 0; i < words.length; ) {
    const place = places.get(i);
    starts.push(i);
    classes.push(place ? `<${place.slot}>` : words[i]!);
    i = place ? place.to : i + 1;
  }
  return { classes, starts };
}

/** Words said twice at once ("the the", "coffee shop coffee shop") and long stretches said before. */
function repeats(words: readonly string[]): Span[] {
  /** How many words from `a` on are the same as from `b` on, without reaching `b`. */
  const sameFrom = (a: number, b: number) => {
    let length = 0;
    while (a + length < b && b + length < words.length && words[a + length] === words[b + length]) length++;
    return length;
  };
  const found: Span[] = [];
  for (let i = 1; i < words.length; i++) {
    let length = 0;
    for (let j = 0; j < i; j++) {
      const same = sameFrom(j, i);
      if (same >= REPEATED_WORDS || same === i - j) length = Math.max(length, same);
    }
    if (length === 0) continue;
    found.push({ from: i, to: i + length });
    i += length - 1;
  }
  return found;
}
