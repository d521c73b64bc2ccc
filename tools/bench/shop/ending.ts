/** When all that was placed is over, and whether it adds up. */
import { setTimeout as pause } from 'node:timers/promises';
import { KafkaClient, type MessagingLog } from '#messaging';
import { runSql, type AppName, type TestWorld } from '#testing';
import { audit, type AcceptedOrder } from '../../demo/audit.js';
import type { Shop } from '../../demo/shop.js';
import { STOCKED } from './orders.js';

const nothing = (): void => undefined;
const SILENT: MessagingLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
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
export async function caughtUp(
  world: TestWorld,
  readers: readonly AppName[],
  wait: Wait,
): Promise<void> {
  const kafka = new KafkaClient({
    brokers: world.kafka.brokers.split(','),
    topicPrefix: world.topicPrefix,
    clientId: 'bench',
    log: SILENT,
  });
  try {
    await untilNone('facts', wait, async () => {
      const lags = await Promise.all(readers.map((reader) => kafka.lag(reader, FACTS)));
      return lags
        .flatMap((lag) => Object.values(lag).flat())
        .reduce((sum, behind) => sum + behind, 0);
    });
  } finally {
    await kafka.close();
  }
}

const FACTS = ['order.events', 'payment.events', 'shipment.events', 'inventory.events'];

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
