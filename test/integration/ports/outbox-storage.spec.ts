/** The contract of the outbox's storage: its gate, its leases, and what counts as published. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PostgresOutboxStorage, type OutboxStorage, type StoredMessage } from '#messaging';
import { OutboxV11763700000000 } from '../../../migrations/shared/outbox-v1.js';
import { OutboxTables, SimOutboxStorage } from '../../../tools/simulate/stores/outbox-storage.js';
import { second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const message = (seq: number): StoredMessage => ({
  seq,
  message: { topic: 't', partition: null, key: 'k', headers: { ce_id: `e-${seq}` }, value: '{}' },
});

describe.each(SIDES)('the outbox storage on %s', (_name, open) => {
  let side: Side;
  let storage: OutboxStorage;

  beforeEach(async () => {
    side = await open({ migrations: [OutboxV11763700000000], tables: [] });
    if (side.postgres) storage = new PostgresOutboxStorage(side.postgres);
    else if (side.simulated) storage = new SimOutboxStorage(side.simulated, new OutboxTables());
  });
  afterEach(() => side.close());

  const insert = (epoch: string, ...seqs: number[]) =>
    storage.transaction((tx) => storage.insert(tx, epoch, seqs.map(message)));
  const publishedBy = (epoch: string, seq: string) =>
    storage.transaction((tx) => storage.publishedBy(tx, [{ epoch, seq }]));

  it('reads committed rows in the order of their numbers, within the bounds', async () => {
    const epoch = await storage.openEpoch('a', 60_000);
    await insert(epoch, 3, 4);
    await insert(epoch, 1, 2);
    const rows = await storage.read(epoch, 2, 4, 2);
    expect(rows).toEqual([message(2), message(3)]);
  });

  it('has no rows of a transaction that was rolled back', async () => {
    const epoch = await storage.openEpoch('a', 60_000);
    const rolledBack = storage.transaction(async (tx) => {
      await storage.insert(tx, epoch, [message(1)]);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    await expect(storage.read(epoch, 1, 9, 9)).resolves.toEqual([]);
  });

  it('refuses a number that is taken', async () => {
    const epoch = await storage.openEpoch('a', 60_000);
    await insert(epoch, 1);
    await expect(insert(epoch, 1)).rejects.toMatchObject({ code: '23505' });
  });

  it('closes after those who are inserting, sees their rows, and refuses all later ones', async () => {
    const epoch = await storage.openEpoch('a', 60_000);
    let last: number | undefined;
    const order = await second(
      side,
      (tx) => storage.insert(tx, epoch, [message(1), message(2)]),
      async () => {
        last = await storage.close(epoch, 0);
      },
    );
    expect(order).toEqual(['first ends', 'second has it']);
    expect(last).toBe(2);
    await expect(insert(epoch, 3)).resolves.toBe(false);
    await expect(storage.close(epoch, 2)).resolves.toBe(0);
  });

  it('gives an expired epoch to one caller, and none whose lease holds', async () => {
    const expired = await storage.openEpoch('a', -1_000);
    await storage.openEpoch('b', 600_000);
    const claims = await Promise.all([
      storage.claimExpired(600_000),
      storage.claimExpired(600_000),
    ]);
    expect(claims.flat()).toEqual([{ epoch: expired, publishedUpTo: 0 }]);
    await storage.release(expired);
    await expect(storage.claimExpired(600_000)).resolves.toHaveLength(1);
  });

  it('moves watermarks forward only, until the epoch is drained', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    const renew = (publishedUpTo: number) =>
      storage.renew([{ epoch, publishedUpTo, behind: false }], 600_000);
    await expect(renew(5)).resolves.toEqual([{ epoch, closed: false }]);
    await renew(3);
    await expect(publishedBy(epoch, '5')).resolves.toEqual([0]);
    await expect(publishedBy(epoch, '6')).resolves.toEqual([Infinity]);
    await storage.close(epoch, 5);
    await expect(renew(5)).resolves.toEqual([{ epoch, closed: true }]);
    await storage.drain(epoch, 5);
    await expect(renew(5)).resolves.toEqual([]);
    await expect(publishedBy(epoch, '6')).resolves.toEqual([0]);
  });

  it('remembers until when it was behind', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    await storage.renew([{ epoch, publishedUpTo: 1, behind: true }], 600_000);
    const [moment] = await publishedBy(epoch, '1');
    expect(moment).toBeGreaterThan(0);
    expect(moment).toBeLessThan(Infinity);
  });
});
