import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import {
  cancelOrder,
  confirmOrder,
  GENERIC_REPLIES,
  orderCancelled,
  orderConfirmed,
  sagaCancel,
} from '#contracts';
import { newId, Outbox, type Tx, type UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer } from '#participant';
import { waitFor } from '#testing';
import { OrderWorld, validOrder } from './order-world.js';

const reason = { code: 'generic_decline', message: 'insufficient funds' };

describe('orders and the saga’s commands', () => {
  let world: OrderWorld;
  let statements: string[];
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    statements = [];
  });

  const place = async (): Promise<string> =>
    String((await world.post('/orders', validOrder())).body['orderId']);
  const command = (name: string, payload: { orderId: string }): AdmittedCommand => {
    const commandId = `${newId()}:step`;
    const sagaId = newId();
    return {
      address: { commandId, issuedOn: '2026-11-21', sagaId, businessKey: payload.orderId },
      name,
      payload,
      notAfter: new Date(),
      event: {
        id: commandId,
        source: 'orchestrator',
        type: `com.example.${name}`,
        subject: payload.orderId,
        time: new Date().toISOString(),
        correlationid: sagaId,
        data: payload,
        topic: 'order.commands',
        key: payload.orderId,
        partition: 0,
        offset: '0',
        headers: {},
      },
    };
  };
  const confirm = (orderId: string, trackingNumber = 'T-1') =>
    command(confirmOrder.name, { orderId, trackingNumber } as { orderId: string });
  const cancel = (orderId: string) =>
    command(cancelOrder.name, { orderId, reason } as { orderId: string });

  const handle = (...commands: AdmittedCommand[]): Promise<Answer[]> => {
    const handler = world.app.get(SettleOrdersHandler);
    return world.app.get(Outbox).transaction((unit) => {
      const tx: Tx = {
        query: (sql, params) => {
          statements.push(sql.trim().split(' ')[0] ?? '');
          return unit.tx.query(sql, params);
        },
      };
      const watched: UnitOfWork = {
        tx,
        publish: (...events) => unit.publish(...events),
        forward: (message) => unit.forward(message),
        stamp: () => unit.stamp(),
        beforeCommit: (statement) => unit.beforeCommit(statement),
        afterCommit: (hook) => unit.afterCommit(hook),
      };
      return handler.handle(watched, commands);
    });
  };
  const waitsForLock = async (): Promise<boolean> => {
    const [row] = await world.database.query<{ waits: boolean }>(
      `select count(*) > 0 as waits from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return row?.waits ?? false;
  };
  const ship = (orderId: string) =>
    world.database.query(`update orders set status = 'shipped' where order_id = $1`, [orderId]);
  const order = async (orderId: string) => (await world.get(`/orders/${orderId}`)).body;
  const facts = async (orderId: string) =>
    (await world.events()).filter(
      ({ topic, key, type }) =>
        topic === 'order.events' && key === orderId && type !== 'com.example.order.created',
    );

  it('confirms and cancels a batch with one lock and one update', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, place));
    const answers = await handle(
      ...ids.map((id, index) => (index % 2 === 0 ? confirm(id, `T-${index}`) : cancel(id))),
    );
    expect(statements).toEqual(['select', 'update', 'insert']);
    expect(answers.map((answer) => 'name' in answer && answer.name)).toEqual(
      ids.map((_, index) => (index % 2 === 0 ? 'order.order-confirmed' : 'order.order-cancelled')),
    );
    for (const [index, id] of ids.entries()) {
      expect(await order(id)).toMatchObject(
        index % 2 === 0
          ? { status: 'confirmed', revision: 2, trackingNumber: `T-${index}` }
          : { status: 'cancelled', revision: 2, reason },
      );
    }
  });

  it('publishes what became of an order, as a consequence of the command', async () => {
    const [confirmed, cancelled] = [await place(), await place()];
    const [first, second] = [confirm(confirmed), cancel(cancelled)];
    await handle(first, second);
    const [yes] = await facts(confirmed);
    expect(orderConfirmed.data.parse(yes?.data)).toMatchObject({ revision: 2, totalAmount: 2599 });
    const [no] = await facts(cancelled);
    expect(orderCancelled.data.parse(no?.data)).toMatchObject({ revision: 2, reason });
    const [row] = await world.database.query<{ headers: Record<string, string> }>(
      `select headers from outbox where key = $1 and headers->>'ce_type' = 'com.example.order.confirmed'`,
      [confirmed],
    );
    expect(row?.headers).toMatchObject({
      ce_causationid: first.address.commandId,
      ce_correlationid: first.address.sagaId,
    });
  });

  it('succeeds again without a second fact, in the same batch and in a later one', async () => {
    const [one, two] = [await place(), await place()];
    await handle(confirm(one), confirm(one), cancel(two), cancel(two));
    const answers = await handle(confirm(one), cancel(two));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    expect(statements).toEqual(['select', 'update', 'insert', 'select']);
    expect(await facts(one)).toHaveLength(1);
    expect(await facts(two)).toHaveLength(1);
    expect(await order(one)).toMatchObject({ status: 'confirmed', revision: 2 });
  });

  it('has nothing to undo for an unknown order', async () => {
    const unknown = newId();
    expect(await handle(cancel(unknown))).toMatchObject([{ outcome: 'succeeded' }]);
    expect(await facts(unknown)).toEqual([]);
  });

  it('refuses a confirmation that comes after the cancel, and does the rest of its batch', async () => {
    const [late, fine] = [await place(), await place()];
    await handle(cancel(late));
    expect(await handle(confirm(late), confirm(fine))).toMatchObject([
      { outcome: 'refused', name: GENERIC_REPLIES.refused, reason: { code: 'order-cancelled' } },
      { outcome: 'succeeded' },
    ]);
    expect(await order(late)).toMatchObject({ status: 'cancelled', revision: 2 });
    expect(await order(fine)).toMatchObject({ status: 'confirmed', revision: 2 });
  });

  it('throws at what no saga sends, and changes nothing', async () => {
    const [shipped, cancelled] = [await place(), await place()];
    await handle(confirm(shipped), cancel(cancelled));
    await ship(shipped);
    await expect(handle(cancel(shipped))).rejects.toThrow('it is shipped');
    await expect(handle(confirm(newId()))).rejects.toThrow('it is not known');
    expect(await order(shipped)).toMatchObject({ status: 'shipped', revision: 2 });
    expect(await order(cancelled)).toMatchObject({ status: 'cancelled', revision: 2 });
  });

  it('locks orders in one order, whatever the order of the commands', async () => {
    const [low, high] = [await place(), await place()].sort() as [string, string];
    const lock = 'select 1 from orders where order_id = $1 for update nowait';
    const batch = await world.database.transaction(async (tx) => {
      await tx.query(lock, [low]);
      const handled = handle(confirm(high), confirm(low));
      await waitFor(() => waitsForLock(), { what: 'the batch to wait for the lower order' });
      // it has not locked the higher one before: two batches can only wait in one direction
      await tx.query(lock, [high]);
      return { handled };
    });
    expect(await batch.handled).toHaveLength(2);
  });

  it('publishes one fact when two batches settle the same orders at the same moment', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, place));
    await Promise.all([
      handle(...ids.map((id) => confirm(id))),
      handle(...ids.toReversed().map((id) => confirm(id))),
    ]);
    for (const id of ids) expect(await facts(id)).toHaveLength(1);
  });

  describe('a customer who cancels', () => {
    const cancels = async (orderId: string) =>
      (await world.events()).filter(
        ({ type, key }) => type === 'com.example.saga.cancel' && key === orderId,
      );

    it('asks the saga, and changes nothing itself', async () => {
      const orderId = await place();
      const answer = await world.post(`/orders/${orderId}/cancel`, { reason: 'ordered twice' });
      expect(answer).toMatchObject({ status: 202, body: { orderId, status: 'pending' } });
      expect(await order(orderId)).toMatchObject({ status: 'pending', revision: 1 });
      const [asked] = await cancels(orderId);
      expect(asked?.topic).toBe('saga.inbox');
      expect(sagaCancel.parse(asked?.data)).toEqual({
        definition: 'place-order',
        businessKey: orderId,
        reason: { code: 'cancelled-by-customer', message: 'ordered twice' },
      });
    });

    it('may do so without a body, and more than once', async () => {
      const orderId = await place();
      for (const id of [orderId, orderId.toUpperCase()]) {
        const bare = await world.app.inject({ method: 'POST', url: `/orders/${id}/cancel` });
        expect(bare.statusCode).toBe(202);
      }
      const ids = (await cancels(orderId)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(1);
    });

    it('asks the saga also when it is confirmed, and its parcel may be called back', async () => {
      const orderId = await place();
      await handle(confirm(orderId));
      const answer = await world.post(`/orders/${orderId}/cancel`, {});
      expect(answer).toMatchObject({ status: 202, body: { status: 'confirmed' } });
      expect(await cancels(orderId)).toHaveLength(1);
    });

    it('hears 202 again when it is cancelled, 409 when its parcel has left', async () => {
      const [cancelled, shipped] = [await place(), await place()];
      await handle(cancel(cancelled), confirm(shipped));
      await ship(shipped);
      const again = await world.post(`/orders/${cancelled}/cancel`, {});
      expect(again).toMatchObject({ status: 202, body: { status: 'cancelled' } });
      const late = await world.post(`/orders/${shipped}/cancel`, {});
      expect(late).toMatchObject({ status: 409, body: { code: 'order-shipped' } });
      expect(await cancels(cancelled)).toEqual([]);
      expect(await cancels(shipped)).toEqual([]);
    });

    it.each([
      ['a number as reason', { reason: 7 }, 'reason'],
      ['an empty reason', { reason: '' }, 'reason'],
      ['an endless reason', { reason: 'x'.repeat(501) }, 'reason'],
      ['an unknown field', { why: 'x' }, 'why'],
    ])('cannot send %s', async (_, body, field) => {
      const answer = await world.post(`/orders/${await place()}/cancel`, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors?.[0]?.field).toBe(field);
    });
  });
});
