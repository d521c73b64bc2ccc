import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Batcher, QueueFullError } from './batcher.js';
import { installRuntime } from './runtime.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const until = async (condition: () => boolean) => {
  for (let turns = 0; !condition(); turns += 1) {
    if (turns > 100) throw new Error('it never came to that');
    await turn();
  }
};

/** A run that ends when it is told to. */
function gated() {
  const runs: { items: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const run = (items: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      runs.push({ items, end: () => resolve(items.map((item) => item * 10)), fail: reject });
    });
  return { runs, run };
}

describe('Batcher', () => {
  it('groups the calls of one turn of the event loop', async () => {
    const groups: number[][] = [];
    const batcher = new Batcher<number, number>({
      maxItems: 100,
      maxConcurrent: 1,
      run: async (items) => {
        groups.push(items);
        return items.map((item) => item * 10);
      },
    });
    expect(await Promise.all([1, 2, 3].map((item) => batcher.add(item)))).toEqual([10, 20, 30]);
    expect(await batcher.add(4)).toBe(40);
    expect(groups).toEqual([[1, 2, 3], [4]]);
  });

  it('gathers while runs are in flight, and never runs more than allowed at once', async () => {
    const { runs, run } = gated();
    const batcher = new Batcher({ maxItems: 3, maxConcurrent: 2, run });
    const first = [1, 2, 3, 4].map((item) => batcher.add(item));
    await turn();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2, 3], [4]]);
    const later = [5, 6, 7, 8].map((item) => batcher.add(item));
    await turn();
    expect(runs).toHaveLength(2);
    expect(batcher.queued).toBe(4);
    runs[1]?.end();
    await turn();
    await turn();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2, 3], [4], [5, 6, 7]]);
    runs[0]?.end();
    await turn();
    await turn();
    expect(runs[3]?.items).toEqual([8]);
    runs[2]?.end();
    runs[3]?.end();
    expect(await Promise.all([...first, ...later])).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
  });

  it('lets one bad item fail alone', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>({
      maxItems: 100,
      maxConcurrent: 1,
      run: async (items) => {
        sizes.push(items.length);
        if (items.includes(5)) throw new Error('five');
        return items;
      },
    });
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const outcomes = await Promise.allSettled(items.map((item) => batcher.add(item)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(
      items.map((item) => item !== 5),
    );
    expect(sizes).toEqual([8, 4, 4, 2, 1, 1, 2]);
  });

  it('does not split a run for a fault that is not of the items', async () => {
    let calls = 0;
    const batcher = new Batcher<number, number>({
      maxItems: 100,
      maxConcurrent: 1,
      run: async () => {
        calls += 1;
        throw new Error('connection lost');
      },
      bisect: (error) => !(error instanceof Error && error.message === 'connection lost'),
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(calls).toBe(1);
  });

  it('never repeats a run that answered the wrong number of results: it has happened', async () => {
    let calls = 0;
    const run = async () => {
      calls += 1;
      return [1];
    };
    const batcher = new Batcher<number, number>({ maxItems: 9, maxConcurrent: 1, run });
    const outcomes = await Promise.allSettled([1, 2].map((item) => batcher.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toBe(1);
  });

  it('refuses an item beyond its bound, and takes one again when there is room', async () => {
    const { runs, run } = gated();
    const batcher = new Batcher({ maxItems: 1, maxConcurrent: 1, maxQueued: 2, run });
    const first = batcher.add(1);
    await turn();
    const waiting = [batcher.add(2), batcher.add(3)];
    await expect(batcher.add(4)).rejects.toThrow(QueueFullError);
    runs[0]?.end();
    await first;
    await until(() => batcher.queued === 1);
    const fifth = batcher.add(5);
    for (const index of [1, 2, 3]) {
      await until(() => runs[index] !== undefined);
      runs[index]?.end();
    }
    expect(await Promise.all([...waiting, fifth])).toEqual([20, 30, 50]);
  });

  it('drains: resolves when nothing waits and nothing runs', async () => {
    const { runs, run } = gated();
    const batcher = new Batcher({ maxItems: 1, maxConcurrent: 1, run });
    await batcher.drain();
    const both = [batcher.add(1), batcher.add(2)];
    let drained = false;
    const drain = batcher.drain().then(() => (drained = true));
    await turn();
    runs[0]?.end();
    await until(() => runs[1] !== undefined);
    expect(drained).toBe(false);
    runs[1]?.end();
    await Promise.all([...both, drain]);
    expect(drained).toBe(true);
  });
});

describe('a pause between runs', () => {
  let nowMs = 0;
  let timers: { atMs: number; run: () => void }[] = [];
  beforeEach(() => {
    nowMs = 0;
    timers = [];
    installRuntime({
      date: () => new Date(nowMs),
      random: () => 0.5,
      uuid: () => 'id',
      defer: (run) => void setImmediate(run),
      monotonicMs: () => nowMs,
      after: (delayMs, run) => {
        const timer = { atMs: nowMs + delayMs, run };
        timers.push(timer);
        return () => void (timers = timers.filter((other) => other !== timer));
      },
    });
  });
  afterEach(() => installRuntime());

  const passTo = (ms: number): void => {
    nowMs = ms;
    const due = timers.filter(({ atMs }) => atMs <= ms);
    timers = timers.filter(({ atMs }) => atMs > ms);
    for (const { run } of due) run();
  };

  const pausing = () => {
    const groups: number[][] = [];
    const batcher = new Batcher<number, number>({
      maxItems: 100,
      maxConcurrent: 2,
      pause: { ms: 20, unlessWaiting: 4 },
      run: async (items) => {
        groups.push(items);
        return items;
      },
    });
    return { groups, batcher };
  };

  it('follows a run of several items, and lets the next one gather', async () => {
    const { groups, batcher } = pausing();
    await Promise.all([batcher.add(1), batcher.add(2)]);
    passTo(15);
    const later = [batcher.add(3), batcher.add(4), batcher.add(5)];
    await turn();
    expect(groups).toEqual([[1, 2]]);
    passTo(20);
    await Promise.all(later);
    expect(groups).toEqual([[1, 2], [3, 4, 5]]); // prettier-ignore
  });

  it('is over as soon as enough wait', async () => {
    const { groups, batcher } = pausing();
    await Promise.all([batcher.add(1), batcher.add(2)]);
    await Promise.all([3, 4, 5, 6].map((item) => batcher.add(item)));
    expect(groups).toEqual([[1, 2], [3, 4, 5, 6]]); // prettier-ignore
    expect(timers).toEqual([]);
  });

  it('never holds up calls that come one after the other', async () => {
    const { groups, batcher } = pausing();
    for (const item of [1, 2, 3]) await batcher.add(item);
    expect(groups).toEqual([[1], [2], [3]]);
    expect(timers).toEqual([]);
  });

  it('is no reason to forget what waits when it drains', async () => {
    const { batcher } = pausing();
    await Promise.all([batcher.add(1), batcher.add(2)]);
    const third = batcher.add(3);
    const drained = batcher.drain();
    passTo(20);
    await Promise.all([third, drained]);
    expect(batcher.queued).toBe(0);
  });
});
