import type { ArmRecord, Estimate } from '../core/bundle';
import { RATES, type RateId } from '../core/rates';

/** A number that an arm ends with, for tables and charts over many runs. */
export interface Figure {
  readonly label: string;
  /** How it reads: a share as a percentage, or a plain number. */
  readonly format: 'percent' | 'number';
  /** In one sentence: what it is. */
  readonly meaning: string;
  /** Which way is good for a reader; absent where neither is. */
  readonly better?: 'more' | 'less';
  readonly of: (arm: ArmRecord) => Estimate | number | undefined;
}

/** A rate of the task's own. */
function rate(id: RateId): Figure {
  return { ...RATES[id], format: 'percent', of: ({ evaluation }) => evaluation.rates?.[id] };
}

/** The one table of such figures. */
export const FIGURES = {
  gold: {
    label: 'Gold utility', format: 'number', better: 'more',
    meaning: 'What a careful reader wants of the responses to test posts.',
    of: ({ evaluation }) => evaluation.goldUtility,
  },
  majority: {
    label: 'Wins against SFT', format: 'percent', better: 'more',
    meaning: 'Share of test posts that the majority of fresh annotators gives to the arm against SFT.',
    of: ({ evaluation }) => evaluation.winRateVsSft?.majority.raw,
  },
  majorityControlled: {
    label: 'Wins at equal length', format: 'percent', better: 'more',
    meaning: 'The same, corrected for length.',
    of: ({ evaluation }) => evaluation.winRateVsSft?.majority.lengthControlled,
  },
  proxy: {
    label: 'Proxy reward', format: 'number',
    meaning: "The arm's own reward of its responses, in deviations of SFT samples.",
    of: ({ evaluation }) => evaluation.proxyReward,
  },
  kl: {
    label: 'KL from SFT', format: 'number',
    meaning: 'How far the policy has moved from SFT, nats a response.',
    of: ({ evaluation }) => evaluation.kl,
  },
  invented: {
    label: 'Invents', format: 'percent', better: 'less',
    meaning: 'Share of responses with at least one invented statement.',
    of: ({ evaluation }) => evaluation.hallucinationRate,
  },
  stumbles: {
    label: 'Stumbles', format: 'percent', better: 'less',
    meaning: 'Share of responses with at least one stumble.',
    of: ({ evaluation }) => evaluation.disfluencyRate,
  },
  coverage: {
    label: 'Coverage', format: 'percent', better: 'more',
    meaning: 'Share of what matters in a post that the response says.',
    of: ({ evaluation }) => evaluation.coverage,
  },
  length: {
    label: 'Words', format: 'number',
    meaning: 'Words a response.',
    of: ({ evaluation }) => evaluation.length,
  },
  diversity: {
    label: 'Diversity per post', format: 'number', better: 'more',
    meaning: 'How different several responses to one post are: expectation-adjusted distinct n-grams.',
    of: ({ evaluation }) => evaluation.diversity?.perInput.ead,
  },
  entropy: {
    label: 'Entropy', format: 'number',
    meaning: 'How undecided the policy is at each token of its responses, nats.',
    of: ({ evaluation }) => evaluation.entropy,
  },
  rewardAccuracy: {
    label: 'Reward accuracy', format: 'percent', better: 'more',
    meaning: "Held-out pairs on which the arm's reward prefers what gold prefers.",
    of: ({ reward }) => reward?.goldAccuracy,
  },
  drift: {
    label: 'Reward on its own samples', format: 'percent', better: 'more',
    meaning: "Couples of the trained policy's own responses to a post that the reward orders as gold does.",
    of: ({ evaluation }) => evaluation.drift?.rankAgreement,
  },
  harmless: rate('harmless'),
  helped: rate('helped'),
  overRefusal: rate('overRefusal'),
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureId = keyof typeof FIGURES;
export const FIGURE_IDS = Object.keys(FIGURES) as FigureId[];

/** The figures that arms can have: all, but for rates that are of other tasks. */
export function figuresOf(arms: readonly ArmRecord[]): FigureId[] {
  return FIGURE_IDS.filter((id) => !(id in RATES) || arms.some((arm) => figureValue(id, arm) !== undefined));
}

/** The figure's entry, with its fields by their general types. */
export function figureOf(id: FigureId): Figure {
  return FIGURES[id];
}

/** The number of an arm; undefined where it has none. */
export function figureValue(id: FigureId, arm: ArmRecord): number | undefined {
  const found = figureOf(id).of(arm);
  return typeof found === 'object' ? found.value : found;
}
