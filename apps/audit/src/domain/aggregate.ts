/** What a fact is about. */
import { nameOfType } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { storableText } from '#platform';
import { stemOf } from './topics.js';

export interface Aggregate {
  readonly type: string;
  readonly id: string;
  /** Absent where the fact counts none. */
  readonly revision: number | undefined;
}

/** By the first part of the contract's name; others are called as their topic. */
const TYPES: Readonly<Record<string, string>> = {
  order: 'order',
  payment: 'payment',
  refund: 'payment',
  chargeback: 'payment',
  inventory: 'stock',
  shipment: 'shipment',
  product: 'product',
  customer: 'customer',
  merchant: 'merchant',
  settlement: 'settlement',
  balance: 'balance',
  withdrawal: 'withdrawal',
  accounting: 'accounting-day',
};

/** A row of an index holds no more. */
const MAX_CHARACTERS = 200;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function aggregateOf(event: ReceivedEvent): Aggregate {
  const data = membersOf(event.data);
  const prefix = nameOfType(event.type)?.split('.')[0] ?? '';
  const type = (Object.hasOwn(TYPES, prefix) && TYPES[prefix]) || stemOf(event.topic);
  const revision = data['revision'];
  return {
    type,
    id: indexed(idOf(type, event.subject, data)),
    revision: Number.isSafeInteger(revision) ? (revision as number) : undefined,
  };
}

/**
 * Revisions of stock are counted a product and warehouse, of balances a merchant and currency, while
 * such a fact's subject is the product or the merchant.
 */
function idOf(type: string, subject: string, data: Readonly<Record<string, unknown>>): string {
  const { productId, warehouseId = 'main', merchantId, currency, settlementId } = data;
  if (type === 'stock' && typeof productId === 'string' && typeof warehouseId === 'string') {
    return `${productId}@${warehouseId}`;
  }
  if (type === 'balance' && typeof merchantId === 'string' && typeof currency === 'string') {
    return `${merchantId}:${currency}`;
  }
  if (type === 'settlement' && typeof settlementId === 'string') return settlementId;
  return UUID.test(subject) ? subject.toLowerCase() : subject;
}

/** What Postgres keeps as a text, of a length that an index takes. */
export const indexed = (text: string): string => storableText(text, MAX_CHARACTERS);

const membersOf = (data: unknown): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
