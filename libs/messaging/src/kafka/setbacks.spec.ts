import { expect, it } from '@jest/globals';
import { Setbacks } from './setbacks.js';

let now = 0;
const clock = { now: () => now, after: () => () => undefined };

it('leaves a partition alone for longer each time, up to five seconds', () => {
  const setbacks = new Setbacks(clock);
  const pauses = Array.from({ length: 8 }, () => setbacks.another('t/1'));
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  setbacks.over('t/1');
  expect(setbacks.another('t/1')).toBe(100);
});

it('names the partition that has stood still longest, once that is too long', () => {
  now = 0;
  const setbacks = new Setbacks(clock);
  setbacks.another('t/1');
  now = 5_000;
  setbacks.another('t/2');
  setbacks.another('t/1');
  now = 29_999;
  expect(setbacks.stuck).toBeUndefined();
  now = 31_000;
  expect(setbacks.stuck?.message).toBe('t/1 has stood still for 31 s, after 2 attempts');
  setbacks.over('t/1');
  expect(setbacks.stuck).toBeUndefined();
  now = 35_000;
  expect(setbacks.stuck?.message).toContain('t/2');
  setbacks.forget();
  expect(setbacks.stuck).toBeUndefined();
});
