import { configDefaults, defineConfig } from 'vitest/config';
import { findChromium, vulkanEnvironment } from './scripts/lib/browser.mjs';
import { buildConstants } from './scripts/lib/build.mjs';

// Tests of the GPU engine run WebGPU in Node. The processes that run tests inherit this environment.
Object.assign(process.env, vulkanEnvironment(await findChromium()));

/** Tests of the rooms that import no engine. */
const PAGES = ['src/{core,evaluation,experiments,ui}/**/*.test.{ts,tsx}', 'src/labelers/llm/**/*.test.ts'];

export default defineConfig({
  define: { ...buildConstants() },
  test: {
    environment: 'node',
    // Generous: a busy or slow machine is no failure, and a test that hangs is stopped all the same.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    // tfjs' deep imports are ES modules in .js files, which plain Node cannot load.
    server: { deps: { inline: [/@tensorflow/] } },
    projects: [
      // Rooms without an engine share a process, which saves reading their modules again for each file.
      { extends: true, test: { name: 'pages', include: PAGES, isolate: false } },
      // tfjs keeps one global engine: a fresh process a file keeps suites apart.
      { extends: true, test: { name: 'engines', include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'scripts/**/*.test.mjs'], exclude: [...configDefaults.exclude, ...PAGES] } },
    ],
  },
});
