/** A system under load that harm is done to, and the reckoning afterwards. */
import type { TestWorld } from '#testing';
import { audit, type Accepted } from './audit.js';
import { pushOrders, stockUp, untilSettled } from './load.js';
import { MIXED_STOCK, mixedOrders, type PlannedOrder } from './orders.js';
import { Shop } from './shop.js';

/** One that completes, one that is undone. */
const FIRST_ORDERS = 2;

/**
 * A sender that dies with a mail in its hands holds it for a multiple of this time, and nobody else
 * may send it meanwhile. Shorter than by default, so that tests need not wait for that.
 */
export const SHORT_LEASES = { notification: { MAIL_TIMEOUT_MS: '2000' } };

export interface Harm {
  readonly orders: readonly PlannedOrder[];
  /** The harm begins when so many of the orders are accepted; the rest comes meanwhile. */
  readonly after: number;
  readonly harm: () => Promise<void>;
  /** Default 20 clients at a time. */
  readonly concurrency?: number;
}

/** One world for several ordeals; each audit covers every order of the world so far. */
export class Ordeal {
  readonly shop: Shop;
  readonly accepted: Accepted[] = [];

  private constructor(readonly world: TestWorld) {
    this.shop = new Shop(world);
  }

  /** Fills the stock, and waits for the first orders, which need all services, to be settled. */
  static async begin(world: TestWorld): Promise<Ordeal> {
    const ordeal = new Ordeal(world);
    await stockUp(ordeal.shop);
    await ordeal.push(mixedOrders(FIRST_ORDERS));
    await untilSettled(world, 150_000);
    return ordeal;
  }

  async push(orders: readonly PlannedOrder[], concurrency = 20): Promise<void> {
    this.accepted.push(...(await pushOrders(this.shop, orders, { concurrency })));
  }

  /** Pushes orders in while harm is done; returns when both have ended. */
  async underLoad({ orders, after, harm, concurrency = 20 }: Harm): Promise<void> {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const pushed = pushOrders(this.shop, orders, {
      concurrency,
      onAccepted: (count) => {
        if (count === after) begin();
      },
    });
    const [accepted] = await Promise.all([pushed, Promise.race([begun, pushed]).then(harm)]);
    this.accepted.push(...accepted);
  }

  /** Waits until everything is settled, and returns what does not add up. */
  async reckoning(
    repeatedMails: 'allowed' | 'forbidden' = 'forbidden',
    timeoutMs = 120_000,
  ): Promise<string[]> {
    await untilSettled(this.world, timeoutMs);
    const { world, accepted } = this;
    return audit(world, { accepted, stocked: MIXED_STOCK, repeatedMails });
  }
}
