// Nash-MD: learning a Nash equilibrium of preferences, by policy gradient
//   max_pi min_pi' P(pi beats pi')  with KL to the reference;   y ~ pi,  y' ~ pi_m,  pi_m(y | x) ~ pi(y | x)^(1-m) pi_ref(y | x)^m
//   r(x, y) = P(y beats y' | x) - 1/2,   then as `reinforce`: J = E[ (1 - beta) r - beta KL(pi || pi_ref) ]
// Munos et al. 2023 (arXiv 2312.00886), section 7: Nash-MD-PG. m is TRL's mixture_coef: at 0 the policy plays against
// itself, at 1 it learns the best response to the reference. Preferences that go in a circle have an equilibrium where no
// reward has their order.
// The opponent is drawn from the geometric mixture of the two distributions over whole responses, as the paper defines it.
// (An opponent with averaged parameters is another method, Nash-EMA.) An engine samples from one parameter set, so
// `sampleGeometricMixture` draws from the arithmetic mixture and rejects.
// Departures: the paper and TRL mix the next-token distributions, which is not the same distribution over responses; a
// learned value baseline besides the constant 1/2, and the other departures of `reinforce`; 1 - beta and beta in place of 1
// and tau put the method on the axis of the others: tau = beta / (1 - beta).

import { stack, type Tensor2D } from '@tensorflow/tfjs-core';
import { mix, PURPOSE, randomU32, streamKey, unitFloat } from '../core/rng';
import { responseMask, sequenceLogp } from '../losses';
import type { Engine, ParameterSet } from '../nn/types';
import { responseBatch } from './batches';
import type { ResponsePair } from './preferenceModel';
import { reinforce, type ReinforceConfig } from './reinforce';
import { sample, underBoth, type OnPolicyDeps, type Rollout } from './rollouts';
import type { Algorithm } from './types';

export interface NashMdConfig extends ReinforceConfig {
  /** Weight m of the reference in the opponent, 0..1; 0.125 to 0.375 did best in the paper. */
  readonly mixtureCoef: number;
}

export interface NashMdDeps extends Omit<OnPolicyDeps, 'reward' | 'tokenRewards'> {
  /** P(responses[0] beats responses[1]) of each pair, 0..1, one pair for each prompt of the iteration, in order. */
  prefer(pairs: readonly ResponsePair[], iteration: number): Promise<Float32Array>;
}

/**
 * Yields what `reinforce` does, with objective/scores = mean of P - 1/2 against the opponent; mixture/proposals (responses
 * drawn for each response of the opponent) and mixture/unsettled (share of the opponent's responses that no proposal was
 * accepted for, see `sampleGeometricMixture`).
 */
export async function* nashMd(config: NashMdConfig, deps: NashMdDeps): Algorithm<void> {
  const { mixtureCoef, temperature, maxNewTokens, seed } = config;
  const opponents = new Map<number, { proposals: number; unsettled: number }>();
  const play = reinforce(config, {
    ...deps,
    reward: async (own, iteration) => {
      const opponent = await sampleGeometricMixture(deps, own.map(({ prompt }) => prompt), {
        mixtureCoef, temperature, maxNewTokens, key: streamKey(seed, PURPOSE.select, iteration),
      });
      opponents.set(iteration + 1, opponent);
      const pairs = own.map(({ prompt, response }, i): ResponsePair =>
        ({ prompt, responses: [response, opponent.rollouts[i]!.response] }));
      return (await deps.prefer(pairs, iteration)).map((p) => p - 0.5);
    },
  });
  for await (const points of play) {
    yield points.map(({ step, values }) => {
      const { proposals, unsettled } = opponents.get(step)!;
      opponents.delete(step);
      return { step, values: { ...values, 'mixture/proposals': proposals, 'mixture/unsettled': unsettled } };
    });
  }
}

export interface MixtureOptions {
  /** Weight m of the reference, 0..1. */
  readonly mixtureCoef: number;
  /** Of both policies. */
  readonly temperature: number;
  /** Most tokens of a response, end-of-text included. */
  readonly maxNewTokens: number;
  /** Stream key. */
  readonly key: number;
}

/** Proposals for one response, at most. */
const MAX_PROPOSALS = 32;

/**
 * One response to each prompt from the geometric mixture g(y) ~ p(y)^(1-m) q(y)^m of policy p and reference q.
 *
 * Rejection sampling: propose from the arithmetic mixture a(y) = (1 - m) p(y) + m q(y), and accept with probability
 * p(y)^(1-m) q(y)^m / a(y), which is at most 1 (inequality of weighted means). What is accepted is a draw of g, and it takes
 * 1 / sum_y p^(1-m) q^m proposals on average, at most e^(m KL(p || q)). Where 32 proposals were not enough, the last one
 * stands: the share of such prompts comes back as `unsettled`, and is 0 while m KL is a nat or so.
 *
 * As in `reinforce`, sampling bans reserved ids that the log-probabilities count: as small a difference as it has there.
 */
export async function sampleGeometricMixture(
  models: { readonly engine: Engine; readonly policy: ParameterSet; readonly reference: ParameterSet },
  prompts: readonly ArrayLike<number>[],
  { mixtureCoef, temperature, maxNewTokens, key }: MixtureOptions,
): Promise<{ rollouts: Rollout[]; proposals: number; unsettled: number }> {
  const { engine, policy, reference } = models;
  const settled = new Map<number, Rollout>();
  let waiting = prompts.map((_, i) => i);
  let proposals = 0;
  let unsettled = 0;
  for (let round = 1; waiting.length > 0; round++) {
    const [choice, ofPolicy, ofReference] = [0, 1, 2].map((part) => mix(mix(key, round), part)) as [number, number, number];
    const fromReference = (i: number): boolean => unitFloat(randomU32(choice, i, 0)) < mixtureCoef;
    const draw = async (model: ParameterSet, drawn: readonly number[], drawKey: number): Promise<[number, Rollout][]> => {
      if (drawn.length === 0) return [];
      const asked = drawn.map((i) => prompts[i]!);
      const written = await sample(engine, model, asked, { temperature, maxNewTokens, key: drawKey });
      return written.map(({ tokens, finished }, row) =>
        [drawn[row]!, { prompt: asked[row]!, response: tokens, finished }]);
    };
    const proposed = [
      ...await draw(policy, waiting.filter((i) => !fromReference(i)), ofPolicy),
      ...await draw(reference, waiting.filter(fromReference), ofReference),
    ];
    const acceptance = await acceptances(models, proposed.map(([, rollout]) => rollout), temperature, mixtureCoef);
    proposals += proposed.length;
    proposed.forEach(([i, rollout], row) => {
      const accepted = unitFloat(randomU32(choice, i, 1)) < acceptance[row]!;
      if (!accepted && round < MAX_PROPOSALS) return;
      settled.set(i, rollout);
      unsettled += Number(!accepted);
    });
    waiting = waiting.filter((i) => !settled.has(i));
  }
  return {
    rollouts: prompts.map((_, i) => settled.get(i)!),
    proposals: proposals / prompts.length,
    unsettled: unsettled / prompts.length,
  };
}

/** p^(1-m) q^m / ((1 - m) p + m q) of each response, 0..1. */
async function acceptances(
  models: { readonly engine: Engine; readonly policy: ParameterSet; readonly reference: ParameterSet },
  rollouts: readonly Rollout[],
  temperature: number,
  mixtureCoef: number,
): Promise<number[]> {
  const { batch, lengths } = responseBatch(rollouts);
  const { sequence } = await underBoth(models, batch, { outputs: ['logp'], temperature }, ({ logp }, referenceLogp) => {
    const mask = responseMask(lengths, batch.scored);
    return { sequence: { logps: stack([sequenceLogp(logp!, mask), sequenceLogp(referenceLogp, mask)]) as Tensor2D } };
  });
  const logps = await sequence.logps.data<'float32'>().finally(() => sequence.logps.dispose());
  return rollouts.map((_, row) => acceptance(logps[row]!, logps[rollouts.length + row]!, mixtureCoef));
}

/** Of log p and log q: p^(1-m) q^m / ((1 - m) p + m q). */
function acceptance(logp: number, logq: number, m: number): number {
  const larger = Math.max(logp, logq);
  const arithmetic = larger + Math.log((1 - m) * Math.exp(logp - larger) + m * Math.exp(logq - larger));
  return Math.exp((1 - m) * logp + m * logq - arithmetic);
}
