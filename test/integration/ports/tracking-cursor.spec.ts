/** The contract of the place in the carrier's feed: one for all, which only its holder moves. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/shipping';
import { barrierTable } from '#participant';
import {
  postgresTrackingCursor,
  type TrackingCursor,
} from '../../../apps/shipping/src/persistence/tracking-cursor.js';
import { SimTrackingCursor } from '../../../tools/simulate/stores/tracking-cursor.js';
import { SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

describe.each(SIDES)('the cursor of the feed on %s', (_name, open) => {
  let side: Side;
  let cursor: TrackingCursor;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    cursor = side.postgres ? postgresTrackingCursor : new SimTrackingCursor();
  });
  afterEach(() => side.close());

  it('is at the beginning first, and then where it was moved to', async () => {
    expect(await cursor.read(side.session)).toBe(0);
    await side.transaction(async (tx) => {
      expect(await cursor.lock(tx)).toBe(0);
      await cursor.move(tx, 7);
      expect(await cursor.lock(tx)).toBe(7);
    });
    expect(await cursor.read(side.session)).toBe(7);
  });

  it('stays where it was when its transaction is rolled back', async () => {
    const moved = side.transaction(async (tx) => {
      await cursor.move(tx, 7);
      throw new Error('in vain');
    });
    await expect(moved).rejects.toThrow('in vain');
    expect(await cursor.read(side.session)).toBe(0);
  });

  it('is had by one at a time, who is followed by one who sees where it is now', async () => {
    const locked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const first = side.transaction(async (tx) => {
      await cursor.lock(tx);
      locked.resolve();
      await release.promise;
      await cursor.move(tx, 7);
    });
    await locked.promise;
    const next = side.transaction((tx) => cursor.lock(tx));
    await side.someoneWaits();
    expect(await cursor.read(side.session)).toBe(0);
    release.resolve();
    await first;
    expect(await next).toBe(7);
  });
});
