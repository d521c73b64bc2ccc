/**
 * Promise attacked here: two who count the same order at the same time, or one an order while another
 * one learns where its merchant is, count what one after the other would have.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Outbox, type ReceivedEvent, type Tx } from '#messaging';
import { waitFor } from '#testing';
import { settled, told } from '../../../apps/analytics/src/fixtures/events.js';
import { countFacts } from '../../../apps/analytics/src/handlers/count-facts.js';
import { FiguresWorld, tablesOf } from './figures-world.js';

const LATE = { at: '2026-11-30T16:00:00.000Z' };

describe('what is counted meanwhile', () => {
  let world: FiguresWorld;
  beforeAll(async () => {
    world = await FiguresWorld.start();
  }, 240_000);
  afterAll(() => world?.stop());

  const waiting = async (): Promise<boolean> => {
    const rows = await world.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };

  /**
   * Counts `first` in a transaction that has read all, and writes what follows from it when whoever
   * counts `second` has to wait.
   */
  async function countBoth(first: ReceivedEvent, second: ReceivedEvent): Promise<void> {
    let later: Promise<void> | undefined;
    const untilSecondWaits = async (): Promise<void> => {
      later ??= world.hear(second);
      // It fails where it does not wait: then it has seen nothing of the first.
      await Promise.race([
        waitFor(waiting, { what: 'the second one to wait', timeoutMs: 8_000, intervalMs: 10 }),
        later.then(() => Promise.reject(new Error('the second one did not wait'))),
      ]);
    };
    await world.service.app.get(Outbox).transaction(({ tx }) => {
      const query: Tx['query'] = async (sql, params) => {
        if (/^\s*(update tally|with added)/.test(sql)) await untilSecondWaits();
        return tx.query(sql, params);
      };
      return countFacts({ query }, [first]);
    });
    expect(later).toBeDefined();
    await later;
  }

  const requested = told('payment.requested', LATE);
  const declined = told('payment.failed', { ...LATE, revision: 2 });
  const taken = told('payment.completed', { ...LATE, revision: 4 });
  const here = settled('tea', 'Asia/Tokyo');

  it.each<[string, readonly ReceivedEvent[], ReceivedEvent, ReceivedEvent]>([
    ['a payment that is new', [], requested, declined],
    ['a payment that is known', [requested], declined, taken],
    ['an order while its merchant becomes known', [requested], taken, here],
    ['a merchant while an order of it is counted', [requested], here, taken],
    ['a new order while its merchant becomes known', [], requested, here],
  ])('is the same as one after the other: %s', async (_, before, first, second) => {
    await world.forget();
    if (before.length > 0) await world.hear(...before);
    await countBoth(first, second);
    expect(await world.tables()).toEqual(tablesOf([...before, first, second]));
  });
});
