import type { PreferencePair } from '../core/preferences';
import type { RateId, Side } from '../core/rates';
import type { Vocabulary } from '../core/tokens';

/**
 * The parts a task's prompts are split into, by a fixed hash of what a prompt is about (never of the run's seed), so
 * that no weight, label or choice made on one part has seen another.
 */
export const SPLITS = ['sft', 'judge', 'preference', 'rl', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** One prompt. `facts` is the hidden truth the checker reads; models only ever see `tokens`. */
export interface Prompt {
  /** Unique within the task, stable between builds, e.g. `test:000123`. */
  readonly id: string;
  readonly split: Split;
  /** Word ids, without separator or padding. */
  readonly tokens: Int32Array;
  /** The hidden truth. What a key and a value mean is the task's; both are readable on screen. */
  readonly facts: readonly Fact[];
  /** Topic in plain words, for slices ("room-mates", "work"). */
  readonly topic: string;
}

export interface Fact {
  /** Slot name, e.g. `duration`. */
  readonly slot: string;
  /** Canonical value, e.g. `three weeks`. */
  readonly value: string;
  /** What a careful reader of this post gives for the fact, in utility units; about 1 on average, 0 = no matter. */
  readonly importance: number;
  /** Token spans `[from, to)` in the prompt that state the fact. */
  readonly spans: readonly (readonly [number, number])[];
}

/** A pair with its prompt. */
export interface JudgedPair extends PreferencePair {
  readonly prompt: Prompt;
}

export type MarkKind = 'covered' | 'invented' | 'stumble';

/** A marked stretch `[from, to)` of a response's tokens (end-of-text token not counted). */
export interface Mark {
  readonly kind: MarkKind;
  readonly from: number;
  readonly to: number;
  /** In words a visitor reads: "how long: three weeks", "not in the post: two years", "word said twice". */
  readonly note: string;
  /** The fact's slot for `covered` and `invented`. */
  readonly slot?: string;
}

/** What the exact checker finds in a response. Pure function of (prompt, response). */
export interface Check {
  /** Slots of the prompt's facts that the response states rightly, each once. */
  readonly covered: readonly string[];
  /** Number of statements that the prompt does not support. */
  readonly invented: number;
  /** Number of stumbles: broken grammar, repeats, fragments, a missing end. */
  readonly stumbles: number;
  /** Length in word tokens, punctuation and end-of-text not counted. */
  readonly words: number;
  readonly marks: readonly Mark[];
}

/**
 * Weights of the gold utility. Utility = coverage * sum(importance of covered facts) - invention * invented
 * - stumble * stumbles - length * words.
 */
export interface UtilityWeights {
  readonly coverage: number;
  readonly invention: number;
  readonly stumble: number;
  readonly length: number;
}

/** A reader who judges responses: own weights, own feeling for which slots matter, and choice noise. */
export interface Reader {
  readonly name: string;
  readonly weights: UtilityWeights;
  /** Factor on the importance of a slot; 1 where absent. */
  readonly slotTaste: Readonly<Record<string, number>>;
  /** Bradley-Terry scale: P(a over b) = sigmoid(scale * (u(a) - u(b))), per utility unit. */
  readonly scale: number;
}

/** A document a policy is trained to imitate: an imperfect writer's response to a prompt. */
export interface Reference {
  /** Word ids, closed by `TOKEN.eos`. */
  readonly tokens: Int32Array;
}

export interface Task {
  /** `tldr`, `helpful`, `harmless`, or `file` for imported data. */
  readonly id: string;
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** Longest prompt and response in tokens (end-of-text included). */
  readonly maxPromptTokens: number;
  readonly maxResponseTokens: number;
  /** Slot names with what they mean in plain words. */
  readonly slots: Readonly<Record<string, string>>;
  readonly goldWeights: UtilityWeights;
  /** What a reader of the numbers must know of the data, a sentence each: what was left out, false alarms of the checker. */
  readonly notes: readonly string[];
  /**
   * `count` prompts of a split, a fixed function of (split, seed). Endless worlds give fresh prompts for each seed;
   * finite data is shuffled by the seed and starts over when it runs out.
   */
  prompts(split: Split, count: number, seed: number): Prompt[];
  /** An imperfect writer's response; `variant` chooses among several. */
  reference(prompt: Prompt, variant: number): Reference;
  /** @param response word ids; everything from the first `TOKEN.eos` on is ignored, a missing one is a stumble. */
  check(prompt: Prompt, response: ArrayLike<number>): Check;
  /** The annotators whose labels train the RLHF arm (`panel`), that judge the outcome (`fresh`), and the other
   * population that small judges learn from (`judges`). Endless, each a fixed function of (population, index). */
  reader(population: 'panel' | 'fresh' | 'judges', index: number): Reader;
  /**
   * Turns a visitor's text into a prompt; `unknown` lists words outside the vocabulary, in order. Nothing is cut: the
   * prompt may be longer than `maxPromptTokens`.
   */
  parsePrompt(text: string): { prompt: Prompt; unknown: string[] };
  /** Text as a person would write it (capitals, spacing of punctuation). */
  toText(tokens: ArrayLike<number>): string;
  /** Rates of this task's own: whether a response counts, undefined where the rate is not about such a prompt. */
  readonly rates?: Readonly<Partial<Record<RateId, (prompt: Prompt, check: Check) => boolean | undefined>>>;
  /** Where prompts are of two sides with a preference each: which one. Two reward models learn from them apart. */
  side?(prompt: Prompt): Side;
}
