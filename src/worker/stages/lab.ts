import type { Label } from '../../core/preferences';
import { TOKEN } from '../../core/tokens';
import { wordsToText } from '../../core/text';
import { configuredJury, toContest } from '../../evaluation/alignment';
import { juryVotes } from '../../evaluation/verdicts';
import { openLabeler } from '../labelers';
import type { LabWorld, WorldLabeler } from '../protocol';
import type { Scope } from '../scope';
import { judgedPairs } from './arm';
import { prepare } from './prepare';

/** Labels asked for between two looks at the gate. */
const CHUNK = 64;

/** Pairs of the world for the labeler lab, and what labelers that live here say of them. */
export async function lab(scope: Scope, labelers: readonly WorldLabeler[]): Promise<LabWorld> {
  const { task, config } = scope;
  const pairs = judgedPairs(scope, await prepare(scope));
  const jury = configuredJury(task, config);
  const text = (tokens: ArrayLike<number>): string => wordsToText(task.vocabulary.decode(tokens));

  const labelled: LabWorld['labelers'][number][] = [];
  for (const id of labelers) {
    // The AI labeler of the settings is one of several here.
    const asked: Scope = id === 'people' ? scope : { ...scope, config: { ...config, ai: { ...config.ai, labeler: id } } };
    const labeler = await openLabeler(asked, id === 'people' ? 'people' : 'ai');
    const before = performance.now() / 1000 - scope.gate.secondsWaited;
    try {
      const labels: Label[] = [];
      for await (const label of labeler.label(pairs)) {
        labels.push(label);
        if (labels.length % CHUNK !== 0 && labels.length !== pairs.length) continue;
        scope.emit({ type: 'lab', runId: scope.runId, labeler: id, done: labels.length, total: pairs.length });
        await scope.gate.pass();
      }
      labelled.push({
        identity: labeler.identity, labels, seconds: performance.now() / 1000 - scope.gate.secondsWaited - before,
      });
    } finally {
      labeler.dispose?.();
    }
  }
  return {
    pairs: pairs.map((pair) => ({
      id: pair.id,
      prompt: text(pair.prompt.tokens),
      responses: [text(withoutEnd(pair.responses[0])), text(withoutEnd(pair.responses[1]))],
      people: juryVotes(toContest(task, pair), jury) / jury.size,
      topic: pair.prompt.topic,
    })),
    labelers: labelled,
  };
}

/** A response without its end-of-text token, which is no text. */
function withoutEnd(response: Int32Array): Int32Array {
  return response.at(-1) === TOKEN.eos ? response.subarray(0, response.length - 1) : response;
}
