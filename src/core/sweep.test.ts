import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, setPath } from './config';
import { MOST_POINTS, MOST_VALUES, parseSweep, sweepPoints } from './sweep';

const values = (text: string): readonly string[] => parseSweep(text).values;

describe('an axis', () => {
  it('is a list, a range, or both', () => {
    expect(parseSweep('seed=1..5')).toEqual({ path: 'run.seed', values: ['1', '2', '3', '4', '5'] });
    expect(parseSweep('rl.klCoef=0,0.02,0.05,0.1')).toEqual({ path: 'rl.klCoef', values: ['0', '0.02', '0.05', '0.1'] });
    expect(parseSweep('arms.1.klCoef=0,0.05')).toEqual({ path: 'arms.1.klCoef', values: ['0', '0.05'] });
    expect(parseSweep('rl.method=ppo,dpo')).toEqual({ path: 'rl.method', values: ['ppo', 'dpo'] });
    expect(values('run.seed=1..3,10')).toEqual(['1', '2', '3', '10']);
    expect(values(' seed = 1 .. 3 , 7 ')).toEqual(['1', '2', '3', '7']);
    expect(values('seed=4..4')).toEqual(['4']);
  });

  it('has steps, and no digits that nobody wrote', () => {
    expect(values('seed=1..9..2')).toEqual(['1', '3', '5', '7', '9']);
    expect(values('seed=1..10..4')).toEqual(['1', '5', '9']);
    expect(values('rl.klCoef=0..0.3..0.1')).toEqual(['0', '0.1', '0.2', '0.3']);
    expect(values('rl.klCoef=-0.05..0.05..0.05')).toEqual(['-0.05', '0', '0.05']);
    expect(values('rl.klCoef=0.5..2')).toEqual(['0.5', '1.5']);
  });

  it('says what is wrong with it', () => {
    const wrong: readonly [string, RegExp][] = [
      ['', /no sweep/], ['seed', /no sweep/], ['=1', /no path/], ['klCoef=1', /no path/], ['rl.=1', /no path/],
      ['__proto__.x=1', /no path/], ['seed=', /empty/], ['seed=1,,2', /empty/], ['seed=1,2,1', /twice/],
      ['rl.klCoef=0.1,0.10', /twice/], ['seed=1..2,2..3', /twice/], ['seed=5..1', /downwards/], ['seed=1..5..0', /above 0/],
      ['seed=1..5..-1', /above 0/], ['seed=1..', /no range/], ['seed=a..b', /no range/], ['seed=1..2..3..4', /no range/],
      ['seed=1e3..2e3', /no range/], ['seed=0..64', /65 values/], ['a.b=9999999999..9999999999.0000001', /digits/],
      ['seed=0..999999999999', /64 are the most/],
      [`seed=${Array.from({ length: 65 }, (_, i) => i).join(',')}`, /more than 64/],
    ];
    for (const [text, message] of wrong) expect(() => parseSweep(text), text).toThrow(message);
    expect(values('seed=1..64')).toHaveLength(MOST_VALUES);
    expect(() => parseSweep('x'.repeat(10_000))).toThrow(/^.{1,200}$/);
  });

  it('from any text is an axis or an Error with a message (property)', () => {
    const unit = fc.constantFrom('1', '9', '0', '.', '..', ',', '=', '-', 'a', 'seed=', 'rl.klCoef=', ' ', 'e');
    const near = fc.string({ unit, maxLength: 14 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), near, near.map((rest) => `seed=${rest}`)), (text) => {
        try {
          const axis = parseSweep(text);
          const { path, values: of } = axis;
          return /^\w+(\.\w+)+$/.test(path) && of.length > 0 && of.length <= MOST_VALUES && new Set(of).size === of.length
            && of.every((value) => value !== '' && value === value.trim())
            && parseSweep(`${path}=${of.join(',')}`).values.join() === of.join();
        } catch (error) {
          return error instanceof Error && error.constructor === Error && error.message !== '';
        }
      }),
      { numRuns: 500 },
    );
  });

  it('from a range has every number of it (property)', () => {
    const [from, step] = [fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 5000 })];
    const parts = fc.tuple(from, step, fc.nat(MOST_VALUES - 1), fc.nat(4));
    fc.assert(
      fc.property(parts, fc.nat(4999), ([from, step, more, digits], rest) => {
        const written = (x: number): string => (x / 10 ** digits).toFixed(digits);
        const last = from + more * step;
        const found = values(`rl.x=${written(from)}..${written(last + (rest % step))}..${written(step)}`).map(Number);
        return found.length === more + 1 && found.every((value, i) => value === Number(written(from + i * step)));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the points of a sweep', () => {
  it('are all combinations, the last axis fastest', () => {
    const points = sweepPoints([parseSweep('rl.klCoef=0,0.05'), parseSweep('seed=1..3')]);
    expect(points.map(({ label }) => label)).toEqual([
      'klCoef 0 · seed 1', 'klCoef 0 · seed 2', 'klCoef 0 · seed 3',
      'klCoef 0.05 · seed 1', 'klCoef 0.05 · seed 2', 'klCoef 0.05 · seed 3',
    ]);
    expect(points[4]!.values).toEqual([{ path: 'rl.klCoef', value: '0.05' }, { path: 'run.seed', value: '2' }]);
  });

  it('are one that changes nothing where there are no axes', () => {
    expect(sweepPoints([])).toEqual([{ values: [], label: '' }]);
  });

  it('have the whole path in their label where two end alike', () => {
    const [point] = sweepPoints([parseSweep('arms.0.klCoef=0'), parseSweep('arms.1.klCoef=0.1'), parseSweep('seed=2')]);
    expect(point!.label).toBe('arms.0.klCoef 0 · arms.1.klCoef 0.1 · seed 2');
  });

  it('apply to a config', () => {
    const [, point] = sweepPoints([parseSweep('rl.klCoef=0,0.05'), parseSweep('seed=3')]);
    const config = point!.values.reduce((changed, { path, value }) => setPath(changed, path, value), DEFAULT_CONFIG);
    expect([config.rl.klCoef, config.run.seed]).toEqual([0.05, 3]);
  });

  it('are bounded, and no path is swept twice', () => {
    expect(sweepPoints([parseSweep('a.b=1..20'), parseSweep('c.d=1..20')])).toHaveLength(MOST_POINTS);
    expect(() => sweepPoints([parseSweep('a.b=1..20'), parseSweep('c.d=1..21')])).toThrow('20 × 21 = 420 points; 400 are the most');
    expect(() => sweepPoints([parseSweep('seed=1'), parseSweep('run.seed=2')])).toThrow(/run\.seed is swept twice/);
  });

  it('differ from each other and hold a value of each axis (property)', () => {
    const axis = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 3 }), (sizes) => {
        const axes = sizes.map((size, i) => parseSweep(`s.p${i}=1..${size}`));
        const points = sweepPoints(axes);
        return points.length === sizes.reduce((a, b) => a * b, 1)
          && new Set(points.map(({ label }) => label)).size === points.length
          && points.every(({ values: of }) => of.length === axes.length
            && of.every(({ path, value }, i) => path === axes[i]!.path && axes[i]!.values.includes(value)));
      }),
      { numRuns: 30 },
    );
  });
});
