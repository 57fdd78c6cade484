/** What an adapter is. Imports neither tfjs nor its WebGPU backend, so that the choice of engine is cheap. */

/** The parts of GPUAdapterInfo that tell a GPU from a software renderer. */
export interface AdapterIdentity {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b|\bcpu\b/i;

/** True for adapters that compute on the CPU (SwiftShader, llvmpipe, WARP, fallback adapters). */
export function isSoftwareAdapter(info: AdapterIdentity): boolean {
  return info.isFallbackAdapter === true || SOFTWARE.test(wordsOf(info).join(' '));
}

/** Name of an adapter for people: whatever the browser reveals of it. */
export function adapterName(info: AdapterIdentity): string {
  const words = wordsOf(info);
  // Browsers repeat the vendor in the description, and some reveal nothing at all.
  const name = info.description.trim() || words.join(' ');
  return name === '' ? 'unnamed GPU' : name;
}

function wordsOf({ vendor, architecture, device, description }: AdapterIdentity): string[] {
  return [vendor, architecture, device, description].map((word) => word.trim()).filter((word) => word !== '');
}

/** The adapter WebGPU offers for heavy work, or a sentence that says why there is none. */
export async function findAdapter(gpu: GPU | undefined): Promise<{ adapter: GPUAdapter } | { missing: string }> {
  if (!gpu) return { missing: 'this browser has no WebGPU (or the page is not served over https or from localhost)' };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return { missing: 'WebGPU found no graphics adapter' };
    // Early implementations cannot say what they run on, so a software adapter could not be told from a GPU.
    const info = adapter.info as GPUAdapterInfo | undefined;
    return info ? { adapter } : { missing: 'the WebGPU of this browser is too old to name its adapter' };
  } catch (error) {
    return { missing: `WebGPU failed to look for an adapter (${messageOf(error)})` };
  }
}

/** There is no GPU to run on, or it is too weak. The message says why, and what to do. */
export class NoGpuError extends Error {
  override readonly name = 'NoGpuError';
}

/** What the kernels take of a device at least: what WebGPU promises, but not its compatibility mode. */
const NEEDED = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
} as const;

/** @throws NoGpuError where an adapter's devices are too weak for the kernels. */
export function requireLimits(limits: Pick<GPUSupportedLimits, keyof typeof NEEDED>): void {
  for (const [name, needed] of Object.entries(NEEDED) as [keyof typeof NEEDED, number][]) {
    if (limits[name] >= needed) continue;
    throw new NoGpuError(`This GPU is too weak (${name} is ${limits[name]}, needed are ${needed}).`);
  }
}

/** What went wrong, of anything thrown. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `navigator.gpu` of a page, a worker or Node with a polyfill; undefined elsewhere. */
export function browserGpu(): GPU | undefined {
  return (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
}
