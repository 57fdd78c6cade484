import type { Answer, PromptRecord, RunBundle } from '../../core/bundle';
import { wordsOf } from '../../core/taskWords';
import { wordsToText } from '../../core/text';
import { compare } from '../../evaluation/verdicts';
import { armRecord, SFT, sourceOf } from './names';

/** Responses of two policies to one test prompt. */
interface Match {
  readonly prompt: PromptRecord;
  readonly a: Answer;
  readonly b: Answer;
}

/** The test prompts whose texts the bundle holds, with the responses of two arms. */
function matches(bundle: RunBundle, a: string, b: string): Match[] {
  const [first, second] = [a, b].map((id) => new Map(armRecord(bundle, id).samples.map(({ promptId, answer }) => [promptId, answer])));
  return bundle.prompts.flatMap((prompt) => {
    const [one, other] = [first!.get(prompt.id), second!.get(prompt.id)];
    return one && other ? [{ prompt, a: one, b: other }] : [];
  });
}

/** The judge of `annotationsJson`, as its rows name it. */
export const GOLD_ANNOTATOR = 'gold utility: 2 where output_2 is worth more, 1 where output_1 is, 1.5 for a tie';

/**
 * Every arm against SFT as AlpacaEval writes annotations. `output_1` is SFT's, `output_2` the arm's; `preference` comes from
 * the responses' gold utilities and is 1, 1.5 or 2, so that the mean of `preference - 1` is the arm's win rate.
 */
export function annotationsJson(bundle: RunBundle): string {
  const rows = bundle.arms.filter(({ id }) => id !== SFT).flatMap(({ id }) =>
    matches(bundle, SFT, id).map(({ prompt, a, b }) => ({
      instruction: wordsToText(prompt.words),
      output_1: wordsToText(a.words), generator_1: SFT,
      output_2: wordsToText(b.words), generator_2: id,
      annotator: GOLD_ANNOTATOR, preference: 2 - compare(a.gold, b.gold),
    })));
  return `${JSON.stringify(rows, undefined, 1)}\n`;
}

/** Scores of LLM Comparator lie between these, and count as a win from a quarter on. */
const MOST = 1.5;

/** What the checker found in a response, in words. */
function findings({ slots, config }: RunBundle, { check: { covered, invented, stumbles, words }, finished }: Answer): string {
  const { prompt, marks } = wordsOf(config.run.task);
  const said = covered.length > 0 ? `says ${covered.map((slot) => slots[slot] ?? slot).join(', ')}` : `says nothing of the ${prompt}`;
  return `${said}; ${invented} ${marks.invented.name}, ${stumbles} stumbles, ${words} words${finished ? '' : ', cut off'}`;
}

/**
 * Two policies side by side as LLM Comparator (github.com/PAIR-code/llm-comparator) reads them. The score is the difference
 * of the gold utilities, cut off at +-1.5: positive where a's response is better. The one rating of an example says the same
 * with what the checker found as its rationale.
 */
export function comparatorJson(bundle: RunBundle, a: string, b: string): string {
  const pair = matches(bundle, a, b);
  const perModel = (name: string): { name: string; type: string } => ({ name, type: 'per_model_number' });
  const scored = pair.every((match) => match.a.score !== undefined && match.b.score !== undefined);
  const file = {
    metadata: {
      source_path: sourceOf(bundle),
      custom_fields_schema: [
        { name: 'post', type: 'string' },
        ...['gold utility', 'words', 'invented', 'stumbles', 'facts said', ...(scored ? ['own proxy reward'] : [])].map(perModel),
      ],
    },
    models: [a, b].map((id) => ({ name: armRecord(bundle, id).label })),
    examples: pair.map(({ prompt, a: one, b: other }) => {
      const both = <T>(value: (answer: Answer) => T): T[] => [value(one), value(other)];
      const score = Math.max(-MOST, Math.min(MOST, one.gold - other.gold));
      const rationale = `A ${findings(bundle, one)}. B ${findings(bundle, other)}.`;
      return {
        input_text: wordsToText(prompt.words),
        tags: [prompt.topic],
        output_text_a: wordsToText(one.words),
        output_text_b: wordsToText(other.words),
        score,
        individual_rater_scores: [{ score, rating_label: 'gold utility', is_flipped: false, rationale, custom_fields: {} }],
        custom_fields: {
          post: prompt.id,
          'gold utility': both(({ gold }) => gold),
          words: both(({ check }) => check.words),
          invented: both(({ check }) => check.invented),
          stumbles: both(({ check }) => check.stumbles),
          'facts said': both(({ check }) => check.covered.length),
          ...(scored ? { 'own proxy reward': both(({ score: own }) => own) } : {}),
        },
      };
    }),
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}
