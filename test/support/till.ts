/** Merchants and their money, as the system is seen from outside: earned, settled, drawn and paid. */
import { randomUUID } from 'node:crypto';
import {
  eventType,
  orderCompleted,
  paymentCompleted,
  type EventContract,
  type PayoutAccount,
  type Reason,
  type WithdrawalStatus,
} from '#contracts';
import { waitFor, type TestWorld } from '#testing';
import type { z } from 'zod';
import { call, get, getAll, type Answer } from './http.js';
import { Topics, type OutgoingMessage } from './topics.js';

export interface WithdrawalView {
  readonly withdrawalId: string;
  readonly status: WithdrawalStatus;
  readonly payout: string;
  readonly payoutId?: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly amount: number;
  readonly account: PayoutAccount;
  readonly reason?: Reason;
}

export interface BalanceView {
  readonly currency: string;
  readonly available: number;
  readonly held: number;
  readonly drawn: number;
  readonly settled: number;
  readonly due: number;
}

export interface PayoutView {
  readonly payoutId: string;
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: string;
}

export const CURRENCY = 'GBP';
const ACCOUNT = { holder: 'The Tea Shop Ltd', number: 'GB33BUKB20201555555555', bank: 'BUKBGB22' };

/** Of facts that are older than any holding period. */
const LONG_AGO = '2026-01-01T12:00:00.000Z';
const SLOW_MACHINE = { timeoutMs: 150_000, intervalMs: 100 };

export class Till {
  readonly topics: Topics;

  constructor(readonly world: TestWorld) {
    this.topics = new Topics(world);
  }

  /** A merchant whom everybody knows, with an account and, if wished, money. @returns the id */
  async merchant(balance = 0, number = ACCOUNT.number): Promise<string> {
    const merchantId = `m-${randomUUID()}`;
    const url = `${this.world.url('merchant')}/merchants/${merchantId}`;
    const put = async (path: string, json: unknown): Promise<void> => {
      const { status } = await call(url + path, { method: 'PUT', json });
      if (status >= 300) throw new Error(`PUT ${url}${path} answered ${status}`);
    };
    await put('', { name: 'The Tea Shop', timeZone: 'Europe/London' });
    await put(`/payout-accounts/${CURRENCY}`, { ...ACCOUNT, number });
    if (balance > 0) await this.earn(merchantId, balance);
    return merchantId;
  }

  /**
   * An order that is paid and delivered, as payment and order would tell of it, settled. Told and not
   * placed: the way of an order takes eight more processes, and is tested elsewhere.
   */
  async earn(merchantId: string, amount: number): Promise<void> {
    const orderId = randomUUID();
    await this.topics.send([
      factOf(paymentCompleted, orderId, {
        ...money(orderId, merchantId),
        ...{ amount, method: 'credit_card' },
      }),
      factOf(orderCompleted, orderId, {
        ...money(orderId, merchantId),
        ...{ status: 'completed', totalAmount: amount },
      }),
    ]);
    const before = (await this.balance(merchantId))?.settled ?? 0;
    // Who lets another merchant earn at the same moment may have settled with this one as well.
    const isDue = async () => {
      const { due = 0, settled = 0 } = (await this.balance(merchantId)) ?? {};
      return due + settled - before >= amount;
    };
    await waitFor(isDue, { what: `${amount} of ${merchantId} to be due`, ...SLOW_MACHINE });
    const { status } = await call(`${this.world.url('settlement')}/batches`, { json: {} });
    if (status !== 202) throw new Error(`POST /batches answered ${status}`);
    const isSettled = async () => (await this.balance(merchantId))?.settled === before + amount;
    await waitFor(isSettled, { what: `${amount} of ${merchantId} to be settled`, ...SLOW_MACHINE });
  }

  /** Undefined where nothing is known of the merchant yet. */
  async balance(merchantId: string): Promise<BalanceView | undefined> {
    const url = `${this.world.url('settlement')}/balances/${merchantId}`;
    const { status, body } = await call<{ balances: BalanceView[] }>(url);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${url} answered ${status}`);
    return body.balances.find(({ currency }) => currency === CURRENCY);
  }

  post(merchantId: string, amount: number): Promise<Answer<WithdrawalView>> {
    return call(`${this.world.url('withdrawal')}/withdrawals`, {
      json: { merchantId, currency: CURRENCY, amount },
      headers: { 'idempotency-key': randomUUID() },
      timeoutMs: 60_000,
    });
  }

  /** Asks for money, which must be accepted; who was made known just now is heard of in a moment. */
  async draw(merchantId: string, amount: number): Promise<string> {
    const accepted = await waitFor(
      async () => {
        const answer = await this.post(merchantId, amount);
        return answer.status === 202 ? answer.body : undefined;
      },
      { what: `a withdrawal of ${merchantId} to be accepted`, ...SLOW_MACHINE },
    );
    return accepted.withdrawalId;
  }

  withdrawal(withdrawalId: string): Promise<WithdrawalView> {
    return get(`${this.world.url('withdrawal')}/withdrawals/${withdrawalId}`);
  }

  withdrawals(merchantId: string): Promise<WithdrawalView[]> {
    const url = `${this.world.url('withdrawal')}/withdrawals?merchantId=${merchantId}`;
    return getAll(url, 100);
  }

  async untilStatus(withdrawalId: string, status: WithdrawalStatus): Promise<WithdrawalView> {
    return waitFor(
      async () => {
        const withdrawal = await this.withdrawal(withdrawalId);
        return withdrawal.status === status ? withdrawal : undefined;
      },
      { what: `${withdrawalId} to be ${status}`, ...SLOW_MACHINE },
    );
  }

  /** Waits until each of a merchant's withdrawals is completed or rejected. */
  async untilEnded(merchantId: string): Promise<WithdrawalView[]> {
    return waitFor(
      async () => {
        const all = await this.withdrawals(merchantId);
        const isEnded = ({ status }: WithdrawalView) =>
          status === 'completed' || status === 'rejected';
        return all.every(isEnded) ? all : undefined;
      },
      { what: `the withdrawals of ${merchantId} to end`, ...SLOW_MACHINE },
    );
  }

  async mood(mode: string, delayMs?: number): Promise<void> {
    const json = { mode, ...(delayMs !== undefined && { delayMs }) };
    const url = `${this.world.url('sandbox-bank')}/mood`;
    const { status } = await call(url, { method: 'PUT', json });
    if (status !== 200) throw new Error(`PUT ${url} answered ${status}`);
  }

  /** What the bank has of these withdrawals. */
  async payouts(withdrawals: readonly Pick<WithdrawalView, 'withdrawalId'>[]) {
    const ids = new Set(withdrawals.map(({ withdrawalId }) => withdrawalId));
    const all = await getAll<PayoutView>(`${this.world.url('sandbox-bank')}/books`, 1_000);
    return all.filter(({ reference }) => ids.has(reference));
  }

  /** Money by where it is, seen by the bank, the withdrawals and the balance: all must agree. */
  async reckoning(merchantId: string) {
    const withdrawals = await this.withdrawals(merchantId);
    const payouts = await this.payouts(withdrawals);
    const paid = payouts.filter(({ status }) => status === 'paid');
    const completed = withdrawals.filter(({ status }) => status === 'completed');
    const { drawn = 0, held = 0, available = 0 } = (await this.balance(merchantId)) ?? {};
    return {
      atTheBank: sumOf(paid),
      completed: sumOf(completed),
      ...{ drawn, held, available },
      /** Each once, and each of a withdrawal that says the same. */
      twice: payouts.length - new Set(payouts.map(({ reference }) => reference)).size,
      numbers: paid.map(({ payoutId }) => payoutId).toSorted(),
      numbersTold: completed.map(({ payoutId }) => payoutId).toSorted(),
    };
  }

  stop(): Promise<void> {
    return this.topics.stop();
  }
}

export const sumOf = (all: readonly { readonly amount: number }[]): number =>
  all.reduce((sum, { amount }) => sum + amount, 0);

const money = (orderId: string, merchantId: string) => ({
  ...{ orderId, merchantId, currency: CURRENCY, customerId: 'c', channel: 'web' },
  ...{ revision: 2, occurredAt: LONG_AGO },
});

function factOf<Data extends z.ZodType>(
  { name, topic, data }: EventContract<string, Data>,
  key: string,
  said: z.input<Data>,
): OutgoingMessage {
  return {
    topic,
    key,
    headers: {
      ...{ 'content-type': 'application/json', ce_specversion: '1.0', ce_subject: key },
      ...{ ce_id: `${name}:${key}`, ce_source: name.split('.')[0] ?? '', ce_time: LONG_AGO },
      ce_type: eventType(name),
    },
    value: JSON.stringify(data.parse(said)),
  };
}
