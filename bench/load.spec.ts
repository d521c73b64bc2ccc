import { describe, expect, it } from '@jest/globals';
import { percentile, runLoad, type Clock, type LoadOptions, type Saga } from './load.js';

/** Time that passes only when everybody waits for it. */
class FakeClock implements Clock {
  private time = 0;
  private readonly waiting: { atMs: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.waiting.push({ atMs: this.time + ms, wake }));
  }

  /** Lets time pass until `done` is settled. */
  async during<T>(done: Promise<T>): Promise<T> {
    let settled = false;
    const end = () => (settled = true);
    done.then(end, end);
    for (;;) {
      // Everything that can go on without time goes on first.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return done;
      this.waiting.sort((a, b) => a.atMs - b.atMs);
      const next = this.waiting.shift();
      if (next === undefined) throw new Error('Nobody waits, and it is not over.');
      this.time = Math.max(this.time, next.atMs);
      next.wake();
    }
  }
}

const base = { warmUpMs: 100, windowMs: 1_000, declinedEvery: 0, prefix: 'p' } as const;

/** Sagas that take so long, on a clock of their own. */
function given(options: Partial<LoadOptions> & Pick<LoadOptions, 'load'>) {
  const clock = new FakeClock();
  const seen: Saga[] = [];
  const run = (takesMs: (saga: Saga, number: number) => number) =>
    clock.during(
      runLoad(
        async (saga) => {
          seen.push(saga);
          await clock.sleep(takesMs(saga, seen.length - 1));
          return saga.declined ? 'compensated' : 'completed';
        },
        { ...base, clock, ...options },
      ),
    );
  return { clock, seen, run };
}

describe('percentile', () => {
  it.each([
    [[], 0.5, 0],
    [[7], 0.99, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [Array.from({ length: 200 }, (_, i) => i + 1), 0.99, 198],
    [[1, 2, 3], 1, 3],
  ])('of %j at %f is %f', (sorted, share, expected) => {
    expect(percentile(sorted, share)).toBe(expected);
  });
});

describe('so many at a time', () => {
  it('keeps that many in flight and counts those that end within the window', async () => {
    const { run, seen } = given({ load: { inFlight: 2 } });
    const result = await run(() => 70);
    // Of each lane one ends before the window opens at 100 ms, and one after it closed at 1,100.
    expect(result).toMatchObject({ sagas: 28, seconds: 1, failed: 0, unstarted: 0 });
    expect(result).toMatchObject({ p50: 70, p99: 70, max: 70 });
    expect(result.all).toEqual({ completed: 32, compensated: 0, failed: 0 });
    expect(seen).toHaveLength(32);
  });

  it('declines every so many-th, and says so in the id', async () => {
    const { run, seen } = given({ load: { inFlight: 1 }, declinedEvery: 5 });
    const result = await run(() => 50);
    expect(seen.slice(0, 6).map(({ id }) => id)).toEqual([
      'p-0',
      'p-1',
      'p-2',
      'p-3',
      'p-4-declined',
      'p-5',
    ]);
    expect(result.compensated).toBe(4);
    expect(seen.filter(({ declined }) => declined)).toHaveLength(result.all.compensated);
  });

  it('counts what fails, keeps the first reasons, and goes on', async () => {
    const clock = new FakeClock();
    let number = 0;
    const result = await clock.during(
      runLoad(
        async () => {
          await clock.sleep(100);
          number += 1;
          if (number % 2 === 0) throw new Error('broken');
          return number % 3 === 0 ? 'compensated' : 'completed';
        },
        { ...base, clock, load: { inFlight: 1 } },
      ),
    );
    expect(result.failed).toBeGreaterThan(0);
    expect(result.sagas).toBeGreaterThan(0);
    expect(result.errors).toEqual(['broken', 'compensated instead of completed']);
    expect(result.all.completed + result.all.failed).toBe(number);
  });

  it('pauses after a failure, so that one that comes at once does not take all the time', async () => {
    const clock = new FakeClock();
    const refuse = () => Promise.reject(new Error('gone'));
    const result = await clock.during(
      runLoad(refuse, { ...base, clock, load: { inFlight: 2 }, warmUpMs: 25 }),
    );
    // Each of the two tries every 50 ms.
    expect(result).toMatchObject({ sagas: 0, failed: 40, p50: 0, errors: ['gone'] });
  });

  it('gives up what does not end, as failed', async () => {
    const { run } = given({ load: { inFlight: 3 }, drainMs: 500 });
    const result = await run((_, number) => (number === 2 ? 1e9 : 50));
    expect(result).toMatchObject({ failed: 1, all: { failed: 1 } });
    expect(result.errors).toEqual(['1 did not end within 500 ms']);
  });
});

describe('so many a second', () => {
  it('starts them by the clock, whatever their number', async () => {
    const { run, seen } = given({ load: { rate: 20 } });
    const result = await run(() => 300);
    // 22 are due in 1.1 s; the first 2 of them in the warm-up.
    expect(seen).toHaveLength(22);
    expect(result).toMatchObject({ sagas: 20, p50: 300, max: 300, unstarted: 0 });
    expect(result.all).toEqual({ completed: 22, compensated: 0, failed: 0 });
  });

  it('counts the wait of those that were due while the contender stood still', async () => {
    const { run } = given({ load: { rate: 10 }, inFlightMax: 1 });
    // The one due at 100 ms takes half a second; its followers can only start one by one.
    const result = await run((_, number) => (number === 1 ? 500 : 10));
    expect(result.sagas).toBe(10);
    expect(result.max).toBe(500);
    // Due at 200, 300, 400, 500, 600 ms, started at 600, 610, 620, 630, 640, over 10 ms later.
    expect(result.p90).toBe(410);
    expect(result.p50).toBe(50);
  });

  it('tells how many could not even be started', async () => {
    const { run, seen } = given({ load: { rate: 10 }, inFlightMax: 1, drainMs: 1_000 });
    const result = await run(() => 400);
    // One starts each 400 ms, up to the end of the patience at 2,100 ms; 11 were due.
    expect(seen).toHaveLength(6);
    expect(result.unstarted).toBe(5);
    expect(result.failed).toBe(1);
  });
});
