import { describe, expect, it } from 'vitest';
import { FineDial } from './fineDial';

const SET = { coverage: 1, invention: 2, stumble: 1 };
const OTHER = { coverage: 0, invention: 2, stumble: 3 };

describe('the dial of fine-grained rewards', () => {
  it('changes between iterations, and knows from which', () => {
    const dial = new FineDial(SET);
    expect(dial.at(0)).toEqual(SET);
    dial.turn(OTHER);
    expect(dial.current).toEqual(SET);
    expect(dial.at(1)).toEqual(OTHER);
    expect(dial.at(2)).toEqual(OTHER);
    dial.turn({ ...SET });
    expect(dial.at(3)).toEqual(SET);
    expect(dial.turns).toEqual([{ iteration: 2, weights: OTHER }, { iteration: 4, weights: SET }]);
  });

  it('takes weights that are there already for no change', () => {
    const dial = new FineDial(SET);
    dial.turn(OTHER);
    dial.turn({ ...SET });
    dial.at(0);
    expect(dial.turns).toEqual([]);
  });

  it('runs iterations that come again with what is asked for now', () => {
    const dial = new FineDial(SET);
    dial.at(0);
    dial.turn(OTHER);
    dial.at(5);
    expect(dial.at(3)).toEqual(OTHER);
    expect(dial.turns).toEqual([{ iteration: 4, weights: OTHER }]);
  });
});
