/** Test support: a small run with everything that files are made of. What readers outside make of it is in ../golden. */
import type { Answer, RunBundle, Sample } from '../../../core/bundle';
import type { ModelShape } from '../../../core/modelShape';
import type { Label } from '../../../core/preferences';
import { pcg, unitFloat } from '../../../core/rng';
import { wordsToText } from '../../../core/text';
import { TOKEN, Vocabulary } from '../../../core/tokens';
import { layoutOf } from '../../../nn/layout';
import type { RunTexts, Weights } from '../../../worker/protocol';
import { testBundle } from '../../testing/bundle';

const POST = 'i am 24 f . my bank refused to cancel , and i can\'t wait !'.split(' ');
const WORDS = [...new Set([...POST, '?', 'dog', 'eats', 'shoes', 'what', 'now', 'monday'])].sort();
export const VOCABULARY = new Vocabulary(WORDS);

/** Prompts and texts of posts, in words. */
export const POSTS: readonly (readonly string[])[] = [POST, 'my dog eats shoes on monday .'.split(' '), 'what now ?'.split(' ')];

function answer(words: string, gold: number, score?: number): Answer {
  const list = words.split(' ');
  const check = { covered: gold > 1 ? ['who'] : [], invented: gold < 0 ? 1 : 0, stumbles: 0, words: list.length, marks: [] };
  return { words: list, finished: gold >= 0, check, gold, ...(score === undefined ? {} : { score }) };
}

const samples = (...answers: readonly Answer[]): Sample[] => answers.map((own, i) => ({ promptId: `test:${i}`, answer: own }));

/** SFT, RLHF (better, worse, equal) and RLAIF (better twice, then just a little better), on three posts. */
export function formatsBundle(): RunBundle {
  const bundle = testBundle();
  const [sft, rlhf, rlaif] = bundle.arms as [RunBundle['arms'][number], RunBundle['arms'][number], RunBundle['arms'][number]];
  const labelers = [
    { ...bundle.labelers[0]!, id: 'people', name: 'simulated people', n: 4 },
    { ...bundle.labelers[0]!, id: 'judge', name: 'a "judge", small', kind: 'judge' as const, n: 3 },
  ];
  return {
    ...bundle,
    recordedAt: '2026-03-04T05:06:07.000Z',
    prompts: POSTS.map((words, i) => ({ id: `test:${i}`, topic: i === 1 ? 'pets' : 'money', words: [...words], facts: [] })),
    arms: [
      { ...sft, curves: { 'sft/loss': { step: [1, 2], value: [2.5, 2.25] } }, samples: samples(answer('my bank .', 1.5), answer('dog .', 0.5), answer('now', -1)) },
      {
        ...rlhf,
        curves: {
          'rm/loss': { step: [1, 2, 3], value: [0.7, 0.6, 0.5] },
          'objective/kl': { step: [1, 2], value: [0.1, 1e-7] },
          'eval/gold': { step: [0, 2], value: [0.5, 1.25] },
        },
        samples: samples(answer('my bank refused .', 2.75, 0.5), answer('shoes !', -2, -1), answer('now', -1, 0)),
      },
      {
        ...rlaif,
        curves: { 'eval/gold': { step: [0, 2], value: [0.5, 1.5] } },
        samples: samples(answer('my bank refused to cancel .', 3.5, 1), answer('my dog eats shoes .', 2, 2), answer('what now ?', -0.9, 0)),
      },
    ],
    labelers,
  };
}

const label = (i: number, pA: number, parsed = true): Label => ({ pairId: `pair:${i}`, labeler: 'l', pA, raw: [pA], parsed });

/** Four pairs; hard labels of all for RLHF, soft ones of three for RLAIF, a tie and an unread one among them. */
export const FORMATS_TEXTS: RunTexts = {
  vocabulary: WORDS,
  pairs: Array.from({ length: 4 }, (_, i) => ({
    id: `pair:${i}-0123456789abcdef`,
    prompt: wordsToText(POSTS[i % 3]!),
    responses: [`First "${i}", said.`, `Second ${i}\nin two lines.`] as const,
  })),
  labels: { rlhf: [label(0, 1), label(1, 0), label(2, 1), label(3, 0)], rlaif: [label(0, 0.75), label(1, 0.5, false), label(2, 0.125)] },
};

export const FORMATS_SHAPE: ModelShape = { vocab: VOCABULARY.size, width: 16, layers: 2, heads: 2, positions: 24, valueHeads: 1 };

/** Uniform numbers; norms about 1, so that every part of the model counts. */
export function formatsWeights(): Weights {
  const layout = layoutOf(FORMATS_SHAPE);
  const values = new Float32Array(layout.size);
  for (const { name, offset, size } of layout.views) {
    const gain = /ln_(1|2|f)\.weight$/.test(name) ? 1 : 0;
    for (let i = offset; i < offset + size; i++) values[i] = gain + (unitFloat(pcg(pcg(7) ^ i)) - 0.5);
  }
  return { shape: FORMATS_SHAPE, values };
}

/** Sequences whose log-probabilities are compared: a post with a response, and one as long as the model reads. */
export const SEQUENCES: readonly (readonly number[])[] = [
  [...VOCABULARY.encode(POSTS[2]!), TOKEN.sep, ...VOCABULARY.encode(['my', 'dog', '.']), TOKEN.eos],
  Array.from({ length: FORMATS_SHAPE.positions }, (_, i) => TOKEN.firstWord + ((i * 5) % WORDS.length)),
];

/** Texts whose ids are compared. */
export const TEXTS: readonly string[] = [...POSTS.map((words) => `${wordsToText(words)} <sep>`), 'I’m 24F and zorbified; my Dog eats. <eos>'];
