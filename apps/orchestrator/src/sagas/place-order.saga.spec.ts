import { describe, expect, it } from '@jest/globals';
import type { PlaceOrderInput } from '#contracts';
import {
  checkDefinition,
  decide,
  defaultTiming,
  newInstance,
  type Command,
  type SagaMessage,
} from '#saga';
import { placeOrder } from './place-order.saga.js';

const input: PlaceOrderInput = {
  orderId: '019aa0c5-7d5c-7000-8000-000000000001',
  customerId: 'c-1',
  merchantId: 'm-1',
  channel: 'web',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 6, unitPrice: 255 }],
  totalAmount: 1530,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  email: 'a@example.com',
  payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
};

/** Runs the saga, answering each command; a refusal names the step that says no. */
const play = (refused?: string): { commands: Command[]; state: string } => {
  const head = { id: 'saga-1', definition: 'place-order', version: 1, businessKey: input.orderId };
  let instance = newInstance({ ...head, now: 0 });
  const commands: Command[] = [];
  const queue: SagaMessage[] = [{ kind: 'start', messageId: 's', input }];
  for (let message = queue.shift(); message; message = queue.shift()) {
    const context = { now: 0, jitter: 0, timing: defaultTiming };
    const decision = decide(placeOrder, instance, message, context);
    instance = decision.instance;
    for (const command of decision.commands) {
      commands.push(command);
      const outcome = command.step === refused && !command.undoes ? 'refused' : 'succeeded';
      const { commandId } = command;
      const result = { trackingNumber: 'T-1' };
      queue.push({ kind: 'reply', messageId: 'r', name: 'x', commandId, outcome, result });
    }
  }
  return { commands, state: instance.state };
};

describe('place-order', () => {
  it('is sound', () => {
    expect(checkDefinition(placeOrder)).toEqual([]);
  });

  it('sends its commands in order, each fitting its contract', () => {
    const { commands, state } = play();
    expect(state).toBe('completed');
    expect(commands.map(({ contract }) => contract.name)).toEqual([
      'inventory.reserve-stock',
      'payment.charge-payment',
      'inventory.secure-stock',
      'shipping.ship-order',
      'order.confirm-order',
      'notification.notify-customer',
    ]);
    for (const { contract, payload } of commands) {
      expect(contract.payload.parse(payload)).toEqual(payload);
    }
  });

  it.each([
    ['reserve-stock', ['order.cancel-order']],
    ['charge-payment', ['inventory.release-stock', 'order.cancel-order']],
    ['secure-stock', ['payment.refund-payment', 'inventory.release-stock', 'order.cancel-order']],
    ['ship-order', ['payment.refund-payment', 'inventory.release-stock', 'order.cancel-order']],
  ])('undoes what came before a refused %s, last step first', (step, expected) => {
    const { commands, state } = play(step);
    expect(state).toBe('compensated');
    const sent = commands.map(({ contract }) => contract.name);
    expect(sent.slice(-expected.length)).toEqual(expected);
    for (const { contract, payload } of commands) {
      expect(contract.payload.parse(payload)).toEqual(payload);
    }
  });
});
