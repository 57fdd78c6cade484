// Builds the page, serves it, and lets it measure itself in a Chromium without a window.
import path from 'node:path';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { root } from '../ensure.mjs';
import { ensureChromium } from '../lib/browser.mjs';

/** The page takes this long at most for one size on a slow machine, milliseconds. */
const PATIENCE = 600_000;
/** WebGPU is behind switches in a Chromium without a window on Linux. */
const WEBGPU = ['--enable-unsafe-webgpu', '--ignore-gpu-blocklist', '--enable-features=Vulkan'];

/**
 * Reports of the page, one for each size.
 * @throws Error with the page's own message where it cannot measure, for instance without a GPU.
 */
export async function benchInBrowser({ sizes, quick, gpu }) {
  const outDir = path.join(root, 'node_modules/.cache/playground/bench-page');
  const configFile = path.join(root, 'vite.config.ts');
  await build({ root, configFile, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const server = await preview({ root, configFile, build: { outDir }, preview: { port: 0 } });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: gpu ? WEBGPU : [] });
  try {
    const page = await browser.newPage();
    const reports = [];
    for (const size of sizes) {
      const address = new URL(server.resolvedUrls.local[0]);
      const asked = { view: 'bench', start: size, backend: gpu ? 'webgpu' : 'cpu', ...(quick ? { quick: '' } : {}) };
      for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
      await page.goto(address.href);
      const news = page.getByTestId('bench-announcement');
      await news.filter({ hasText: /is measured|has stopped/ }).waitFor({ state: 'attached', timeout: PATIENCE });
      const said = await news.textContent();
      if (!said.includes('is measured')) throw new Error(said);
      reports.push(JSON.parse(await page.getByTestId('bench-json').textContent()));
    }
    return reports;
  } finally {
    await browser.close();
    await server.close();
  }
}
