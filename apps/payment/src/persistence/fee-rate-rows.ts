/** The payment service's own copy of what its merchants pay; a simulator brings its own. */
import type { FeeRate, MerchantFact } from '#contracts';
import type { Tx } from '#messaging';

export type KnownMerchant = Pick<MerchantFact, 'merchantId' | 'revision' | 'feeRates'>;

export interface FeeRateRows {
  /**
   * Facts come again, late and in any order: only a higher revision replaces what is there.
   * @param merchants each once
   */
  learnMerchants(tx: Tx, merchants: readonly KnownMerchant[]): Promise<void>;
  /** By merchant; those that are not known are missing. */
  findFeeRates(
    tx: Tx,
    merchantIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly FeeRate[]>>;
}

export const postgresFeeRateRows: FeeRateRows = {
  /** In the order of the ids, so that two replicas cannot deadlock. */
  async learnMerchants(tx, merchants) {
    const sorted = merchants.toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
    await tx.query(
      `insert into known_merchant as known (merchant_id, revision, fee_rates)
       select * from unnest($1::text[], $2::int[], $3::json[])
       on conflict (merchant_id) do update
         set revision = excluded.revision, fee_rates = excluded.fee_rates
       where excluded.revision > known.revision`,
      [
        sorted.map(({ merchantId }) => merchantId),
        sorted.map(({ revision }) => revision),
        sorted.map(({ feeRates }) => JSON.stringify(feeRates)),
      ],
    );
  },

  async findFeeRates(tx, merchantIds) {
    const rows = await tx.query<{ merchant_id: string; fee_rates: FeeRate[] }>(
      'select merchant_id, fee_rates from known_merchant where merchant_id = any($1::text[])',
      [merchantIds],
    );
    return new Map(rows.map((row) => [row.merchant_id, row.fee_rates]));
  },
};
