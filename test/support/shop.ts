/** The system from outside: what customers, operators and stock keepers call over HTTP. */
import { randomUUID } from 'node:crypto';
import { waitFor, type TestWorld } from '#testing';
import { booksOf, type BookedMail, type Books } from './books.js';
import { call, get, getAll, type Answer } from './http.js';
import { anOrder, type OrderRequest, type OrderWishes } from './orders.js';
import { stepStates } from './views.js';
import type {
  HistoryLine,
  OrderStatus,
  OrderSummary,
  OrderView,
  ReturnView,
  SagaState,
  SagaSummary,
  SagaView,
  StockView,
} from './views.js';

/** The largest pages that the services give. */
const ORDERS_A_PAGE = 100;
const SAGAS_A_PAGE = 200;

export class Shop {
  constructor(readonly world: TestWorld) {}

  /** A product that no other test knows, with so many pieces on hand. */
  async product(onHand: number): Promise<string> {
    const productId = `sku-${randomUUID()}`;
    await this.setStock(productId, onHand);
    return productId;
  }

  async setStock(productId: string, onHand: number): Promise<void> {
    const url = `${this.world.url('inventory')}/stock/${productId}`;
    const { status, body } = await call(url, { method: 'PUT', json: { onHand } });
    if (status !== 200) throw new Error(`PUT ${url} answered ${status}: ${JSON.stringify(body)}`);
  }

  stock(productId: string): Promise<StockView> {
    return get(`${this.world.url('inventory')}/stock/${productId}`);
  }

  post(order: unknown, headers: Record<string, string> = {}): Promise<Answer<{ orderId: string }>> {
    return call(`${this.world.url('order')}/orders`, { json: order, headers });
  }

  /** Places an order that must be accepted, and returns its id. */
  async place(order: OrderRequest): Promise<string> {
    const { status, body } = await this.post(order);
    if (status !== 202) throw new Error(`not accepted but ${status}: ${JSON.stringify(body)}`);
    return body.orderId;
  }

  placeOne(wishes: OrderWishes): Promise<string> {
    return this.place(anOrder(wishes));
  }

  cancel(orderId: string): Promise<Answer> {
    return call(`${this.world.url('order')}/orders/${orderId}/cancel`, { method: 'POST' });
  }

  postReturn(
    orderId: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<{ returnId: string }>> {
    return call(`${this.world.url('order')}/orders/${orderId}/returns`, { json: body, headers });
  }

  /** Sends goods back, which must be accepted, and returns the id of the return. */
  async sendBack(orderId: string, items: Readonly<Record<string, number>>): Promise<string> {
    const lines = Object.entries(items).map(([productId, quantity]) => ({ productId, quantity }));
    const { status, body } = await this.postReturn(orderId, { items: lines });
    if (status !== 202) throw new Error(`not accepted but ${status}: ${JSON.stringify(body)}`);
    return body.returnId;
  }

  return(orderId: string, returnId: string): Promise<ReturnView> {
    return get(`${this.world.url('order')}/orders/${orderId}/returns/${returnId}`);
  }

  async returns(orderId: string): Promise<readonly ReturnView[]> {
    const url = `${this.world.url('order')}/orders/${orderId}/returns`;
    return (await get<{ items: ReturnView[] }>(url)).items;
  }

  order(orderId: string): Promise<OrderView> {
    return get(`${this.world.url('order')}/orders/${orderId}`);
  }

  /** All pages of GET /orders. */
  orders(filter: Readonly<Record<string, string>> = {}): Promise<OrderSummary[]> {
    const query = new URLSearchParams(filter).toString();
    return getAll(`${this.world.url('order')}/orders?${query}`, ORDERS_A_PAGE);
  }

  /** All pages of GET /admin/sagas. */
  async sagas(filter: Readonly<Record<string, string>> = {}): Promise<SagaSummary[]> {
    const query = new URLSearchParams(filter).toString();
    const url = `${this.world.url('orchestrator')}/admin/sagas?${query}`;
    return getAll(url, SAGAS_A_PAGE, await this.#asReader());
  }

  /** The saga of an order or a return, or undefined while it has not begun. */
  async saga(orderId: string): Promise<SagaView | undefined> {
    const { items } = await this.admin<{ items: SagaSummary[] }>(`/sagas?orderId=${orderId}`);
    return items[0] && this.admin(`/sagas/${items[0].sagaId}`);
  }

  async history(sagaId: string): Promise<readonly HistoryLine[]> {
    return (await this.admin<{ items: HistoryLine[] }>(`/sagas/${sagaId}/history`)).items;
  }

  /** What the admin API answers to a reader. */
  async admin<Body>(path: string): Promise<Body> {
    return get(`${this.world.url('orchestrator')}/admin${path}`, await this.#asReader());
  }

  async #asReader(): Promise<Readonly<Record<string, string>>> {
    return { 'x-api-key': await this.world.adminKey('reader') };
  }

  books(orderId: string): Promise<Books> {
    return booksOf(this.world, orderId);
  }

  /**
   * Waits for these mails about an order, and returns all of them; the one that says that it is
   * shipped goes out when the saga has ended.
   */
  untilMailed(
    orderId: string,
    notices: readonly string[] = ['order-shipped'],
  ): Promise<readonly BookedMail[]> {
    return waitFor(
      async () => {
        const { mails } = await this.books(orderId);
        const arrived = mails.map(({ notice }) => notice);
        return notices.every((notice) => arrived.includes(notice)) ? mails : undefined;
      },
      { what: `the mails ${notices.join(', ')} about ${orderId}` },
    );
  }

  /**
   * Waits until so many cards of an order were declined, and its saga waits for another one: only then
   * is a card that is given sure to be tried.
   */
  async untilDeclined(orderId: string, times: number): Promise<void> {
    const url = `${this.world.url('order')}/orders/${orderId}/history`;
    const isHeard = async () => {
      const { items } = await get<{ items: { type: string }[] }>(url);
      return items.filter(({ type }) => type === 'payment-declined').length === times;
    };
    await waitFor(isHeard, { what: `${times} declined cards of ${orderId}` });
    const isWaiting = (saga: SagaView) => stepStates(saga)['charge-payment'] === 'refused';
    await this.untilSagaIs(orderId, 'waiting for another card', isWaiting);
  }

  /** Waits until the saga of an order has come to `state`, and returns it. */
  untilSaga(orderId: string, state: SagaState, timeoutMs = 30_000): Promise<SagaView> {
    return this.untilSagaIs(orderId, state, (saga) => saga.state === state, timeoutMs);
  }

  /** Waits until `holds` is true of the saga of an order; `what` says it in words. */
  async untilSagaIs(
    orderId: string,
    what: string,
    holds: (saga: SagaView) => boolean,
    timeoutMs = 30_000,
  ): Promise<SagaView> {
    let last: SagaView | undefined;
    try {
      return await waitFor(
        async () => {
          last = await this.saga(orderId);
          return last && holds(last) ? last : undefined;
        },
        { what: `the saga of ${orderId} to be ${what}`, timeoutMs },
      );
    } catch (error) {
      throw new Error(`${String(error)}\nit is: ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** Waits until the saga of an order has ended, whichever way. */
  untilSettled(orderId: string, timeoutMs = 60_000): Promise<SagaView> {
    const ended = ({ state }: SagaView) => state === 'completed' || state === 'compensated';
    return this.untilSagaIs(orderId, 'settled', ended, timeoutMs);
  }

  /**
   * Waits until an order's saga has ended and the order says so: cancelled with the saga's own word,
   * shipped when the fact about its parcel has arrived.
   */
  async untilOrder(
    orderId: string,
    status: 'shipped' | 'cancelled',
    timeoutMs = 30_000,
  ): Promise<{ order: OrderView; saga: SagaView }> {
    const end = status === 'shipped' ? 'completed' : 'compensated';
    const saga = await this.untilSaga(orderId, end, timeoutMs);
    const order =
      status === 'shipped' ? await this.untilStatus(orderId, status) : await this.order(orderId);
    if (order.status !== status) {
      throw new Error(`${orderId} is ${order.status}, not ${status}, although its saga is ${end}`);
    }
    return { order, saga };
  }

  /** Waits until an order says that it has come so far. */
  untilStatus(orderId: string, status: OrderStatus): Promise<OrderView> {
    return waitFor(
      async () => {
        const order = await this.order(orderId);
        return order.status === status ? order : undefined;
      },
      { what: `the order ${orderId} to be ${status}` },
    );
  }
}
