/** The contract of parked commands: each is tried by one at a time, and not before its time. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/payment';
import {
  barrierTable,
  PostgresParkingStore,
  type ParkedCommand,
  type ParkingStore,
} from '#participant';
import { SimParkingStore } from '../../../tools/simulate/stores/parking-store.js';
import { day } from '../participant-harness.js';
import { second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const key = (commandId: string) => ({ issuedOn: day(), commandId });

describe.each(SIDES)('parked commands on %s', (_name, open) => {
  let side: Side;
  let parking: ParkingStore;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    parking = side.postgres ? new PostgresParkingStore() : new SimParkingStore();
  });
  afterEach(() => side.close());

  const parked = (commandId: string, attempts = 1): ParkedCommand => ({
    key: key(commandId),
    event: { id: commandId } as ParkedCommand['event'],
    attempts,
  });
  const park = (commandId: string, pauseMs: number) =>
    side.transaction((tx) => parking.add(tx, parked(commandId), 'why', pauseMs));

  it('are taken when due, by one at a time, the one that waits longest first', async () => {
    await park('later', 600_000);
    await park('b', -1_000);
    await park('a', -2_000);
    await side.transaction(async (tx) => {
      await expect(parking.takeDue(tx)).resolves.toEqual(parked('a'));
      await side.transaction(async (other) => {
        await expect(parking.takeDue(other)).resolves.toEqual(parked('b'));
      });
    });
  });

  it('are taken again only for the same try, and not before their pause is over', async () => {
    await park('a', -1_000);
    await side.transaction((tx) => parking.postpone(tx, parked('a', 2), 'why', 600_000));
    await side.transaction(async (tx) => {
      await expect(parking.take(tx, parked('a', 1))).resolves.toBe(false);
      await expect(parking.take(tx, parked('a', 2))).resolves.toBe(true);
      await expect(parking.takeDue(tx)).resolves.toBeUndefined();
    });
    await side.transaction((tx) => parking.remove(tx, [key('a'), key('unknown')]));
    await side.transaction(async (tx) => {
      await expect(parking.take(tx, parked('a', 2))).resolves.toBe(false);
    });
  });

  it('are not tried while somebody settles them', async () => {
    await park('a', -1_000);
    let taken: boolean | undefined;
    const ends = await second(
      side,
      (tx) => parking.remove(tx, [key('a')]),
      async (tx) => {
        taken = await parking.take(tx, parked('a'));
      },
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    expect(taken).toBe(false);
  });

  it('are taken by who waited, when they are not settled after all', async () => {
    await park('a', -1_000);
    let taken: boolean | undefined;
    await second(
      side,
      (tx) => parking.postpone(tx, parked('a', 2), 'why\u0000', 600_000),
      async (tx) => {
        taken = await parking.take(tx, parked('a', 1));
      },
      'rollback',
    );
    expect(taken).toBe(true);
  });

  it('are settled after a try that is under way', async () => {
    await park('a', -1_000);
    const ends = await second(
      side,
      (tx) => parking.takeDue(tx),
      (tx) => parking.remove(tx, [key('a')]),
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    await expect(side.transaction((tx) => parking.takeDue(tx))).resolves.toBeUndefined();
  });

  it('are not waited for by who looks for another try', async () => {
    await park('a', -1_000);
    await side.transaction(async (tx) => {
      await parking.takeDue(tx);
      await side.transaction(async (other) => {
        await expect(parking.take(other, parked('a', 9))).resolves.toBe(false);
      });
    });
  });

  it('are parked anew after who removes them', async () => {
    await park('a', -1_000);
    const ends = await second(
      side,
      (tx) => parking.remove(tx, [key('a')]),
      (tx) => parking.add(tx, parked('a', 5), 'why', -1_000),
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    await side.transaction(async (tx) => {
      await expect(parking.takeDue(tx)).resolves.toEqual(parked('a', 5));
      await parking.remove(tx, []);
      await parking.postpone(tx, parked('unknown'), 'why', 0);
    });
  });

  it('are one row a command', async () => {
    await park('a', 0);
    await expect(park('a', 0)).rejects.toMatchObject({ code: '23505' });
  });
});
