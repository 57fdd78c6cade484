import type { RunBundle } from '../../core/bundle';
import { configOfArm } from '../../core/config';
import type { MethodId } from '../../core/methods';
import type { ModelShape } from '../../core/modelShape';
import { isBuiltIn, wordsOf, type BuiltInTaskId, type TaskId } from '../../core/taskWords';
import { TOKEN, Vocabulary } from '../../core/tokens';
import { armRecord, sourceOf } from './names';

/**
 * What stands beside the weights, so that `transformers` loads a folder: config.json, generation_config.json,
 * tokenizer.json, tokenizer_config.json, and a README.md for people.
 */

/** Reserved ids that a text may name; the others are spare. */
const SPECIAL = [
  TOKEN.pad, TOKEN.eos, TOKEN.sep, TOKEN.first, TOKEN.second, TOKEN.choose, TOKEN.rate, TOKEN.one, TOKEN.two,
  TOKEN.good, TOKEN.bad, TOKEN.aligned, TOKEN.misaligned, TOKEN.unknown,
];

/** The model as `transformers`' GPT2LMHeadModel: gelu in its tanh form, epsilon 1e-5, tied embeddings, no dropout. */
function modelConfig({ vocab, width, layers, heads, positions }: ModelShape): object {
  return {
    architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', dtype: 'float32',
    vocab_size: vocab, n_embd: width, n_layer: layers, n_head: heads, n_positions: positions, n_inner: 4 * width,
    activation_function: 'gelu_new', layer_norm_epsilon: 1e-5, tie_word_embeddings: true, scale_attn_weights: true,
    attn_pdrop: 0, embd_pdrop: 0, resid_pdrop: 0, summary_first_dropout: 0,
    bos_token_id: null, eos_token_id: TOKEN.eos, pad_token_id: TOKEN.pad,
  };
}

/** Samples as the page does: a response is made of words, every reserved id but end-of-text is suppressed. */
function generationConfig({ positions }: ModelShape, temperature: number): object {
  const reserved = Array.from({ length: TOKEN.firstWord }, (_, id) => id).filter((id) => id !== TOKEN.eos);
  return {
    do_sample: true, temperature, top_k: 0, top_p: 1, max_length: positions, suppress_tokens: reserved,
    eos_token_id: TOKEN.eos, pad_token_id: TOKEN.pad,
  };
}

/** Words, marks and speakers of a dialogue. */
const DIALOGUE_WORDS = String.raw`\b(?:user|assistant):|[\p{L}\d]+(?:'\p{L}+)*|[.,?!]`;

/** Words and marks of a built-in task in small letters, as a pattern; what is neither is left out. A file's words stand apart. */
const PATTERNS: Readonly<Record<BuiltInTaskId, string>> = {
  // "24f" is two words.
  tldr: String.raw`\d+(?=[fm]\b)|[\p{L}\d]+(?:'\p{L}+)*|[.,?!]`,
  helpful: DIALOGUE_WORDS,
  harmless: DIALOGUE_WORDS,
};

/** Reads text into the ids of the models: words by their numbers, in small letters where the task is a built-in one. */
function tokenizer(vocabulary: Vocabulary, task: TaskId): object {
  const pattern = isBuiltIn(task) ? PATTERNS[task] : undefined;
  const vocab = Object.fromEntries(Array.from({ length: vocabulary.size }, (_, id) => [vocabulary.word(id), id]));
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: SPECIAL.map((id) => ({
      id, content: vocabulary.word(id), special: true, single_word: false, lstrip: false, rstrip: false, normalized: false,
    })),
    normalizer: pattern !== undefined
      ? { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, { type: 'Replace', pattern: { String: '’' }, content: "'" }] }
      : null,
    pre_tokenizer: pattern !== undefined
      ? { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true }
      : { type: 'WhitespaceSplit' },
    post_processor: null, decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: vocabulary.word(TOKEN.unknown) },
  };
}

function tokenizerConfig(vocabulary: Vocabulary, { positions }: ModelShape): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: positions, padding_side: 'left', clean_up_tokenization_spaces: false,
    pad_token: vocabulary.word(TOKEN.pad), eos_token: vocabulary.word(TOKEN.eos), unk_token: vocabulary.word(TOKEN.unknown),
  };
}

/** Methods that train a policy to be asked for a kind of response: the mark that a prompt then ends with. */
const MARKERS: { readonly [M in MethodId]?: number } = { hindsight: TOKEN.good, conditional: TOKEN.aligned };

/** What follows a prompt before the response: a separator, and before it a mark where the arm's method asks with one. */
export function promptEnding({ config }: Pick<RunBundle, 'config'>, armId: string): string {
  const arm = config.arms.find(({ id }) => id === armId);
  const marker = arm && MARKERS[configOfArm(config, arm).rl.method];
  const words = new Vocabulary([]);
  return `${marker === undefined ? '' : ` ${words.word(marker)}`} ${words.word(TOKEN.sep)}`;
}

function readme(bundle: RunBundle, armId: string): string {
  const { label, evaluation } = armRecord(bundle, armId);
  const ending = promptEnding(bundle, armId);
  const { task } = bundle.config.run;
  const words = wordsOf(task);
  const example = isBuiltIn(task) ? words.example : 'the words of a record, with spaces between them';
  return `# Policy "${label}"

${sourceOf(bundle)}. A small language model of one made-up task, for study; it knows nothing else.
Gold utility on ${evaluation.goldUtility.n} test ${words.prompts}: ${evaluation.goldUtility.value.toFixed(2)}.

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

model = AutoModelForCausalLM.from_pretrained("${armId}")
tokenizer = AutoTokenizer.from_pretrained("${armId}")
prompt = "${example}" + "${ending}"
ids = tokenizer(prompt, return_tensors="pt").input_ids
out = model.generate(ids)
print(tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True))
\`\`\`

A prompt ends in "${ending.trim()}", a response in "<eos>". Words outside the vocabulary become "<unknown>".${
  isBuiltIn(task) ? '' : ' Words are separated by spaces, punctuation marks are words, and large and small letters count.'}
\`heads.safetensors\` holds what the model has besides GPT-2: a value head, an extra-input vector (zero unless given) and a
token weight. Nothing of it enters the text that the model writes.
`;
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 1)}\n`;

/**
 * The files of a policy's folder but its weights, by name.
 * @param words the task's words, from id `TOKEN.firstWord` on
 */
export function folderFiles(bundle: RunBundle, armId: string, shape: ModelShape, words: readonly string[]): Record<string, string> {
  const vocabulary = new Vocabulary(words);
  const arm = bundle.config.arms.find(({ id }) => id === armId);
  const { temperature } = (arm ? configOfArm(bundle.config, arm) : bundle.config).rl;
  return {
    'config.json': json(modelConfig(shape)),
    'generation_config.json': json(generationConfig(shape, temperature)),
    'tokenizer.json': json(tokenizer(vocabulary, bundle.config.run.task)),
    'tokenizer_config.json': json(tokenizerConfig(vocabulary, shape)),
    'README.md': readme(bundle, armId),
  };
}
