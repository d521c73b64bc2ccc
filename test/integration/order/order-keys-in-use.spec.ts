/**
 * Promises attacked here: a request whose key is in use waits for the first with it, here or on another
 * replica, and is answered as that one or told to come again; whoever holds the key, and for how long,
 * nobody else waits for that.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OrderWorld, validOrder, type Json } from './order-world.js';

/** Of the replica that says soon that a key is in use; the others wait for as long as tests take. */
const WAIT_MS = 300;

describe('a key in use', () => {
  let world: OrderWorld;
  let other: NestFastifyApplication;
  let impatient: NestFastifyApplication;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    world = await OrderWorld.start();
    other = await world.replica();
    impatient = await world.replica({ IDEMPOTENCY_WAIT_MS: String(WAIT_MS) });
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(() => world.stop());

  /** A transaction that stays open until it is ended. */
  const hold = async (sql: string, params: unknown[]) => {
    const begun = Promise.withResolvers<void>();
    const over = Promise.withResolvers<boolean>();
    const held = world.database
      .transaction(async (tx) => {
        await tx.query(sql, params);
        begun.resolve();
        if (!(await over.promise)) throw new Error('taken back');
      })
      .catch(() => undefined);
    await begun.promise;
    const end = (commits: boolean) => async () => {
      over.resolve(commits);
      await held;
    };
    ends.push(end(false));
    return { commit: end(true), rollBack: end(false) };
  };
  /** Of somebody who knows nothing of any protocol; without a history, as nobody ever reads it. */
  const holdKeys = (keys: readonly string[], hash = 'x') =>
    hold(
      `insert into orders (order_id, customer_id, merchant_id, channel, currency, total_amount, items,
         shipping_address, email, payment_method, status, revision, created_at, updated_at,
         idempotency_key, request_hash)
       select gen_random_uuid(), 'c', 'default-merchant', 'web', 'JPY', 1, '[]', '{}', 'a@b.c', 'credit_card',
         'pending', 1, now(), now(), key, $2 from unnest($1::text[]) as given (key)`,
      [keys, hash],
    );
  /** Says whether it is over yet, without waiting for it. */
  const watched = <Answer>(work: Promise<Answer>) => {
    const state = { work, isOver: false };
    void work.finally(() => (state.isOver = true)).catch(() => undefined);
    return state;
  };
  const place = (key?: string, changes: object = {}, app = world.app) => {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return world.post('/orders', validOrder(changes), headers, app);
  };
  const inProgress = { status: 409, body: { code: 'request-in-progress' } };
  const counted = async (key: string): Promise<number> => {
    const rows = await world.database.query('select 1 from orders where idempotency_key = $1', [
      key,
    ]);
    return rows.length;
  };

  it('of a transaction that does not end is waited for, then it is said to be in use', async () => {
    const key = randomUUID();
    const holder = await holdKeys([key]);
    const began = performance.now();
    const answers = await Promise.all([1, 2, 3].map(() => place(key, {}, impatient)));
    expect(performance.now() - began).toBeGreaterThanOrEqual(WAIT_MS - 50);
    for (const answer of answers) {
      expect(answer).toMatchObject(inProgress);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
    await holder.rollBack();
    expect((await place(key)).status).toBe(202);
    expect(await counted(key)).toBe(1);
  });

  it('of one that ends in time gives the answer: as that one, or as the first', async () => {
    const keys = [randomUUID(), randomUUID()] as const;
    const [taken, freed] = [await holdKeys([keys[0]]), await holdKeys([keys[1]])];
    const answers = Promise.all([place(keys[0]), place(keys[1]), place(keys[1], {}, other)]);
    await world.waitsForLock();
    await Promise.all([taken.commit(), freed.rollBack()]);
    const [first, second, third] = await answers;
    // another body, as far as that key's hash can tell
    expect(first).toMatchObject({ status: 422, body: { errors: [{ field: 'Idempotency-Key' }] } });
    expect([second.status, third.status]).toEqual([202, 202]);
    expect(third.body).toEqual(second.body);
    expect(await counted(keys[1])).toBe(1);
  });

  it('holds up nobody else: not those of its group, with keys and without, nor those after them', async () => {
    const stuck = randomUUID();
    const holder = await holdKeys([stuck]);
    const group = Array.from({ length: 100 }, (_, n) => place(n % 2 ? randomUUID() : undefined));
    const waiting = watched(place(stuck));
    const more = Array.from({ length: 100 }, () => place(randomUUID()));
    const others = await Promise.all([...group, ...more]);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(others.map(({ body }) => body['orderId'])).size).toBe(200);
    const later = await Promise.all([place(), place(randomUUID())]);
    expect(later.map(({ status }) => status)).toEqual([202, 202]);
    expect(waiting.isOver).toBe(false);
    await holder.rollBack();
    expect((await waiting.work).status).toBe(202);
  });

  it('is one of two hundred that a stuck group holds, and the others are served all the same', async () => {
    const keys = Array.from({ length: 200 }, () => randomUUID());
    const holder = await holdKeys(keys);
    const retries = keys.map((key) => watched(place(key)));
    await world.waitsForLock();
    const fresh = await Promise.all(Array.from({ length: 50 }, () => place(randomUUID())));
    expect(new Set(fresh.map(({ status }) => status))).toEqual(new Set([202]));
    expect(retries.some(({ isOver }) => !isOver)).toBe(true);
    await holder.rollBack();
    for (const { work } of retries) expect([202, 409]).toContain((await work).status);
    const again = await Promise.all(keys.map((key) => place(key)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]));
  });

  it('is used once when two replicas get the same requests at the same moment', async () => {
    const keys = Array.from({ length: 150 }, () => randomUUID());
    const both = await Promise.all([
      Promise.all(keys.map((key) => place(key))),
      Promise.all(keys.toReversed().map((key) => place(key, {}, other))),
    ]);
    const [here, there] = [both[0], both[1].toReversed()];
    for (const [index, key] of keys.entries()) {
      const answers = [here[index], there[index]];
      // a busy machine may have let one of them wait for too long
      const accepted = answers.filter((answer) => answer?.status === 202);
      expect(accepted.length).toBeGreaterThan(0);
      expect(new Set(accepted.map((answer) => answer?.body['orderId'])).size).toBe(1);
      expect(answers.filter((answer) => ![202, 409].includes(answer?.status ?? 0))).toEqual([]);
      expect(await counted(key)).toBe(1);
    }
  });

  it('with another body is refused when the first is through, not before', async () => {
    const key = randomUUID();
    const [first, second] = await Promise.all([place(key), place(key, { customerId: 'other' })]);
    expect([first.status, second.status]).toEqual([202, 422]);
  });

  describe('of a return', () => {
    const shipped = async (): Promise<string> => {
      const { body } = await place();
      await world.database.query(`update orders set status = 'shipped' where order_id = $1`, [
        body['orderId'],
      ]);
      return String(body['orderId']);
    };
    const items = [{ productId: 'p-1', quantity: 1 }];
    const ask = (orderId: string, key?: string, app = world.app) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      return world.post(`/orders/${orderId}/returns`, { items }, headers, app);
    };
    const holdOrder = (orderId: string) =>
      hold('select 1 from orders where order_id = $1 for update', [orderId]);
    const returnsOf = async (orderId: string) =>
      (await world.get(`/orders/${orderId}/returns`)).body['items'] as Json[];

    it('is waited for, then said to be in use, and returns of others go on', async () => {
      // two of them: returns of one order wait for each other
      const [busy, free, free2] = [await shipped(), await shipped(), await shipped()];
      const holder = await holdOrder(busy);
      for (const answer of await Promise.all([1, 2].map(() => ask(busy, 'k', impatient)))) {
        expect(answer).toMatchObject(inProgress);
        expect(answer.headers['retry-after']).toBe('1');
      }
      const asked = [ask(busy, 'k'), ...Array.from({ length: 8 }, (_, n) => ask(busy, `k-${n}`))];
      const waiting = watched(Promise.all(asked));
      await world.waitsForLock();
      const served = await Promise.all([ask(free, 'k'), ask(free2)]);
      expect(served.map(({ status }) => status)).toEqual([202, 202]);
      expect(waiting.isOver).toBe(false);
      expect(await returnsOf(busy)).toEqual([]);
      await holder.rollBack();
      // two pieces were ordered
      const statuses = (await waiting.work).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([202, 202, ...Array.from({ length: 7 }, () => 409)]);
    });

    it('is answered as the first as soon as that has ended', async () => {
      const orderId = await shipped();
      const holder = await holdOrder(orderId);
      const asked = Promise.all([ask(orderId, 'k'), ask(orderId, 'k'), ask(orderId, 'k', other)]);
      await world.waitsForLock();
      await holder.rollBack();
      const answers = await asked;
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      expect(new Set(answers.map(({ body }) => body['returnId'])).size).toBe(1);
      expect(await returnsOf(orderId)).toHaveLength(1);
    });
  });

  it('of an order that is locked keeps a customer who cancels waiting for a moment only', async () => {
    const orderId = String((await place()).body['orderId']);
    await hold('select 1 from orders where order_id = $1 for update', [orderId]);
    const answer = await world.post(`/orders/${orderId}/cancel`, {});
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });
});
