/** Keeps the payment service's own copy of the merchants' fee rates. */
import { merchantCreated, merchantUpdated } from '#contracts';
import type { EventBatch, UnitOfWork } from '#messaging';
import { factReader, latestById } from '#reader';
import { postgresFeeRateRows, type FeeRateRows } from '../persistence/fee-rate-rows.js';

const read = factReader([merchantCreated, merchantUpdated]);

export class MerchantFacts {
  constructor(private readonly rows: Pick<FeeRateRows, 'learnMerchants'> = postgresFeeRateRows) {}

  /** @throws ZodError for a fact that breaks its contract; alone in its batch, it is a dead letter */
  async apply(events: EventBatch['events'], unit: UnitOfWork): Promise<void> {
    const merchants = latestById(read(events), ({ merchantId }) => merchantId);
    if (merchants.length > 0) await this.rows.learnMerchants(unit.tx, merchants);
  }
}
