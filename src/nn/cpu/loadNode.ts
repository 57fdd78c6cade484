import { readFile } from 'node:fs/promises';

import { type CpuEngine, createCpuEngine } from './engine';

/** The CPU engine in Node, from the kernels that `npm run build:wasm` wrote. */
export async function loadCpuEngine(): Promise<CpuEngine> {
  return createCpuEngine(await readFile(new URL('./generated/kernels.wasm', import.meta.url)));
}
