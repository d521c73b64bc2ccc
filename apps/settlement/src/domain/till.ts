/**
 * The balances and holds of one batch in memory: what several withdrawals do to the same balance is
 * folded here, each seeing those before it, and each row is written once a batch.
 */
import type { Balance, Change, Hold, Share } from './balance.js';

export interface HoldChange {
  /** Revision of the row that was read; 0 where there was none. */
  readonly before: number;
  readonly after: Hold;
}

const keyOf = ({ merchantId, currency }: Share): string => `${currency} ${merchantId}`;

export class Till {
  private readonly balances: Map<string, Balance>;
  private readonly holds: Map<string, Hold>;
  private readonly today: Map<string, number>;
  private readonly changedBalances = new Set<string>();
  /** With the revisions that were read. */
  private readonly changedHolds = new Map<string, number>();

  constructor(
    balances: readonly Balance[],
    holds: readonly Hold[],
    /** What is held of each balance, or drawn, of the day it is. */
    today: readonly (Share & { readonly amount: number })[],
    private readonly day: string,
  ) {
    this.balances = new Map(balances.map((balance) => [keyOf(balance), balance]));
    this.holds = new Map(holds.map((hold) => [hold.withdrawalId, hold]));
    this.today = new Map(today.map((sum) => [keyOf(sum), sum.amount]));
  }

  /** Nothing was ever settled to one that has no row. */
  readonly balanceOf = ({ merchantId, currency }: Share): Balance =>
    this.balances.get(keyOf({ merchantId, currency })) ?? {
      ...{ merchantId, currency, available: 0, held: 0, drawn: 0, revision: 0 },
    };

  holdOf(withdrawalId: string): Hold | undefined {
    return this.holds.get(withdrawalId);
  }

  todayOf(share: Share): number {
    return this.today.get(keyOf(share)) ?? 0;
  }

  apply({ hold, balance }: Change): void {
    const key = keyOf(balance);
    const { withdrawalId } = hold;
    const known = this.holds.get(withdrawalId);
    if (!this.changedHolds.has(withdrawalId)) {
      this.changedHolds.set(withdrawalId, known?.revision ?? 0);
    }
    this.today.set(key, this.todayOf(balance) - this.countedToday(known) + this.countedToday(hold));
    this.holds.set(withdrawalId, hold);
    this.balances.set(key, balance);
    this.changedBalances.add(key);
  }

  /** To be written, each once. */
  changes(): { readonly balances: Balance[]; readonly holds: HoldChange[] } {
    return {
      balances: [...this.changedBalances].map((key) => this.balances.get(key) as Balance),
      holds: [...this.changedHolds].map(([id, before]) => ({
        before,
        after: this.holds.get(id) as Hold,
      })),
    };
  }

  private countedToday(hold: Hold | undefined): number {
    return hold && hold.status !== 'released' && hold.heldOn === this.day ? hold.amount : 0;
  }
}
