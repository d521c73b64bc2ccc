/**
 * Promises attacked here: all returns of an order together never hold more than was ordered, each is
 * accepted with the start of its saga or not at all, and only the saga moves it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettleReturnsHandler } from '../../../apps/order/src/handlers/settle-returns.handler.js';
import {
  approveReturn,
  completeReturn,
  recordReceipt,
  rejectReturn,
  returnOrderInput,
  sagaCancel,
  sagaStart,
} from '#contracts';
import { newId, Outbox } from '#messaging';
import { waitFor } from '#testing';
import type { AdmittedCommand, Answer } from '#participant';
import { OrderWorld, validOrder, type Json } from './order-world.js';

const reason = { code: 'lost', message: 'The goods never arrived.' };
const item = (productId: string, quantity: unknown) => ({ productId, quantity });

describe('returns over HTTP', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());

  const place = async (status = 'shipped', changes: object = {}): Promise<string> => {
    const orderId = String((await world.post('/orders', validOrder(changes))).body['orderId']);
    await world.database.query('update orders set status = $2 where order_id = $1', [
      orderId,
      status,
    ]);
    return orderId;
  };
  const ask = (orderId: string, items: unknown, more: object = {}, headers = {}) =>
    world.post(`/orders/${orderId}/returns`, { items, ...more }, headers);
  const asked = async (orderId: string, items: unknown): Promise<string> => {
    const { status, body } = await ask(orderId, items);
    expect(status).toBe(202);
    return String(body['returnId']);
  };
  const view = async (orderId: string, returnId: string) =>
    (await world.get(`/orders/${orderId}/returns/${returnId}`)).body;
  const list = async (orderId: string) =>
    (await world.get(`/orders/${orderId}/returns`)).body['items'] as Json[];
  const said = async (returnId: string) =>
    (await world.events()).filter(({ topic, key }) => topic === 'saga.inbox' && key === returnId);
  const cancel = (orderId: string, returnId: string, body: unknown = {}) =>
    world.post(`/orders/${orderId}/returns/${returnId}/cancel`, body);
  const handle = (name: string, returnId: string): Promise<Answer[]> => {
    const payload = { orderId: newId(), returnId: returnId.toUpperCase(), reason };
    const command = { name, payload } as unknown as AdmittedCommand;
    const handler = world.app.get(SettleReturnsHandler);
    return world.app.get(Outbox).transaction((unit) => handler.handle(unit, [command]));
  };

  it('are accepted with what is to be refunded, and start one saga', async () => {
    const orderId = await place();
    const answer = await ask(orderId, [item('p-1', 1), item('p-2', 1)], { reason: 'too small' });
    const { returnId } = answer.body;
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `/orders/${orderId}/returns/${String(returnId)}` },
      body: { returnId, orderId, status: 'requested' },
    });
    const found = await view(orderId, String(returnId));
    expect(found).toMatchObject({
      status: 'requested',
      refundAmount: 1349,
      currency: 'JPY',
      note: 'too small',
      items: [
        { productId: 'p-1', quantity: 1, unitPrice: 1250 },
        { productId: 'p-2', quantity: 1, unitPrice: 99 },
      ],
      revision: 1,
    });
    expect(await list(orderId)).toEqual([found]);
    const [start, ...others] = await said(String(returnId));
    expect(others).toEqual([]);
    const { definition, businessKey, input } = sagaStart.parse(start?.data);
    expect({ definition, businessKey }).toEqual({
      definition: 'return-order',
      businessKey: returnId,
    });
    expect(returnOrderInput.parse(input)).toMatchObject({ orderId, refundAmount: 1349 });
  });

  it('never exceed what was ordered, one after the other', async () => {
    const orderId = await place();
    await asked(orderId, [item('p-1', 1)]);
    const { status, body } = await ask(orderId, [item('p-2', 1), item('p-1', 2)]);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'return_exceeds_order',
      errors: [{ field: 'items.1.quantity', message: expect.stringContaining('1') }],
    });
    await asked(orderId, [item('p-1', 1)]);
    expect((await ask(orderId, [item('p-1', 1)])).status).toBe(409);
    expect(await list(orderId)).toHaveLength(2);
  });

  it('never exceed what was ordered, twenty at the same time', async () => {
    const orderId = await place('completed', {
      items: [{ productId: 'p-1', quantity: 7, unitPrice: 10 }],
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(orderId, [item('p-1', 2)])),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array<number>(3).fill(202), ...Array<number>(17).fill(409)]);
    expect(await list(orderId)).toHaveLength(3);
  });

  it('of one order that is busy keep nobody else waiting', async () => {
    const busy = await place();
    const other = await place();
    const { promise: freed, resolve: free } = Promise.withResolvers<void>();
    const held = world.app.get(Outbox).transaction(async ({ tx }) => {
      await tx.query('select 1 from orders where order_id = $1 for update', [busy]);
      await freed;
    });
    const answers = Array.from({ length: 50 }, () => ask(busy, [item('p-1', 1)]));
    try {
      const waiting = `select 1 from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'`;
      await waitFor(async () => (await world.database.query(waiting)).length > 0, {
        what: 'returns to wait for their order',
      });
      expect((await world.get(`/orders/${other}`)).status).toBe(200);
      expect((await world.post('/orders', validOrder())).status).toBe(202);
    } finally {
      free();
      await held;
    }
    const statuses = (await Promise.all(answers)).map(({ status }) => status).toSorted();
    expect(statuses).toEqual([202, 202, ...Array<number>(48).fill(409)]);
  });

  it('that were rejected leave their pieces to others', async () => {
    const orderId = await place();
    const returnId = await asked(orderId, [item('p-1', 2)]);
    expect((await ask(orderId, [item('p-1', 2)])).status).toBe(409);
    await handle(rejectReturn.name, returnId);
    expect(await view(orderId, returnId)).toMatchObject({ status: 'rejected', reason });
    await asked(orderId, [item('p-1', 2)]);
  });

  it.each(['pending', 'cancelled'])('are not for an order that is %s', async (status) => {
    const orderId = await place(status);
    const answer = await ask(orderId, [item('p-1', 1)]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer).toMatchObject({ status: 409, body: { code: `order_${status}` } });
    expect(await list(orderId)).toEqual([]);
  });

  it('are one for one key, also when it is sent ten times at once', async () => {
    const orderId = await place();
    const headers = { 'idempotency-key': 'same' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(orderId, [item('p-1', 1)], {}, headers)),
    );
    const ids = new Set(answers.map(({ body }) => body['returnId']));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(ids.size).toBe(1);
    expect(await list(orderId)).toHaveLength(1);
    const other = await ask(orderId, [item('p-1', 2)], {}, headers);
    expect(other.status).toBe(422);
    expect(other.body.errors).toMatchObject([{ field: 'Idempotency-Key' }]);
    const elsewhere = await place();
    expect((await ask(elsewhere, [item('p-1', 1)], {}, headers)).status).toBe(202);
  });

  it.each<[string, unknown, object, string]>([
    ['no items', undefined, {}, 'items'],
    ['an empty list', [], {}, 'items'],
    ['items that are no list', { productId: 'p-1' }, {}, 'items'],
    ['an item that is null', [null], {}, 'items'],
    ['no product', [{ quantity: 1 }], {}, 'items.0.productId'],
    ['a product that was not ordered', [item('p-9', 1)], {}, 'items.0.productId'],
    ['a quantity of zero', [item('p-1', 0)], {}, 'items.0.quantity'],
    ['a quantity in quotes', [item('p-1', '1')], {}, 'items.0.quantity'],
    ['half a piece', [item('p-1', 0.5)], {}, 'items.0.quantity'],
    ['a price', [{ ...item('p-1', 1), unitPrice: 9 }], {}, 'items.0.unitPrice'],
    ['a reason that is a number', [item('p-1', 1)], { reason: 7 }, 'reason'],
    ['a reason of lines', [item('p-1', 1)], { reason: 'a\nb' }, 'reason'],
    ['an unknown field', [item('p-1', 1)], { refundAmount: 9 }, 'refundAmount'],
  ])('with %s are refused by the name of the field', async (_, items, more, field) => {
    const orderId = await place();
    const { status, body } = await ask(orderId, items, more);
    expect([400, 422]).toContain(status);
    expect((body.errors ?? []).map((error) => error.field)).toContain(field);
    expect(await list(orderId)).toEqual([]);
  });

  it('of unknown orders, and unknown returns, are not found by name', async () => {
    const orderId = await place();
    const other = await place();
    const returnId = await asked(orderId, [item('p-1', 1)]);
    const found = async (url: string) => {
      const { status, body } = await world.get(url);
      return [status, body.errors?.[0]?.field];
    };
    const nobody = randomUUID();
    expect(await ask(nobody, [item('p-1', 1)])).toMatchObject({ status: 404 });
    expect(await ask('17', [item('p-1', 1)])).toMatchObject({ status: 400 });
    expect(await found(`/orders/${nobody}/returns`)).toEqual([404, 'orderId']);
    expect(await found(`/orders/17/returns`)).toEqual([400, 'orderId']);
    expect(await found(`/orders/${orderId}/returns/17`)).toEqual([400, 'returnId']);
    expect(await found(`/orders/${orderId}/returns/${nobody}`)).toEqual([404, 'returnId']);
    expect(await found(`/orders/${other}/returns/${returnId}`)).toEqual([404, 'returnId']);
    const key = await ask(orderId, [item('p-1', 1)], {}, { 'idempotency-key': 'x'.repeat(256) });
    const title = 'The request is not valid';
    expect(key).toMatchObject({
      status: 400,
      body: { title, errors: [{ field: 'Idempotency-Key' }] },
    });
  });

  it('are moved by the saga alone, each command as often as it likes', async () => {
    const orderId = await place();
    const returnId = await asked(orderId, [item('p-1', 1)]);
    const steps = [
      [approveReturn, 'order.return-approved', 'approved'],
      [recordReceipt, 'order.receipt-recorded', 'received'],
      [completeReturn, 'order.return-completed', 'completed'],
    ] as const;
    for (const [index, [contract, fact, status]] of steps.entries()) {
      for (const _ of [1, 2]) {
        expect(await handle(contract.name, returnId)).toMatchObject([{ name: fact }]);
        expect(await view(orderId, returnId)).toMatchObject({ status, revision: index + 2 });
      }
    }
    await expect(handle(rejectReturn.name, returnId)).rejects.toThrow('cannot reject');
  });

  it('are cancelled by their saga alone, which is told the same each time', async () => {
    const orderId = await place();
    const returnId = await asked(orderId, [item('p-1', 1)]);
    const why = 'it fits after all';
    for (const status of ['requested', 'approved']) {
      const answer = await cancel(orderId.toUpperCase(), returnId.toUpperCase(), { reason: why });
      expect(answer).toMatchObject({ status: 202, body: { returnId, orderId, status } });
      expect(await view(orderId, returnId)).toMatchObject({ status });
      await handle(approveReturn.name, returnId);
    }
    const [, ...cancels] = await said(returnId);
    expect(cancels).toHaveLength(2);
    expect(new Set(cancels.map(({ id }) => id))).toEqual(new Set([`${returnId}:cancel`]));
    expect(sagaCancel.parse(cancels[0]?.data)).toEqual({
      definition: 'return-order',
      businessKey: returnId,
      reason: { code: 'cancelled-by-customer', message: why },
    });
  });

  it('are not cancelled when they are over: a rejected one stays rejected, one that came is kept', async () => {
    const orderId = await place();
    const rejected = await asked(orderId, [item('p-1', 1)]);
    await handle(rejectReturn.name, rejected);
    expect(await cancel(orderId, rejected)).toMatchObject({
      status: 202,
      body: { returnId: rejected, status: 'rejected' },
    });
    const came = await asked(orderId, [item('p-1', 1)]);
    await handle(approveReturn.name, came);
    for (const [contract, code] of [
      [recordReceipt, 'return_received'],
      [completeReturn, 'return_completed'],
    ] as const) {
      await handle(contract.name, came);
      const answer = await cancel(orderId, came);
      expect(answer).toMatchObject({ status: 409, body: { code, detail: expect.any(String) } });
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
    expect(await said(rejected)).toHaveLength(1);
    expect(await said(came)).toHaveLength(1);
  });

  it('that are cancelled with what is none of theirs are refused by its name', async () => {
    const orderId = await place();
    const other = await place();
    const returnId = await asked(orderId, [item('p-1', 1)]);
    const refused = async (order: string, one: string, body?: unknown) => {
      const { status, body: problem, headers } = await cancel(order, one, body);
      expect(headers['content-type']).toBe('application/problem+json');
      return [status, problem.errors?.[0]?.field];
    };
    const nobody = randomUUID();
    expect(await refused(nobody, returnId)).toEqual([404, 'orderId']);
    expect(await refused(other, returnId)).toEqual([404, 'returnId']);
    expect(await refused(orderId, nobody)).toEqual([404, 'returnId']);
    expect(await refused('17', returnId)).toEqual([400, 'orderId']);
    expect(await refused(orderId, '17')).toEqual([400, 'returnId']);
    expect(await refused(orderId, returnId, { reason: 7 })).toEqual([400, 'reason']);
    expect(await refused(orderId, returnId, { force: true })).toEqual([400, 'force']);
    expect(await said(returnId)).toHaveLength(1);
  });

  it('are refused when they are approved after all was over', async () => {
    const orderId = await place();
    const returnId = await asked(orderId, [item('p-1', 1)]);
    await world.database.query(`update orders set status = 'cancelled' where order_id = $1`, [
      orderId,
    ]);
    expect(await handle(approveReturn.name, returnId)).toMatchObject([
      { outcome: 'refused', name: 'order.return-refused', result: { code: 'order_cancelled' } },
    ]);
    expect(await handle(approveReturn.name, randomUUID())).toMatchObject([{ outcome: 'refused' }]);
    expect(await handle(rejectReturn.name, randomUUID())).toMatchObject([{ outcome: 'succeeded' }]);
  });
});
