import { describe, expect, it } from 'vitest';
import { testReport } from '../../experiments/testing/bench';
import { defaultTrainingSeconds, figure, meaningOf } from './words';

describe('the words of a report', () => {
  it('compute the training of a default run from the measured steps', () => {
    // 2,000 pairs, twice, 32 a step, 20 ms each; 60 iterations of 40 ms.
    expect(defaultTrainingSeconds(testReport())).toBeCloseTo(125 * 0.02 + 60 * 0.04);
    expect(meaningOf(testReport())).toContain('about 5 s an arm');
  });
  it('say nothing of a default run at another size', () => {
    expect(meaningOf({ ...testReport(), size: 'large' })).not.toMatch(/\d/);
  });
  it.each([[0, '0'], [0.034, '0.03'], [0.34, '0.34'], [5.23, '5.2'], [48.4, '48'], [1234.5, '1,235']])('%d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
