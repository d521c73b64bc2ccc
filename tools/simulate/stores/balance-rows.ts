import { RetryableError, type Tx } from '#messaging';
import type { Balance, Hold, Share } from '../../../apps/settlement/src/domain/balance.js';
import type { HoldChange } from '../../../apps/settlement/src/domain/till.js';
import type { BalanceRows } from '../../../apps/settlement/src/persistence/balance-rows.js';
import { sessionOf } from '../database/database.js';
import { checkViolation } from '../database/errors.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';

interface BalanceRow extends Balance {
  /** All that was ever settled to it, minor units; what the other columns have to add up to. */
  readonly settled: number;
}

/** The settlement service's balances and what is held of them, shared by its replicas. */
export class SimBalanceRows implements BalanceRows {
  readonly balances = new Table<BalanceRow>('balance');
  readonly holds = new Table<Hold>('withdrawal_hold');

  /** As if it had been settled before the world begins. */
  plant(share: Share, settled: number): void {
    const { merchantId, currency } = share;
    const nothing = { held: 0, drawn: 0, revision: 1 };
    const row = { merchantId, currency, available: settled, ...nothing, settled };
    this.balances.rows.set(keyOf(share), row);
  }

  lockHolds(tx: Tx, withdrawalIds: readonly string[]): Promise<Hold[]> {
    return sessionOf(tx).statement('lock holds', (view) =>
      [...new Set(withdrawalIds)].sort().flatMap((id) => view.lock(this.holds, id) ?? []),
    );
  }

  lockBalances(tx: Tx, shares: readonly Share[]): Promise<Balance[]> {
    return sessionOf(tx).statement('lock balances', (view) =>
      keysOf(shares).flatMap((key) => {
        const row = view.lock(this.balances, key);
        if (!row) return [];
        const { settled: _, ...balance } = row;
        return [balance];
      }),
    );
  }

  sumsOfDay(
    tx: Tx,
    shares: readonly Share[],
    day: string,
  ): Promise<(Share & { readonly amount: number })[]> {
    return sessionOf(tx).statement('sums of the day', (view) => {
      const wanted = new Set(keysOf(shares));
      const sums = new Map<string, Share & { readonly amount: number }>();
      for (const [, { merchantId, currency, amount, status, heldOn }] of view.all(this.holds)) {
        const key = keyOf({ merchantId, currency });
        if (!wanted.has(key) || heldOn !== day || status === 'released') continue;
        const sum = (sums.get(key)?.amount ?? 0) + amount;
        sums.set(key, { merchantId, currency, amount: sum });
      }
      return [...sums.values()];
    });
  }

  updateBalances(tx: Tx, balances: readonly Balance[]): Promise<void> {
    return sessionOf(tx).statement('update balances', (view) => {
      for (const balance of balances) {
        const row = view.lock(this.balances, keyOf(balance));
        if (!row) continue;
        const { available, held, drawn, revision } = balance;
        const after = checkedBalance({ ...row, available, held, drawn, revision });
        view.update(this.balances, keyOf(row), after);
      }
    });
  }

  async saveHolds(tx: Tx, changes: readonly HoldChange[]): Promise<void> {
    const sorted = changes.toSorted((a, b) =>
      a.after.withdrawalId < b.after.withdrawalId ? -1 : 1,
    );
    const saved = await sessionOf(tx).statement(
      'save holds',
      (view) => sorted.filter((change) => this.saveHold(view, change)).length,
    );
    if (saved !== changes.length) {
      throw new RetryableError('some of these withdrawals were held by somebody else meanwhile');
    }
  }

  /** @returns whether it was as it had been read */
  private saveHold(view: View, { before, after }: HoldChange): boolean {
    const { withdrawalId: id } = after;
    const row = checkedHold(after);
    if (before === 0) return view.insert(this.holds, id, row);
    if (!view.lockWhere(this.holds, id, ({ revision }) => revision === before)) return false;
    view.update(this.holds, id, row);
    return true;
  }
}

export const keyOf = ({ merchantId, currency }: Share): string => `${merchantId} ${currency}`;

/** Each once, in the order of merchant and currency. */
const keysOf = (shares: readonly Share[]): string[] => [...new Set(shares.map(keyOf))].sort();

/** As the table takes it. */
const checkedBalance = (balance: BalanceRow): BalanceRow => {
  const { available, held, drawn, settled } = balance;
  if (available < 0) throw checkViolation('balance_available_check');
  if (held < 0) throw checkViolation('balance_held_check');
  if (available + held + drawn !== settled) throw checkViolation('balance_adds_up');
  return balance;
};

/** As the table takes it. */
const checkedHold = (hold: Hold): Hold => {
  const { withdrawalId, merchantId, currency, amount, status, heldOn } = hold;
  const { taken, returned, revision } = hold;
  if (amount <= 0) throw checkViolation('withdrawal_hold_amount_check');
  if (returned < 0 || returned > taken) throw checkViolation('withdrawal_hold_check');
  const kept = { withdrawalId, merchantId, currency, amount, status, heldOn };
  return { ...kept, taken, returned, revision };
};
