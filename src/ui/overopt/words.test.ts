import { describe, expect, it } from 'vitest';
import { fitOveroptimisation, type Overoptimisation, type OveroptimisationForm } from '../../evaluation/overoptimisation';
import { domainOf, type Trace } from './drawOveropt';
import { peakWords, turns } from './words';

function fit(form: OveroptimisationForm, alpha: number, beta: number, ds: readonly number[] = [0.5, 1, 2, 3]): Overoptimisation {
  const points = ds.map((d) => ({ kl: d * d, score: d * (alpha - beta * (form === 'rl' ? Math.log(d) : d)) }));
  const found = fitOveroptimisation(points, form);
  if (!found.ok) throw new Error(found.reason);
  return found;
}

describe('the peak in words', () => {
  it.each([
    ['inside the points', fit('best-of-n', 2, 0.5), 'd* 2.00, KL* 4.00, R* 2.00; inside the points'],
    ['beyond them', fit('best-of-n', 2, 0.1), 'd* 10.00, KL* 100.00, R* 10.00; extrapolated, beyond the points'],
    ['before them', fit('rl', 0.1, 1), 'd* 0.41, KL* 0.17, R* 0.41; extrapolated, before the points'],
    ['none, where it rises on', fit('rl', 1, -0.5), 'none: β is not above 0, so the curve does not turn'],
    ['none, where it falls from the start', fit('best-of-n', -1, 0.5), 'none: the curve falls from the start'],
  ])('%s', (_, found, words) => expect(peakWords(found)).toBe(words));

  it('is believed only where the interval of beta lies above 0', () => {
    expect(turns(fit('best-of-n', 2, 0.5))).toBe(true);
    expect(turns({ ...fit('best-of-n', 2, 0.5), beta: { value: 0.5, se: 1, ci: [-1, 2] } })).toBe(false);
  });
});

describe('axes', () => {
  const trace = (points: Trace['points'], found?: Overoptimisation): Trace => ({ armId: 'rlhf', path: 'rl', score: 'gold', points, fit: found });
  it('hold all points and curves, and 0', () => {
    const { kl, gain: [low, high] } = domainOf([trace([{ kl: 0, score: 0 }, { kl: 9, score: -1 }]), trace([{ kl: 4, score: 0.5 }], fit('best-of-n', 2, 0.5))]);
    expect(kl).toBeGreaterThan(9);
    expect(low).toBeLessThan(-1);
    expect(high).toBeGreaterThan(2);
  });
  it('are no narrower than noise, and stand without points', () => {
    const { kl, gain: [low, high] } = domainOf([]);
    expect(kl).toBe(1);
    expect(high - low).toBeGreaterThan(0.2);
  });
});
