import { createServer, type AddressInfo } from 'node:net';
import { defineConfig } from '@playwright/test';
import { ensureChromium } from './scripts/lib/browser.mjs';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// This file is read again by every test process, which must come to the same browser and port.
process.env.CHROMIUM_PATH ??= await ensureChromium();
process.env.PLAYGROUND_PORT ??= String(await freePort());
const port = process.env.PLAYGROUND_PORT;

/** The browser's own errands (updates, metrics, sign-in) off: on a closed network they end up in logs and time-outs. */
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
];
const softwareWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const launch = (args: string[]) => ({ launchOptions: { executablePath: process.env.CHROMIUM_PATH!, args } });

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/browser',
  // A whole run of an experiment is one test, on whatever machine this is.
  timeout: 900_000,
  // Two tests share two cores, and may come to a slow machine.
  expect: { timeout: 120_000 },
  retries: 0,
  workers: 2,
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/browser.json' }]],
  use: { baseURL: `http://localhost:${port}/`, screenshot: 'only-on-failure' },
  projects: [
    { name: 'cpu', testIgnore: 'webgpu.spec.ts', use: launch(quiet) },
    { name: 'webgpu', testMatch: 'webgpu.spec.ts', use: launch([...quiet, ...softwareWebGpu]) },
  ],
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --port ${port} --strictPort`,
    url: `http://localhost:${port}/`,
    reuseExistingServer: false,
  },
});
