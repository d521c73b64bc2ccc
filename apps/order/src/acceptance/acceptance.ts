/**
 * Takes orders in. Concurrent requests share one transaction: one statement inserts their orders,
 * one their messages, one commit makes them all durable.
 */
import type { PlaceOrderInput } from '#contracts';
import {
  isTransient,
  RetryableError,
  type Outbox,
  type OutgoingEvent,
  type UnitOfWork,
} from '#messaging';
import { Batcher, runtime } from '#platform';
import { createdFact, sagaStartOf } from '../domain/messages.js';
import { newOrder } from '../domain/order.js';
import type { KeyedOrder, RequestKey } from '../persistence/insert-orders.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';

export interface AcceptanceRequest {
  readonly input: PlaceOrderInput;
  /** The client's Idempotency-Key, if it sent one. */
  readonly requestKey?: RequestKey;
  /** W3C trace context of the HTTP request. */
  readonly traceparent?: string;
}

export type Acceptance =
  /** Accepted now, or before with the same key: then with the order of that time. */
  | { readonly outcome: 'accepted'; readonly orderId: string }
  /** The key was used before for something else. */
  | { readonly outcome: 'key-reused' };

export interface AcceptanceLimits {
  /** Most orders of one transaction. */
  readonly maxItems: number;
  /** Most transactions at the same time. */
  readonly maxConcurrent: number;
  /** Most requests that wait; one more is told to come back later. */
  readonly maxQueued: number;
  /** See `BatcherOptions`: under a load the processors have better to do than small transactions. */
  readonly pause?: { readonly ms: number; readonly unlessWaiting: number };
}

export const defaultLimits: AcceptanceLimits = {
  maxItems: 200,
  maxConcurrent: 2,
  maxQueued: 5_000,
  pause: { ms: 20, unlessWaiting: 32 },
};

const ATTEMPTS = 3;

export class AcceptanceDesk {
  private readonly batcher: Batcher<AcceptanceRequest, Acceptance>;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    limits: AcceptanceLimits = defaultLimits,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: OrderRows = postgresOrderRows,
  ) {
    this.batcher = new Batcher({
      ...limits,
      run: (requests) => this.run(requests),
      // a database that is away is nobody's fault: splitting would only ask it again and again
      bisect: (error) => !isTransient(error),
    });
  }

  /**
   * Resolves when the order is durable.
   * @throws QueueFullError when too many wait already
   */
  accept(request: AcceptanceRequest): Promise<Acceptance> {
    return this.batcher.add(request);
  }

  /**
   * A transaction whose commit is in doubt is run again: the orders keep their ids, so what did get
   * through is found by them.
   */
  private async run(requests: readonly AcceptanceRequest[]): Promise<Acceptance[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) => this.record(unit, requests));
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error instanceof RetryableError)) throw error;
      }
    }
  }

  private async record(
    unit: UnitOfWork,
    requests: readonly AcceptanceRequest[],
  ): Promise<Acceptance[]> {
    const now = this.clock();
    const orders = requests.map(({ input, requestKey }): KeyedOrder => ({
      order: newOrder(input, now),
      ...(requestKey && { requestKey }),
    }));
    const inserted = await this.rows.insertOrders(unit.tx, orders);
    orders.forEach(({ order }, index) => {
      if (!inserted.has(order.orderId)) return;
      const { input, traceparent } = requests[index] as AcceptanceRequest;
      unit.publish(
        traced(traceparent, sagaStartOf(input, now)),
        traced(traceparent, createdFact(order)),
      );
    });
    if (inserted.size === requests.length) return requests.map(accepted);
    return this.answerRepeated(unit, requests, inserted);
  }

  /** Some keys, or the orders themselves, were there before, or twice in this group. */
  private async answerRepeated(
    unit: UnitOfWork,
    requests: readonly AcceptanceRequest[],
    inserted: ReadonlySet<string>,
  ): Promise<Acceptance[]> {
    const repeated = requests.filter(({ input }) => !inserted.has(input.orderId));
    const keys = repeated.flatMap(({ requestKey }) => requestKey?.key ?? []);
    const ids = repeated.map(({ input }) => input.orderId);
    const earlier = await this.rows.findEarlier(unit.tx, ids, [...new Set(keys)]);
    const ofKey = new Map(earlier.map((request) => [request.requestKey?.key, request]));
    const ofId = new Set(earlier.map(({ orderId }) => orderId));
    return requests.map((request): Acceptance => {
      const { input, requestKey } = request;
      if (inserted.has(input.orderId) || ofId.has(input.orderId)) return accepted(request);
      const before = requestKey && ofKey.get(requestKey.key);
      if (!before) throw new Error(`the order ${input.orderId} was neither inserted nor found`);
      return before.requestKey?.hash === requestKey.hash
        ? { outcome: 'accepted', orderId: before.orderId }
        : { outcome: 'key-reused' };
    });
  }
}

const accepted = ({ input }: AcceptanceRequest): Acceptance => ({
  outcome: 'accepted',
  orderId: input.orderId,
});

const traced = (traceparent: string | undefined, event: OutgoingEvent): OutgoingEvent =>
  traceparent === undefined ? event : { ...event, traceparent };
