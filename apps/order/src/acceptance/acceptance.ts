/**
 * Takes orders in. Concurrent requests share one transaction: one statement inserts their orders,
 * one their messages, one commit makes them all durable.
 */
import type { PlaceOrderInput } from '#contracts';
import {
  allStatements,
  isTransient,
  type Outbox,
  type OutgoingEvent,
  RetryableError,
  StillLockedError,
  type UnitOfWork,
} from '#messaging';
import { runtime } from '#platform';
import type { OrderProblem } from '../domain/check-order.js';
import { createdFact, sagaStartOf } from '../domain/messages.js';
import { newOrder } from '../domain/order.js';
import { keyOfMerchant, type KeyedOrder, type RequestKey } from '../persistence/insert-orders.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';
import { KeysInUse } from './keys-in-use.js';
import { Lanes, type LaneLimits } from './lanes.js';
import type { OrderCheck } from './order-check.js';

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
  | { readonly outcome: 'key-reused' }
  /** Another request with the key has not ended yet, here or on another replica. */
  | { readonly outcome: 'in-progress' }
  /** The shop cannot take it as it is; nothing was kept, and its key is free. */
  | { readonly outcome: 'refused'; readonly problems: readonly OrderProblem[] };

export const defaultLimits: LaneLimits = {
  maxItems: 200,
  maxConcurrent: 2,
  maxQueued: 5_000,
  pause: { ms: 20, unlessWaiting: 32 },
};

export interface AcceptanceParts {
  readonly limits?: LaneLimits;
  readonly clock?: () => Date;
  readonly rows?: OrderRows;
  /** Absent: every order that is well formed is accepted. */
  readonly check?: OrderCheck | undefined;
  /** For how long a request waits for another one with its key. Default: 2,000. */
  readonly keyWaitMs?: number;
}

const ATTEMPTS = 3;
export const DEFAULT_KEY_WAIT_MS = 2_000;

type Problems = ReadonlyMap<string, readonly OrderProblem[]>;
const NO_PROBLEMS: Problems = new Map();

export class AcceptanceDesk {
  private readonly lanes: Lanes<AcceptanceRequest, Acceptance>;
  private readonly inUse = new KeysInUse<Acceptance>();
  private readonly keyWaitMs: number;
  private readonly clock: () => Date;
  private readonly rows: OrderRows;
  private readonly check: OrderCheck | undefined;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    parts: AcceptanceParts = {},
  ) {
    this.clock = parts.clock ?? runtime.date;
    this.rows = parts.rows ?? postgresOrderRows;
    this.check = parts.check;
    this.keyWaitMs = parts.keyWaitMs ?? DEFAULT_KEY_WAIT_MS;
    this.lanes = new Lanes({
      limits: parts.limits ?? defaultLimits,
      run: (requests, waitMs) => this.run(requests, waitMs),
      // a database that is away is nobody's fault: splitting would only ask it again and again
      bisect: (error) => !isTransient(error),
    });
  }

  /**
   * Resolves when the order is durable.
   * @throws QueueFullError when too many wait already
   */
  async accept(request: AcceptanceRequest): Promise<Acceptance> {
    const { requestKey, input } = request;
    const untilMs = requestKey ? runtime.monotonicMs() + this.keyWaitMs : Infinity;
    const run = () => this.lanes.add(request, untilMs);
    const ofMerchant = requestKey && {
      ...requestKey,
      key: keyOfMerchant(input.merchantId, requestKey.key),
    };
    const answer = await (ofMerchant ? this.inUse.turn(ofMerchant, untilMs, run) : run());
    return answer ?? { outcome: 'in-progress' };
  }

  /**
   * A transaction whose commit is in doubt is run again: the orders keep their ids, so what did get
   * through is found by them.
   */
  private async run(
    requests: readonly AcceptanceRequest[],
    waitMs: number | undefined,
  ): Promise<Acceptance[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.outbox.transaction((unit) => this.record(unit, requests, waitMs));
      } catch (error) {
        const isWorthIt = error instanceof RetryableError && !(error instanceof StillLockedError);
        if (attempt >= ATTEMPTS || !isWorthIt) throw error;
      }
    }
  }

  private async record(
    unit: UnitOfWork,
    requests: readonly AcceptanceRequest[],
    waitMs: number | undefined,
  ): Promise<Acceptance[]> {
    const now = this.clock();
    const orders = requests.map(({ input, requestKey }): KeyedOrder => ({
      order: newOrder(input, now),
      ...(requestKey && { requestKey }),
    }));
    // Inserted first and checked beside it: only who waits for the same key at the unique index can
    // know whether this is a repetition of what was accepted at an earlier price.
    const inserting = this.rows.insertOrders(unit.tx, orders, waitMs);
    const checking = this.check?.problemsOf(unit.tx, requests.map(inputOf));
    await allStatements([inserting, ...(checking ? [checking] : [])]);
    const [inserted, problems] = [await inserting, (await checking) ?? NO_PROBLEMS];
    const refused = [...inserted].filter((orderId) => problems.has(orderId));
    if (refused.length > 0) await this.check?.removeOrders(unit.tx, refused);
    for (const orderId of refused) inserted.delete(orderId);
    orders.forEach(({ order }, index) => {
      if (!inserted.has(order.orderId)) return;
      const { input, traceparent } = requests[index] as AcceptanceRequest;
      unit.publish(
        traced(traceparent, sagaStartOf(input, now)),
        traced(traceparent, createdFact(order)),
      );
    });
    if (inserted.size === requests.length) return requests.map(accepted);
    return this.answerOthers(unit, requests, inserted, problems);
  }

  /**
   * Some keys, or the orders themselves, were there before; or the shop cannot take them. What was accepted once stays so, whatever the shop says of it now.
   */
  private async answerOthers(
    unit: UnitOfWork,
    requests: readonly AcceptanceRequest[],
    inserted: ReadonlySet<string>,
    problems: Problems,
  ): Promise<Acceptance[]> {
    const repeated = requests.filter(({ input }) => !inserted.has(input.orderId));
    const keys = repeated.flatMap(({ requestKey }) => requestKey?.key ?? []);
    const ids = repeated.map(({ input }) => input.orderId);
    const earlier = await this.rows.findEarlier(unit.tx, ids, [...new Set(keys)]);
    const ofKey = new Map(
      earlier.flatMap((one) =>
        one.requestKey ? [[keyOfMerchant(one.merchantId, one.requestKey.key), one] as const] : [],
      ),
    );
    const ofId = new Set(earlier.map(({ orderId }) => orderId));
    return requests.map((request): Acceptance => {
      const { input, requestKey } = request;
      if (inserted.has(input.orderId) || ofId.has(input.orderId)) return accepted(request);
      const before = requestKey && ofKey.get(keyOfMerchant(input.merchantId, requestKey.key));
      if (before) {
        return before.requestKey?.hash === requestKey.hash
          ? { outcome: 'accepted', orderId: before.orderId }
          : { outcome: 'key-reused' };
      }
      const found = problems.get(input.orderId);
      if (found) return { outcome: 'refused', problems: found };
      throw new Error(`the order ${input.orderId} was neither inserted nor found`);
    });
  }
}

const inputOf = ({ input }: AcceptanceRequest): PlaceOrderInput => input;

const accepted = ({ input }: AcceptanceRequest): Acceptance => ({
  outcome: 'accepted',
  orderId: input.orderId,
});

const traced = (traceparent: string | undefined, event: OutgoingEvent): OutgoingEvent =>
  traceparent === undefined ? event : { ...event, traceparent };
