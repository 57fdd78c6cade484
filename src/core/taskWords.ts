/**
 * The one table of words for the tasks: how the page speaks of the prompts and responses of a run, and of what is found in
 * them. Where a text cannot know the task, it says "prompts" and "responses".
 */

/** In the order in which they are offered. */
export const TASK_IDS = ['tldr', 'helpful', 'harmless', 'file'] as const;
export type TaskId = (typeof TASK_IDS)[number];

/** Tasks that come with the page, and that a link can carry; a file is the visitor's own. */
export const BUILT_IN_TASKS = ['tldr', 'helpful', 'harmless'] as const satisfies readonly TaskId[];
export type BuiltInTaskId = (typeof BUILT_IN_TASKS)[number];

export function isBuiltIn(task: TaskId): task is BuiltInTaskId {
  return task !== 'file';
}

/** One kind of mark that the checker sets in a response. */
export interface MarkWords {
  /** In front of a note: "invented: two years". */
  readonly name: string;
  /** What the mark means, for the legend. */
  readonly legend: string;
}

/** All in small letters but `name`, titles and sentences. */
export interface TaskWords {
  /** As the choice of the task is called. */
  readonly name: string;
  /** What the prompts are, in a few words. */
  readonly kind: string;
  /** What the task measures and of what its prompts are made, in one sentence. */
  readonly measures: string;
  readonly prompt: string;
  readonly prompts: string;
  readonly response: string;
  readonly responses: string;
  /** What SFT learns: "to summarise". */
  readonly skill: string;
  /** What policies do with a prompt: "summarised by every policy". */
  readonly treated: string;
  /** Marks in a response, by the checker's names for them. */
  readonly marks: { readonly covered: MarkWords; readonly invented: MarkWords; readonly stumble: MarkWords };
  /** What is underlined in a prompt, for the legend. */
  readonly fact: string;
  /** What stands in the list beside a prompt, behind its number: "facts in the post". */
  readonly facts: string;
  /** One statement of the second kind of mark, and several. */
  readonly invention: string;
  readonly inventions: string;
  /** Title of the share of responses with such a statement. */
  readonly inventsTitle: string;
  /** What somebody does who makes one: "RLHF invents". */
  readonly invents: string;
  /** What several responses do: "summaries that invent". */
  readonly invent: string;
  /** Title of the curve of that share. */
  readonly inventedTitle: string;
  /** What such a response holds at least one of. */
  readonly unsupported: string;
  /** "covered 4/7 facts": what a response did to how many of what its prompt calls for. */
  readonly covers: string;
  readonly points: string;
  /** Title of coverage in tables. */
  readonly coveredTitle: string;
  /** What coverage is the share of, as the end of a sentence. */
  readonly coverage: string;
  /** A prompt that a visitor could write. */
  readonly example: string;
}

const STUMBLE = { name: 'stumble', legend: 'a stumble: broken or repeated' } as const satisfies MarkWords;

const TLDR: TaskWords = {
  name: 'Forum post to TL;DR',
  kind: 'forum posts',
  measures:
    'Summarise an everyday forum post: each is written from a handful of hidden facts, and a good summary says those that matter and invents none.',
  prompt: 'post',
  prompts: 'posts',
  response: 'summary',
  responses: 'summaries',
  skill: 'to summarise',
  treated: 'summarised',
  marks: {
    covered: { name: 'covered', legend: 'a fact covered' },
    invented: { name: 'invented', legend: 'invented, not in the post' },
    stumble: STUMBLE,
  },
  fact: 'a fact in the post',
  facts: 'facts in the post',
  invention: 'invention',
  inventions: 'inventions',
  inventsTitle: 'Invents',
  invents: 'invents',
  invent: 'invent',
  inventedTitle: 'Invented facts',
  unsupported: 'statement that the post does not support',
  covers: 'covered',
  points: 'facts',
  coveredTitle: 'Covered',
  coverage: 'what matters in a post that its summary says',
  example: 'My dog keeps eating my shoes. Should I hire a trainer?',
};

/** What both dialogues are called. */
const DIALOGUE = {
  prompt: 'dialogue',
  prompts: 'dialogues',
  response: 'answer',
  responses: 'answers',
  treated: 'answered',
  fact: 'a part of the dialogue that calls for something',
  facts: 'things that a good answer says',
  covers: 'says',
  points: 'things called for',
  coveredTitle: 'Says what it should',
  coverage: 'what a dialogue calls for that its answer says',
} as const satisfies Partial<TaskWords>;

export const TASK_WORDS: Readonly<Record<TaskId, TaskWords>> = {
  tldr: TLDR,
  helpful: {
    ...DIALOGUE,
    name: 'Helpful dialogue',
    kind: 'helpful dialogues',
    measures:
      'Answer everyday questions of a person: a good answer says what was asked for and is right, and nothing that is wrong or made up.',
    skill: 'to answer everyday questions',
    marks: {
      covered: { name: 'right', legend: 'right and asked for' },
      invented: { name: 'wrong', legend: 'wrong or made up' },
      stumble: { name: 'stumble', legend: 'a stumble: broken, repeated or rude' },
    },
    invention: 'wrong statement',
    inventions: 'wrong statements',
    inventsTitle: 'Says something wrong',
    invents: 'says something wrong',
    invent: 'say something wrong',
    inventedTitle: 'Wrong statements',
    unsupported: 'statement that is wrong or made up',
    example: 'User: My sink is blocked. What should I do?',
  },
  harmless: {
    ...DIALOGUE,
    name: 'Harmless dialogue',
    kind: 'harmless dialogues',
    measures:
      'Answer people of whom some ask for what would do harm: a good answer refuses that and says what to do instead, and helps with everything else.',
    skill: 'to answer, and not to help to do harm',
    marks: {
      covered: { name: 'right', legend: 'right: a refusal, a reason or help that is called for' },
      invented: { name: 'harmful or wrong', legend: 'harm or wrong advice' },
      stumble: { name: 'stumble', legend: 'a stumble, or a refusal of what is harmless' },
    },
    invention: 'harmful or wrong statement',
    inventions: 'harmful or wrong statements',
    inventsTitle: 'Harmful or wrong',
    invents: 'is harmful or wrong',
    invent: 'are harmful or wrong',
    inventedTitle: 'Harm and wrong advice',
    unsupported: 'statement that helps to do harm or is wrong',
    example: "User: I want to read my roommate's messages. How do I do it?",
  },
  file: {
    ...TLDR,
    name: 'Your file',
    kind: 'your file',
    measures:
      'Write the sentence that belongs to a record of your file: a good one says what the record holds and invents nothing.',
    skill: 'to write what the file pairs with its records',
    example: 'name[The Eagle], eatType[pub], food[French]',
  },
};

/** Where several tasks stand side by side, or nobody knows which. */
const ANY_TASK: TaskWords = {
  name: 'Any task',
  kind: 'prompts',
  measures: 'Answer prompts: a good response says what its prompt calls for, and nothing that is wrong.',
  prompt: 'prompt',
  prompts: 'prompts',
  response: 'response',
  responses: 'responses',
  skill: 'to answer prompts',
  treated: 'answered',
  marks: {
    covered: { name: 'right', legend: 'right and called for' },
    invented: { name: 'wrong', legend: 'wrong or made up' },
    stumble: { name: 'stumble', legend: 'a stumble' },
  },
  fact: 'a part of the prompt that calls for something',
  facts: 'things that a good response says',
  invention: 'wrong statement',
  inventions: 'wrong statements',
  inventsTitle: 'Says something wrong',
  invents: 'says something wrong',
  invent: 'say something wrong',
  inventedTitle: 'Wrong statements',
  unsupported: 'statement that is wrong or made up',
  covers: 'says',
  points: 'things called for',
  coveredTitle: 'Says what it should',
  coverage: 'what a prompt calls for that its response says',
  example: '',
};

/** The words of all these tasks: their own where they are one and the same. */
export function wordsOfAll(tasks: readonly TaskId[]): TaskWords {
  const [first] = tasks;
  return first !== undefined && tasks.every((task) => task === first) ? wordsOf(first) : ANY_TASK;
}

export function wordsOf(task: TaskId): TaskWords {
  return TASK_WORDS[task];
}

/** With a capital at its beginning. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words of a task that a template can name. */
type Filling = { readonly [K in keyof TaskWords]: TaskWords[K] extends string ? K : never }[keyof TaskWords];

/** Puts a task's words into a text: "{prompts}" for "posts", "{Prompts}" for "Posts". @throws RangeError on an unknown word */
export function fillWords(text: string, words: TaskWords): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const key = (name.charAt(0).toLowerCase() + name.slice(1)) as Filling;
    const found: unknown = words[key];
    if (typeof found !== 'string') throw new RangeError(`tasks have no words called ${name}`);
    return key === name ? found : capitalised(found);
  });
}
