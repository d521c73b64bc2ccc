/**
 * Promises attacked here: an order follows its parcel, each change once and as one fact, whatever
 * comes again, late or out of order; and it is returned when all of it has come back.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderFactsController } from '../../../apps/order/src/handlers/order-facts.controller.js';
import { LostParcelSweeper } from '../../../apps/order/src/handlers/lost-parcel-sweeper.js';
import { SettleReturnsHandler } from '../../../apps/order/src/handlers/settle-returns.handler.js';
import {
  approveReturn,
  completeReturn,
  rejectReturn,
  eventType,
  shipmentCreated,
  shipmentDelivered,
  shipmentHandedOver,
  shipmentLost,
  type EventContract,
  type Reason,
} from '#contracts';
import { Outbox, newId, type ReceivedEvent } from '#messaging';
import type { AdmittedCommand } from '#participant';
import { silent } from '../participant-harness.js';
import { OrderWorld, validOrder } from './order-world.js';

const at = '2026-11-26T12:00:00.000Z';

const received = ({ name, topic }: EventContract, orderId: string): ReceivedEvent => ({
  id: `${name}:${orderId}`,
  topic,
  key: orderId,
  partition: 0,
  offset: '0',
  headers: {},
  source: 'shipping',
  type: eventType(name),
  subject: orderId,
  time: at,
  correlationid: 'saga-1',
  data: {
    orderId: orderId.toUpperCase(),
    revision: 3,
    merchantId: 'm-1',
    occurredAt: at,
    shipmentId: 's-1',
    trackingNumber: 'T-1',
  },
});

interface ReturnCommandPayload {
  readonly orderId: string;
  readonly returnId: string;
  readonly reason?: Reason;
}

describe('orders follow their parcels', () => {
  let world: OrderWorld;
  beforeAll(async () => {
    world = await OrderWorld.start();
  });
  afterAll(() => world.stop());

  const place = async (status = 'confirmed'): Promise<string> => {
    const orderId = String((await world.post('/orders', validOrder())).body['orderId']);
    await world.database.query('update orders set status = $2 where order_id = $1', [
      orderId,
      status,
    ]);
    return orderId;
  };
  const deliver = (...events: ReceivedEvent[]): Promise<void> => {
    const facts = world.app.get(OrderFactsController);
    return world.app
      .get(Outbox)
      .transaction((unit) => facts.onShipments({ topic: 'shipment.events', events }, unit));
  };
  const order = async (orderId: string) => (await world.get(`/orders/${orderId}`)).body;
  const facts = async (orderId: string) =>
    (await world.events())
      .filter(({ topic, key }) => topic === 'order.events' && key === orderId)
      .map(
        ({ type, data }) => `${type.replace('com.example.order.', '')} ${String(data['revision'])}`,
      )
      .slice(1);

  const handle = (name: string, ...returns: ReturnCommandPayload[]) => {
    const commands = returns.map((payload) => ({
      name,
      payload,
      event: received(shipmentCreated, payload.orderId),
    })) as unknown as AdmittedCommand[];
    const handler = world.app.get(SettleReturnsHandler);
    return world.app.get(Outbox).transaction((unit) => handler.handle(unit, commands));
  };
  const back = async (orderId: string, productId: string, quantity: number) => {
    const items = [{ productId, quantity }];
    const { body } = await world.post(`/orders/${orderId}/returns`, { items });
    const asked = { orderId, returnId: String(body['returnId']) };
    await handle(approveReturn.name, asked);
    return asked;
  };

  it('from the shelf to the door, a fact for each change', async () => {
    const orderId = await place();
    await deliver(received(shipmentCreated, orderId));
    expect(await order(orderId)).toMatchObject({ status: 'confirmed', revision: 1 });
    await deliver(received(shipmentHandedOver, orderId));
    expect(await order(orderId)).toMatchObject({ status: 'shipped', trackingNumber: 'T-1' });
    await deliver(received(shipmentDelivered, orderId));
    expect(await order(orderId)).toMatchObject({ status: 'completed', trackingNumber: 'T-1' });
    expect(await facts(orderId)).toEqual(['shipped 2', 'completed 3']);
  });

  it('once, whatever comes again, in one batch or several', async () => {
    const [one, other] = [await place(), await place()];
    const all = [one, other].flatMap((id) => [
      received(shipmentHandedOver, id),
      received(shipmentHandedOver, id),
      received(shipmentDelivered, id),
    ]);
    await deliver(...all, ...all);
    await deliver(...all.toReversed());
    for (const orderId of [one, other]) {
      expect(await order(orderId)).toMatchObject({ status: 'completed', revision: 3 });
      expect(await facts(orderId)).toEqual(['shipped 2', 'completed 3']);
    }
  });

  it('also when what came before is still on its way', async () => {
    const orderId = await place('pending');
    await deliver(received(shipmentDelivered, orderId));
    expect(await facts(orderId)).toEqual(['confirmed 2', 'shipped 3', 'completed 4']);
    await deliver(received(shipmentHandedOver, orderId));
    expect(await facts(orderId)).toHaveLength(3);
  });

  it('and say when it is lost, which is no fact of theirs', async () => {
    const orderId = await place('shipped');
    await deliver(received(shipmentLost, orderId));
    expect(await order(orderId)).toMatchObject({
      status: 'shipped',
      reason: { code: 'parcel-lost' },
    });
    expect(await facts(orderId)).toEqual([]);
  });

  describe('that are lost', () => {
    const returns = async (orderId: string) =>
      (await world.get(`/orders/${orderId}/returns`)).body['items'] as Record<string, unknown>[];
    const starts = async (orderId: string) =>
      (await world.events())
        .filter(({ topic, type }) => topic === 'saga.inbox' && type.endsWith('saga.start'))
        .map(({ data }) => data as { definition: string; input: Record<string, unknown> })
        .filter(({ input }) => input['orderId'] === orderId)
        .filter(({ definition }) => definition === 'refund-lost-parcel');

    it('are paid back, once, however often it is said', async () => {
      const orderId = await place('shipped');
      await deliver(received(shipmentLost, orderId), received(shipmentLost, orderId));
      await deliver(received(shipmentLost, orderId));
      const [refund, ...more] = await returns(orderId);
      expect(refund).toMatchObject({ origin: 'parcel-lost', status: 'approved' });
      expect(more).toEqual([]);
      const { totalAmount, items, email } = await order(orderId);
      expect(refund).toMatchObject({ items, refundAmount: totalAmount });
      expect(await starts(orderId)).toEqual([
        expect.objectContaining({
          businessKey: refund?.['returnId'],
          input: expect.objectContaining({ orderId, email, refundAmount: totalAmount, items }),
        }),
      ]);
    });

    it('are not when they come to light before anybody has acted', async () => {
      const orderId = await place('shipped');
      await deliver(received(shipmentLost, orderId), received(shipmentDelivered, orderId));
      expect(await order(orderId)).toMatchObject({ status: 'completed' });
      expect(await returns(orderId)).toEqual([]);
    });

    it('leave to a return what it is to bring back, until it is rejected', async () => {
      const orderId = await place('shipped');
      const asked = await back(orderId, 'p-1', 2);
      await deliver(received(shipmentLost, orderId));
      expect(await returns(orderId)).toMatchObject([
        { origin: 'customer' },
        { origin: 'parcel-lost', items: [{ productId: 'p-2' }] },
      ]);
      const reason = { code: 'lost', message: 'It never came.' };
      await handle(rejectReturn.name, { ...asked, reason });
      await handle(rejectReturn.name, { ...asked, reason });
      const pieces = (await returns(orderId)).map(({ origin, items }) => [origin, items]);
      expect(pieces).toEqual([
        ['customer', expect.anything()],
        ['parcel-lost', [expect.objectContaining({ productId: 'p-2' })]],
        ['parcel-lost', [expect.objectContaining({ productId: 'p-1', quantity: 2 })]],
      ]);
      expect(await starts(orderId)).toHaveLength(2);
    });

    it('are paid back by whoever looks after them, when nobody has before, and are asked for again', async () => {
      const sweep = (afterMs = 0) => {
        const clock = () => new Date(Date.now() + afterMs);
        return new LostParcelSweeper(world.app.get(Outbox), silent, 1, clock).sweep();
      };
      const [orderId, sound] = [await place('shipped'), await place('shipped')];
      await world.database.query(`update orders set reason = $2 where order_id = $1`, [
        orderId,
        { code: 'parcel-lost', message: 'Told by a version of before.' },
      ]);
      await Promise.all([sweep(), sweep()]);
      await sweep();
      expect(await returns(orderId)).toMatchObject([{ origin: 'parcel-lost', status: 'approved' }]);
      expect(await starts(orderId)).toHaveLength(1);
      // A start that nobody has acted on is sent again, an hour later and no sooner: the same message.
      for (const hours of [0.9, 1.1, 1.2, 2.2]) await sweep(hours * 3_600_000);
      const [first, ...again] = await starts(orderId);
      expect(again).toEqual([first, first]);
      await handle(completeReturn.name, {
        orderId,
        returnId: String((await returns(orderId))[0]?.['returnId']),
      });
      await sweep(9 * 3_600_000);
      expect(await starts(orderId)).toHaveLength(3);
      expect(await returns(sound)).toEqual([]);
    });

    it('leave nothing to send back and nothing to cancel, and are returned when it is paid', async () => {
      const orderId = await place('shipped');
      await deliver(received(shipmentLost, orderId));
      const returnId = String((await returns(orderId))[0]?.['returnId']);
      const items = [{ productId: 'p-1', quantity: 1 }];
      const more = await world.post(`/orders/${orderId}/returns`, { items });
      expect(more).toMatchObject({ status: 409, body: { code: 'return_exceeds_order' } });
      const cancelled = await world.post(`/orders/${orderId}/returns/${returnId}/cancel`, {});
      expect(cancelled).toMatchObject({ status: 409, body: { code: 'return_of_lost_parcel' } });
      await handle(completeReturn.name, { orderId, returnId });
      expect(await order(orderId)).toMatchObject({ status: 'returned' });
      expect(await facts(orderId)).toEqual(['returned 3']);
    });
  });

  it('unless they are cancelled or not known: such a batch is refused, and changes nothing', async () => {
    const [cancelled, fine] = [await place('cancelled'), await place()];
    for (const odd of [cancelled, newId()]) {
      const batch = [received(shipmentHandedOver, fine), received(shipmentHandedOver, odd)];
      await expect(deliver(...batch)).rejects.toThrow(odd);
      expect(await order(fine)).toMatchObject({ status: 'confirmed', revision: 1 });
    }
  });

  describe('that come back', () => {
    it('are returned with the last piece, and not before', async () => {
      const orderId = await place('completed');
      const parts = [await back(orderId, 'p-1', 1), await back(orderId, 'p-1', 1)];
      await handle(completeReturn.name, ...parts);
      expect(await order(orderId)).toMatchObject({ status: 'completed' });
      const last = await back(orderId, 'p-2', 1);
      expect(await order(orderId)).toMatchObject({ status: 'completed' });
      await handle(completeReturn.name, last);
      await handle(completeReturn.name, last);
      expect(await order(orderId)).toMatchObject({ status: 'returned', revision: 2 });
      expect(await facts(orderId)).toEqual(['returned 2']);
      const more = await world.post(`/orders/${orderId}/returns`, {
        items: [{ productId: 'p-1', quantity: 1 }],
      });
      expect(more).toMatchObject({ status: 409, body: { code: 'order_returned' } });
    });

    it('are returned once when the last two come at the same moment', async () => {
      const orderId = await place('shipped');
      const one = await back(orderId, 'p-1', 2);
      const other = await back(orderId, 'p-2', 1);
      await Promise.all([handle(completeReturn.name, one), handle(completeReturn.name, other)]);
      expect(await facts(orderId)).toEqual(['returned 2']);
      await deliver(received(shipmentDelivered, orderId));
      expect(await order(orderId)).toMatchObject({ status: 'returned', revision: 2 });
    });
  });
});
