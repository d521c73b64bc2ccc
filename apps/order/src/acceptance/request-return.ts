import type { ReturnOrderInput, StockLine } from '#contracts';
import { type Outbox, RetryableError, StillLockedError, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { returnStartOf } from '../domain/messages.js';
import type { Order } from '../domain/order.js';
import { RETURNABLE } from '../domain/settle-return.js';
import {
  newReturn,
  selectItems,
  type OrderReturn,
  type Selection,
} from '../domain/order-return.js';
import type { RequestKey } from '../persistence/insert-orders.js';
import { postgresReturnRows, type ReturnRows } from '../persistence/return-rows.js';
import { DEFAULT_KEY_WAIT_MS } from './acceptance.js';
import { KeysInUse } from './keys-in-use.js';
import { Lanes } from './lanes.js';

export interface ReturnRequest {
  readonly returnId: string;
  readonly orderId: string;
  readonly items: readonly StockLine[];
  readonly note?: string;
  /** The client's Idempotency-Key, if it sent one. */
  readonly requestKey?: RequestKey;
  /** W3C trace context of the HTTP request. */
  readonly traceparent?: string;
}

export type ReturnRequested =
  /** Accepted now, or before with the same key: then with the id of that time. */
  | { readonly outcome: 'accepted'; readonly returnId: string }
  /** The key was used before for something else. */
  | { readonly outcome: 'key-reused' }
  /** Another request with the key, or for the order, has not ended yet. */
  | { readonly outcome: 'in-progress' }
  | { readonly outcome: 'unknown-order' }
  | { readonly outcome: 'not-shipped'; readonly status: Order['status'] }
  | { readonly outcome: 'impossible'; readonly why: Exclude<Selection, { kind: 'possible' }> };

const ATTEMPTS = 3;

/**
 * Requests for one order wait for each other in the database, each with a connection in its hands; so
 * many at once leave the others to everybody else. Of those that wait, one more is told to come back.
 */
const LIMITS = { maxItems: 1, maxConcurrent: 2, maxQueued: 1_000 };

/** Takes returns in: their rows and the start of their saga, in one transaction. */
export class ReturnDesk {
  private readonly lanes = new Lanes<ReturnRequest, ReturnRequested>({
    limits: LIMITS,
    run: (requests, waitMs) => Promise.all(requests.map((request) => this.inTurn(request, waitMs))),
  });
  private readonly inUse = new KeysInUse<ReturnRequested>();

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: ReturnRows = postgresReturnRows,
    /** For how long a request waits for another one with its key. */
    private readonly keyWaitMs = DEFAULT_KEY_WAIT_MS,
  ) {}

  /**
   * Resolves when the return is durable.
   * @throws QueueFullError when too many wait already
   */
  async request(request: ReturnRequest): Promise<ReturnRequested> {
    const { requestKey, orderId } = request;
    const untilMs = requestKey ? runtime.monotonicMs() + this.keyWaitMs : Infinity;
    const run = () => this.lanes.add(request, untilMs);
    // a key is one of its order
    const ofOrder = requestKey && { ...requestKey, key: `${orderId} ${requestKey.key}` };
    const answer = await (ofOrder ? this.inUse.turn(ofOrder, untilMs, run) : run());
    return answer ?? { outcome: 'in-progress' };
  }

  /** A commit in doubt is asked for again, by the same id. */
  private async inTurn(
    request: ReturnRequest,
    waitMs: number | undefined,
  ): Promise<ReturnRequested> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) => this.record(unit, request, waitMs));
      } catch (error) {
        const isWorthIt = error instanceof RetryableError && !(error instanceof StillLockedError);
        if (attempt >= ATTEMPTS || !isWorthIt) throw error;
      }
    }
  }

  private async record(
    unit: UnitOfWork,
    request: ReturnRequest,
    waitMs: number | undefined,
  ): Promise<ReturnRequested> {
    const { orderId, requestKey } = request;
    const { rows } = this;
    // Held until the end, so that requests side by side cannot take the same pieces twice.
    if (!(await rows.lockOrder(unit.tx, orderId, waitMs))) return { outcome: 'unknown-order' };
    const earlier = await rows.findByRequest(unit.tx, request);
    if (earlier) {
      return earlier.requestKey?.hash === requestKey?.hash
        ? { outcome: 'accepted', returnId: earlier.returnId }
        : { outcome: 'key-reused' };
    }
    const order = await rows.findOrder(unit.tx, orderId);
    if (!order) return { outcome: 'unknown-order' };
    if (!RETURNABLE.includes(order.status)) return { outcome: 'not-shipped', status: order.status };
    const standing = await rows.standingReturns(unit.tx, [orderId]);
    const taken = standing.flatMap(({ items }) => items);
    const selection = selectItems(order.items, taken, request.items);
    if (selection.kind !== 'possible') return { outcome: 'impossible', why: selection };
    const now = this.clock();
    const { returnId, note } = request;
    const asked = newReturn(
      {
        ...{ returnId, orderId, items: selection.items, refundAmount: selection.amount },
        ...(note !== undefined && { note }),
      },
      now,
    );
    await rows.insertReturns(unit.tx, [{ asked, ...(requestKey && { requestKey }) }]);
    const start = returnStartOf(inputOf(order, asked), now);
    const { traceparent } = request;
    unit.publish(traceparent === undefined ? start : { ...start, traceparent });
    return { outcome: 'accepted', returnId: asked.returnId };
  }
}

const inputOf = (
  order: Order,
  { returnId, items, refundAmount }: OrderReturn,
): ReturnOrderInput => ({
  returnId,
  orderId: order.orderId,
  merchantId: order.merchantId,
  currency: order.currency,
  items: [...items],
  refundAmount,
  shippingAddress: order.shippingAddress,
  email: order.email,
});
