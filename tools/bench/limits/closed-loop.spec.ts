import { expect, test } from '@jest/globals';
import { readLimitsArguments } from './arguments.js';
import { closedLoop } from './closed-loop.js';

const loop = (over: Partial<Parameters<typeof closedLoop>[0]>) => {
  const edges: string[] = [];
  const { signal } = new AbortController();
  const once = async () => 1;
  const onWindow = (edge: string) => void edges.push(edge);
  return { edges, done: closedLoop({ workers: 2, windowMs: 20, once, onWindow, signal, ...over }) };
};

test('counts the work within the window, and none of the warm-up', async () => {
  let all = 0;
  const { edges, done } = loop({
    once: async () => {
      all += 3;
      await new Promise((resolve) => setImmediate(resolve));
      return 3;
    },
  });
  const { units, seconds } = await done;
  expect(edges).toEqual(['opened', 'closed']);
  expect(units).toBeGreaterThan(0);
  expect(units).toBeLessThan(all);
  expect(units % 3).toBe(0);
  expect(seconds).toBeGreaterThanOrEqual(0.019);
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
