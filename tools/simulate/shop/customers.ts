/**
 * Customers: they order, ask again when nobody answers, and some of them change their mind or send
 * goods back.
 */
import type { PlaceOrderInput, StockLine } from '#contracts';
import type { ReturnRequested } from '../../../apps/order/src/acceptance/request-return.js';
import { UNDELIVERABLE } from '../outside/parcel-books.js';
import type { ProviderBooks } from '../outside/provider.js';
import { UNKNOWN_RECIPIENT } from '../outside/mail.js';
import type { OrderPlan, ReturnPlan } from '../plan.js';
import { newActor } from '../world/scheduler.js';
import type { World } from '../world/world.js';
import type { Front } from './front.js';
import type { OrderDesks } from './participants.js';
import { CURRENCY, MERCHANT, SEALED } from './settings.js';

/** How long a customer takes to notice that there is something to be done. */
const NOTICED_AFTER_MS = 250;
/** How often the same card is given to an order that does not want one. */
const CARD_TRIES = 5;

export interface Customer {
  readonly plan: OrderPlan;
  /** The order as the customer was told of it. */
  orderId?: string;
  /** One for each return of the plan that has been answered for good. */
  readonly returns: { readonly plan: ReturnPlan; readonly answer: ReturnRequested }[];
}

export class Customers {
  readonly all: readonly Customer[];
  /** Ids that were given out for each customer's requests, by order plan; only one becomes an order. */
  readonly planOfId = new Map<string, OrderPlan>();
  /** How many of an order's cards its customer has seen declined. */
  private readonly declinedSeen = new Map<string, number>();
  /** What an order's customer does when it is the customer's turn. */
  private readonly turns = new Map<string, () => void>();
  private readonly actor = newActor('customers');

  constructor(
    private readonly world: World,
    orders: readonly OrderPlan[],
    private readonly front: Front<OrderDesks>,
    private readonly provider: ProviderBooks,
  ) {
    this.all = orders.map((plan) => ({ plan, returns: [] }));
    provider.onCustomersTurn = (orderId) => {
      const act = this.turns.get(orderId);
      this.turns.delete(orderId);
      if (act) this.after(NOTICED_AFTER_MS, act);
    };
    for (const customer of this.all) {
      const { atMs, isDoubled } = customer.plan;
      this.after(atMs, () => this.order(customer));
      if (isDoubled) this.after(atMs, () => this.order(customer));
    }
  }

  private after(delayMs: number, run: () => void): void {
    this.world.scheduler.after(delayMs, this.actor, run);
  }

  /** Each request gets an id of its own from whoever receives it. */
  private order(customer: Customer): void {
    const { plan } = customer;
    const requestKey = { key: `key-${plan.no}`, hash: `hash-${plan.no}` };
    this.front.ask({
      actor: this.actor,
      work: ({ acceptance }) => {
        const input = inputOf(this.world.uuid(), plan);
        this.planOfId.set(input.orderId, plan);
        return acceptance.accept({ input, requestKey });
      },
      answered: (answer) => {
        if (answer.outcome === 'in-progress') {
          this.world.met('key in use');
          return 'again';
        }
        if (answer.outcome === 'accepted') this.accepted(customer, answer.orderId);
        else this.world.violated(`the key of order ${plan.no} counts as used for another`);
        return 'over';
      },
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
    const { cancelAfterMs } = plan;
    if (cancelAfterMs !== undefined) this.after(cancelAfterMs, () => this.cancel(orderId));
    if (plan.transferMs !== undefined && plan.transferMs !== 'never') {
      this.after(plan.transferMs, () => this.transfer(orderId));
    }
    if (plan.anotherCardMs > 0) this.giveCards(orderId, plan.moreCards);
    for (const back of plan.returns) {
      this.after(back.afterMs, () => this.sendBack(customer, orderId, back));
      if (back.isDoubled) this.after(back.afterMs, () => this.sendBack(customer, orderId, back));
    }
  }

  /** Pays as soon as there is something to pay. */
  private transfer(orderId: string): void {
    if (!this.provider.customerPays(orderId)) {
      this.turns.set(orderId, () => this.transfer(orderId));
    } else this.world.note(`${orderId} is paid by transfer`);
  }

  /** One card after the other, each when the one before was declined. */
  private giveCards(orderId: string, cards: OrderPlan['moreCards']): void {
    const [next, ...others] = cards;
    if (!next) return;
    const declined = this.provider.declinedOf(orderId);
    if (declined < this.declined(orderId) + 1) {
      this.turns.set(orderId, () => this.giveCards(orderId, cards));
      return;
    }
    this.declinedSeen.set(orderId, declined);
    let tries = CARD_TRIES;
    this.after(next.afterMs, () => {
      this.front.ask({
        actor: this.actor,
        work: ({ anotherCard }) => {
          this.world.note(`another card for ${orderId}: ${next.card}`);
          return anotherCard.give(orderId, SEALED[next.card]);
        },
        answered: (answer) => {
          // The order has not heard of the decline, or has heard of this card before.
          if (answer?.verdict !== 'not-declined' || (tries -= 1) === 0) return 'over';
          this.world.met('card given too soon');
          return 'later';
        },
      });
      this.giveCards(orderId, others);
    });
  }

  private declined(orderId: string): number {
    return this.declinedSeen.get(orderId) ?? 0;
  }

  private cancel(orderId: string): void {
    this.front.ask({
      actor: this.actor,
      work: ({ cancel }) => {
        this.world.note(`cancel ${orderId}`);
        return cancel.cancel(orderId);
      },
      answered: () => 'over',
    });
  }

  /** Goods can come back once the order is shipped; until then the customer asks again. */
  private sendBack(customer: Customer, orderId: string, plan: ReturnPlan): void {
    const key = `return-${plan.no}`;
    this.front.ask({
      actor: this.actor,
      work: ({ returns }) => {
        const returnId = this.world.uuid();
        const items = linesOf(customer.plan, plan);
        return returns.request({ returnId, orderId, items, requestKey: { key, hash: key } });
      },
      answered: (answer) => {
        if (answer.outcome === 'not-shipped' && isUnderWay(answer.status)) {
          this.world.met('return asked for before the order was shipped');
          return 'later';
        }
        if (answer.outcome === 'in-progress') {
          this.world.met('key in use');
          return 'again';
        }
        this.returnAnswered(customer, plan, answer);
        return 'over';
      },
    });
  }

  private cancelReturn(orderId: string, returnId: string): void {
    this.front.ask({
      actor: this.actor,
      work: ({ cancelReturn }) => {
        this.world.note(`cancel return ${returnId}`);
        return cancelReturn.cancel({ orderId, returnId });
      },
      answered: () => 'over',
    });
  }

  private returnAnswered(customer: Customer, plan: ReturnPlan, answer: ReturnRequested): void {
    const { returns, orderId } = customer;
    const earlier = returns.findIndex((one) => one.plan === plan);
    const first = returns[earlier]?.answer;
    if (first?.outcome !== 'accepted') {
      this.world.note(`return ${plan.no} of ${orderId}: ${JSON.stringify(answer)}`);
      this.world.met(SITUATIONS[answer.outcome]);
      // What is refused may be possible later, when another return of the order was rejected.
      if (earlier >= 0) returns.splice(earlier, 1);
      returns.push({ plan, answer });
      if (answer.outcome === 'accepted' && orderId !== undefined) {
        const { cancelAfterMs } = plan;
        const { returnId } = answer;
        if (cancelAfterMs !== undefined) {
          this.after(cancelAfterMs, () => this.cancelReturn(orderId, returnId));
        }
      }
    } else if (answer.outcome === 'accepted') {
      this.world.met('return asked for twice');
      if (answer.returnId === first.returnId) return;
      this.world.violated(`return ${plan.no} of ${orderId} was accepted twice`);
    }
  }
}

const isUnderWay = (status: string): boolean => status === 'pending' || status === 'confirmed';

const SITUATIONS: Readonly<Record<ReturnRequested['outcome'], string>> = {
  accepted: 'return accepted',
  'not-shipped': 'return of an order that is cancelled',
  impossible: 'return of more than is left',
  'key-reused': 'key of a return used for another',
  'in-progress': 'key in use',
  'unknown-order': 'return of an unknown order',
};

const linesOf = ({ lines }: OrderPlan, { share }: ReturnPlan): StockLine[] => {
  const all = lines.map(({ product, quantity }) => ({ productId: `product-${product}`, quantity }));
  return share === 'all' ? all : all.slice(0, 1).map((line) => ({ ...line, quantity: 1 }));
};

const inputOf = (orderId: string, plan: OrderPlan): PlaceOrderInput => {
  const items = plan.lines.map(({ product, quantity }) => ({
    productId: `product-${product}`,
    quantity,
    unitPrice: 100 * product,
  }));
  return {
    orderId,
    customerId: `customer-${plan.no}`,
    merchantId: MERCHANT.merchantId,
    channel: 'web',
    currency: CURRENCY,
    items,
    totalAmount: items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0),
    shippingAddress: {
      prefecture: 'Tokyo',
      city: 'Chiyoda',
      line1: '1-1',
      postalCode: plan.address === 'known' ? '100-0001' : UNDELIVERABLE,
    },
    email: plan.mailbox === 'known' ? `customer-${plan.no}@example.com` : UNKNOWN_RECIPIENT,
    payment:
      plan.transferMs === undefined
        ? {
            ...{ method: 'credit_card', sealedToken: SEALED[plan.card] },
            anotherCardMs: plan.anotherCardMs,
          }
        : { method: 'bank_transfer' },
  };
};
