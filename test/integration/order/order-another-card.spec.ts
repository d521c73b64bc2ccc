/** Promises attacked here: another card reaches the saga, sealed, once for each that was declined. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderWorld, validOrder } from './order-world.js';

describe('paying with another card', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  }, 240_000);
  afterAll(() => world.stop());

  const place = async (payment: object): Promise<string> => {
    const { status, body } = await world.post('/orders', { ...validOrder(), payment });
    expect(status).toBe(202);
    return String(body['orderId']);
  };
  const give = (orderId: string, body: unknown) => world.post(`/orders/${orderId}/payment`, body);
  const mends = async (orderId: string) =>
    (await world.events()).filter(
      ({ key, type }) => key === orderId && type === 'com.example.saga.mend',
    );

  it('tells the saga of the order, and keeps the token to itself', async () => {
    const orderId = await place({ method: 'credit_card', token: 'tok_declined' });
    await world.declines(orderId);
    expect(await give(orderId, { token: 'tok_secret_other' })).toMatchObject({
      status: 202,
      body: { orderId, status: 'pending' },
    });
    const [mend, ...others] = await mends(orderId);
    expect(others).toEqual([]);
    expect(mend).toMatchObject({
      topic: 'saga.inbox',
      data: { definition: 'place-order', businessKey: orderId, step: 'charge-payment' },
    });
    const data = mend?.data['data'] as { sealedToken: string } | undefined;
    expect(data?.sealedToken.length).toBeGreaterThan(20);
    expect(JSON.stringify(await world.events())).not.toContain('tok_secret_other');
    expect(world.logged.join('')).not.toContain('tok_secret_other');
  });

  it('is taken once for each that was declined, and is a message of its own', async () => {
    const orderId = await place({ method: 'credit_card', token: 'tok_declined' });
    const notDeclined = { status: 409, body: { code: 'not-declined' } };
    expect(await give(orderId, { token: 'tok_a' })).toMatchObject(notDeclined);
    for (const revision of [2, 4]) {
      // the fact comes again, and an older one after it
      for (const again of [revision, revision, revision - 1]) await world.declines(orderId, again);
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, n) => give(orderId, { token: `tok_${n}` })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(5).fill(409)]);
    }
    expect(new Set((await mends(orderId)).map(({ id }) => id)).size).toBe(2);
  });

  it('is one too many after ten', async () => {
    const orderId = await place({ method: 'credit_card', token: 'tok_declined' });
    for (let n = 1; n <= 10; n += 1) {
      await world.declines(orderId, n);
      expect((await give(orderId, { token: `tok_${n}` })).status).toBe(202);
    }
    await world.declines(orderId, 11);
    const tooMany = { status: 409, body: { code: 'too-many-cards' } };
    expect(await give(orderId, { token: 'tok_ok' })).toMatchObject(tooMany);
    expect(await mends(orderId)).toHaveLength(10);
  });

  it('is not asked for where a payment was called off, or is none by card', async () => {
    const orderId = await place({ method: 'credit_card', token: 'tok_ok' });
    await world.declines(orderId, 1, { reason: { code: 'canceled', message: 'Called off.' } });
    await world.declines(orderId, 2, { method: 'bank_transfer' });
    await world.declines(orderId, 3, { outcome: 'failed' });
    expect((await give(orderId, { token: 'tok_ok' })).body).toMatchObject({ code: 'not-declined' });
  });

  it('is refused where nobody pays by card, and where nothing is to be paid any more', async () => {
    const slow = await place({ method: 'bank_transfer' });
    expect(await give(slow, { token: 'tok_ok' })).toMatchObject({
      status: 409,
      body: { code: 'not-by-card' },
    });
    const over = await place({ method: 'credit_card', token: 'tok_ok' });
    await world.database.query(`update orders set status = 'cancelled' where order_id = $1`, [
      over,
    ]);
    expect(await give(over, { token: 'tok_ok' })).toMatchObject({
      status: 409,
      body: { code: 'order-cancelled' },
    });
    expect([...(await mends(slow)), ...(await mends(over))]).toEqual([]);
  });

  it('is refused for an unknown order and for what is no token, with the field named', async () => {
    const unknown = '0195e7a0-0000-7000-8000-00000000dead';
    expect((await give(unknown, { token: 'tok_ok' })).status).toBe(404);
    expect((await give('x', { token: 'tok_ok' })).status).toBe(400);
    const orderId = await place({ method: 'credit_card', token: 'tok_declined' });
    for (const body of [{}, { token: '' }, { token: 'a b' }, { token: 'x'.repeat(256) }]) {
      const { status, body: problem } = await give(orderId, body);
      expect({ status, problem }).toMatchObject({
        status: 400,
        problem: { errors: [{ field: 'token' }] },
      });
    }
  });

  it('is waited for as long as the order says, or as the service is set', async () => {
    const window = async (payment: object) => {
      const orderId = await place({ method: 'credit_card', token: 'tok_ok', ...payment });
      const start = (await world.events()).find(({ id }) => id === `${orderId}:start`);
      const input = start?.data['input'] as { payment: { anotherCardMs: number } } | undefined;
      return input?.payment.anotherCardMs;
    };
    expect(await window({})).toBe(1_800_000);
    expect(await window({ anotherCardWithinS: 0 })).toBe(0);
    expect(await window({ anotherCardWithinS: 86_400 })).toBe(86_400_000);
    const tooLong = { method: 'credit_card', token: 'tok_ok', anotherCardWithinS: 86_401 };
    const { status } = await world.post('/orders', { ...validOrder(), payment: tooLong });
    expect(status).toBe(400);
  });

  it('has a customer who is written to in a language, and perhaps called', async () => {
    const contact = { phone: '+81312345678', locale: 'ja' };
    const { body } = await world.post('/orders', { ...validOrder(), ...contact });
    const orderId = String(body['orderId']);
    expect((await world.get(`/orders/${orderId}`)).body).toMatchObject(contact);
    const created = (await world.events()).find(
      ({ key, type }) => key === orderId && type === 'com.example.order.created',
    );
    expect(created?.data['contact']).toMatchObject(contact);
    for (const wrong of [{ phone: '0312345678' }, { locale: 'japanese' }]) {
      expect((await world.post('/orders', { ...validOrder(), ...wrong })).status).toBe(400);
    }
  });
});
