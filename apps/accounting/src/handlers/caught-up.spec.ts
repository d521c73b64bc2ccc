/** Promise attacked here: no day is closed while the ledger still has much to read. */
import { expect, it } from '@jest/globals';
import { caughtUp } from './caught-up.js';

it.each<[number[], boolean[]]>([
  [[0], [true]],
  [
    [501, 501, 501],
    [false, false, false],
  ],
  // always something new: what lay there at the first look is read at the second
  [
    [300, 200, 400],
    [false, true, true],
  ],
  [
    [300, 9_000, 300, 300],
    [false, false, false, true],
  ],
])('with %p left it says %p', async (left, says) => {
  const rest = [...left];
  const isCaughtUp = caughtUp(() => {
    const behind = rest.shift() ?? 0;
    return Promise.resolve({ a: [behind, 0], b: [] });
  });
  const said: boolean[] = [];
  for (const _ of left) said.push(await isCaughtUp());
  expect(said).toEqual(says);
});

it('says nothing while nobody can say how much is left', async () => {
  const isCaughtUp = caughtUp(() => Promise.reject(new Error('no broker')));
  await expect(isCaughtUp()).rejects.toThrow('no broker');
});
