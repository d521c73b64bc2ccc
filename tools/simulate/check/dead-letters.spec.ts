/** Promise attacked here: of what was put aside, only what had to be is no broken promise. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RawMessage } from '#messaging';
import type { OrderPlan, ServiceName } from '../plan.js';
import { ORDERS } from './spec/small-plan.js';
import { added, appended, changed, SmallWorld, type Change } from './spec/small-world.js';

const MESSAGE = 'dead: com.example.some-type of some-subject, some-code';

describe('a dead letter', () => {
  let world: SmallWorld;
  let orderId: string;

  beforeAll(async () => {
    world = await SmallWorld.played();
    orderId = world.orderId(ORDERS.delivered);
  });

  const letterIn = (topic: string, of = orderId): Change => {
    const [dlq] = world.shop.broker.partitions(`${topic}.dlq`);
    const letter: RawMessage = {
      ...{ topic: `${topic}.dlq`, partition: 0, offset: '0', timestamp: '0', key: null },
      value: Buffer.from(JSON.stringify({ value: JSON.stringify({ orderId: of }) })),
      headers: {
        ...{ ce_deadtype: 'com.example.some-type', ce_subject: 'some-subject' },
        ce_deadcode: 'some-code',
      },
    };
    return appended(dlq?.log ?? [], letter);
  };
  const trippedOver = (service: ServiceName, of = orderId): Change =>
    added(world.shop.tripped, service, new Set([of]));
  const hasNoMailbox = (): Change =>
    changed(world.shop.customers.planOfId, orderId, (plan): OrderPlan => ({
      ...plan,
      mailbox: 'unknown',
    }));

  it.each([
    'saga.inbox',
    'order.commands',
    'inventory.commands',
    'payment.commands',
    'shipping.commands',
    'notification.commands',
    'settlement.commands',
    'withdrawal.commands',
    'shipment.events',
    'payment.events',
  ])('of %s is told of', (topic) => {
    expect(world.says(letterIn(topic))).toEqual([MESSAGE]);
  });

  it('of an order that its service tripped over had to be', () => {
    const tripped = trippedOver('inventory');
    expect(world.says(tripped, letterIn('inventory.commands'))).toEqual([]);
    expect(world.says(tripped, letterIn('shipment.events'))).toEqual([]);
  });

  it('of another order, or of another service, had not', () => {
    const other = world.orderId(ORDERS.lost);
    const letter = letterIn('inventory.commands');
    expect(world.says(trippedOver('inventory', other), letter)).toEqual([MESSAGE]);
    expect(world.says(trippedOver('order'), letter)).toEqual([MESSAGE]);
    expect(world.says(trippedOver('inventory'), letterIn('payment.events'))).toEqual([MESSAGE]);
  });

  it('of a mail that nobody can deliver had to be, and nothing else of its order', () => {
    expect(world.says(hasNoMailbox(), letterIn('notification.commands'))).toEqual([]);
    expect(world.says(hasNoMailbox(), letterIn('shipping.commands'))).toEqual([MESSAGE]);
  });
});
