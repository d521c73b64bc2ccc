import { eventType, productCreated, productUpdated, type ProductFact } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Product } from './product.js';

/** @param time RFC 3339, the same for all of a batch */
export function factEvent(product: Product, time: string): OutgoingEvent<ProductFact> {
  const { name, topic } = product.revision === 1 ? productCreated : productUpdated;
  const { productId, revision } = product;
  return {
    topic,
    key: productId,
    id: `${name}:${productId}@${revision}`,
    source: 'catalog',
    type: eventType(name),
    subject: productId,
    time,
    data: { ...product, occurredAt: time },
  };
}
