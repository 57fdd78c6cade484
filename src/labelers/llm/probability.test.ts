import { describe, expect, it } from 'vitest';
import { joinOrders, joinSamples, readAnswer } from './probability';

const top = (probabilities: Record<string, number>) => ({
  text: '',
  top: Object.entries(probabilities).map(([token, p]) => ({ token, logprob: Math.log(p) })),
});

describe('log-probabilities', () => {
  it('sums all spellings of both numbers and reports what is missing', () => {
    const answer = readAnswer(top({ '1': 0.3, ' 1': 0.1, '１': 0.05, '▁1': 0.05, '2': 0.2, '"2': 0.1, A: 0.1, '10': 0.05 }), 'logprobs');
    expect(answer.pFirst).toBeCloseTo(0.5 / 0.8, 12);
    expect(answer.missingMass).toBeCloseTo(0.2, 12);
  });

  it('takes neither letters nor words nor longer numbers for an answer', () => {
    expect(readAnswer(top({ A: 0.5, One: 0.2, '12': 0.1, '1.5': 0.1, '21': 0.1 }), 'logprobs')).toEqual({ missingMass: 1 });
  });

  it('does not read a ratio of crumbs, nor a reply without any', () => {
    expect(readAnswer(top({ The: 0.99, '1': 0.004, '2': 0.001 }), 'logprobs').pFirst).toBeUndefined();
    expect(readAnswer({ text: '1' }, 'logprobs')).toEqual({});
  });
});

describe('structured answers', () => {
  it.each([
    ['{"choice": "1", "confidence": 80, "reason": "clear"}', 0.8],
    ['{"choice": "2", "confidence": 80}', 0.2],
    ['{"choice": 2}', 0],
    ['Here it is:\n```json\n{"choice":"1","confidence":0.7}\n```', 0.7],
    ['<think>{"choice":"2"}</think>{"choice":"1"}', 1],
    ['{"choice":"1","confidence":20}', 0.5],
    ['{"choice":"1","confidence":"high"}', 1],
    ['{"choice":"3"}', undefined],
    ['{"choice":"1"', undefined],
    ['1', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    const { pFirst } = readAnswer({ text }, 'structured');
    if (expected === undefined) expect(pFirst).toBeUndefined();
    else expect(pFirst).toBeCloseTo(expected, 12);
  });
});

describe('bare choices', () => {
  it.each([
    ['1', 1], ['**2**', 0], [' 2.\n', 0], ['Summary 1', 1], ['2\n[because of 1 thing]', 0], ['I compared both.\n\n1', 1],
    ['<think>maybe 1</think>\n2', 0], ['1 is better than 2', undefined], ['1\nno, sorry:\n2', undefined], ['Both are 100% fine', undefined],
    ['1.5', undefined], ['', undefined], ['neither', undefined],
  ])('%j', (text, expected) => {
    expect(readAnswer({ text }, 'choice').pFirst).toBe(expected);
  });
});

describe('joining', () => {
  it('averages the distributions over the same response', () => {
    // A shown first: .9 for A. B shown first: .6 for B, so .4 for A.
    const joined = joinOrders([{ pFirst: 0.9, missingMass: 0.1, unread: 0 }, { pFirst: 0.6, missingMass: 0.3, unread: 0 }]);
    expect(joined.pA).toBeCloseTo((0.9 + 0.4) / 2, 12);
    expect(joined.missingMass).toBeCloseTo(0.2, 12);
    expect(joined).toMatchObject({ raw: [0.9, 0.6], parsed: true, unread: 0 });
  });

  it('makes a tie of a label of which one order is unreadable', () => {
    expect(joinOrders([{ pFirst: 0.9, unread: 0 }, { unread: 1 }])).toEqual({ pA: 0.5, raw: [0.9, 0.5], parsed: false, unread: 1 });
  });

  it('averages samples over those that can be read', () => {
    expect(joinSamples([{ pFirst: 1 }, {}, { pFirst: 0 }, { pFirst: 1 }])).toEqual({ pFirst: 2 / 3, unread: 1 });
    expect(joinSamples([{}])).toEqual({ unread: 1 });
  });
});
