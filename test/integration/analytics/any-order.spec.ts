/**
 * Promises attacked here, on a real database: each fact counts once, whatever is delivered again, in
 * whatever order and in whatever batches facts come, and whoever else counts at the same time.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReceivedEvent } from '#messaging';
import { chargeback, refund, settled, told } from '../../../apps/analytics/src/fixtures/events.js';
import type { FactKind } from '../../../apps/analytics/src/domain/facts.js';
import { FiguresWorld, tablesOf } from './figures-world.js';

const MERCHANTS = ['tea', 'coffee'];
const hour = (n: number): string => new Date(Date.UTC(2026, 10, 1, n)).toISOString();

/** Facts that meet: few orders, merchants, days and zones. */
const anyFact: fc.Arbitrary<ReceivedEvent> = fc
  .record({
    order: fc.integer({ min: 1, max: 4 }),
    revision: fc.integer({ min: 1, max: 6 }),
    at: fc.integer({ min: 0, max: 60 }).map(hour),
    amount: fc.integer({ min: 1, max: 900 }),
    kind: fc.constantFrom<FactKind | 'zone'>(
      ...(['order.completed', 'order.cancelled', 'order.returned'] as const),
      ...(['payment.requested', 'payment.completed', 'payment.failed'] as const),
      ...(['refund.completed', 'chargeback.opened', 'chargeback.won', 'zone'] as const),
    ),
    zone: fc.constantFrom('UTC', 'Asia/Tokyo', 'America/New_York'),
  })
  .map(({ kind, order, zone, ...what }) => {
    const place = {
      merchantId: MERCHANTS[order % 2] ?? '',
      channel: order > 2 ? 'app' : 'web',
      currency: order === 4 ? 'GBP' : 'JPY',
    };
    const fact = { ...what, ...place, order };
    switch (kind) {
      case 'zone':
        return settled(place.merchantId, zone, what);
      case 'refund.completed':
        return refund(what.amount, what.amount, { ...fact, amount: 1_000 });
      case 'chargeback.opened':
      case 'chargeback.won':
        return chargeback(kind, what.amount, { ...fact, amount: 1_000 });
      default:
        return told(kind, fact);
    }
  });

/** Facts, and batches in which they come: all of them at least once, in any order. */
const anyDelivery = fc
  .uniqueArray(anyFact, { selector: ({ id }) => id, minLength: 1, maxLength: 25 })
  .chain((facts) =>
    fc.tuple(
      fc.constant(facts),
      fc
        .array(fc.constantFrom(...facts), { maxLength: 15 })
        .chain((again) =>
          fc.shuffledSubarray([...facts, ...again], { minLength: facts.length + again.length }),
        )
        .chain((events) =>
          fc
            .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 })
            .map((sizes) => split(events, sizes)),
        ),
    ),
  );

function split(events: readonly ReceivedEvent[], sizes: readonly number[]): ReceivedEvent[][] {
  const batches: ReceivedEvent[][] = [];
  for (let from = 0, n = 0; from < events.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    batches.push(events.slice(from, from + size));
    from += size;
  }
  return batches;
}

const RUNS = { numRuns: 40, interruptAfterTimeLimit: 120_000 };

describe('figures', () => {
  let world: FiguresWorld;
  beforeAll(async () => {
    world = await FiguresWorld.start();
  }, 240_000);
  afterAll(() => world?.stop());

  it('are the same in whatever order, batches and number facts come', async () => {
    await fc.assert(
      fc.asyncProperty(anyDelivery, async ([facts, batches]) => {
        await world.forget();
        for (const batch of batches) await world.hear(...batch);
        expect(await world.tables()).toEqual(tablesOf(facts));
      }),
      RUNS,
    );
  });

  it('are the same when all batches are counted at once, by several', async () => {
    await fc.assert(
      fc.asyncProperty(anyDelivery, async ([facts, batches]) => {
        await world.forget();
        // None of them may fail, not even by a deadlock: then they would not be in one order.
        await Promise.all(batches.map((batch) => world.hear(...batch)));
        expect(await world.tables()).toEqual(tablesOf(facts));
      }),
      RUNS,
    );
  });

  it('are the same for many orders, counted by two at once in opposite orders', async () => {
    await world.forget();
    const facts = Array.from({ length: 300 }, (_, n) => {
      const what = { order: n, merchantId: MERCHANTS[n % 2] ?? '', at: hour(n % 72) };
      return [
        told('payment.requested', what),
        told('payment.failed', { ...what, revision: 2 }),
        told('payment.completed', { ...what, revision: 4, more: { fee: n } }),
        refund(n % 7, n % 7, { ...what, revision: 6 }),
        told('order.completed', { ...what, revision: 5 }),
      ];
    }).flat();
    const zones = MERCHANTS.map((id) => settled(id, 'Asia/Tokyo'));
    const batches = split(facts, [100, 37]);
    await Promise.all([
      (async () => {
        for (const batch of batches) await world.hear(...batch);
      })(),
      (async () => {
        for (const batch of batches.toReversed()) await world.hear(...batch.toReversed());
      })(),
      (async () => {
        for (const zone of zones) await world.hear(zone);
      })(),
    ]);
    expect(await world.tables()).toEqual(tablesOf([...facts, ...zones]));
  });
});
