import { asStillLocked, type Tx } from '#messaging';
import type { KeyedWithdrawal } from '../../../apps/withdrawal/src/persistence/insert-withdrawals.js';
import type { KnownMerchant } from '../../../apps/withdrawal/src/persistence/known-merchants.js';
import type { StoredWithdrawal } from '../../../apps/withdrawal/src/persistence/withdrawal-row.js';
import type { WithdrawalRows } from '../../../apps/withdrawal/src/persistence/withdrawal-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';
import { asJson } from './json.js';

interface Row {
  readonly withdrawal: StoredWithdrawal;
  readonly requestKey: KeyedWithdrawal['requestKey'];
}

/** The withdrawal service's tables, shared by its replicas. */
export class SimWithdrawalRows implements WithdrawalRows {
  readonly withdrawals = new Table<Row>('withdrawal', ({ requestKey }) => [requestKey.key]);
  readonly merchants = new Table<KnownMerchant>('known_merchant');

  /** As if it had been heard of before the world begins. */
  plant(merchant: KnownMerchant): void {
    this.merchants.rows.set(merchant.merchantId, merchant);
  }

  findMerchants(tx: Tx, merchantIds: readonly string[]): Promise<Map<string, KnownMerchant>> {
    return sessionOf(tx).statement('find merchants', (view) => {
      const found = merchantIds.flatMap((id) => view.get(this.merchants, id) ?? []);
      return new Map(found.map((merchant) => [merchant.merchantId, merchant]));
    });
  }

  findByKeys(tx: Tx, keys: readonly string[]): Promise<Map<string, KeyedWithdrawal>> {
    return sessionOf(tx).statement('find withdrawals by key', (view) => {
      const found = view
        .all(this.withdrawals)
        .flatMap(([, row]) => (keys.includes(row.requestKey.key) ? [row] : []));
      return new Map(found.map((row) => [row.requestKey.key, row]));
    });
  }

  insertWithdrawals(
    tx: Tx,
    asked: readonly KeyedWithdrawal[],
    waitMs?: number,
  ): Promise<Set<string>> {
    const sorted = asked.toSorted((a, b) => (a.requestKey.key < b.requestKey.key ? -1 : 1));
    const insert = (view: View): Set<string> => {
      const added = sorted.filter(({ withdrawal, requestKey }) =>
        view.insert(this.withdrawals, withdrawal.withdrawalId, {
          withdrawal: checked({ ...withdrawal, ...DEFAULTS, updatedAt: withdrawal.createdAt }),
          requestKey,
        }),
      );
      return new Set(added.map(({ withdrawal }) => withdrawal.withdrawalId));
    };
    return sessionOf(tx).statement('insert withdrawals', insert, waitMs).catch(asStillLocked);
  }

  findWithdrawals(
    tx: Tx,
    withdrawalIds: readonly string[],
  ): Promise<Map<string, StoredWithdrawal>> {
    return sessionOf(tx).statement('find withdrawals', (view) =>
      byId(withdrawalIds.flatMap((id) => view.get(this.withdrawals, id) ?? [])),
    );
  }

  lockWithdrawals(
    tx: Tx,
    withdrawalIds: readonly string[],
  ): Promise<Map<string, StoredWithdrawal>> {
    return sessionOf(tx).statement('lock withdrawals', (view) =>
      byId(withdrawalIds.toSorted().flatMap((id) => view.lock(this.withdrawals, id) ?? [])),
    );
  }

  async updateWithdrawals(
    tx: Tx,
    withdrawals: readonly StoredWithdrawal[],
    at: Date,
  ): Promise<void> {
    if (withdrawals.length === 0) return;
    await sessionOf(tx).statement('update withdrawals', (view) => {
      for (const { withdrawalId, ...after } of withdrawals) {
        const row = view.lock(this.withdrawals, withdrawalId);
        if (!row) continue;
        const { status, payout, payoutId, problemCode, reason, revision, payOutTo } = after;
        const state = { status, payout, payoutId, problemCode, reason, revision, payOutTo };
        const withdrawal = checked({ ...row.withdrawal, ...state, updatedAt: at });
        view.update(this.withdrawals, withdrawalId, { ...row, withdrawal });
      }
    });
  }
}

/** Of columns that are not inserted. */
const DEFAULTS = {
  status: 'requested',
  payout: 'none',
  payoutId: null,
  problemCode: null,
  reason: null,
  revision: 1,
  payOutTo: [],
} as const;

/** As the table takes it. */
const checked = (withdrawal: StoredWithdrawal): StoredWithdrawal => {
  const { amount, status, payout, payoutId, account, reason, payOutTo } = withdrawal;
  if (amount <= 0) throw checkViolation('withdrawal_amount_check');
  const isPaid = status === 'paid' || status === 'completed';
  if (isPaid !== (payout === 'paid')) throw checkViolation('withdrawal_check');
  if ((payout === 'pending' || payout === 'paid') && payoutId === null) {
    throw checkViolation('withdrawal_check1');
  }
  return { ...withdrawal, ...asJson({ account, reason, payOutTo }) };
};

const byId = (rows: readonly Row[]): Map<string, StoredWithdrawal> =>
  new Map(rows.map(({ withdrawal }) => [withdrawal.withdrawalId, withdrawal]));
