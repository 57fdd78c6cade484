import { adapterName, browserGpu, findAdapter, isSoftwareAdapter } from './gpu/adapter';
import type { Engine } from './types';

/** What the visitor or the address (`?backend=`) asks for. */
export type BackendPreference = 'auto' | 'webgpu' | 'cpu';

export interface ChosenEngine {
  readonly engine: Engine;
  /** One sentence for the visitor: why this engine. */
  readonly reason: string;
}

/** Opens the GPU engine. The default imports it when needed, so that tfjs' WebGPU backend is a chunk of its own. */
export type OpenGpu = (options: { allowSoftware: boolean; gpu?: GPU }) => Promise<Engine>;

const openGpuEngine: OpenGpu = async (options) => (await import('./gpu/engine')).createGpuEngine(options);

/**
 * The CPU engine, unless the visitor asks for WebGPU. The GPU engine's first version issues hundreds of small dispatches
 * a step; those calls alone cost more than the CPU engine's whole step at the sizes trained here (measured without any
 * GPU work, see docs/adr/0002). So `auto` stays on the CPU and says that there is a GPU to try.
 * @param openCpu opens the CPU engine of this platform.
 * @throws NoGpuError where `webgpu` is asked for and there is no adapter at all.
 */
export async function chooseEngine(
  preference: BackendPreference,
  openCpu: () => Promise<Engine>,
  { gpu = browserGpu(), openGpu = openGpuEngine }: { gpu?: GPU; openGpu?: OpenGpu } = {},
): Promise<ChosenEngine> {
  const onCpu = async (reason: string): Promise<ChosenEngine> => ({ engine: await openCpu(), reason });
  if (preference === 'cpu') return onCpu('On the CPU, as asked for.');
  if (preference === 'webgpu') {
    const engine = await openGpu({ allowSoftware: true, ...(gpu ? { gpu } : {}) });
    return { engine, reason: `On ${engine.description}, as asked for.` };
  }
  const found = await findAdapter(gpu);
  if ('missing' in found) return onCpu(`On the CPU: ${found.missing}.`);
  if (isSoftwareAdapter(found.adapter.info)) {
    return onCpu('On the CPU: WebGPU has only a software adapter here, on which the CPU engine is many times faster.');
  }
  return onCpu(
    `On the CPU: for models this small, calling a GPU takes longer than computing here. To train on ${adapterName(found.adapter.info)} all the same, add ?backend=webgpu to the address.`,
  );
}
