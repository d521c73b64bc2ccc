/**
 * Money that a customer's bank takes back and gives again, through the whole system: the provider
 * tells, and whoever reads the facts in Kafka hears of it; and of the fee that the merchant pays.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  chargebackOpened,
  chargebackWon,
  eventType,
  paymentCompleted,
  refundCompleted,
  type EventContract,
} from '#contracts';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor } from '#testing';
import type { z } from 'zod';
import { call, get, getAll } from '../support/http.js';
import { Shop } from '../support/shop.js';
import { Topics, type StoredMessage } from '../support/topics.js';

jest.setTimeout(240_000);

/** Of orders that name nobody else. */
const MERCHANT = 'default-merchant';

interface PaymentView {
  readonly fee: number;
  readonly feeReturned: number;
  readonly intentId: string;
  readonly capturedAt: string;
  readonly chargebacks: readonly { readonly status: string }[];
}

describe('the merchant of an order', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const messages: StoredMessage[] = [];
  beforeAll(async () => {
    world = await TestWorld.start({
      apps: [
        ...SAGA_SERVICE_NAMES,
        ...(['merchant', 'sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const),
      ],
    });
    shop = new Shop(world);
    topics = new Topics(world);
    await topics.follow(['payment.events'], (message) => messages.push(message));
    await agreeOnFees();
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  const agreeOnFees = async (): Promise<void> => {
    const url = `${world.url('merchant')}/merchants/${MERCHANT}`;
    const json = { name: 'The Shop', timeZone: 'Asia/Tokyo' };
    expect((await call(url, { method: 'PUT', json })).status).toBe(201);
    const rate = { basisPoints: 325, fixed: [{ currency: 'JPY', amount: 10 }] };
    expect((await call(`${url}/fee-rates`, { json: rate })).status).toBe(200);
    const client = new pg.Client({ connectionString: world.database('payment').url });
    await client.connect();
    await waitFor(
      async () => {
        const { rows } = await client.query(
          `select 1 from known_merchant
            where merchant_id = $1 and json_array_length(fee_rates) = 1`,
          [MERCHANT],
        );
        return rows.length === 1;
      },
      { what: 'the payment service to know of the fee', timeoutMs: 60_000 },
    );
    await client.end();
  };
  const payment = (orderId: string): Promise<PaymentView> =>
    get(`${world.url('payment')}/payments/${orderId}`);
  const told = <Data extends z.ZodType>(
    orderId: string,
    { name, data }: EventContract<string, Data>,
  ): z.output<Data>[] =>
    messages
      .filter(({ key, headers }) => key === orderId && headers['ce_type'] === eventType(name))
      .map(({ value }) => data.parse(JSON.parse(value ?? '')));
  const untilTold = <Data extends z.ZodType>(
    orderId: string,
    contract: EventContract<string, Data>,
  ): Promise<z.output<Data>> =>
    waitFor(() => told(orderId, contract)[0], { what: contract.name, timeoutMs: 60_000 });
  const bank = async (path: string): Promise<string> => {
    const url = `${world.url('sandbox-payment')}/sandbox/${path}`;
    const { status, body } = await call<{ id: string }>(url, { json: {} });
    expect(status).toBe(200);
    return body.id;
  };
  const bookOf = async (orderId: string) => {
    const day = (await payment(orderId)).capturedAt.slice(0, 10);
    const books = await getAll<{ orderId: string }>(
      `${world.url('payment')}/books?capturedOn=${day}`,
      100,
    );
    return books.find((book) => book.orderId === orderId);
  };

  it('hears of money that is disputed after the delivery, and won', async () => {
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId });
    await shop.untilOrder(orderId, 'shipped');
    const [parcel] = (await shop.books(orderId)).shipments;
    const street = `${world.url('sandbox-carrier')}/sandbox/shipments/${parcel?.shipmentId}`;
    expect((await call(`${street}/deliver`, { method: 'POST' })).status).toBe(200);
    await shop.untilStatus(orderId, 'completed');
    const completed = await untilTold(orderId, paymentCompleted);
    expect(completed).toMatchObject({ amount: 2500, fee: 91 });
    expect(completed.feeRateId).toBeDefined();

    const { intentId } = await payment(orderId);
    const chargebackId = await bank(`intents/${intentId}/dispute`);
    expect(await untilTold(orderId, chargebackOpened)).toMatchObject({
      ...{ chargebackId, disputed: 2500, reason: { code: 'fraudulent' } },
    });
    expect(await payment(orderId)).toMatchObject({ fee: 91, chargebacks: [{ status: 'open' }] });
    const amounts = { captured: 2500, refunded: 0, fee: 91, feeReturned: 0 };
    expect(await bookOf(orderId)).toMatchObject({ ...amounts, chargedBack: 2500 });

    await bank(`disputes/${chargebackId}/win`);
    expect(await untilTold(orderId, chargebackWon)).toMatchObject({ chargebackId, disputed: 2500 });
    expect(await payment(orderId)).toMatchObject({ chargebacks: [{ status: 'won' }] });
    expect(await bookOf(orderId)).toMatchObject({ ...amounts, chargedBack: 0 });
    await topics.untilQuiet();
    expect(told(orderId, chargebackOpened)).toHaveLength(1);
    expect(told(orderId, chargebackWon)).toHaveLength(1);
    expect((await shop.order(orderId)).status).toBe('completed');
  });

  it('gets the fee back when the order is undone', async () => {
    const productId = await shop.product(5);
    const orderId = await shop.placeOne({ productId, postalCode: '000-0000' });
    await shop.untilOrder(orderId, 'cancelled');
    expect(await untilTold(orderId, refundCompleted)).toMatchObject({
      ...{ refunded: 2500, given: 2500, feeReturned: 91 },
    });
    expect(await payment(orderId)).toMatchObject({ fee: 91, feeReturned: 91 });
    expect(await bookOf(orderId)).toMatchObject({ fee: 91, feeReturned: 91, refunded: 2500 });
  });
});
