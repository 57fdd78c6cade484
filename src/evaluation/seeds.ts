import type { Estimate } from '../core/bundle';
import type { LabelerFigures, ReliabilityBin } from '../core/labReport';
import { mean, normalQuantile, tQuantile, wilsonInterval } from '../core/stats';
import { meanOfKnown, present } from './labelerFigures';

const UPPER = 0.975;

/**
 * One figure of several trainings of a model that judged the same pairs: the mean of their estimates, with a 95% interval
 * over pairs and seeds.
 *
 * The estimates v_1 .. v_k differ by what their seeds made of the trainings and by the luck of the pairs. The mean's
 * variance has a term of each:
 *
 *     V = P + S,   P = mean_i se_i^2,   S = s^2 / k,   se_i = (high_i - low_i) / (2 z),   z = 1.96
 *
 * with s^2 the sample variance of the v_i. Trainings are drawn independently, so S falls with their number. The pairs are
 * the same ones for all, so what they add to each v_i is shared to an unknown part and does not average out: P is taken
 * whole, which is exact where it is shared altogether and an upper bound otherwise. The interval is
 *
 *     mean +- t(.975, d) sqrt(V),   d = V^2 / (P^2 / (n - 1) + S^2 / (k - 1))
 *
 * d being the degrees of freedom of Satterthwaite (1946), Biometrics Bulletin 2(6), for a sum of variance estimates with
 * n - 1 and k - 1 of their own; n is the smallest of the trainings. For three trainings or more d is 2 at least; for two it
 * may lie between 1 and 2, where the quantile is up to 11% too small.
 *
 * @param estimates of the same figure, one a training. @param range of the figure; the interval is cut off there.
 * @returns `n` counts the labels of all trainings together. A single estimate comes back as it is: it says nothing of seeds.
 * @throws RangeError on none.
 */
export function overSeeds(estimates: readonly Estimate[], range: readonly [low: number, high: number]): Estimate {
  const [first] = estimates;
  if (estimates.length === 1 && first) return first;
  const k = estimates.length;
  const z = normalQuantile(UPPER);
  const value = mean(estimates.map((estimate) => estimate.value));
  const ofPairs = mean(estimates.map(({ ci: [low, high] }) => ((high - low) / (2 * z)) ** 2));
  const ofSeeds = estimates.reduce((sum, estimate) => sum + (estimate.value - value) ** 2, 0) / (k - 1) / k;
  const variance = ofPairs + ofSeeds;
  const n = estimates.map((estimate) => estimate.n);
  // One label has no spread of its own; one degree of freedom is the least that a t interval can have.
  const degreesOfPairs = Math.max(1, Math.min(...n) - 1);
  const degrees = variance ** 2 / (ofPairs ** 2 / degreesOfPairs + ofSeeds ** 2 / (k - 1));
  const half = variance === 0 ? 0 : tQuantile(UPPER, degrees) * Math.sqrt(variance);
  const within = (x: number): number => Math.min(range[1], Math.max(range[0], x));
  return {
    value,
    ci: [within(value - half), within(value + half)],
    n: n.reduce((sum, count) => sum + count, 0),
    over: 'pairs and seeds',
  };
}

/**
 * Reliability bins of all trainings' labels together. The trainings judge the same pairs, so a bin's interval counts each
 * pair once: it is as wide as that of n / k labels.
 */
function pooledBins(trainings: readonly LabelerFigures[]): ReliabilityBin[] {
  const byFrom = new Map<number, ReliabilityBin[]>();
  for (const bin of trainings.flatMap(({ reliability }) => reliability)) byFrom.set(bin.from, [...(byFrom.get(bin.from) ?? []), bin]);
  return [...byFrom.values()].sort(([a], [b]) => a!.from - b!.from).map((bins) => {
    const n = bins.reduce((sum, { agreement }) => sum + agreement.n, 0);
    const over = (of: (bin: ReliabilityBin) => number): number => bins.reduce((sum, bin) => sum + bin.agreement.n * of(bin), 0) / n;
    const value = over(({ agreement }) => agreement.value);
    const pairs = Math.max(1, n / trainings.length);
    return {
      from: bins[0]!.from,
      to: bins[0]!.to,
      confidence: over(({ confidence }) => confidence),
      agreement: { value, ci: wilsonInterval(value * pairs, pairs), n, over: 'pairs' },
    };
  });
}

const SHARE = [0, 1] as const;

/**
 * The figures of several trainings of one model as those of one labeler: estimates by `overSeeds`, plain numbers as means,
 * `n` as the labels of all, reliability bins pooled. What some trainings lack is taken over those that have it.
 * @throws RangeError on none.
 */
export function figuresOverSeeds(trainings: readonly LabelerFigures[]): LabelerFigures {
  const known = (figure: (of: LabelerFigures) => Estimate | undefined): Estimate[] =>
    trainings.map(figure).filter((estimate) => estimate !== undefined);
  const share = (figure: (of: LabelerFigures) => Estimate | undefined): Estimate | undefined => {
    const estimates = known(figure);
    return estimates.length === 0 ? undefined : overSeeds(estimates, SHARE);
  };
  const kappas = known(({ kappa }) => kappa);
  return {
    n: trainings.reduce((sum, { n }) => sum + n, 0),
    parsed: mean(trainings.map(({ parsed }) => parsed)),
    agreement: overSeeds(trainings.map(({ agreement }) => agreement), SHARE),
    reliability: pooledBins(trainings),
    ece: mean(trainings.map(({ ece }) => ece)),
    brier: overSeeds(trainings.map(({ brier }) => brier), SHARE),
    ...present({
      kappa: kappas.length === 0 ? undefined : overSeeds(kappas, [-1, 1]),
      samePick: share(({ samePick }) => samePick),
      samePosition: share(({ samePosition }) => samePosition),
      prefersFirst: share(({ prefersFirst }) => prefersFirst),
      prefersLonger: share(({ prefersLonger }) => prefersLonger),
      peoplePreferLonger: share(({ peoplePreferLonger }) => peoplePreferLonger),
      costPer1000: meanOfKnown(trainings.map(({ costPer1000 }) => costPer1000)),
      secondsPer1000: meanOfKnown(trainings.map(({ secondsPer1000 }) => secondsPer1000)),
    }),
  };
}
