/** What is asked of those who live off what happened, and of the bank. */
import { DemoProblem, type DemoOptions } from './arguments.js';
import { call, callRepeatedly, get, getPages } from './http.js';

export interface TrialBalance {
  readonly currencies: readonly {
    readonly currency: string;
    readonly balanced: boolean;
    readonly accounts: readonly LedgerAccount[];
  }[];
}
export interface LedgerAccount {
  readonly account: string;
  readonly merchantId?: string | null;
  readonly debit: number;
  readonly credit: number;
}

export interface Balance {
  readonly currency: string;
  readonly available: number;
  readonly held: number;
  readonly drawn: number;
  readonly pending: number;
  readonly due: number;
  readonly debt: number;
}

export interface MerchantFigures {
  readonly ordersCompleted: number;
  readonly revenue: number;
  readonly refunds: number;
  readonly chargebacks: number;
  readonly fees: number;
  readonly net: number;
}
export interface PaymentFigures {
  readonly successful: number;
  readonly successfulAmount: number;
  readonly refundedAmount: number;
}

export interface WithdrawalView {
  readonly withdrawalId: string;
  readonly merchantId: string;
  readonly currency: string;
  readonly amount: number;
  readonly status: string;
}

export type WithdrawalWish = Pick<WithdrawalView, 'merchantId' | 'currency' | 'amount'>;

export interface PayoutView {
  readonly reference: string;
  readonly status: string;
  readonly amount: number;
}

const PAGE = '1000';

export class Readers {
  constructor(private readonly options: Pick<DemoOptions, 'urls'>) {}

  /** All pages of it. What moves meanwhile may be on none of them, or as it was before. */
  async trialBalance(): Promise<TrialBalance> {
    const currencies = new Map<string, TrialBalance['currencies'][number]>();
    let cursor: string | undefined;
    do {
      const parameters = new URLSearchParams({
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      const url = `${this.options.urls.accounting}/trial-balance?${parameters.toString()}`;
      const page = await get<TrialBalance & { readonly nextCursor?: string }>(url);
      for (const one of page.currencies) {
        const before = currencies.get(one.currency)?.accounts ?? [];
        currencies.set(one.currency, { ...one, accounts: [...before, ...one.accounts] });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return { currencies: [...currencies.values()] };
  }

  /** Nothing where the ledger is not there yet: then all of it will be this run's. */
  async trialBalanceIfUp(): Promise<TrialBalance> {
    const isUp = await call(`${this.options.urls.accounting}/health/live`).catch(() => undefined);
    return isUp ? this.trialBalance() : { currencies: [] };
  }

  async balance(merchantId: string, currency: string): Promise<Balance> {
    const url = `${this.options.urls.settlement}/balances/${encodeURIComponent(merchantId)}`;
    const { status, body } = await callRepeatedly(url);
    const { balances = [] } = status === 200 ? (body as { balances?: readonly Balance[] }) : {};
    return balances.find((one) => one.currency === currency) ?? { currency, ...NOTHING };
  }

  async merchantFigures(merchantId: string): Promise<MerchantFigures> {
    const [first] = await this.#figures<MerchantFigures>('merchant-metrics', merchantId);
    return first ?? NO_MERCHANT_FIGURES;
  }

  async paymentFigures(merchantId: string): Promise<PaymentFigures> {
    const [first] = await this.#figures<PaymentFigures>('payment-metrics', merchantId);
    return first ?? { successful: 0, successfulAmount: 0, refundedAmount: 0 };
  }

  /** Settles what is due now. */
  async settle(): Promise<void> {
    const url = `${this.options.urls.settlement}/batches`;
    const { status, body } = await callRepeatedly(url, { method: 'POST', json: {} });
    if (status < 300) return;
    throw new DemoProblem(`POST ${url} answered ${status}: ${JSON.stringify(body)}`);
  }

  async withdraw(
    wish: WithdrawalWish,
    key: string,
  ): Promise<Pick<WithdrawalView, 'withdrawalId'> | { readonly refused: string }> {
    const { status, body } = await callRepeatedly(`${this.options.urls.withdrawal}/withdrawals`, {
      method: 'POST',
      json: wish,
      headers: { 'idempotency-key': key },
    });
    if (status === 202) return body as WithdrawalView;
    return { refused: `${status}: ${JSON.stringify(body)}` };
  }

  withdrawal(withdrawalId: string): Promise<WithdrawalView> {
    return get(`${this.options.urls.withdrawal}/withdrawals/${withdrawalId}`);
  }

  withdrawals(merchantId: string): Promise<WithdrawalView[]> {
    const url = `${this.options.urls.withdrawal}/withdrawals`;
    return getPages<WithdrawalView>(url, { merchantId, limit: '100' });
  }

  async payouts(): Promise<PayoutView[]> {
    const url = `${this.options.urls['sandbox-bank']}/books`;
    return getPages<PayoutView>(url, { limit: PAGE });
  }

  /** What an order is by the facts in the event store; undefined where there are none. */
  async rememberedStatus(orderId: string): Promise<string | undefined> {
    const { status, body } = await callRepeatedly(`${this.options.urls.audit}/orders/${orderId}`);
    return status === 200
      ? (body as { readonly order?: { readonly status?: string } }).order?.status
      : undefined;
  }

  async #figures<Figures>(metrics: string, merchantId: string): Promise<readonly Figures[]> {
    const span = { from: dayIn(-1), to: dayIn(1) };
    const query = new URLSearchParams({ merchant_id: merchantId, group_by: 'total', ...span });
    const url = `${this.options.urls.analytics}/api/v1/analytics/${metrics}?${query.toString()}`;
    return (await get<{ items: readonly Figures[] }>(url)).items;
  }
}

/** So many days from today; merchants have days of their own. */
const dayIn = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const NOTHING = { available: 0, held: 0, drawn: 0, pending: 0, due: 0, debt: 0 };
const NO_MERCHANT_FIGURES = {
  ...{ ordersCompleted: 0, revenue: 0, refunds: 0, chargebacks: 0, fees: 0, net: 0 },
};
