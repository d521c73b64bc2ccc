/** Keeps the payment service's own copy of the merchants' fee rates. */
import { merchantCreated, merchantUpdated } from '#contracts';
import type { EventBatch, UnitOfWork } from '#messaging';
import { factReader } from '#reader';
import {
  postgresFeeRateRows,
  type FeeRateRows,
  type KnownMerchant,
} from '../persistence/fee-rate-rows.js';

const read = factReader([merchantCreated, merchantUpdated]);

export class MerchantFacts {
  constructor(private readonly rows: Pick<FeeRateRows, 'learnMerchants'> = postgresFeeRateRows) {}

  /** @throws ZodError for a fact that breaks its contract; alone in its batch, it is a dead letter */
  async apply(events: EventBatch['events'], unit: UnitOfWork): Promise<void> {
    const latest = new Map<string, KnownMerchant>();
    for (const { data } of read(events)) {
      const before = latest.get(data.merchantId);
      if (!before || before.revision < data.revision) latest.set(data.merchantId, data);
    }
    if (latest.size > 0) await this.rows.learnMerchants(unit.tx, [...latest.values()]);
  }
}
