import { expect, test } from '@jest/globals';
import { readLimitsArguments } from './arguments.js';
import { closedLoop } from './closed-loop.js';

/** Its clock goes on by 10 ms with each piece of work. */
const loop = (over: Partial<Parameters<typeof closedLoop>[0]> = {}) => {
  let nowMs = 0;
  const edges: string[] = [];
  const done = closedLoop({
    workers: 1,
    windowMs: 100,
    once: async () => {
      nowMs += 10;
      return 3;
    },
    onWindow: (edge) => void edges.push(`${edge} at ${nowMs}`),
    signal: new AbortController().signal,
    now: () => nowMs,
    ...over,
  });
  return { edges, done };
};

test('counts the work within the window, and none of the warm-up', async () => {
  const { edges, done } = loop();
  expect(await done).toEqual({ units: 30, seconds: 0.1 });
  expect(edges).toEqual(['opened at 30', 'closed at 130']);
});

test('lets several work at the same time', async () => {
  const workers = new Set<number>();
  let nowMs = 0;
  const once = async (worker: number) => {
    workers.add(worker);
    nowMs += 10;
    return 1;
  };
  const { units, seconds } = await loop({ workers: 3, once, now: () => nowMs }).done;
  expect(workers).toEqual(new Set([0, 1, 2]));
  // What was under way when it opened and closed counts as well: one each.
  expect(units).toBeGreaterThanOrEqual(10);
  expect(units).toBeLessThanOrEqual(13);
  expect(seconds).toBeLessThanOrEqual(0.12);
});

test('ends with the reason when it is interrupted', async () => {
  const interrupt = new AbortController();
  const { done } = loop({
    windowMs: 60_000,
    signal: interrupt.signal,
    once: async () => {
      interrupt.abort(new Error('interrupted'));
      return 1;
    },
  });
  await expect(done).rejects.toThrow('interrupted');
});

test('fails when the work does', async () => {
  const { done } = loop({ once: () => Promise.reject(new Error('no disk')) });
  await expect(done).rejects.toThrow('no disk');
});

test.each([
  [['--window', '0'], '--window must be a number of seconds, not "0".'],
  [['--rounds', '3'], /--rounds.*See "npm run bench -- limits --help"/],
])('says what is wrong with %s', (args, problem) => {
  expect(() => readLimitsArguments(args)).toThrow(problem);
});
