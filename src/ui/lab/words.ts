import type { Estimate } from '../../core/bundle';
import { JUDGE_SIZE_IDS, JUDGE_SIZES, type JudgeSizeId } from '../../core/judges';
import type { LabelerFigures, LabelerInfo, LabelerResult } from '../../core/labReport';
import type { LabChoice } from '../../experiments/labState';
import type { LlmSettings } from '../../experiments/llmSettings';
import { dollars, number, percent } from '../shared/format';
import type { InfoTipProps } from '../shared/InfoTip';
import { rungOf, type AnswerRung } from './chartRows';

type About = Omit<InfoTipProps, 'label'>;

export interface ChoiceWords {
  readonly choice: LabChoice;
  readonly title: string;
  readonly about: About;
}

/** Labelers that know the built-in world only. */
export const WORLD_CHOICES: readonly ChoiceWords[] = [
  {
    choice: 'people',
    title: 'One annotator a pair',
    about: {
      meaning: 'A simulated person reads each pair, another one each time. "People" elsewhere on this screen means a jury of others.',
      caveat: 'People differ in taste, so even a person agrees with the majority only so often: the level that a labeler can be held against.',
    },
  },
  {
    choice: 'noisy',
    title: 'Noise-controlled labeler',
    about: {
      meaning: 'A simulated labeler whose accuracy and biases are settings of a run; here they have their defaults.',
      caveat: 'It is told what quality is, so its figures say nothing about models.',
    },
  },
];

/** "0.17 M", as judges are named elsewhere. */
const millions = (size: JudgeSizeId): string => `${(JUDGE_SIZES[size].parameters / 1e6).toFixed(2)} M`;

const TRAININGS = 'For the forum posts it was trained several times, with the lessons in another order each time; every training is asked.';

/** The ladder of small judges, smallest first. */
export const JUDGE_CHOICES: readonly ChoiceWords[] = JUDGE_SIZE_IDS.map((size) => ({
  choice: `judge-${size}`,
  title: `Judge ${size.toUpperCase()}, ${millions(size)}`,
  about: {
    meaning: `A language model of ${millions(size)} parameters that ships with this page, asked in both orders which response is better.`,
    caveat: TRAININGS,
  },
}));

export const SCORE_CHOICES: readonly ChoiceWords[] = JUDGE_SIZE_IDS.map((size) => ({
  choice: `scores-${size}`,
  title: `Scores of judge ${size.toUpperCase()}`,
  about: {
    meaning: 'The same judge scores each response by itself, from 1 to 10; the one that is likelier to score higher wins. No order, no position bias.',
    caveat: TRAININGS,
  },
}));

export const RULE_CHOICES: readonly ChoiceWords[] = [
  { choice: 'longer', title: 'Longer wins', about: { meaning: 'Picks the response with more words.' } },
  { choice: 'shorter', title: 'Shorter wins', about: { meaning: 'Picks the response with fewer words.' } },
  { choice: 'first', title: 'First wins', about: { meaning: 'Picks whatever is shown first: position bias and nothing else.' } },
  { choice: 'coin', title: 'Coin', about: { meaning: 'Flips a coin for each question.' } },
  { choice: 'constant', title: 'Always a tie', about: { meaning: 'Says one half to everything.' } },
];

export const LLM_CHOICE: ChoiceWords = {
  choice: 'llm',
  title: 'An LLM behind a URL',
  about: {
    meaning: 'A language model that is asked over the network: of a provider, with your key, or of a server on your own computer.',
    caveat: 'The texts of the pairs are sent to that server, and to no other.',
  },
};

export const PAGE_LLM_CHOICE: ChoiceWords = {
  choice: 'pageLlm',
  title: 'An LLM in this page',
  about: {
    meaning: 'A language model that is downloaded once and runs on the GPU of this device: no key, no costs, and no text leaves this page.',
    caveat: 'Needs WebGPU, a download of some hundred megabytes or more, and as much GPU memory.',
  },
};

export const YOU_CHOICE: ChoiceWords = {
  choice: 'you',
  title: 'You',
  about: {
    meaning: 'Vote on the pairs yourself, below: blind, with shuffled sides, some of them twice.',
    caveat: 'Votes are kept in this browser and sent nowhere. They are a row of the table from 20 on.',
  },
};

const CHOICES = [...WORLD_CHOICES, ...JUDGE_CHOICES, ...SCORE_CHOICES, ...RULE_CHOICES, LLM_CHOICE, PAGE_LLM_CHOICE, YOU_CHOICE];

export function choiceTitle(choice: LabChoice): string {
  return CHOICES.find((one) => one.choice === choice)!.title;
}

/** "7 B", "160 K": a number of parameters. */
export function size(parameters: number): string {
  const [unit, divisor] = parameters >= 1e9 ? ['B', 1e9] : parameters >= 1e6 ? ['M', 1e6] : ['K', 1e3];
  return `${+(parameters / divisor).toPrecision(3)} ${unit}`;
}

/** "945 MB", "1.6 GB". */
export function megabytes(count: number): string {
  return count < 1000 ? `${number(count)} MB` : `${number(count / 1000, 1)} GB`;
}

/** What a cell of the leaderboard holds. */
export interface Cell {
  readonly main: string;
  readonly soft?: string;
  /** By which rows are sorted. */
  readonly value: number;
}

export interface LeaderboardColumn {
  readonly id: string;
  readonly title: string;
  readonly about: About;
  /** Undefined where the labeler has no such figure. */
  cell(result: LabelerResult): Cell | undefined;
}

function shareCell(estimate: Estimate | undefined): Cell | undefined {
  if (!estimate) return undefined;
  const [low, high] = estimate.ci.map((end) => number(100 * end));
  return { main: percent(estimate.value, 1), soft: `[${low}, ${high}]`, value: estimate.value };
}

/** Where every labeler speaks once. */
export const FIRST_TRAININGS = 'A model that was trained several times speaks here through its first training.';

/** How a language model's answers were read, in the order of how much they tell. */
export const RUNG_TITLES: Readonly<Record<AnswerRung, string>> = {
  logprobs: 'log-probabilities', structured: 'JSON with confidence', choice: 'a bare choice', unknown: 'not recorded',
};
const RUNG_SHORT: Readonly<Record<AnswerRung, string>> = {
  logprobs: 'log-probs', structured: 'JSON', choice: 'choice', unknown: '?',
};
const RUNG_ORDER = Object.keys(RUNG_TITLES);

/** Shown where there are language models: nobody else is read in several ways. */
const RUNG_COLUMN: LeaderboardColumn = {
  id: 'rung',
  title: 'Read from',
  about: {
    meaning: "How a language model's answers were read: probabilities of the first token, a JSON object with a stated confidence, or a bare number.",
    caveat: 'Figures of models that were read in different ways are not comparable; charts show one way at a time.',
  },
  cell({ labeler }) {
    const rung = rungOf(labeler);
    return rung && { main: RUNG_SHORT[rung], value: RUNG_ORDER.indexOf(rung) };
  },
};

const figure = (id: string, title: string, about: About, cell: (figures: LabelerFigures) => Cell | undefined): LeaderboardColumn =>
  ({ id, title, about, cell: ({ figures }) => cell(figures) });

const COLUMNS: readonly LeaderboardColumn[] = [
  {
    id: 'size',
    title: 'Size',
    about: { meaning: 'Number of parameters, where the labeler is a model and the number is known. K, M, B: thousands, millions, thousand millions.' },
    cell: ({ labeler: { parameters } }) => (parameters === undefined ? undefined : { main: size(parameters), value: parameters }),
  },
  figure('agreement', 'Agrees with people', {
    meaning: 'How often the labeler picks the response that more people prefer, ties half, with its 95% interval: over pairs, and over trainings too where a model was trained several times.',
    formula: 'pairs with the same pick / pairs',
    caveat: 'People disagree with each other: 100% is not to be had. Replies that could not be read count as ties.',
  }, ({ agreement }) => shareCell(agreement)),
  figure('kappa', 'κ', {
    meaning: "Cohen's kappa: agreement beyond what two raters with the same leanings reach by chance. 0 is chance, 1 is perfect.",
    formula: '(p_o − p_e) / (1 − p_e)',
    caveat: 'An agreement of 55% can be chance alone; then kappa is near 0.',
    source: 'Cohen 1960',
  }, ({ kappa }) => kappa && {
    main: number(kappa.value, 2), soft: `[${number(kappa.ci[0], 2)}, ${number(kappa.ci[1], 2)}]`, value: kappa.value,
  }),
  figure('samePick', 'Same pick after swap', {
    meaning: 'How often the same response is picked when the two are shown in the other order.',
    caveat: 'Only of labels that were asked in both orders.',
  }, ({ samePick }) => shareCell(samePick)),
  figure('prefersFirst', 'Prefers first', {
    meaning: 'Of the pairs in which the order alone decided, how often the response shown first won. 50% is no leaning.',
    caveat: 'Empty where the order never decided.',
  }, ({ prefersFirst }) => shareCell(prefersFirst)),
  figure('prefersLonger', 'Prefers longer', {
    meaning: "How often the response with more words is picked; below it the people's own share.",
    caveat: 'Far above the people, the labeler pays for length.',
  }, ({ prefersLonger, peoplePreferLonger }) => prefersLonger && {
    main: percent(prefersLonger.value, 1),
    ...(peoplePreferLonger ? { soft: `people ${percent(peoplePreferLonger.value)}` } : {}),
    value: prefersLonger.value,
  }),
  figure('ece', 'ECE', {
    meaning: 'Expected calibration error of the soft labels: how far stated confidence is from agreement with people. 0 is calibrated.',
    formula: 'Σ n_bin / n · |agreement − confidence|',
    source: 'Guo et al. 2017, arXiv:1706.04599',
  }, ({ ece }) => ({ main: number(ece, 3), value: ece })),
  figure('parsed', 'Parsed', {
    meaning: 'Share of replies that could be read. The others are ties and stay in n.',
  }, ({ parsed }) => ({ main: percent(parsed, parsed < 1 ? 1 : 0), value: parsed })),
  figure('cost', '$ / 1,000', {
    meaning: 'US dollars for a thousand labels, from the tokens that the replies reported and the prices you gave.',
    caveat: 'What asking costs, also where replies were stored from an earlier run.',
  }, ({ costPer1000 }) => costPer1000 === undefined ? undefined : { main: dollars(costPer1000), value: costPer1000 }),
  figure('seconds', 's / 1,000', {
    meaning: 'Seconds for a thousand labels, one after another. Several calls at a time shorten the wait.',
  }, ({ secondsPer1000 }) => secondsPer1000 === undefined ? undefined : {
    main: number(secondsPer1000, secondsPer1000 < 10 ? 1 : 0), value: secondsPer1000,
  }),
  figure('n', 'n', {
    meaning: 'Pairs labelled. Of a model that was trained several times, the labels of all its trainings.',
  }, ({ n }) => ({ main: number(n), value: n })),
];

/** The columns that rows of these labelers need. */
export function columnsOf(rows: readonly LabelerResult[]): readonly LeaderboardColumn[] {
  const [first, ...others] = COLUMNS;
  return rows.some(({ labeler }) => rungOf(labeler)) ? [first!, RUNG_COLUMN, ...others] : COLUMNS;
}

/** The arm whose colour a labeler has: people as in RLHF, models as in RLAIF, rules as the neutral baseline. */
export function armOf({ kind }: Pick<LabelerInfo, 'kind'>): 'rlhf' | 'rlaif' | 'sft' {
  if (kind === 'people' || kind === 'you') return 'rlhf';
  return kind === 'rule' ? 'sft' : 'rlaif';
}

/** How a language model's answer can be read, to be chosen from. */
export const RUNG_CHOICES: Readonly<Record<LlmSettings['rung'], { readonly title: string; readonly about: string }>> = {
  auto: {
    title: 'the best way it has (auto)',
    about: 'One or two short test calls find out, before the first label: log-probabilities, else JSON, else a bare choice.',
  },
  logprobs: {
    title: 'log-probabilities',
    about: 'The probabilities of the first token being 1 or 2, as in Lee et al. 2023: soft labels at one token a call. Not every model gives them.',
  },
  structured: {
    title: 'JSON with a confidence',
    about: 'A choice with a stated confidence of 50 to 100. Models tend to state more than they have.',
  },
  choice: {
    title: 'a bare choice',
    about: '1 or 2 and nothing else: hard labels, one half where the two orders disagree.',
  },
};
