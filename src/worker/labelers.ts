import type { ArmConfig } from '../core/config';
import { createJudgeLabeler } from '../labelers/judge';
import { createNoisyLabeler } from '../labelers/noisy';
import { createPeopleLabeler } from '../labelers/people';
import type { Labeler } from '../labelers/types';
import { layoutOf, parameterCount } from '../nn/layout';
import type { Scope } from './scope';
import { loadShipped } from './shipped';

/** The labeler of an arm, as the config asks for it. */
export async function openLabeler(scope: Scope, feedback: ArmConfig['feedback']): Promise<Labeler> {
  const { config, task, engine } = scope;
  const seed = config.run.seed;
  if (feedback === 'people') {
    return createPeopleLabeler({ task, seed, gold: config.gold, noise: config.people.noise, perPair: config.people.perPair });
  }
  const { accuracy, positionBias, lengthBias, bothOrders } = config.ai;
  if (config.ai.labeler === 'noisy') {
    return createNoisyLabeler({ task, seed, gold: config.gold, accuracy, positionBias, lengthBias, bothOrders });
  }
  if (task.id !== 'tldr') {
    throw new Error('The small judge that ships with the page only reads the TL;DR task. For your own file set "AI labeler" to the noise-controlled one.');
  }
  const { sets, origin } = await loadShipped(scope.readAsset, 'judge', task.vocabulary);
  const [lm, judge] = [sets.lm!, sets.judge!].map(({ shape, values }) => engine.createParameters(shape, values)) as [
    ReturnType<typeof engine.createParameters>,
    ReturnType<typeof engine.createParameters>,
  ];
  const parameters = parameterCount(layoutOf(sets.judge!.shape));
  const labeler = createJudgeLabeler(
    engine,
    { lm, judge },
    { id: 'judge', name: `small judge, ${(parameters / 1e6).toFixed(2)} M parameters`, kind: 'judge', parameters, origin },
    { bothOrders },
  );
  return {
    ...labeler,
    dispose() {
      lm.dispose();
      judge.dispose();
    },
  };
}
