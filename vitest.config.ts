import { defineConfig } from 'vitest/config';
import { findChromium, vulkanEnvironment } from './scripts/lib/browser.mjs';
import { buildConstants } from './scripts/lib/build.mjs';

// Tests of the GPU engine run WebGPU in Node. The processes that run tests inherit this environment.
Object.assign(process.env, vulkanEnvironment(await findChromium()));

export default defineConfig({
  define: { ...buildConstants() },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts', 'scripts/**/*.test.mjs'],
    environment: 'node',
    // Generous: a busy or slow machine is no failure, and a test that hangs is stopped all the same.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // tfjs keeps one global engine: a fresh process a file keeps suites apart.
    pool: 'forks',
    maxWorkers: 2,
    // tfjs' deep imports are ES modules in .js files, which plain Node cannot load.
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
