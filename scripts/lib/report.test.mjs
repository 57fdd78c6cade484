import { describe, expect, it } from 'vitest';
import { countBrowserTests, countCheck, countUnitTests, summary } from './report.mjs';

const unitReport = (over = {}) => ({
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 0,
  testResults: [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }],
  ...over,
});

describe('unit tests', () => {
  it('are counted', () => {
    expect(countUnitTests(unitReport(), 1)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it('include a file that could not be run', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }, ...unitReport().testResults];
    expect(countUnitTests(unitReport({ testResults }), 1).failed).toBe(2);
  });

  it('fail when the run failed for another reason, or found no test', () => {
    const passing = unitReport({ numFailedTests: 0, testResults: [] });
    expect(countUnitTests(passing, 0).failed).toBe(0);
    expect(countUnitTests(passing, 1).failed).toBe(1);
    expect(countUnitTests({ ...passing, numPassedTests: 0 }, 0).failed).toBe(1);
  });
});

describe('browser tests', () => {
  const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 0 };
  it('are counted', () => {
    expect(countBrowserTests({ stats: { ...stats, unexpected: 2, skipped: 1 }, errors: [] }, 1)).toEqual({
      passed: 3,
      failed: 2,
      skipped: 1,
    });
  });

  it('include errors outside tests, such as a server that did not start', () => {
    const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
    expect(countBrowserTests({ stats: none, errors: [{ message: 'no server' }] }, 1).failed).toBe(1);
    expect(countBrowserTests({ stats: none, errors: [] }, 0).failed).toBe(1);
  });
});

describe('summary', () => {
  it('ends with the totals', () => {
    const results = [
      { name: 'lint', ...countCheck(0), seconds: 1 },
      { name: 'type check', ...countCheck(2), seconds: 2, note: 'why' },
      { name: 'unit tests', passed: 10, failed: 1, skipped: 1, seconds: 3 },
    ];
    const lines = summary(results);
    expect(lines.at(-1)).toBe('11 passed, 2 failed');
    expect(lines[0]).toMatch(/^ok .*lint/);
    expect(lines[1]).toMatch(/^FAILED .*type check.*why$/);
    expect(lines[2]).toContain('1 skipped');
  });
});
