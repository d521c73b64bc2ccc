import type { FeeRate } from '#contracts';
import type { Tx } from '#messaging';
import type {
  FeeRateRows,
  KnownMerchant,
} from '../../../apps/payment/src/persistence/fee-rate-rows.js';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** The payment service's copy of what merchants pay, shared by its replicas. */
export class SimFeeRateRows implements FeeRateRows {
  readonly merchants = new Table<KnownMerchant>('known_merchant');

  learnMerchants(tx: Tx, merchants: readonly KnownMerchant[]): Promise<void> {
    const sorted = merchants.toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
    return sessionOf(tx).statement('learn merchants', (view) => {
      for (const { merchantId, revision, feeRates } of sorted) {
        const merchant = asJson({ merchantId, revision, feeRates });
        const before = view.insertOrLock(this.merchants, merchantId, merchant);
        if (before && before.revision < revision) {
          view.update(this.merchants, merchantId, merchant);
        }
      }
    });
  }

  findFeeRates(
    tx: Tx,
    merchantIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly FeeRate[]>> {
    return sessionOf(tx).statement('find fee rates', (view) => {
      const found = merchantIds.flatMap((id) => view.get(this.merchants, id) ?? []);
      return new Map(found.map(({ merchantId, feeRates }) => [merchantId, feeRates]));
    });
  }

  /** As if it had been heard of before the world begins. */
  plant(merchant: KnownMerchant): void {
    this.merchants.rows.set(merchant.merchantId, merchant);
  }
}
