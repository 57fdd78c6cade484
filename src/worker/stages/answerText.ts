import { configOfArm } from '../../core/config';
import { PURPOSE, streamKey } from '../../core/rng';
import { goldWeights } from '../../tasks/utility';
import type { Commands, LiveAnswer } from '../protocol';
import type { Scope } from '../scope';
import { answersOn, toAnswer, toPromptRecord } from './answers';
import { asking } from './policyMethods';

/** One sampled response of each policy to a visitor's own text. */
export async function answerText(scope: Scope, input: Commands['answer']['in']): Promise<LiveAnswer> {
  const { task, engine, config } = scope;
  const { prompt, unknown } = task.parsePrompt(input.text);
  if (prompt.tokens.length === 0) throw new Error('There is nothing to answer yet: write a post first.');
  if (prompt.tokens.length > task.maxPromptTokens) {
    throw new Error(
      `The post has ${prompt.tokens.length} words and marks; the model reads at most ${task.maxPromptTokens}. Shorten it.`,
    );
  }
  const weights = goldWeights(task.goldWeights, config.gold);
  const answers: LiveAnswer['answers'][number][] = [];
  for (const { armId, weights: stored } of input.policies) {
    const policy = engine.createParameters(stored.shape, stored.values);
    try {
      const arm = config.arms.find(({ id }) => id === armId);
      const answering = arm && asking(configOfArm(config, arm).rl.method);
      const [answer] = await answersOn(scope, policy, [prompt], streamKey(config.run.seed, PURPOSE.evaluation, 2, input.draw), answering);
      answers.push({ armId, answer: toAnswer(task, answer!, weights) });
    } finally {
      policy.dispose();
    }
  }
  return { prompt: toPromptRecord(task, prompt), unknown, answers };
}
