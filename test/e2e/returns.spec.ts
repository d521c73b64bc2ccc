/** Goods of a shipped order sent back, from HTTP to the books of carrier and provider. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  approveReturn,
  completeReturn,
  notifyCustomer,
  receiveReturn,
  recordReceipt,
  refundGoods,
  rejectReturn,
  restockGoods,
} from '#contracts';
import { TestWorld, waitFor, type AppName } from '#testing';
import { audit, type Accepted } from '../support/audit.js';
import { readBooks } from '../support/books.js';
import { call, type Answer } from '../support/http.js';
import { anOrder, type OrderWishes } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { DEAD_LETTERS, READ_BY_SERVICES, Topics } from '../support/topics.js';
import { stepStates, type SagaView } from '../support/views.js';

jest.setTimeout(120_000);

/** From there no parcel ever arrives. */
const LOST_POSTAL_CODE = '999-9999';
const ON_HAND = 10;

const COMMANDS = [
  approveReturn,
  rejectReturn,
  receiveReturn,
  recordReceipt,
  restockGoods,
  refundGoods,
  completeReturn,
  notifyCustomer,
];

describe('goods that are sent back', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const accepted: Accepted[] = [];
  const stocked: Record<string, number> = {};
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
  }, 180_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  /** A shipped order of a product of its own. */
  const bought = async (wishes: Omit<OrderWishes, 'productId'>) => {
    const productId = await shop.product(ON_HAND);
    stocked[productId] = ON_HAND;
    const request = anOrder({ productId, ...wishes });
    const orderId = await shop.place(request);
    accepted.push({ kind: 'fine', request, idempotencyKey: '', orderId });
    await shop.untilOrder(orderId, 'shipped');
    return { orderId, productId, email: request.email };
  };
  /** Nothing is answered before `work` is done: however slow the machine, it comes in time. */
  const whilePaused = async (name: AppName, work: () => Promise<void>): Promise<void> => {
    world.app(name).kill('SIGSTOP');
    try {
      await work();
    } finally {
      world.app(name).kill('SIGCONT');
    }
  };
  const cancel = (orderId: string, returnId: string): Promise<Answer> =>
    call(`${world.url('order')}/orders/${orderId}/returns/${returnId}/cancel`, { method: 'POST' });
  /** Sends one piece back, and cancels that when the carrier has been asked for it. */
  const cancelledAtPivot = async (orderId: string, productId: string): Promise<string> => {
    let returnId = '';
    await whilePaused('sandbox-carrier', async () => {
      returnId = await shop.sendBack(orderId, { [productId]: 1 });
      const isFetched = (saga: SagaView) => stepStates(saga)['receive-goods'] === 'pending';
      await shop.untilSagaIs(returnId, 'fetched', isFetched);
      const answers = await Promise.all([cancel(orderId, returnId), cancel(orderId, returnId)]);
      const body = { returnId, orderId, status: 'approved' };
      expect(answers).toMatchObject([
        { status: 202, body },
        { status: 202, body },
      ]);
      const isAsked = ({ cancelRequested }: SagaView) => cancelRequested !== null;
      await shop.untilSagaIs(returnId, 'asked to cancel', isAsked);
    });
    return returnId;
  };
  const parcelsOf = async (returnId: string) =>
    (await readBooks(world)).shipments.filter(({ reference }) => reference === returnId);
  /** The mails that sagas ask for; others say where the money is. */
  const untilMails = (orderId: string, count: number) =>
    waitFor(
      async () => {
        const mails = (await shop.books(orderId)).mails.filter(
          ({ notice }) => notice === 'order-shipped' || notice === 'return-refunded',
        );
        return mails.length >= count ? mails : undefined;
      },
      { what: `${count} mails about ${orderId}` },
    );

  it('all of them, come to the shelf again, and all of the money goes back', async () => {
    const { orderId, productId, email } = await bought({ quantity: 3, unitPrice: 1999 });
    const items = [{ productId, quantity: 3 }];
    const answer = await shop.postReturn(orderId, { items, reason: 'too small' });
    const { returnId } = answer.body;
    expect(answer).toMatchObject({ status: 202, body: { orderId, status: 'requested' } });
    expect(answer.headers.get('location')).toBe(`/orders/${orderId}/returns/${returnId}`);

    const saga = await shop.untilSaga(returnId, 'completed');
    expect(saga.definition).toBe('return-order');
    expect(stepStates(saga)).toEqual({
      'request-return': 'done',
      'approve-return': 'done',
      'receive-goods': 'done',
      'record-receipt': 'done',
      restock: 'done',
      refund: 'done',
      'complete-return': 'done',
      'notify-customer': 'done',
    });
    expect(saga.ledger).toEqual([]);
    expect(await shop.return(orderId, returnId)).toMatchObject({
      status: 'completed',
      refundAmount: 5997,
      currency: 'JPY',
      items: [{ productId, quantity: 3, unitPrice: 1999 }],
    });
    const { intents } = await shop.books(orderId);
    expect(intents).toMatchObject([
      { captured: 5997, refunded: 5997, refunds: [{ amount: 5997, returnId }] },
    ]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: ON_HAND });
    const mails = await untilMails(orderId, 2);
    expect(mails.map(({ to, subject }) => [to, /return/.test(subject)])).toEqual([
      [[email], false],
      [[email], true],
    ]);
    // The saga of the order stays what it was; its ledger says what came back.
    const order = await shop.untilSagaIs(orderId, 'even', ({ ledger }) =>
      ledger.every(({ taken, returned }) => taken === returned),
    );
    expect(order.state).toBe('completed');
    expect(await shop.untilStatus(orderId, 'returned')).toMatchObject({ orderId });
  });

  it('in parts, are refunded in parts, and never more than was ordered', async () => {
    const { orderId, productId } = await bought({ quantity: 5, unitPrice: 300 });
    const one = await shop.sendBack(orderId, { [productId]: 2 });
    await shop.untilSaga(one, 'completed');
    expect((await shop.books(orderId)).intents).toMatchObject([{ captured: 1500, refunded: 600 }]);
    expect(await shop.stock(productId)).toMatchObject({ available: 7 });

    const items = [{ productId, quantity: 4 }];
    const tooMany = await shop.postReturn(orderId, { items });
    expect(tooMany).toMatchObject({
      status: 409,
      body: { code: 'return_exceeds_order', errors: [{ field: 'items.0.quantity' }] },
    });
    const [two, three] = await Promise.all([
      shop.sendBack(orderId, { [productId]: 1 }),
      shop.sendBack(orderId, { [productId]: 2 }),
    ]);
    await Promise.all([two, three].map((id) => shop.untilSaga(id, 'completed')));
    const [intent] = (await shop.books(orderId)).intents;
    expect(intent?.refunds.map(({ amount }) => amount).toSorted()).toEqual([300, 600, 600]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0, available: ON_HAND });
    expect(await shop.returns(orderId)).toHaveLength(3);
    await untilMails(orderId, 4);
  });

  it('and are lost on their way, are rejected, and nothing is refunded', async () => {
    const { orderId, productId } = await bought({ quantity: 2, postalCode: LOST_POSTAL_CODE });
    const returnId = await shop.sendBack(orderId, { [productId]: 2 });
    const saga = await shop.untilSaga(returnId, 'compensated');
    expect(stepStates(saga)).toMatchObject({
      'request-return': 'undone',
      'approve-return': 'undone',
      'receive-goods': 'refused',
      restock: 'skipped',
      refund: 'skipped',
    });
    expect(await shop.return(orderId, returnId)).toMatchObject({
      status: 'rejected',
      reason: { code: 'lost' },
    });
    expect((await shop.books(orderId)).intents).toMatchObject([{ refunded: 0, refunds: [] }]);
    expect(await shop.stock(productId)).toMatchObject({ available: 8 });
    // What was lost may be asked for once more; the carrier loses that as well.
    await shop.untilSaga(await shop.sendBack(orderId, { [productId]: 1 }), 'compensated');
  });

  it('that cost nothing come back for nothing', async () => {
    const gift = await shop.product(ON_HAND);
    stocked[gift] = ON_HAND;
    const items = [
      { productId: gift, quantity: 1, unitPrice: 0 },
      { productId: await shop.product(ON_HAND), quantity: 1, unitPrice: 500 },
    ];
    const { orderId } = await bought({ items });
    const returnId = await shop.sendBack(orderId, { [gift]: 1 });
    const saga = await shop.untilSaga(returnId, 'completed');
    expect(stepStates(saga)).toMatchObject({ restock: 'done', refund: 'skipped' });
    expect(await shop.stock(gift)).toMatchObject({ available: ON_HAND });
    await untilMails(orderId, 2);
  });

  it('in more pieces than one line of an order holds, come back all the same', async () => {
    const productId = await shop.product(2_000_000);
    stocked[productId] = 2_000_000;
    const line = { productId, quantity: 600_000, unitPrice: 1 };
    const { orderId } = await bought({ items: [line, line] });
    const half = { productId, quantity: 600_000 };
    const { status, body } = await shop.postReturn(orderId, { items: [half, half] });
    expect(status).toBe(202);
    await shop.untilSaga(body.returnId, 'completed');
    expect((await shop.books(orderId)).intents).toMatchObject([{ refunded: 1_200_000 }]);
    expect(await shop.stock(productId)).toMatchObject({ reserved: 0 });
    await untilMails(orderId, 2);
  });

  it('and cancelled before the carrier is asked, are rejected, and may be asked for again', async () => {
    const { orderId, productId } = await bought({ quantity: 2 });
    let returnId = '';
    await whilePaused('orchestrator', async () => {
      returnId = await shop.sendBack(orderId, { [productId]: 2 });
      expect(await cancel(orderId, returnId)).toMatchObject({
        status: 202,
        body: { returnId, orderId, status: 'requested' },
      });
    });
    const saga = await shop.untilSaga(returnId, 'compensated');
    expect(stepStates(saga)).toMatchObject({
      'request-return': 'undone',
      'receive-goods': 'skipped',
    });
    const rejected = await shop.return(orderId, returnId);
    expect(rejected).toMatchObject({
      status: 'rejected',
      reason: { code: 'cancelled-by-customer' },
    });
    expect(await cancel(orderId, returnId)).toMatchObject({
      status: 202,
      body: { status: 'rejected' },
    });
    expect(await parcelsOf(returnId)).toEqual([]);
    await shop.untilSaga(await shop.sendBack(orderId, { [productId]: 2 }), 'completed');
    expect(await shop.return(orderId, returnId)).toEqual(rejected);
    await untilMails(orderId, 2);
  });

  it('and cancelled while they travel, are refunded when they arrive', async () => {
    const { orderId, productId } = await bought({ quantity: 1, unitPrice: 700 });
    const returnId = await cancelledAtPivot(orderId, productId);
    const saga = await shop.untilSaga(returnId, 'completed');
    const notes = (await shop.history(saga.sagaId)).map(({ note }) => note ?? '');
    expect(notes).toContainEqual(expect.stringContaining('cancel refused: the pivot is done'));
    expect(await parcelsOf(returnId)).toMatchObject([{ status: 'received' }]);
    expect((await shop.books(orderId)).intents).toMatchObject([{ refunded: 700 }]);
    const completed = await shop.return(orderId, returnId);
    expect(await cancel(orderId, returnId)).toMatchObject({
      status: 409,
      body: { code: 'return_completed', detail: expect.any(String) },
    });
    await topics.untilQuiet();
    expect(await shop.return(orderId, returnId)).toEqual(completed);
    await untilMails(orderId, 2);
  });

  it('and cancelled while they travel, are rejected when they never arrive', async () => {
    const { orderId, productId } = await bought({ quantity: 1, postalCode: LOST_POSTAL_CODE });
    const returnId = await cancelledAtPivot(orderId, productId);
    await shop.untilSaga(returnId, 'compensated');
    expect(await shop.return(orderId, returnId)).toMatchObject({ status: 'rejected' });
    expect(await parcelsOf(returnId)).toMatchObject([{ status: 'lost' }]);
    expect((await shop.books(orderId)).intents).toMatchObject([{ refunded: 0, refunds: [] }]);
  });

  it('change no book when all of their messages come again', async () => {
    await topics.untilQuiet();
    const sent = await topics.readAll(READ_BY_SERVICES);
    const types = new Set(sent.map(({ headers }) => headers['ce_type']));
    const expected = COMMANDS.flatMap(({ name, replies }) => [name, ...Object.keys(replies)])
      // What has left cannot come to be something else that cannot come back.
      .filter((name) => name !== 'order.return-refused')
      .map((name) => `com.example.${name}`);
    expect(expected.filter((type) => !types.has(type))).toEqual([]);
    const everything = async () => ({
      books: await readBooks(world),
      stock: await Promise.all(Object.keys(stocked).map((id) => shop.stock(id))),
      returns: await Promise.all(accepted.map(({ orderId }) => shop.returns(orderId))),
      deadLetters: await topics.counts(DEAD_LETTERS),
    });
    const before = await everything();
    for (const again of [sent, sent.toReversed()]) {
      await topics.send(again);
      await topics.untilQuiet(60_000);
      expect(await everything()).toEqual(before);
    }
  });

  it('agree, order by order, with the books of provider, carrier and mail server', async () => {
    expect(await audit(world, { accepted, stocked, repeatedMails: 'forbidden' })).toEqual([]);
  });
});
