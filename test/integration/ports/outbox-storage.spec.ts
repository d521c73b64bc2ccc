/** The contract of the outbox's storage: its gate, its leases, and what counts as published. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PostgresOutboxStorage, type OutboxStorage, type StoredMessage } from '#messaging';
import { OutboxV11763700000000 } from '../../../migrations/shared/outbox-v1.js';
import { OutboxV21764313200000 } from '../../../migrations/shared/outbox-v2.js';
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
  const tables = { simulated: new OutboxTables() };

  beforeEach(async () => {
    side = await open({ migrations: [OutboxV11763700000000, OutboxV21764313200000], tables: [] });
    tables.simulated = new OutboxTables();
    if (side.postgres) storage = new PostgresOutboxStorage(side.postgres);
    else if (side.simulated) storage = new SimOutboxStorage(side.simulated, tables.simulated);
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

  it('gives every writer an epoch of its own, and inserts for no unknown one', async () => {
    const epochs = [await storage.openEpoch('a', 600_000), await storage.openEpoch('a', 600_000)];
    expect(new Set(epochs).size).toBe(2);
    await expect(insert('99', 1)).resolves.toBe(false);
    await expect(storage.close('99', 0)).resolves.toBe(0);
    await expect(storage.read('99', 1, 9, 9)).resolves.toEqual([]);
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

  it('claims as many expired epochs as one caller can take, the oldest first', async () => {
    const epochs: string[] = [];
    for (let no = 0; no < 22; no += 1) epochs.push(await storage.openEpoch('a', -1_000));
    const claimed = async () => {
      const claims = await storage.claimExpired(600_000);
      return claims.map(({ epoch }) => epoch).toSorted((a, b) => Number(a) - Number(b));
    };
    await expect(claimed()).resolves.toEqual(epochs.slice(0, 20));
    await expect(claimed()).resolves.toEqual(epochs.slice(20));
    await expect(claimed()).resolves.toEqual([]);
  });

  it('keeps a lease that is renewed, and no lease of an epoch that is over', async () => {
    const epoch = await storage.openEpoch('a', -1_000);
    const renew = () => storage.renew([{ epoch, publishedUpTo: 0, behind: false }], 600_000);
    await renew();
    await expect(storage.claimExpired(600_000)).resolves.toEqual([]);
    await storage.release(epoch);
    await storage.drain(epoch, 9);
    await storage.release(epoch);
    await expect(storage.claimExpired(600_000)).resolves.toEqual([]);
    const unknown = { epoch: '99', publishedUpTo: 1, behind: false };
    await expect(storage.renew([unknown], 600_000)).resolves.toEqual([]);
    await expect(storage.renew([], 600_000)).resolves.toEqual([]);
  });

  it('tells of every position by itself, in their order', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    await storage.renew([{ epoch, publishedUpTo: 5, behind: false }], 600_000);
    const positions = [
      { epoch, seq: '6' },
      { epoch: '99', seq: '1' },
      { epoch, seq: '5' },
    ];
    const moments = storage.transaction((tx) => storage.publishedBy(tx, positions));
    await expect(moments).resolves.toEqual([Infinity, 0, 0]);
    await expect(storage.transaction((tx) => storage.publishedBy(tx, []))).resolves.toEqual([]);
  });

  it('takes what was drained once for drained as it was', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    await storage.renew([{ epoch, publishedUpTo: 7, behind: true }], 600_000);
    await storage.drain(epoch, 3);
    const [moment] = await publishedBy(epoch, '9');
    expect(moment).toBeGreaterThan(0);
    expect(moment).toBeLessThan(Infinity);
    await storage.drain(epoch, 9);
    await expect(publishedBy(epoch, '9')).resolves.toEqual([moment]);
  });

  it('forgets epochs a week after they were drained', async () => {
    const drained = async () => {
      const epoch = await storage.openEpoch('a', 600_000);
      await storage.renew([{ epoch, publishedUpTo: 1, behind: true }], 600_000);
      await storage.drain(epoch, 1);
      return epoch;
    };
    const [old, young] = [await drained(), await drained()];
    const eightDays = { days: 8, ms: 8 * 86_400_000 };
    await side.postgres?.query(
      'update outbox_watermark set drained_at = now() - make_interval(days => $2) where epoch = $1',
      [old, eightDays.days],
    );
    const { watermarks } = tables.simulated;
    const mark = watermarks.rows.get(old);
    if (mark?.drainedAtMs !== undefined) {
      watermarks.rows.set(old, { ...mark, drainedAtMs: mark.drainedAtMs - eightDays.ms });
    }
    await storage.forgetDrained();
    await expect(publishedBy(old, '1')).resolves.toEqual([0]);
    await expect(publishedBy(young, '1')).resolves.not.toEqual([0]);
    await expect(insert(old, 2)).resolves.toBe(false);
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

  it('tells of positions in topics by those alone, while others cannot be written to', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    const asked = (seq: string, ...topics: string[]) =>
      storage.transaction((tx) => storage.publishedBy(tx, [{ epoch, seq, topics }]));
    const stuck = { topics: ['x', 'y'], othersUpTo: 8, othersBehind: false };
    await storage.renew([{ epoch, publishedUpTo: 2, behind: true, stuck }], 600_000);
    await expect(asked('8', 'a', 'b')).resolves.toEqual([0]);
    await expect(asked('8')).resolves.toEqual([0]);
    await expect(asked('9', 'a')).resolves.toEqual([Infinity]);
    await expect(asked('8', 'a', 'y')).resolves.toEqual([Infinity]);
    await expect(publishedBy(epoch, '8')).resolves.toEqual([Infinity]);
    const [late] = await asked('2', 'x');
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(Infinity);

    await storage.renew(
      [{ epoch, publishedUpTo: 2, behind: true, stuck: { ...stuck, othersBehind: true } }],
      600_000,
    );
    const [others] = await asked('8', 'a');
    expect(others).toBeGreaterThan(0);
    expect(others).toBeLessThan(Infinity);

    await storage.renew([{ epoch, publishedUpTo: 9, behind: false }], 600_000);
    const [afterwards] = await asked('9', 'x');
    expect(afterwards).toBeGreaterThan(0);
    expect(afterwards).toBeLessThan(Infinity);
  });

  it('remembers until when it was behind', async () => {
    const epoch = await storage.openEpoch('a', 600_000);
    await storage.renew([{ epoch, publishedUpTo: 1, behind: true }], 600_000);
    const [moment] = await publishedBy(epoch, '1');
    expect(moment).toBeGreaterThan(0);
    expect(moment).toBeLessThan(Infinity);
  });
});
