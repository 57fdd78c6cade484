import type { ScorerReport } from '../../experiments/outsideScorers';
import { dollars, number } from '../shared/format';

/** Language models that score the responses of a run, in words. */

const counted = (count: number, one: string, several: string): string => `${number(count)} ${count === 1 ? one : several}`;

/** "gpt-x has scored 640 of at most 1,088 different responses; $0.04 of at most $1.00 spent; ...". */
export function scoredWords({ scorer, name, scored, most, unread, stored, spentUsd, capUsd, wait }: ScorerReport): string {
  const cap = capUsd === undefined ? '' : ` of at most ${dollars(capUsd)}`;
  const spent = spentUsd === undefined ? 'what it costs is not counted without prices' : `${dollars(spentUsd)}${cap} spent`;
  return [
    `${name} has scored ${number(scored)} of at most ${counted(most, 'response', 'different responses')}`,
    ...(scorer === 'page-llm' ? [] : [spent]),
    ...(stored > 0 ? [`${counted(stored, 'reply was', 'replies were')} stored already`] : []),
    ...(unread > 0 ? [`${counted(unread, 'reply', 'replies')} could not be read`] : []),
    ...(wait > 0 ? [`waiting ${number(wait)} s, as the provider asked`] : []),
  ].join('; ').concat('.');
}

/** What a run will take of a language model, before it begins. @param usd undefined without prices */
export function estimateWords({ calls, input, output, usd }: {
  readonly calls: number;
  readonly input: number;
  readonly output: number;
  readonly usd?: number;
}): string {
  const cost = usd === undefined ? 'give the prices there to see what that costs' : `about ${dollars(usd)}`;
  return `At most about ${counted(calls, 'call', 'calls')}, ${number(input)} tokens in and ${number(output)} out: ${cost}.`;
}
