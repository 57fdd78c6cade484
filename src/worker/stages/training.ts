import type { Algorithm, Metrics } from '../../algorithms/types';
import type { Optimizer, ParameterSet } from '../../nn/types';
import type { CurveBook, Scope, StageClock } from '../scope';

export interface TrainingRun {
  /** Names the training within the run, for its checkpoint: that of the piece of work it belongs to, if there is one. */
  readonly key: string;
  readonly params: ParameterSet;
  readonly total: number;
  readonly clock: StageClock;
  /** Where the points go; nowhere where they are of no interest. */
  readonly curves: CurveBook | undefined;
  /** What is being trained, to stand beside its progress. */
  readonly note?: string | undefined;
  /** Starts the algorithm after `from` steps. */
  begin(optimizer: Optimizer, from: number): Algorithm<void>;
  /** Brings a point under the names of the charts. */
  rename?(point: Metrics): Metrics;
  /** Called where the weights stand at a step, after its points; not for a step that a checkpoint covers. */
  measure?(step: number): Promise<void>;
}

/**
 * Pulls a training algorithm to its end, from its last checkpoint if there is one, and saves checkpoints.
 * @throws Error where there is nothing to learn from: an untrained model must not pass for a trained one.
 */
export async function runTraining(scope: Scope, run: TrainingRun): Promise<void> {
  const { engine, checkpoints } = scope;
  const { key, params, total, clock, curves } = run;
  if (!Number.isFinite(total)) throw new Error(`There is no pair for ${run.note ?? 'this model'} to learn from. Use more preference pairs.`);
  const saved = checkpoints.trainingOf(key);
  if (saved) {
    engine.writeParameters(params, saved.parameters);
    curves?.restore(saved.curves);
    clock.goOn(saved.seconds);
  } else {
    curves?.announce();
    await run.measure?.(0);
  }
  const optimizer = engine.createOptimizer(params, saved?.optimizer);
  try {
    for await (const points of run.begin(optimizer, saved?.step ?? 0)) {
      for (const point of points) curves?.add(run.rename?.(point) ?? point);
      const step = points.at(-1)!.step;
      await run.measure?.(step);
      if (checkpoints.due && canGoOn(scope, run, step)) {
        checkpoints.saveTraining(key, {
          step,
          seconds: clock.seconds,
          parameters: await engine.readParameters(params),
          optimizer: await engine.readOptimizer(optimizer),
          curves: curves?.snapshot() ?? {},
          ...(scope.fineDial ? { turns: [...scope.fineDial.turns] } : {}),
        });
      }
      await clock.progress(step, total, run.note);
    }
  } finally {
    optimizer.dispose();
  }
}

/**
 * Whether a training can be gone on with after a step. A policy that learns from the best of its own samples cannot in the
 * middle of a round: the policy that drew them is gone by then.
 */
function canGoOn({ config: { rl, samples } }: Scope, { key, total }: TrainingRun, step: number): boolean {
  if (!key.endsWith(' policy') || (rl.method !== 'expert-iteration' && rl.method !== 'raft')) return true;
  return step % (total / (rl.method === 'raft' ? samples.rounds : 1)) === 0;
}
