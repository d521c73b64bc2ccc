import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import {
  customerCreated,
  customerUpdated,
  eventType,
  merchantCreated,
  merchantUpdated,
  productCreated,
  productUpdated,
  type EventContract,
} from '#contracts';
import { BatchHandler, type EventBatch, type UnitOfWork } from '#messaging';
import { learnCustomers, learnMerchants, learnProducts } from '../persistence/known-rows.js';

/**
 * Keeps the order service's own copy of products, customers and merchants, from which orders are
 * checked: they are accepted while the services that know better are down.
 */
@Controller()
export class KnownFactsController {
  @BatchHandler('product.events')
  async onProducts({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const facts = factsOf(events, [productCreated, productUpdated]);
    const products = latest(facts, ({ productId }) => productId);
    if (products.length > 0) await learnProducts(tx, products);
  }

  @BatchHandler('customer.events')
  async onCustomers({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const facts = factsOf(events, [customerCreated, customerUpdated]);
    const customers = latest(facts, ({ customerId }) => customerId);
    if (customers.length > 0) await learnCustomers(tx, customers);
  }

  @BatchHandler('merchant.events')
  async onMerchants({ events }: EventBatch, { tx }: UnitOfWork): Promise<void> {
    const facts = factsOf(events, [merchantCreated, merchantUpdated]);
    const merchants = latest(facts, ({ merchantId }) => merchantId);
    if (merchants.length > 0) await learnMerchants(tx, merchants);
  }
}

/**
 * What the events say, of the types that are known here; facts of other types are for others.
 * @throws ZodError for one that breaks its contract; alone in its batch, it becomes a dead letter
 */
function factsOf<Data extends z.ZodType>(
  events: EventBatch['events'],
  contracts: readonly EventContract<string, Data>[],
): z.output<Data>[] {
  const schemas = new Map(contracts.map(({ name, data }) => [eventType(name), data]));
  return events.flatMap(({ type, data }) => schemas.get(type)?.parse(data) ?? []);
}

/** Of each id the fact of its highest revision: one statement cannot write a row twice. */
function latest<Fact extends { readonly revision: number }>(
  facts: readonly Fact[],
  idOf: (fact: Fact) => string,
): Fact[] {
  const found = new Map<string, Fact>();
  for (const fact of facts) {
    const before = found.get(idOf(fact));
    if (!before || before.revision < fact.revision) found.set(idOf(fact), fact);
  }
  return [...found.values()];
}
