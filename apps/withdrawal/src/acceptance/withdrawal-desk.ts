import type { PayoutAccount } from '#contracts';
import {
  RetryableError,
  StillLockedError,
  allStatements,
  isTransient,
  type Outbox,
  type OutgoingEvent,
  type UnitOfWork,
} from '#messaging';
import { Batcher, runtime } from '#platform';
import { sagaStartOf, statusFact } from '../domain/facts.js';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { KeyedWithdrawal, RequestKey } from '../persistence/insert-withdrawals.js';
import type { KnownMerchant } from '../persistence/known-merchants.js';
import { postgresWithdrawalRows, type WithdrawalRows } from '../persistence/withdrawal-rows.js';

export interface WithdrawalRequest {
  readonly withdrawalId: string;
  readonly merchantId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: number;
  readonly requestKey: RequestKey;
  /** W3C trace context of the HTTP request. */
  readonly traceparent?: string;
}

export type Refusal = 'unknown-merchant' | 'merchant-suspended' | 'no-payout-account';

export type WithdrawalRequested =
  /** Accepted now, or before with the same key: then the withdrawal of that time. */
  | { readonly outcome: 'accepted'; readonly withdrawal: Withdrawal }
  /** The key was used before for something else. */
  | { readonly outcome: 'key-reused' }
  /** Another request with the key has not ended yet. */
  | { readonly outcome: 'in-progress' }
  /** Nothing was kept, and its key is free. */
  | { readonly outcome: 'refused'; readonly code: Refusal };

const ATTEMPTS = 3;
const LIMITS = { maxItems: 50, maxConcurrent: 2, maxQueued: 2_000 };
/** A group waits next to nothing for one that has a key of it; who stands alone has its whole time. */
const GROUP_WAIT_MS = 20;

/** Takes withdrawals in: the row, the start of its saga and its fact, in one transaction. */
export class WithdrawalDesk {
  private readonly requests: Batcher<WithdrawalRequest, WithdrawalRequested>;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    /** For how long a request waits for another one with its key. */
    private readonly keyWaitMs: number,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<
      WithdrawalRows,
      'findMerchants' | 'findByKeys' | 'insertWithdrawals'
    > = postgresWithdrawalRows,
  ) {
    this.requests = new Batcher({
      ...LIMITS,
      run: (requests) => this.run(requests),
      // a database that is away is nobody's fault: splitting would only ask it again and again
      bisect: (error) => error instanceof StillLockedError || !isTransient(error),
    });
  }

  /**
   * Resolves when the withdrawal is durable.
   * @throws QueueFullError when too many wait already
   */
  async request(request: WithdrawalRequest): Promise<WithdrawalRequested> {
    return this.requests.add(request).catch((error: unknown) => {
      if (error instanceof StillLockedError) return { outcome: 'in-progress' };
      throw error;
    });
  }

  /** A commit in doubt is asked for again: what did get through is found by its key. */
  private async run(requests: readonly WithdrawalRequest[]): Promise<WithdrawalRequested[]> {
    const waitMs = requests.length === 1 ? this.keyWaitMs : GROUP_WAIT_MS;
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
    requests: readonly WithdrawalRequest[],
    waitMs: number,
  ): Promise<WithdrawalRequested[]> {
    const keys = [...new Set(requests.map(({ requestKey }) => requestKey.key))];
    const ids = [...new Set(requests.map(({ merchantId }) => merchantId))];
    const [finding, learning] = [
      this.rows.findByKeys(unit.tx, keys),
      this.rows.findMerchants(unit.tx, ids),
    ];
    await allStatements([finding, learning]);
    const [before, merchants] = [await finding, await learning];
    const now = this.clock();
    const wishes = requests.map((request) => {
      if (before.has(request.requestKey.key)) return undefined;
      return wishOf(request, merchants.get(request.merchantId), now);
    });
    const asked = wishes.flatMap((wish) => (typeof wish === 'object' ? [wish] : []));
    const inserted =
      asked.length > 0
        ? await this.rows.insertWithdrawals(unit.tx, asked, waitMs)
        : new Set<string>();
    requests.forEach(({ traceparent }, index) => {
      const wish = wishes[index];
      if (typeof wish !== 'object' || !inserted.has(wish.withdrawal.withdrawalId)) return;
      const { withdrawal } = wish;
      unit.publish(traced(traceparent, sagaStartOf(withdrawal, now)));
      unit.publish(traced(traceparent, statusFact(withdrawal, now)));
    });
    // Of requests with one key, side by side, the others find what the first has made.
    const all = inserted.size < asked.length ? await this.rows.findByKeys(unit.tx, keys) : before;
    return requests.map(({ requestKey }, index): WithdrawalRequested => {
      const wish = wishes[index];
      if (typeof wish === 'string') return { outcome: 'refused', code: wish };
      if (wish && inserted.has(wish.withdrawal.withdrawalId)) {
        return { outcome: 'accepted', withdrawal: wish.withdrawal };
      }
      return earlierAnswer(all.get(requestKey.key), requestKey);
    });
  }
}

function earlierAnswer(
  earlier: KeyedWithdrawal | undefined,
  { key, hash }: RequestKey,
): WithdrawalRequested {
  if (!earlier) throw new Error(`the request ${key} was neither taken nor found`);
  const isSame = earlier.requestKey.hash === hash;
  return isSame
    ? { outcome: 'accepted', withdrawal: earlier.withdrawal }
    : { outcome: 'key-reused' };
}

/** What is to be kept of a request, or why nothing is. */
function wishOf(
  request: WithdrawalRequest,
  merchant: KnownMerchant | undefined,
  now: Date,
): KeyedWithdrawal | Refusal {
  if (!merchant) return 'unknown-merchant';
  if (merchant.status === 'suspended') return 'merchant-suspended';
  const account = merchant.accounts.find(({ currency }) => currency === request.currency);
  if (!account) return 'no-payout-account';
  return { withdrawal: newWithdrawal(request, account, now), requestKey: request.requestKey };
}

const newWithdrawal = (
  { withdrawalId, merchantId, currency, amount }: WithdrawalRequest,
  account: PayoutAccount,
  now: Date,
): Withdrawal => ({
  ...{ withdrawalId, merchantId, currency, amount, account },
  ...{ status: 'requested', payout: 'none', revision: 1, payOutTo: [] },
  ...{ payoutId: null, problemCode: null, reason: null },
  ...{ createdAt: now, updatedAt: now },
});

const traced = (traceparent: string | undefined, event: OutgoingEvent): OutgoingEvent =>
  traceparent === undefined ? event : { ...event, traceparent };
