import { adapterName, browserGpu, findAdapter, isSoftwareAdapter } from './gpu/adapter';
import type { GpuEngineOptions } from './gpu/engine';
import type { Engine } from './types';

/** What the visitor or the address (`?backend=`) asks for. */
export type BackendPreference = 'auto' | 'webgpu' | 'cpu';

export interface ChosenEngine {
  readonly engine: Engine;
  /** One sentence for the visitor: why this engine. */
  readonly reason: string;
}

/** Opens the GPU engine. The default imports it when needed, so that tfjs' WebGPU backend is a chunk of its own. */
export type OpenGpu = (options: GpuEngineOptions) => Promise<Engine>;

const openGpuEngine: OpenGpu = async (options) => (await import('./gpu/engine')).createGpuEngine(options);

/**
 * The GPU where there is one, else the CPU engine. A software adapter is no GPU: the CPU engine is many times faster.
 * @param openCpu opens the CPU engine of this platform.
 * @throws NoGpuError where `webgpu` is asked for and there is no adapter at all, or one that is too weak.
 */
export async function chooseEngine(
  preference: BackendPreference,
  openCpu: () => Promise<Engine>,
  { gpu = browserGpu(), openGpu = openGpuEngine, onCompile }: Pick<GpuEngineOptions, 'gpu' | 'onCompile'> & { openGpu?: OpenGpu } = {},
): Promise<ChosenEngine> {
  const onCpu = async (reason: string): Promise<ChosenEngine> => ({ engine: await openCpu(), reason });
  if (preference === 'cpu') return onCpu('On the CPU, as asked for.');
  const onGpu = (allowSoftware: boolean): Promise<Engine> => 
    openGpu({ allowSoftware, ...(gpu ? { gpu } : {}), ...(onCompile ? { onCompile } : {}) });
  if (preference === 'webgpu') {
    const engine = await onGpu(true);
    return { engine, reason: `On ${engine.description}, as asked for.` };
  }
  const found = await findAdapter(gpu);
  if ('missing' in found) return onCpu(`On the CPU: ${found.missing}.`);
  if (isSoftwareAdapter(found.adapter.info)) {
    return onCpu('On the CPU: WebGPU has only a software adapter here, on which the CPU engine is many times faster.');
  }
  try {
    const engine = await onGpu(false);
    return { engine, reason: `On ${engine.description}. Add ?backend=cpu to the address to run on the CPU.` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return onCpu(`On the CPU: ${adapterName(found.adapter.info)} could not be used (${message})`);
  }
}
