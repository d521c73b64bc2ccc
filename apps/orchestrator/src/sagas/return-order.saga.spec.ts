import { describe, expect, it } from '@jest/globals';
import type { ReturnOrderInput } from '#contracts';
import {
  checkDefinition,
  decide,
  defaultTiming,
  newInstance,
  type Command,
  type SagaInstance,
  type SagaMessage,
} from '#saga';
import { returnOrder } from './return-order.saga.js';

const input: ReturnOrderInput = {
  returnId: '019aa0c5-7d5c-7000-8000-000000000002',
  orderId: '019aa0c5-7d5c-7000-8000-000000000001',
  merchantId: 'm-1',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  refundAmount: 510,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  email: 'a@example.com',
};
const DAY_MS = 86_400_000;
const context = { now: 0, jitter: 0, timing: defaultTiming };

interface Played {
  readonly commands: readonly Command[];
  readonly instance: SagaInstance;
}

/** Runs the saga, answering each command as told by step; default: it succeeds. */
const play = (
  outcomes: Readonly<Record<string, 'refused' | 'pending'>> = {},
  given: ReturnOrderInput = input,
): Played => {
  const head = { id: 'saga-1', definition: 'return-order', version: 1, businessKey: 'r' };
  let instance = newInstance({ ...head, now: 0 });
  const commands: Command[] = [];
  const queue: SagaMessage[] = [{ kind: 'start', messageId: 's', input: given }];
  for (let message = queue.shift(); message; message = queue.shift()) {
    const decision = decide(returnOrder, instance, message, context);
    instance = decision.instance;
    for (const command of decision.commands) {
      commands.push(command);
      const { commandId, undoes } = command;
      const outcome = (undoes ? undefined : outcomes[command.step]) ?? 'succeeded';
      queue.push({ kind: 'reply', messageId: 'r', name: 'x', commandId, outcome });
    }
  }
  return { commands, instance };
};

const namesOf = ({ commands }: Played) => commands.map(({ contract }) => contract.name);

describe('return-order', () => {
  it('is sound', () => {
    expect(checkDefinition(returnOrder)).toEqual([]);
  });

  it('sends its commands in order, each fitting its contract', () => {
    const played = play();
    expect(played.instance.state).toBe('completed');
    expect(namesOf(played)).toEqual([
      'order.approve-return',
      'shipping.receive-return',
      'order.record-receipt',
      'inventory.restock-goods',
      'payment.refund-goods',
      'order.complete-return',
      'notification.notify-customer',
    ]);
    for (const { contract, payload } of played.commands) {
      expect(contract.payload.parse(payload)).toEqual(payload);
    }
  });

  it.each([
    ['approve-return', ['order.approve-return', 'order.reject-return']],
    ['receive-goods', ['order.approve-return', 'shipping.receive-return', 'order.reject-return']],
  ])('rejects the return once when %s is refused, and moves nothing', (step, expected) => {
    const played = play({ [step]: 'refused' });
    expect(played.instance.state).toBe('compensated');
    expect(namesOf(played)).toEqual(expected);
    const last = played.commands.at(-1);
    expect(last?.contract.payload.parse(last.payload)).toEqual(last?.payload);
  });

  it('waits a month for the goods before it asks for a person', () => {
    const { instance } = play({ 'receive-goods': 'pending' });
    expect(instance).toMatchObject({ state: 'running', wakeAt: 30 * DAY_MS });
    expect(instance.attention).toBeUndefined();
  });

  it('refunds nothing for what cost nothing', () => {
    const items = [{ productId: 'gift', quantity: 1, unitPrice: 0 }];
    const played = play({}, { ...input, items, refundAmount: 0 });
    expect(played.instance).toMatchObject({
      state: 'completed',
      steps: { refund: { state: 'skipped' }, restock: { state: 'done' } },
    });
    expect(namesOf(played)).not.toContain('payment.refund-goods');
  });
});
