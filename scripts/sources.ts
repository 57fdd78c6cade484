import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Whatever can change a number of a run: the rooms that compute, the kernels, the weights. */
const ROOMS = ['assembly', 'src/core', 'src/tasks', 'src/nn', 'src/losses', 'src/algorithms', 'src/labelers', 'src/evaluation', 'src/worker', 'public/weights'];
/** Versions of packages, flags of the compiler. */
const FILES = ['package-lock.json', 'scripts/buildWasm.mjs'];
const RESULT = /\.(ts|json|safetensors)$/;
const NOT_RESULT = /\.test\.ts$|\/testing\/|\/golden\/|\.d\.ts$/;

/** SHA-256 over the names and contents of all files that make results, in hexadecimal. */
export function sourcesDigest(root: string): string {
  const files = ROOMS.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file.replaceAll('\\', '/')}`),
  )
    .filter((file) => RESULT.test(file) && !NOT_RESULT.test(file))
    .concat(FILES)
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(root, file))).update('\0');
  return hash.digest('hex');
}
