/** Promises attacked here: one request at a time has a key, and who waits is answered as who was first. */
import { describe, expect, it } from '@jest/globals';
import { runtime } from '#platform';
import { KeysInUse } from './keys-in-use.js';

const key = (hash: string) => ({ key: 'k', hash });
const far = runtime.monotonicMs() + 3_600_000;
const soon = () => runtime.monotonicMs() + 10;

describe('the keys in use', () => {
  it('give the answer of the first to those who want the same, whatever it is', async () => {
    const keys = new KeysInUse<string>();
    const { promise, resolve } = Promise.withResolvers<string>();
    let runs = 0;
    const run = () => {
      runs += 1;
      return promise;
    };
    const answers = [1, 2, 3].map(() => keys.turn(key('a'), far, run));
    resolve('refused');
    expect(await Promise.all(answers)).toEqual(['refused', 'refused', 'refused']);
    expect(runs).toBe(1);
    const fails = () => Promise.reject(new Error('the database is away'));
    const failed = await Promise.allSettled([1, 2].map(() => keys.turn(key('a'), far, fails)));
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('let who wants something else have its turn afterwards', async () => {
    const keys = new KeysInUse<string>();
    const first = Promise.withResolvers<string>();
    const order: string[] = [];
    const answers = Promise.all([
      keys.turn(key('a'), far, () => first.promise),
      keys.turn(key('b'), far, () => {
        order.push('b runs');
        return Promise.resolve('b');
      }),
      keys.turn({ key: 'l', hash: 'a' }, far, () => {
        order.push('another key runs');
        return Promise.resolve('l');
      }),
    ]);
    order.push('a ends');
    first.resolve('a');
    expect(await answers).toEqual(['a', 'b', 'l']);
    expect(order).toEqual(['another key runs', 'a ends', 'b runs']);
  });

  it('are not waited for longer than said, and free when the first has ended', async () => {
    const keys = new KeysInUse<string>();
    const first = Promise.withResolvers<string>();
    const running = keys.turn(key('a'), far, () => first.promise);
    const never = () => Promise.resolve('never');
    expect(await keys.turn(key('a'), soon(), never)).toBeUndefined();
    expect(await keys.turn(key('b'), soon(), never)).toBeUndefined();
    first.resolve('a');
    await running;
    expect(await keys.turn(key('b'), soon(), () => Promise.resolve('b'))).toBe('b');
  });

  it('are taken over by one who waits when the first was told to come again', async () => {
    const keys = new KeysInUse<string>();
    const first = Promise.withResolvers<undefined>();
    const running = keys.turn(key('a'), far, () => first.promise);
    const next = keys.turn(key('a'), far, () => Promise.resolve('done'));
    first.resolve(undefined);
    expect([await running, await next]).toEqual([undefined, 'done']);
  });
});
