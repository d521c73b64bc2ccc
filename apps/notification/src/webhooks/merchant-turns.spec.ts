/** Promise attacked here: one merchant who does not answer does not make the others wait. */
import { describe, expect, it } from '@jest/globals';
import { NotNowError } from '#participant';
import { MerchantTurns } from './merchant-turns.js';

const SLOW_MS = 20;
const limits = { share: 2, together: 3, slowMs: SLOW_MS, spacingMs: 1_000 };
const quick = () => Promise.resolve('yes');

/** A clock that stands still but for work that says how long it takes. */
let nowMs = 0;
const newTurns = () => new MerchantTurns(limits, () => nowMs);
const after = (ms: number): Promise<void> => Promise.resolve().then(() => void (nowMs += ms));

/** Deliveries that end when the test says so. */
function held(turns: MerchantTurns, merchantId: string, count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: count }, () => turns.take(merchantId, () => promise));
  return { end: () => (resolve(), Promise.all(all)) };
}
const slowed = async (): Promise<MerchantTurns> => {
  const turns = newTurns();
  await turns.take('slow', () => after(SLOW_MS * 2));
  return turns;
};
const pauseOf = (turns: MerchantTurns): Promise<number> =>
  turns.take('slow', quick).then(
    () => 0,
    (error: NotNowError) => error.retryAfterMs,
  );

describe('the turns of merchants', () => {
  it('are as many as they like, as long as they answer', async () => {
    const { end } = held(newTurns(), 'm', 50);
    expect(await end()).toHaveLength(50);
  });

  it('are few for one that was slow, and for nobody else', async () => {
    const turns = await slowed();
    const { end } = held(turns, 'slow', 2);
    await expect(turns.take('slow', quick)).rejects.toBeInstanceOf(NotNowError);
    await expect(turns.take('other', quick)).resolves.toBe('yes');
    await end();
    await expect(turns.take('slow', quick)).resolves.toBe('yes');
  });

  it('are few for one that gave no answer at all', async () => {
    const turns = newTurns();
    const none = () => after(SLOW_MS * 2).then(() => Promise.reject(new Error('timeout')));
    await expect(turns.take('slow', none)).rejects.toThrow('timeout');
    const { end } = held(turns, 'slow', 2);
    expect(await pauseOf(turns)).toBeGreaterThan(0);
    await end();
  });

  it('leave half of all to those who answer, however many are slow', async () => {
    const turns = await slowed();
    for (const other of ['slow-2', 'slow-3']) await turns.take(other, () => after(SLOW_MS * 2));
    const all = ['slow', 'slow-2'].map((one) => held(turns, one, one === 'slow' ? 2 : 1));
    for (const one of ['slow', 'slow-2', 'slow-3']) {
      await expect(turns.take(one, quick)).rejects.toBeInstanceOf(NotNowError);
    }
    const { end } = held(turns, 'other', 10);
    expect(await end()).toHaveLength(10);
    await Promise.all(all.map((one) => one.end()));
  });

  it('come one after the other, and within ten minutes', async () => {
    const turns = await slowed();
    const { end } = held(turns, 'slow', 2);
    const pauses: number[] = [];
    for (let i = 0; i < 1_000; i += 1) pauses.push(await pauseOf(turns));
    const [first = 0, second = 0] = pauses;
    expect(first).toBeGreaterThan(900);
    expect(second - first).toBeGreaterThan(900);
    expect(Math.max(...pauses)).toBe(600_000);
    await end();
  });

  it('are free again after a quick answer', async () => {
    const turns = await slowed();
    await turns.take('slow', quick);
    const { end } = held(turns, 'slow', 10);
    expect(await end()).toHaveLength(10);
  });
});
