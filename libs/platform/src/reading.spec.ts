import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Reading } from './reading.js';
import { installRuntime, runtime } from './runtime.js';

let nowMs = 0;
let timers: (() => void)[] = [];
let waits: number[] = [];
beforeEach(() => {
  nowMs = 0;
  timers = [];
  waits = [];
  installRuntime({
    ...runtime,
    monotonicMs: () => nowMs,
    after: (ms, run) => {
      waits.push(ms);
      timers.push(run);
      return () => undefined;
    },
  });
});
afterEach(() => installRuntime());

const TIMES = { freshMs: 10, waitMs: 5, staleMs: 100 };

it('asks once for all that look at the same time, and not again while the answer is fresh', async () => {
  let asked = 0;
  const reading = new Reading(() => Promise.resolve((asked += 1)), TIMES);
  expect(await Promise.all([reading.latest(), reading.latest()])).toEqual([1, 1]);
  nowMs = 10;
  expect(await reading.latest()).toBe(1);
  nowMs = 11;
  expect(await reading.latest()).toBe(2);
});

it('waits for no server that does not answer, and tells what it said last until that is stale', async () => {
  const answers = [Promise.resolve('before'), new Promise<string>(() => undefined)];
  const reading = new Reading(
    () => answers.shift() ?? Promise.reject(new Error('asked twice')),
    TIMES,
  );
  expect(await reading.latest()).toBe('before');
  nowMs = 100;
  const asked = reading.latest();
  timers.at(-1)?.();
  expect(await asked).toBe('before');
  nowMs = 101;
  const later = reading.latest();
  timers.at(-1)?.();
  expect(await later).toBeUndefined();
});

it('waits as long as who asks has patience', async () => {
  let answer: (value: string) => void = () => undefined;
  const reading = new Reading(() => new Promise<string>((resolve) => (answer = resolve)), TIMES);
  const hurried = reading.latest(1);
  const patient = reading.latest();
  expect(waits).toEqual([1, 5]);
  timers[0]?.();
  expect(await hurried).toBeUndefined();
  answer('told');
  expect(await patient).toBe('told');
});

it('survives a question that fails', async () => {
  const reading = new Reading<number>(() => Promise.reject(new Error('no')), TIMES);
  expect(await reading.latest()).toBeUndefined();
  expect(await reading.latest()).toBeUndefined();
});
