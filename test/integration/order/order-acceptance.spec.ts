import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AcceptanceDesk,
  type AcceptanceRequest,
} from '../../../apps/order/src/acceptance/acceptance.js';
import { newId, Outbox, RetryableError, type UnitOfWork } from '#messaging';
import { OrderWorld } from './order-world.js';

const request = (changes: Partial<AcceptanceRequest['input']> = {}): AcceptanceRequest => ({
  input: {
    orderId: newId(),
    customerId: 'c',
    merchantId: 'm',
    channel: 'web',
    currency: 'JPY',
    items: [{ productId: 'p', quantity: 1, unitPrice: 100 }],
    totalAmount: 100,
    shippingAddress: { prefecture: 'a', city: 'b', line1: 'c', postalCode: 'd' },
    email: 'a@b.c',
    payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
    ...changes,
  },
});

describe('acceptance', () => {
  let world: OrderWorld;
  let outbox: Outbox;
  /** What happens around each transaction; reset for every test. */
  let around: (run: () => Promise<unknown>, attempt: number) => Promise<unknown>;
  let transactions: number;
  let desk: AcceptanceDesk;
  beforeAll(async () => {
    world = await OrderWorld.start();
    outbox = world.app.get(Outbox);
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    transactions = 0;
    around = (run) => run();
    desk = new AcceptanceDesk({
      transaction: <T>(work: (unit: UnitOfWork) => Promise<T>) =>
        around(() => outbox.transaction(work), (transactions += 1)) as Promise<T>,
    });
  });

  const kept = async (requests: readonly AcceptanceRequest[]): Promise<boolean[]> => {
    const rows = await world.database.query<{ order_id: string }>(
      'select order_id from orders where order_id = any($1::uuid[])',
      [requests.map(({ input }) => input.orderId)],
    );
    const ids = new Set(rows.map((row) => row.order_id));
    return requests.map(({ input }) => ids.has(input.orderId));
  };
  const startsOf = async ({ input }: AcceptanceRequest): Promise<number> =>
    (await world.events()).filter(({ id }) => id === `${input.orderId}:start`).length;

  it('puts concurrent requests into one transaction', async () => {
    const requests = Array.from({ length: 100 }, () => request());
    const answers = await Promise.all(requests.map((each) => desk.accept(each)));
    expect(answers).toEqual(
      requests.map(({ input }) => ({ outcome: 'accepted', orderId: input.orderId })),
    );
    expect(transactions).toBe(1);
    expect(await kept(requests)).toEqual(requests.map(() => true));
  });

  it('lets one bad order fail alone', async () => {
    const bad = request({ totalAmount: -1 }); // the table's own check refuses it
    const requests = [request(), request(), bad, request(), request()];
    const answers = await Promise.allSettled(requests.map((each) => desk.accept(each)));
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(await kept(requests)).toEqual([true, true, false, true, true]);
    const starts = await Promise.all(requests.map(startsOf));
    expect(starts).toEqual([1, 1, 0, 1, 1]);
  });

  it('keeps neither the order nor its messages when the transaction fails', async () => {
    const lost = request();
    const fails = new AcceptanceDesk({
      transaction: <T>(work: (unit: UnitOfWork) => Promise<T>) =>
        outbox.transaction(async (unit) => {
          await work(unit);
          throw new Error('the disk is full');
        }) as Promise<T>,
    });
    await expect(fails.accept(lost)).rejects.toThrow('the disk is full');
    expect(await kept([lost])).toEqual([false]);
    expect(await startsOf(lost)).toBe(0);
  });

  it('does not place an order twice when the outcome of a commit was unknown', async () => {
    const doubtful = request();
    around = async (run, attempt) => {
      const result = await run();
      if (attempt === 1) throw new RetryableError('the connection was lost during the commit');
      return result;
    };
    expect(await desk.accept(doubtful)).toEqual({
      outcome: 'accepted',
      orderId: doubtful.input.orderId,
    });
    expect(transactions).toBe(2);
    expect(await startsOf(doubtful)).toBe(1);
  });

  it('does it again when nothing was committed, and gives up after three times', async () => {
    const second = request();
    around = (run, attempt) =>
      attempt === 1 ? Promise.reject(new RetryableError('epoch closed')) : run();
    await desk.accept(second);
    expect(await startsOf(second)).toBe(1);
    around = () => Promise.reject(new RetryableError('epoch closed'));
    transactions = 0;
    const requests = [request(), request(), request()];
    const answers = await Promise.allSettled(requests.map((each) => desk.accept(each)));
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(transactions).toBe(3); // and it was not split over and over
  });
});
