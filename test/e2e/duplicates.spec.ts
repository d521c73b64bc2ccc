/** Every message may come twice, or ten times, or late: nothing happens twice. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  bookShipment,
  cancelOrder,
  cancelShipment,
  chargePayment,
  confirmOrder,
  handOver,
  notifyCustomer,
  refundPayment,
  releaseStock,
  reserveStock,
  secureStock,
  type CommandContract,
} from '#contracts';
import { TestWorld } from '#testing';
import { readBooks } from '../support/books.js';
import { NO_PICKUP_POSTAL_CODE, UNDELIVERABLE_POSTAL_CODE } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import type { SagaView } from '../support/views.js';
import {
  DEAD_LETTERS,
  READ_BY_SERVICES,
  READ_FACTS,
  Topics,
  type StoredMessage,
} from '../support/topics.js';

jest.setTimeout(240_000);

const COMMANDS: readonly CommandContract[] = [
  reserveStock,
  secureStock,
  releaseStock,
  chargePayment,
  refundPayment,
  bookShipment,
  cancelShipment,
  confirmOrder,
  handOver,
  cancelOrder,
  notifyCustomer,
];

const NEVER_ANSWERED: ReadonlySet<string> = new Set([
  'inventory.reservation-expired',
  'payment.payment-expired',
  'shipping.pickup-recalled',
]);

describe('every command and every reply, sent again', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  let products: string[];
  let orderIds: string[];
  let sent: StoredMessage[];

  /** One order of every outcome, so that every command and every reply has been on its way. */
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
    products = [await shop.product(10), await shop.product(0)];
    const [productId = '', none = ''] = products;
    orderIds = [
      await shop.placeOne({ productId }),
      await shop.placeOne({ productId, token: 'tok_error_then_ok' }),
      await shop.placeOne({ productId, token: 'tok_declined' }),
      await shop.placeOne({ productId, postalCode: UNDELIVERABLE_POSTAL_CODE }),
      await shop.placeOne({ productId, postalCode: NO_PICKUP_POSTAL_CODE }),
      await shop.placeOne({ productId: none }),
    ];
    const toCancel = await shop.placeOne({ productId });
    orderIds.push(toCancel);
    await shop.cancel(toCancel);
    for (const orderId of orderIds) {
      const { state } = await shop.untilSettled(orderId);
      const ending = state === 'completed' ? 'order-shipped' : 'order-cancelled';
      await shop.untilMailed(orderId, [ending]);
    }
    await topics.untilQuiet();
    sent = await topics.readAll([...READ_BY_SERVICES, ...READ_FACTS]);
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  /** All that may not change. A saga's revision may: it counts the messages it has seen. */
  async function everyBook() {
    const sagas: unknown[] = [];
    for (const orderId of orderIds) sagas.push(essence(await shop.untilSettled(orderId)));
    return {
      books: await readBooks(world),
      orders: await Promise.all(orderIds.map((orderId) => shop.order(orderId))),
      stock: await Promise.all(products.map((productId) => shop.stock(productId))),
      sagas,
      deadLetters: await topics.counts(DEAD_LETTERS),
    };
  }

  it('were all there to be sent again', () => {
    const types = new Set(sent.map(({ headers }) => headers['ce_type']));
    const expected = COMMANDS.flatMap(({ name, replies }) => [name, ...Object.keys(replies)])
      // The stock of these orders is secured within milliseconds, all are paid by card, and the van
      // comes at once.
      .filter((name) => !NEVER_ANSWERED.has(name))
      .map((name) => `com.example.${name}`);
    expect(expected.filter((type) => !types.has(type))).toEqual([]);
    expect(types).toContain('com.example.saga.start');
    expect(types).toContain('com.example.saga.cancel');
  });

  it.each([
    ['once more, in their order', (messages: StoredMessage[]) => messages],
    [
      'twice over, in any order',
      (messages: StoredMessage[]) => shuffled([...messages, ...messages]),
    ],
    ['backwards', (messages: StoredMessage[]) => messages.toReversed()],
  ])('%s, change no book', async (_, order) => {
    const before = await everyBook();
    await topics.send(order(sent));
    await topics.untilQuiet(150_000);
    expect(await everyBook()).toEqual(before);
  });

  it('are answered again, and each answer again is the same message', async () => {
    const commands = sent.filter(({ topic }) => topic.endsWith('.commands'));
    const before = new Set(sent.map(idOf));
    await topics.send(commands);
    await topics.untilQuiet(150_000);
    const inbox = await topics.readAll(['saga.inbox']);
    const replies = inbox.filter(({ headers }) => headers['ce_causationid'] !== undefined);
    expect(replies.filter((reply) => !before.has(idOf(reply))).map(idOf)).toEqual([]);
    const times = Map.groupBy(replies, ({ headers }) => headers['ce_causationid'] ?? '');
    for (const command of commands) {
      expect(times.get(idOf(command))?.length ?? 0).toBeGreaterThanOrEqual(2);
    }
  });
});

const idOf = ({ headers }: StoredMessage): string => headers['ce_id'] ?? '';

const essence = ({ sagaId, orderId, state, steps, ledger, cause, attention }: SagaView) => ({
  sagaId,
  orderId,
  state,
  steps,
  ledger,
  cause,
  attention,
});

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
