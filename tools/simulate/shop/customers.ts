/** Customers: they order, ask again when nobody answers, and some of them change their mind. */
import type { PlaceOrderInput } from '#contracts';
import { UNDELIVERABLE } from '../outside/carrier.js';
import { UNKNOWN_RECIPIENT } from '../outside/mail.js';
import type { OrderPlan } from '../plan.js';
import { newActor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { Replica } from './replica.js';
import { SEALED } from './settings.js';

const ANSWER_WITHIN_MS = 3_000;
const ASK_AGAIN_MS = [200, 1_500] as const;

export interface Customer {
  readonly plan: OrderPlan;
  /** The order as the customer was told of it. */
  orderId?: string;
}

export class Customers {
  readonly all: Customer[];
  /** Ids that were given out for each customer's requests, by order plan; only one becomes an order. */
  readonly planOfId = new Map<string, OrderPlan>();
  private readonly actor = newActor('customers');

  constructor(
    private readonly world: World,
    orders: readonly OrderPlan[],
    private readonly replicas: readonly Replica[],
  ) {
    this.all = orders.map((plan) => ({ plan }));
    for (const customer of this.all) {
      const { atMs, isDoubled } = customer.plan;
      world.scheduler.after(atMs, this.actor, () => this.ask(customer));
      if (isDoubled) world.scheduler.after(atMs, this.actor, () => this.ask(customer));
    }
  }

  /** One request over HTTP: to some replica, with an id that this replica gives it. */
  private ask(customer: Customer): void {
    const { scheduler, random } = this.world;
    if (customer.orderId !== undefined) return;
    const again = (): void => {
      scheduler.after(random.between(...ASK_AGAIN_MS), this.actor, () => this.ask(customer));
    };
    const replica = random.pick(this.replicas);
    const { desks, life } = replica;
    if (!desks || !life) return again();
    let isOpen = true;
    const cancelTimeout = scheduler.after(ANSWER_WITHIN_MS, this.actor, () => {
      isOpen = false;
      again();
    });
    const input = inputOf(this.world.uuid(), customer.plan);
    this.planOfId.set(input.orderId, customer.plan);
    const requestKey = { key: `key-${customer.plan.no}`, hash: `hash-${customer.plan.no}` };
    scheduler.after(1, life.actor, () => {
      desks.acceptance.accept({ input, requestKey }).then(
        (answer) => {
          if (!isOpen || !life.actor.isAlive) return;
          cancelTimeout();
          if (answer.outcome === 'accepted') this.accepted(customer, answer.orderId);
          else
            this.world.violated(`the key of order ${customer.plan.no} counts as used for another`);
        },
        () => {
          if (!isOpen || !life.actor.isAlive) return;
          cancelTimeout();
          again();
        },
      );
    });
  }

  private accepted(customer: Customer, orderId: string): void {
    const { plan } = customer;
    if (customer.orderId !== undefined) {
      if (customer.orderId !== orderId) {
        this.world.violated(`order ${plan.no} was accepted twice: ${customer.orderId}, ${orderId}`);
      }
      return;
    }
    customer.orderId = orderId;
    this.world.note(`order ${plan.no} is ${orderId}`);
    if (plan.cancelAfterMs === undefined) return;
    this.world.scheduler.after(plan.cancelAfterMs, this.actor, () => this.cancel(orderId));
  }

  private cancel(orderId: string): void {
    const { scheduler, random } = this.world;
    const again = (): void => {
      scheduler.after(random.between(...ASK_AGAIN_MS), this.actor, () => this.cancel(orderId));
    };
    const { desks, life } = random.pick(this.replicas);
    if (!desks || !life) return again();
    scheduler.after(1, life.actor, () => {
      this.world.note(`cancel ${orderId}`);
      desks.cancel.cancel(orderId).catch(() => life.actor.isAlive && again());
    });
  }
}

const inputOf = (orderId: string, plan: OrderPlan): PlaceOrderInput => {
  const items = plan.lines.map(({ product, quantity }) => ({
    productId: `product-${product}`,
    quantity,
    unitPrice: 100 * product,
  }));
  return {
    orderId,
    customerId: `customer-${plan.no}`,
    merchantId: 'merchant-1',
    channel: 'web',
    currency: 'JPY',
    items,
    totalAmount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    shippingAddress: {
      prefecture: 'Tokyo',
      city: 'Chiyoda',
      line1: '1-1',
      postalCode: plan.address === 'known' ? '100-0001' : UNDELIVERABLE,
    },
    email: plan.mailbox === 'known' ? `customer-${plan.no}@example.com` : UNKNOWN_RECIPIENT,
    payment: { method: 'credit_card', sealedToken: SEALED[plan.card] },
  };
};
