import type { JudgeSizeId } from '../core/judges';
import type { Vocabulary } from '../core/tokens';
import { z } from '../core/zod';
import { readCheckpoint, sha256 } from '../nn/checkpoint';
import type { Task } from '../tasks/types';
import manifestFile from './shipped.json';
import type { Weights } from './protocol';
import type { ReadAsset } from './scope';

const manifestSchema = z.record(
  z.string(),
  z.strictObject({
    /** Path under `public/`. */
    file: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** `vocabularyDigest` of the words the weights were trained on. */
    vocabulary: z.string().regex(/^[0-9a-f]{64}$/),
    shape: z.strictObject({
      vocab: z.number(), width: z.number(), layers: z.number(), heads: z.number(), positions: z.number(), valueHeads: z.number(),
    }),
    /** For people. */
    origin: z.string(),
  }),
);

type Manifest = z.infer<typeof manifestSchema>;

/** Written by `npm run pretrain`, with the files. */
const shippedManifest = parseManifest(manifestFile);

export function parseManifest(input: unknown): Manifest {
  return manifestSchema.parse(input);
}

/** `judge-m-lm` is the language model that judges of size M start from, `judge-m-2` the second judge trained from it. */
export type ShippedName = 'sft' | `judge-${JudgeSizeId}-${'lm' | number}`;

/** Name in the manifest. The first task's weights have the plain names. */
export function shippedKey({ id }: Pick<Task, 'id'>, name: string): string {
  return id === 'tldr' ? name : `${id}-${name}`;
}

export interface Shipped {
  readonly weights: Weights;
  readonly origin: string;
}

/** SHA-256 over the words in their order: weights know words by their numbers alone. */
export function vocabularyDigest(vocabulary: Vocabulary): Promise<string> {
  return sha256(new TextEncoder().encode(vocabulary.words.join('\n')));
}

/**
 * Loads shipped weights of a task and checks that they are the ones this build was made with, for its words.
 * @throws Error with a message for the visitor.
 */
export async function loadShipped(
  readAsset: ReadAsset,
  task: Pick<Task, 'id' | 'name' | 'vocabulary'>,
  name: ShippedName,
  manifest: Manifest = shippedManifest,
): Promise<Shipped> {
  const entry = manifest[shippedKey(task, name)];
  if (!entry) throw new Error(missing(task, name));
  if ((await vocabularyDigest(task.vocabulary)) !== entry.vocabulary) {
    throw new Error(`The weights ${entry.file} were trained on other words than this task's. Use the built-in task, or train here.`);
  }
  const bytes = await readAsset(entry.file);
  if ((await sha256(bytes)) !== entry.sha256) {
    throw new Error(`The weights ${entry.file} are not those of this build (their checksum differs). Reload the page without cache.`);
  }
  return { weights: { shape: entry.shape, values: readCheckpoint(bytes, entry.shape) }, origin: entry.origin };
}

function missing({ name: task }: Pick<Task, 'name'>, name: ShippedName): string {
  if (name === 'sft') return `No SFT checkpoint ships for the task "${task}". Set "SFT policy" to "train it here".`;
  const size = name.split('-')[1]!.toUpperCase();
  return name.endsWith('-lm')
    ? `No language model of size ${size} ships for the task "${task}". Set "Reward-model size" to the SFT policy, or choose another judge.`
    : `No judge ${size} of that training ships for the task "${task}". Choose another judge, or set "AI labeler" to the noise-controlled one.`;
}
