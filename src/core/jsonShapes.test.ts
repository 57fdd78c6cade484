import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import recorded from '../../public/recorded-run.json';
import { fromShapes, shapedSchema, toShapes, type Shaped } from './jsonShapes';

const over = (value: unknown): unknown => fromShapes(shapedSchema.parse(JSON.parse(JSON.stringify(toShapes(value)))));

describe('shapes of JSON', () => {
  it('write names once and words as a text', () => {
    expect(toShapes([{ a: 1, b: ['x', 'y'] }, { a: null, b: [2, [0]] }])).toEqual({
      shapes: [['a', 'b']], value: [0, [1, 1, [-1, 'x y']], [1, null, [0, 2, [0, 0]]]],
    });
  });

  it('give back what they were made of, whatever it is', () => {
    const anything = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    // What JSON itself keeps: it has no -0.
    fc.assert(fc.property(anything, (value) => void expect(over(value)).toEqual(JSON.parse(JSON.stringify(value)))), { seed: 1, numRuns: 500 });
    expect(over(recorded)).toEqual(recorded);
    expect(over({ a: undefined, b: 1 })).toEqual({ b: 1 });
  });

  it.each<[string, Shaped]>([
    ['an object', { shapes: [], value: { a: 1 } }],
    ['a shape that is not there', { shapes: [], value: [1, 2] }],
    ['a shape that is no number', { shapes: [['a']], value: ['constructor', 2] }],
    ['too few values', { shapes: [['a', 'b']], value: [1, 2] }],
    ['words that are numbers', { shapes: [], value: [-1, 2] }],
    ['an empty list', { shapes: [], value: [] }],
    ['a prototype', { shapes: [['__proto__']], value: [1, [0]] }],
  ])('are refused: %s', (_, shaped) => {
    expect(() => fromShapes(shaped)).toThrow(TypeError);
    expect(({} as { a?: number }).a).toBeUndefined();
  });
});
