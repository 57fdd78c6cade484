import { describe, expect, it } from 'vitest';
import { LlmError } from './errors';
import { CallQueue, type QueueOptions } from './queue';
import { FakeClock } from './testing/fakeClock';

function rig(options?: QueueOptions) {
  const clock = new FakeClock();
  return { clock, queue: new CallQueue(clock, options) };
}
const rate = (waitMs?: number) => new LlmError('rate', 'too fast', { status: 429, ...(waitMs !== undefined && { waitMs }) });
const server = () => new LlmError('server', 'broken', { status: 500 });

describe('queue', () => {
  it('starts with four at a time and adds one for every two rounds that succeed', async () => {
    const { clock, queue } = rig();
    const seen: number[] = [];
    const jobs = Array.from({ length: 60 }, () => queue.run(async () => {
      seen.push(queue.state.inFlight);
      await clock.sleep(100);
    }));
    await clock.run(50);
    expect(queue.state.inFlight).toBe(4);
    await clock.run();
    await Promise.all(jobs);
    // 8 successes at 4, 10 at 5, 12 at 6, 14 at 7; the last 16 at 8 allow a ninth that has no call left.
    expect(Math.max(...seen)).toBe(8);
    expect(queue.state.limit).toBe(9);
  });

  it('halves once for calls refused together, waits as told, and repeats each', async () => {
    const { clock, queue } = rig();
    const started: number[] = [];
    const limits: number[] = [];
    let refuse = 4;
    const jobs = Array.from({ length: 6 }, (_, i) => queue.run(async () => {
      started.push(clock.now());
      limits.push(queue.state.limit);
      await clock.sleep(10);
      if (refuse-- > 0) throw rate(5289);
      return i;
    }));
    await clock.run();
    expect(await Promise.all(jobs)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(limits[4]).toBe(2);
    expect(queue.state.retries).toBe(4);
    expect(started.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(started).toHaveLength(10);
    expect(Math.min(...started.slice(4))).toBe(10 + 5289);
  });

  it('backs off exponentially with jitter where nothing is said, and gives up in the end', async () => {
    const { clock, queue } = rig({ tries: 4 });
    const started: number[] = [];
    const job = queue.run(async () => {
      started.push(clock.now());
      throw server();
    });
    const failed = expect(job).rejects.toMatchObject({ kind: 'server' });
    await clock.run();
    await failed;
    // Chance gives one half of 2, 4 and 8 seconds.
    expect(started).toEqual([0, 1000, 3000, 7000]);
  });

  it.each(['key', 'model', 'quota', 'html', 'address', 'request', 'cap'] as const)('does not repeat %s', async (kind) => {
    const { queue } = rig();
    let calls = 0;
    await expect(queue.run(async () => {
      calls++;
      throw new LlmError(kind, kind);
    })).rejects.toMatchObject({ kind });
    expect(calls).toBe(1);
  });

  it('waits for ten minutes at most, whatever a broken server says', async () => {
    const { clock, queue } = rig();
    const job = queue.run(() => Promise.reject(new LlmError('server', 'broken', { status: 503, waitMs: 7_200_000 })));
    const failed = expect(job).rejects.toMatchObject({ kind: 'server' });
    await clock.run();
    await failed;
    expect(clock.now()).toBe(0);
  });

  it('takes a network failure for a wrong address at first and for a bad moment later', async () => {
    const { clock, queue } = rig();
    const fails = (times: number) => async () => {
      if (times-- > 0) throw new LlmError('network', 'no answer');
      return 'answer';
    };
    await expect(queue.run(fails(1))).rejects.toMatchObject({ kind: 'network' });
    await queue.run(fails(0));
    const later = queue.run(fails(2));
    await clock.run();
    expect(await later).toBe('answer');
  });

  it('pauses without losing calls in flight, and resumes', async () => {
    const { clock, queue } = rig({ start: 2 });
    const done: number[] = [];
    const jobs = [0, 1, 2, 3].map((i) => queue.run(async () => {
      await clock.sleep(10);
      done.push(i);
    }));
    await clock.run(5);
    queue.pause();
    await clock.run(1000);
    expect(done).toEqual([0, 1]);
    queue.resume();
    await clock.run();
    await Promise.all(jobs);
    expect(done).toEqual([0, 1, 2, 3]);
  });

  it('ends all waiting on abort, but not a call in flight', async () => {
    const { clock, queue } = rig({ start: 1 });
    const stop = new AbortController();
    const inFlight = queue.run(async () => {
      await clock.sleep(10);
      return 'paid';
    }, stop.signal);
    const waiting = queue.run(async () => 'never', stop.signal);
    const refused = expect(waiting).rejects.toThrow('enough');
    await clock.run(5);
    stop.abort(new Error('enough'));
    await refused;
    await clock.run();
    expect(await inFlight).toBe('paid');
  });
});
