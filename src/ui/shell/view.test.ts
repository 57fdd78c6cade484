import { describe, expect, it } from 'vitest';
import { addressOf, viewOf } from './view';

describe('screens', () => {
  it.each([
    ['', 'playground'],
    ['?view=bench', 'bench'],
    ['?backend=cpu&view=bench', 'bench'],
    ['?view=lab', 'lab'],
    ['?view=compare&post=test:1', 'compare'],
    ['?view=sweep', 'sweep'],
    ['?view=overopt', 'overopt'],
    ['?view=runs', 'runs'],
    ['?view=elsewhere', 'playground'],
  ])('"%s" shows the %s', (search, view) => {
    expect(viewOf(search)).toBe(view);
  });

  it('have addresses that keep what else was asked for', () => {
    expect(addressOf('bench', '')).toBe('?view=bench');
    expect(addressOf('bench', '?backend=cpu')).toBe('?backend=cpu&view=bench');
    expect(addressOf('playground', '?backend=cpu&view=bench')).toBe('?backend=cpu');
    expect(addressOf('playground', '?view=bench')).toBe('.');
    expect(addressOf('compare', '?post=1&columns=a&view=compare')).toBe('?post=1&columns=a&view=compare');
    expect(addressOf('lab', '?backend=cpu&post=1&columns=a&view=compare')).toBe('?backend=cpu&view=lab');
  });
});
