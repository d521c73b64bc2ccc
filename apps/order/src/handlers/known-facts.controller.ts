import { Controller } from '@nestjs/common';
import {
  customerCreated,
  customerUpdated,
  merchantCreated,
  merchantUpdated,
  productCreated,
  productUpdated,
} from '#contracts';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { factReader, latestById } from '#reader';
import { learnCustomers, learnMerchants, learnProducts } from '../persistence/known-rows.js';

const readProducts = factReader([productCreated, productUpdated]);
const readCustomers = factReader([customerCreated, customerUpdated]);
const readMerchants = factReader([merchantCreated, merchantUpdated]);

/**
 * Keeps the order service's own copy of products, customers and merchants, from which orders are
 * checked: they are accepted while the services that know better are down.
 */
@Controller()
export class KnownFactsController {
  @BatchHandler('product.events')
  async onProducts({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const products = latestById(readProducts(events), ({ productId }) => productId);
    if (products.length > 0) await learnProducts(tx, products);
  }

  @BatchHandler('customer.events')
  async onCustomers({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const customers = latestById(readCustomers(events), ({ customerId }) => customerId);
    if (customers.length > 0) await learnCustomers(tx, customers);
  }

  @BatchHandler('merchant.events')
  async onMerchants({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const merchants = latestById(readMerchants(events), ({ merchantId }) => merchantId);
    if (merchants.length > 0) await learnMerchants(tx, merchants);
  }
}
