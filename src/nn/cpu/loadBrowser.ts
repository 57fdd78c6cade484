import type { PeakProbe } from '../peak';
import { type CpuEngine, createCpuEngine } from './engine';
import relaxedUrl from './generated/kernels-relaxed.wasm?url';
import exactUrl from './generated/kernels.wasm?url';
import { hasRelaxedSimd } from './kernels';
import { openCpuPeak } from './peak';

/**
 * The CPU engine in a browser page or worker.
 * @param exact The same bits on every machine. Otherwise, and by default, relaxed SIMD where the browser has it, which
 *   is faster.
 */
export async function loadCpuEngine({ exact = false }: { exact?: boolean } = {}): Promise<CpuEngine> {
  return createCpuEngine(await loadKernels(exact));
}

/** The matrix product of the kernels that `loadCpuEngine` takes by default. */
export async function loadCpuPeak(): Promise<PeakProbe> {
  return openCpuPeak(await loadKernels(false));
}

async function loadKernels(exact: boolean): Promise<WebAssembly.Module> {
  const url = new URL(!exact && hasRelaxedSimd() ? relaxedUrl : exactUrl, import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} could not be loaded: HTTP ${response.status}`);
  // Some static hosts serve .wasm under another MIME type, which streaming compilation refuses.
  const streams = response.headers.get('Content-Type')?.startsWith('application/wasm') ?? false;
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
