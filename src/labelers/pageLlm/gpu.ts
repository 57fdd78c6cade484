import type { GpuOffer } from './models';

export type PageGpu =
  /** Why no model can run here, a sentence. */
  | { readonly missing: string }
  /** `software`: computed on the CPU, far too slow for more than a look. */
  | (GpuOffer & { readonly software: boolean });

/** What the library's compiled models take of a device at least (its `detectGPUDevice`). */
const NEEDED = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupStorageSize: 2 ** 15,
  maxStorageBuffersPerShaderStage: 10,
} as const;

/** The library asks for this much to be bound at once, and for the least that it needs where it cannot have that. */
const WANTED_BINDING = 2 ** 30;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** @param gpu `navigator.gpu` */
export async function findPageGpu(gpu: GPU | undefined): Promise<PageGpu> {
  if (!gpu) return { missing: 'This browser has no WebGPU, or the page did not come over https or from this computer.' };
  let adapter: GPUAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    return { missing: `WebGPU failed to look for a GPU: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!adapter) return { missing: 'WebGPU finds no GPU that it can use here.' };
  const { limits, features } = adapter;
  const weak = (Object.keys(NEEDED) as (keyof typeof NEEDED)[]).find((name) => limits[name] < NEEDED[name]);
  if (weak) return { missing: `This GPU is too weak for it: ${weak} is ${limits[weak]}, needed are ${NEEDED[weak]}.` };
  // Early implementations do not say what they run on.
  const info = adapter.info as GPUAdapterInfo | undefined;
  const words = info ? [info.vendor, info.architecture, info.device, info.description].join(' ') : '';
  return {
    f16: features.has('shader-f16'),
    bufferBytes: limits.maxStorageBufferBindingSize >= WANTED_BINDING ? WANTED_BINDING : NEEDED.maxStorageBufferBindingSize,
    software: info?.isFallbackAdapter === true || SOFTWARE.test(words),
  };
}
