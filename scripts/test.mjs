// `npm test`: installs what is missing, then checks everything. All steps run even if one fails; the last line of the
// output is 'N passed, N failed', which counts unit tests, browser tests and each other check as one. Browser tests that take
// long (`LONG` in e2e/support.ts) are left to `npm run test:browser`, which runs all of them.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensurePackages, root, runNode } from './ensure.mjs';
import { ensureChromium } from './lib/browser.mjs';
import { countBrowserTests, countCheck, countUnitTests, summary } from './lib/report.mjs';

process.chdir(root);
await ensurePackages();

const results = [];

/** Runs one step: `work` resolves to counts { passed, failed, skipped, note? }. */
async function step(name, work) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const counts = await work();
  results.push({ name, ...counts, seconds: (performance.now() - start) / 1000 });
  return counts.failed === 0;
}

/** Runs programs in order until one fails, as one check. */
async function check(...programs) {
  for (const [script, ...args] of programs) {
    const code = await runNode(script, args);
    if (code !== 0) return countCheck(code);
  }
  return countCheck(0);
}

/** Runs tests that leave a JSON report, and counts them. */
async function tests(count, report, script, ...args) {
  const file = path.join(root, report);
  rmSync(file, { force: true });
  const code = await runNode(script, args);
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')), code);
  } catch (error) {
    return { ...countCheck(1), note: `no report: ${error.message}` };
  }
}

const notRun = (note) => ({ ...countCheck(1), note: `not run: ${note}` });

// Before the tests, since unit tests with WebGPU use the software driver that comes with the browser.
let browserProblem = '';
try {
  process.env.CHROMIUM_PATH = await ensureChromium();
  console.log(`Browser tests will use ${process.env.CHROMIUM_PATH}`);
} catch (error) {
  browserProblem = error.message;
  console.error(browserProblem);
  delete process.env.CHROMIUM_PATH;
}

// Each of these is one thread of work, and linting takes as long as the others together.
const linting = step('lint', () => check(['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']));
await step('type check', () => check(['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json']));
await step('dependency rules', () =>
  check(['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', 'src']),
);
const built = await step('build', () =>
  check(['scripts/buildWasm.mjs'], ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']),
);
await linting;
await step('unit tests', () =>
  tests(
    countUnitTests,
    'test-results/unit.json',
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/unit.json',
  ),
);
await step('browser tests', () => {
  if (browserProblem) return notRun(browserProblem);
  if (!built) return notRun('the build failed');
  return tests(countBrowserTests, 'test-results/browser.json', 'node_modules/@playwright/test/cli.js', 'test', '--grep-invert', '@long');
});

console.log(`\n${summary(results).join('\n')}`);
process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0;
