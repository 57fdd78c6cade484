import { judgesOf, type JudgeSizeId } from '../../core/judges';
import type { Label } from '../../core/preferences';
import { configuredJury, toContest } from '../../evaluation/alignment';
import { juryVotes } from '../../evaluation/verdicts';
import type { JudgeQuestion } from '../../labelers/judge';
import type { Labeler } from '../../labelers/types';
import { openJudge, openLabeler } from '../labelers';
import { namedPair } from '../pairIds';
import type { LabWorld, WorldLabeler } from '../protocol';
import type { Scope } from '../scope';
import { judgedPairs } from './pairs';
import { prepare } from './prepare';

/** Labels asked for between two looks at the gate. */
const CHUNK = 64;

/** Pairs of the world for the labeler lab, and what labelers that live here say of them. */
export async function lab(scope: Scope, labelers: readonly WorldLabeler[]): Promise<LabWorld> {
  const { task, config } = scope;
  const pairs = judgedPairs(scope, await prepare(scope));
  const jury = configuredJury(task, config);
  const named = pairs.map((pair) => namedPair(task, pair));

  const labelled: LabWorld['labelers'][number][] = [];
  for (const asked of labelers) {
    const openers = openersOf(scope, asked);
    const total = openers.length * pairs.length;
    for (const [training, open] of openers.entries()) {
      const labeler = await open();
      const before = performance.now() / 1000 - scope.gate.secondsWaited;
      try {
        const labels: Label[] = [];
        for await (const label of labeler.label(pairs)) {
          labels.push({ ...label, pairId: named[labels.length]!.id });
          if (labels.length % CHUNK !== 0 && labels.length !== pairs.length) continue;
          const done = training * pairs.length + labels.length;
          scope.emit({ type: 'lab', runId: scope.runId, labeler: asked, done, total });
          await scope.gate.pass();
        }
        labelled.push({
          asked, identity: labeler.identity, labels, seconds: performance.now() / 1000 - scope.gate.secondsWaited - before,
        });
      } finally {
        labeler.dispose?.();
      }
    }
  }
  return {
    pairs: pairs.map((pair, i) => ({
      ...named[i]!,
      people: juryVotes(toContest(task, pair), jury) / jury.size,
      topic: pair.prompt.topic,
    })),
    labelers: labelled,
  };
}

/** How to open a labeler: of a small judge each of its trainings, one after another. */
function openersOf(scope: Scope, asked: WorldLabeler): (() => Promise<Labeler>)[] {
  if (asked === 'people') return [() => openLabeler(scope, 'people')];
  const { config } = scope;
  if (asked === 'noisy') return [() => openLabeler({ ...scope, config: { ...config, ai: { ...config.ai, labeler: 'noisy' } } }, 'ai')];
  const [ask, size] = asked.split('-') as ['judge' | 'scores', JudgeSizeId];
  const question: JudgeQuestion = ask === 'scores' ? { ask } : { ask: 'choice', bothOrders: config.ai.bothOrders };
  return Array.from({ length: judgesOf(scope.task.id).trainings }, (_, i) => () => openJudge(scope, size, i + 1, question));
}
