// Counts tests in the JSON reports of Vitest and Playwright, and words the outcome of `npm test`.

/**
 * Tests in a Vitest JSON report. A file that could not be run counts as one failed test, as does a run that ended
 * with an error although every test passed (an unhandled rejection).
 */
export function countUnitTests(report, exitCode) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return settle(
    {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles,
      skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    },
    exitCode,
  );
}

/** Tests in a Playwright JSON report. Each error outside a test (no server, a broken file) counts as one failed. */
export function countBrowserTests(report, exitCode) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return settle({ passed: expected, failed: unexpected + flaky + report.errors.length, skipped }, exitCode);
}

/** A run that found no test at all, or that failed as a whole, must not look like a success. */
function settle(counts, exitCode) {
  const silent = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return silent ? { ...counts, failed: 1 } : counts;
}

/** A check without tests of its own, such as the type check, counts as one. */
export function countCheck(exitCode) {
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

/**
 * The lines that end `npm test`, from results { name, passed, failed, skipped, seconds, note? }. The last is
 * 'N passed, N failed'.
 */
export function summary(results) {
  const width = Math.max(...results.map((result) => result.name.length));
  const lines = results.map(({ name, passed, failed, skipped, seconds, note }) =>
    [
      failed === 0 ? 'ok    ' : 'FAILED',
      name.padEnd(width),
      `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''} (${seconds.toFixed(0)} s)`,
      ...(note ? [note] : []),
    ].join('  '),
  );
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  return [...lines, `${total('passed')} passed, ${total('failed')} failed`];
}
