import { readFile } from 'node:fs/promises';

import { type CpuEngine, createCpuEngine } from './engine';
import { hasRelaxedSimd } from './kernels';

/**
 * The CPU engine in Node, from the kernels that `npm run build:wasm` wrote.
 * @param exact The same bits on every machine. Otherwise relaxed SIMD where there is some, which is faster; Node has
 *   it from version 21 on. Exact by default, so that what is recorded can be recorded again anywhere.
 */
export async function loadCpuEngine({ exact = true }: { exact?: boolean } = {}): Promise<CpuEngine> {
  const file = !exact && hasRelaxedSimd() ? 'kernels-relaxed.wasm' : 'kernels.wasm';
  return createCpuEngine(await readFile(new URL(`./generated/${file}`, import.meta.url)));
}
