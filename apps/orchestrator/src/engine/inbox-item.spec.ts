import { describe, expect, it } from '@jest/globals';
import type { ReceivedEvent } from '#messaging';
import { decide, defaultTiming, newInstance } from '#saga';
import { placeOrder } from '../sagas/place-order.saga.js';
import { replyProblem } from './check-message.js';
import { commandEvent } from './command-event.js';
import { readInboxItem } from './inbox-item.js';

const SAGA_ID = '019aa0c5-7d5c-7000-8000-000000000002';

const event = (type: string, data: unknown, more: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  id: 'e-1',
  source: 'test',
  type: `com.example.${type}`,
  subject: 'order-1',
  time: '2026-11-21T12:00:00Z',
  topic: 'saga.inbox',
  key: 'order-1',
  partition: 3,
  offset: '7',
  headers: {},
  correlationid: SAGA_ID,
  data,
  ...more,
});

describe('a message of the inbox', () => {
  it('is a start or a cancel for a business key', () => {
    const start = { definition: 'place-order', businessKey: 'order-1', input: { a: 1 } };
    expect(readInboxItem(event('saga.start', start))).toMatchObject({
      to: 'key',
      businessKey: 'order-1',
      message: { kind: 'start', input: { a: 1 } },
    });
    const reason = { code: 'customer', message: 'no more' };
    const cancel = { definition: 'place-order', businessKey: 'order-1', reason };
    expect(readInboxItem(event('saga.cancel', cancel))).toMatchObject({
      to: 'key',
      message: { kind: 'cancel', reason },
    });
  });

  it('is a reply or a report for a saga', () => {
    const reply = { commandId: 'c', outcome: 'succeeded', result: { x: 1 }, effects: [] };
    expect(readInboxItem(event('inventory.stock-reserved', reply))).toMatchObject({
      to: 'saga',
      sagaId: SAGA_ID,
      message: { kind: 'reply', name: 'inventory.stock-reserved', commandId: 'c' },
    });
    const effects = [{ id: 'p', kind: 'money', unit: 'JPY', taken: 5, returned: 0, revision: 1 }];
    expect(readInboxItem(event('saga.report-effects', { sagaId: SAGA_ID, effects }))).toMatchObject(
      { to: 'saga', message: { kind: 'report', effects } },
    );
  });

  it('is a better input for a step', () => {
    const data = { definition: 'd', businessKey: 'order-1', step: 'charge', data: { card: 'b' } };
    expect(readInboxItem(event('saga.mend', data))).toMatchObject({
      to: 'key',
      message: { kind: 'mend', step: 'charge', data: { card: 'b' } },
    });
  });

  it('is an operator’s hand on a saga', () => {
    const reason = { code: 'look', message: 'odd' };
    const control = { sagaId: SAGA_ID, reason };
    for (const kind of ['hold', 'release']) {
      expect(readInboxItem(event(`saga.${kind}`, control))).toMatchObject({
        to: 'saga',
        sagaId: SAGA_ID,
        message: { kind, reason },
      });
    }
    const move = { kind: 'move', toVersion: 2, reason };
    const item = readInboxItem(event('saga.move', { ...control, version: 2 }));
    expect(item).toMatchObject({ to: 'saga', message: move });
    expect(readInboxItem(event('saga.move', { ...control, version: 2, from: 1 }))).toMatchObject({
      message: { ...move, from: 1 },
    });
  });

  it('is a tick for the timers', () => {
    const item = readInboxItem(event('saga.tick', { dueBeforeMs: 5 }));
    expect(item).toMatchObject({ to: 'timers', dueBeforeMs: 5 });
  });

  it.each([
    ['a foreign type', event('x', {}, { type: 'org.else.thing' }), 'is foreign'],
    ['a start without input', event('saga.start', { definition: 'd', businessKey: 'k' }), 'input'],
    [
      'a key that is not the message’s',
      event('saga.start', { definition: 'd', businessKey: 'other', input: {} }),
      "is not the message's key",
    ],
    ['a reply with an odd outcome', event('a.b', { commandId: 'c', outcome: 'maybe' }), 'outcome'],
    [
      'a reply to no saga',
      event('a.b', { commandId: 'c', outcome: 'succeeded' }, { correlationid: 'x' }),
      'is no saga id',
    ],
    [
      'a message whose id cannot be repeated everywhere',
      event('saga.tick', { dueBeforeMs: 5 }, { id: 'x'.repeat(900_000) }),
      'its id has 900000 characters',
    ],
    ['data that is no object', event('saga.tick', 'now'), 'does not fit'],
  ])('is put aside when it is %s, with the reason', (_, received, problem) => {
    const item = readInboxItem(received);
    expect(item.to).toBe('dead-letters');
    expect(item.to === 'dead-letters' && item.problem).toContain(problem);
  });
});

describe('a reply and its contract', () => {
  const head = { id: SAGA_ID, definition: 'place-order', version: 1, businessKey: 'order-1' };
  const input = {
    orderId: '019aa0c5-7d5c-7000-8000-000000000001',
    items: [],
    payment: {},
  };
  const started = decide(
    placeOrder,
    newInstance({ ...head, now: 0 }),
    { kind: 'start', messageId: 's', input },
    { now: 0, jitter: 0, timing: defaultTiming },
  );
  const reply = (name: string, outcome: 'succeeded' | 'refused' | 'parked', result?: object) =>
    replyProblem(placeOrder, started.instance, {
      kind: 'reply',
      messageId: 'r',
      name,
      outcome,
      commandId: `${SAGA_ID}:reserve-stock`,
      ...(result && { result: result as Record<string, unknown> }),
    });

  it('fit, or the misfit is named', () => {
    expect(reply('inventory.stock-reserved', 'succeeded', { expiresAt: 'x' })).toBeUndefined();
    expect(reply('saga.command-parked', 'parked')).toBeUndefined();
    expect(reply('inventory.stock-reserved', 'succeeded')).toContain('expiresAt');
    expect(reply('inventory.stock-reserved', 'refused')).toContain('is succeeded, not refused');
    expect(reply('payment.payment-captured', 'succeeded')).toContain('has no reply');
  });

  it('are not compared for a command that was never sent', () => {
    const foreign = { kind: 'reply', messageId: 'r', name: 'x', commandId: 'other' } as const;
    const problem = replyProblem(placeOrder, started.instance, { ...foreign, outcome: 'dead' });
    expect(problem).toBeUndefined();
  });

  it('a command goes out as an event with its id, its validity and what it undoes', () => {
    const [command] = started.commands;
    if (!command) throw new Error('nothing was sent');
    const undoes = { commandId: 'c-0', issuedOn: '1970-01-01' };
    expect(commandEvent(started.instance, { ...command, undoes }, 0)).toMatchObject({
      id: `${SAGA_ID}:reserve-stock`,
      type: 'com.example.inventory.reserve-stock',
      topic: 'inventory.commands',
      key: 'order-1',
      correlationid: SAGA_ID,
      extensions: {
        issuedon: '1970-01-01',
        notafter: '1970-01-08T00:00:00.000Z',
        resend: '0',
        undoes: 'c-0',
        undoesissuedon: '1970-01-01',
      },
    });
  });
});
