/**
 * WebGPU in Node, for tests and benchmarks: Dawn (npm `webgpu`) on a Vulkan driver. Without a driver of its own the
 * machine borrows the software driver that a Chromium brings along. Import this before anything of tfjs' WebGPU.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { create, globals } from 'webgpu';

const DRIVER = 'vk_swiftshader_icd.json';

/** @throws Error with advice where no Vulkan driver is found, or the one found does not work. */
export async function installDawn(): Promise<GPU> {
  process.env['VK_ICD_FILENAMES'] ??= softwareDriver();
  Object.assign(globalThis, globals);
  const gpu = create([]);
  if (!(await gpu.requestAdapter())) {
    throw new Error(
      `The Vulkan driver of ${process.env['VK_ICD_FILENAMES']} gives no adapter. ` +
        'Install the Vulkan loader (Debian, Ubuntu: libvulkan1), or set VK_ICD_FILENAMES to a driver that works.',
    );
  }
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  return gpu;
}

/** Lets Node exit: Dawn's event loop ends with the last reference to its GPU object. */
export function removeDawn(): void {
  Reflect.deleteProperty(globalThis, 'navigator');
}

function softwareDriver(): string {
  const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', ...playwrightFolders()];
  for (const folder of folders) {
    const file = path.join(folder, DRIVER);
    if (existsSync(file)) return file;
  }
  throw new Error(
    `No Vulkan driver for the WebGPU tests: ${DRIVER} is in none of ${folders.join(', ')}. ` +
      'Run `npx playwright install chromium`, install the chromium package, or set VK_ICD_FILENAMES to a driver.',
  );
}

/** Where Playwright keeps its Chromiums: <cache>/chromium-<build>/chrome-linux*. */
function playwrightFolders(): string[] {
  const cache = process.env['PLAYWRIGHT_BROWSERS_PATH'] ?? path.join(homedir(), '.cache/ms-playwright');
  if (!existsSync(cache)) return [];
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium'))
    .flatMap((name) => {
      const build = path.join(cache, name);
      return readdirSync(build).map((inner) => path.join(build, inner));
    });
}
