/** From a checked request to the input of the order's saga. */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { methodCurrencies, type PaymentMethod, type PlaceOrderInput } from '#contracts';
import { fieldProblem, type Sealer } from '#platform';
import { MAX_AMOUNT, totalOf } from '../domain/order.js';
import type { RequestKey } from '../persistence/insert-orders.js';
import type { PaymentDto, PlaceOrderDto } from './place-order.dto.js';

const DEFAULT_MERCHANT = 'default-merchant';
const DEFAULT_CHANNEL = 'web';

export interface PaymentTerms {
  readonly sealer: Sealer;
  /** For how long another card may be given after a declined one, where the order does not say. */
  readonly anotherCardMs: number;
}

const CURRENCIES: Partial<Record<PaymentMethod, readonly string[]>> = methodCurrencies;

const refused = (status: 400 | 422, field: string, message: string) =>
  fieldProblem(status, [{ field, message }], 'The order cannot be accepted');

/**
 * The card token leaves the request sealed, and in no other form.
 * @throws ProblemException naming the field for what the fields' own rules cannot see
 */
export function inputOf(
  orderId: string,
  request: PlaceOrderDto,
  { sealer, anotherCardMs }: PaymentTerms,
): PlaceOrderInput {
  const { phone, locale } = request;
  const items = request.items.map(({ productId, quantity, unitPrice }) => ({
    productId,
    quantity,
    unitPrice,
  }));
  const totalAmount = totalOf(items);
  if (totalAmount === undefined) {
    throw refused(422, 'items', `must not cost more than ${MAX_AMOUNT} together`);
  }
  if (totalAmount === 0) throw refused(422, 'items', 'must cost something together');
  const { prefecture, city, line1, postalCode, country } = request.shippingAddress;
  return {
    orderId,
    customerId: request.customerId,
    merchantId: request.merchantId ?? DEFAULT_MERCHANT,
    channel: request.channel ?? DEFAULT_CHANNEL,
    currency: request.currency,
    items,
    totalAmount,
    shippingAddress: {
      prefecture,
      city,
      line1,
      postalCode,
      ...(country !== undefined && { country }),
    },
    email: request.email,
    ...(phone !== undefined && { phone }),
    ...(locale !== undefined && { locale }),
    payment: paymentOf(request, { sealer, anotherCardMs }),
  };
}

function paymentOf(
  { currency, payment }: PlaceOrderDto,
  { sealer, anotherCardMs }: PaymentTerms,
): PlaceOrderInput['payment'] {
  const { method, token, anotherCardWithinS } = payment;
  const currencies = CURRENCIES[method];
  if (currencies && !currencies.includes(currency)) {
    throw refused(422, 'payment.method', `${method} takes ${currencies.join(', ')} only`);
  }
  if (method !== 'credit_card') {
    if (token === undefined) return { method };
    throw refused(400, 'payment.token', `must be left out for ${method}`);
  }
  if (token === undefined) throw refused(400, 'payment.token', 'is missing');
  const withinMs = anotherCardWithinS === undefined ? anotherCardMs : anotherCardWithinS * 1000;
  return { method, sealedToken: sealer.seal(token), anotherCardMs: withinMs };
}

/**
 * Recognises a repeated request by its meaning: order of fields and defaults do not matter. Keyed,
 * because the card token goes into it and could be found by trying against a plain hash.
 */
export class RequestHasher {
  private readonly key: KeyObject;

  constructor(secret: string) {
    this.key = createSecretKey(createHash('sha256').update(`request-hash:${secret}`).digest());
  }

  /** @param asked what the client sent about the payment, without what we make of it */
  requestKey(key: string, input: PlaceOrderInput, asked: PaymentDto): RequestKey {
    const { orderId: _, payment, ...meaning } = input;
    const { token, anotherCardWithinS } = asked;
    // Only where it was sent: the keys of requests from before there was such a field still hold.
    const window = anotherCardWithinS === undefined ? [] : [anotherCardWithinS];
    const content = JSON.stringify([meaning, payment.method, token, ...window]);
    return { key, hash: createHmac('sha256', this.key).update(content).digest('base64url') };
  }
}
