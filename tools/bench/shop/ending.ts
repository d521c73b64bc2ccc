/** When all that was placed is over, and whether it adds up. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TopicName } from '#contracts';
import { runSql, type ReaderName, type TestWorld } from '#testing';
import { audit, type AcceptedOrder } from '../../demo/audit.js';
import type { Shop } from '../../demo/shop.js';
import { STOCKED } from './orders.js';

const LOOK_EVERY_MS = 500;
const OVER_WITHIN_MS = 1_200_000;

export interface Wait {
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
}

/** Waits until so many sagas have ended. */
export const ended = (world: TestWorld, orders: number, wait: Wait): Promise<void> =>
  untilNone('sagas', wait, async () => {
    const over = await count(
      world.database('orchestrator').url,
      `saga_instance where state in ('completed', 'compensated')`,
    );
    return orders - over;
  });

/** Waits until no notice is left to be sent: sagas end when theirs is recorded. */
export const mailed = (world: TestWorld, wait: Wait): Promise<void> =>
  untilNone('mails', wait, () =>
    count(world.database('notification').url, `notice where status = 'recorded'`),
  );

/** Waits until these have read every fact there is. */
export const caughtUp = (
  world: TestWorld,
  readers: readonly ReaderName[],
  wait: Wait,
): Promise<void> =>
  untilNone('facts', wait, async () => {
    const unread = await Promise.all(
      readers.map((reader) => world.unread(reader, FACTS_OF[reader])),
    );
    return unread.reduce((sum, facts) => sum + facts, 0);
  });

/** Which of the facts that orders make each of them reads. */
const FACTS_OF: Readonly<Record<ReaderName, readonly TopicName[]>> = {
  analytics: ['order.events', 'payment.events'],
  accounting: ['payment.events'],
  settlement: ['order.events', 'payment.events'],
  audit: ['order.events', 'payment.events', 'shipment.events', 'inventory.events'],
};

async function count(url: string, what: string): Promise<number> {
  const [row] = await runSql(url, [`select count(*) as count from ${what}`]);
  return Number(row?.['count']);
}

async function untilNone(
  what: string,
  { signal, show }: Wait,
  left: () => Promise<number>,
): Promise<void> {
  const giveUpAt = performance.now() + OVER_WITHIN_MS;
  for (let rest = await left(); rest > 0; rest = await left()) {
    if (performance.now() > giveUpAt) throw new Error(`${rest} ${what} are still to go`);
    show(`${rest} ${what} to go`);
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** What does not add up, a line each, held against the books of the world outside. */
export async function reckoning(
  world: TestWorld,
  shop: Shop,
  accepted: readonly AcceptedOrder[],
  sinceMs: number,
  ends: Awaited<ReturnType<Shop['bookEnds']>>,
): Promise<string[]> {
  const [orders, sagas, books, stock] = await Promise.all([
    shop.settledOrders(sinceMs),
    shop.sagas(sinceMs),
    shop.books(ends),
    shop.stock(STOCKED.keys()),
  ]);
  const facts = { accepted, orders, sagas, stocked: STOCKED, stock, ...books };
  const found = audit(facts).map(({ of, what }) => `${of} ${what}`);
  const incomplete = sagas.filter(({ state }) => state !== 'completed').length;
  if (incomplete > 0) found.push(`${incomplete} orders did not complete`);
  if (world.app('payment').ended !== undefined) found.push('payment has ended');
  return found;
}
