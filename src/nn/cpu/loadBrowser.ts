import { type CpuEngine, createCpuEngine } from './engine';
import wasmUrl from './generated/kernels.wasm?url';

/** The CPU engine in a browser page or worker. */
export async function loadCpuEngine(): Promise<CpuEngine> {
  const url = new URL(wasmUrl, import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} could not be loaded: HTTP ${response.status}`);
  // Some static hosts serve .wasm under another MIME type, which streaming compilation refuses.
  const streams = response.headers.get('Content-Type')?.startsWith('application/wasm') ?? false;
  const module = streams
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
  return createCpuEngine(module);
}
