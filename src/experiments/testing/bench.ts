/** Test support: a small bench report. */
import { benchReportSchema, WORKLOADS, type BenchReport } from '../../core/benchReport';

export function testReport(description = 'fake engine'): BenchReport {
  const workloads = WORKLOADS.map((id, i) => ({
    id, ms: 10 * (i + 1), quartiles: [9, 11], repeats: 5, tokensPerSecond: 1000 * (i + 1), gflops: 5,
  }));
  return benchReportSchema.parse({
    measuredAt: '2026-01-01T00:00:00.000Z',
    build: { version: '0', commit: 'test', date: '2026-01-01' },
    cores: 2,
    size: 'default',
    quick: false,
    engines: [{ engine: 'cpu', description, peakGflops: 10, workloads }],
  });
}
