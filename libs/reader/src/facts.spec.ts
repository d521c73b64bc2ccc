import { describe, expect, it } from '@jest/globals';
import { eventType, orderCancelled, orderCompleted } from '#contracts';
import { factReader, latestById } from './facts.js';

const read = factReader([orderCompleted, orderCancelled]);

const order = {
  ...{ orderId: '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d', revision: 3, status: 'completed' },
  ...{ customerId: 'c', merchantId: 'm', channel: 'web', currency: 'GBP', totalAmount: 5 },
  occurredAt: '2026-11-26T12:00:00.000Z',
};
const event = (name: string, data: unknown) => ({
  ...{ id: name, source: 'order', type: eventType(name), subject: 's', data },
  time: order.occurredAt,
});

describe('facts', () => {
  it('are read by their names, in their order; others are passed over', () => {
    const events = [
      event('order.completed', order),
      event('order.created', {}),
      event('order.cancelled', { ...order, reason: { code: 'x', message: '' } }),
    ];
    expect(read(events).map(({ name, data }) => [name, data.revision])).toEqual([
      ['order.completed', 3],
      ['order.cancelled', 3],
    ]);
    expect(read(events)[0]?.event).toBe(events[0]);
  });

  it('that break their contract are not read', () => {
    expect(() => read([event('order.cancelled', order)])).toThrow('reason');
  });
});

describe('the latest of each id', () => {
  it('is what the highest revision says, whatever came last, in the order of the ids', () => {
    const said = (id: string, revision: number) => ({ data: { id, revision } });
    const facts = [said('b', 2), said('a', 1), said('b', 3), said('a', 1), said('b', 1)];
    expect(latestById(facts, ({ id }) => id)).toEqual([
      { id: 'a', revision: 1 },
      { id: 'b', revision: 3 },
    ]);
    expect(latestById([], () => '')).toEqual([]);
  });
});
