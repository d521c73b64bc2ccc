import { Controller } from '@nestjs/common';
import { merchantCreated, merchantUpdated } from '#contracts';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { factReader, latestById } from '#reader';
import { learnMerchants } from '../persistence/known-merchants.js';

const read = factReader([merchantCreated, merchantUpdated]);

/** Keeps an own copy of merchants, so that withdrawals are taken in while nobody else is there. */
@Controller()
export class MerchantFactsController {
  @BatchHandler('merchant.events')
  async onMerchants({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const merchants = latestById(read(events), ({ merchantId }) => merchantId);
    if (merchants.length > 0) await learnMerchants(tx, merchants);
  }
}
