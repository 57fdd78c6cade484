import { describe, expect, it } from 'vitest';
import { CancelledError } from './endpoint';
import { Gate } from './gate';

const soon = (ms = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Passes the gate and says whether it has. */
function passing(gate: Gate): { through: boolean } {
  const state = { through: false };
  void gate.pass().then(() => (state.through = true));
  return state;
}

describe('the gate', () => {
  it('lets work through until it is paused, then holds every waiter until resume', async () => {
    const gate = new Gate();
    await gate.pass();
    gate.control('pause');
    const [a, b] = [passing(gate), passing(gate)];
    await soon();
    expect([a.through, b.through]).toEqual([false, false]);
    gate.control('resume');
    await soon();
    expect([a.through, b.through]).toEqual([true, true]);
    expect(gate.secondsWaited).toBeGreaterThan(0.01);
  });

  it('lets a step run through pieces of work until there is something new to see', async () => {
    const gate = new Gate();
    gate.control('pause');
    const first = passing(gate);
    await soon();
    gate.control('step');
    await soon();
    expect(first.through).toBe(true);
    const second = passing(gate);
    await soon();
    expect(second.through).toBe(true);
    gate.stepDone();
    const third = passing(gate);
    await soon();
    expect(third.through).toBe(false);
    gate.control('resume');
    await soon();
    expect(third.through).toBe(true);
  });

  it('says what it held back before it waits', async () => {
    let flushed = 0;
    const gate = new Gate(() => flushed++);
    await gate.pass();
    expect(flushed).toBe(0);
    gate.control('pause');
    void passing(gate);
    await soon();
    expect(flushed).toBe(1);
    gate.control('resume');
  });

  it('cancels once, also while paused, and then serves the next run', async () => {
    const gate = new Gate();
    gate.control('pause');
    const held = gate.pass();
    await soon();
    gate.control('cancel');
    await expect(held).rejects.toThrow(CancelledError);
    gate.control('resume');
    await gate.pass();
  });
});
