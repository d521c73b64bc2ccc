import { expect, it } from '@jest/globals';
import { waitForBacklog, type BacklogOptions } from './backlog.js';

/** Sagas that end in such numbers, seen by looks a second apart, the first 1 s after the window. */
function given(ended: readonly number[], options: Partial<BacklogOptions> = {}) {
  let looks = 0;
  const shown: string[] = [];
  const backlog = waitForBacklog({
    orders: 100,
    ended: () => Promise.resolve(ended[looks++] ?? ended.at(-1) ?? 0),
    sinceMs: 5_000,
    withinMs: 60_000,
    show: (text) => shown.push(text),
    signal: new AbortController().signal,
    now: () => 5_000 + looks * 1_000,
    pause: () => Promise.resolve(),
    ...options,
  });
  return { backlog, shown };
}

it('waits until all sagas are over, and says how far it is', async () => {
  const { backlog, shown } = given([20, 60, 100]);
  expect(await backlog).toEqual({ orders: 80, seconds: 3, left: 0 });
  expect(shown).toEqual([
    '80 of 80 sagas to go after 1 s',
    '40 of 80 sagas to go after 2 s, about 2 s more',
  ]);
});

it('is done at once when there is none', async () => {
  expect(await given([100]).backlog).toEqual({ orders: 0, seconds: 1, left: 0 });
});

it('gives up after a while, and when it is interrupted', async () => {
  const late = given([20, 99], { withinMs: 10_000 });
  expect(await late.backlog).toEqual({ orders: 80, seconds: 10, left: 1 });
  const interrupted = given([20], { signal: AbortSignal.abort() });
  expect(await interrupted.backlog).toMatchObject({ seconds: 1, left: 80 });
});
