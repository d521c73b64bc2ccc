import { describe, expect, it } from '@jest/globals';
import { newInstance, type SagaInstance, type StepInstance } from '#saga';
import { placeOrder } from '../sagas/place-order.saga.js';
import { awaitedTopics } from './command-event.js';

const { name: definition, version } = placeOrder;
const fresh = newInstance({ id: 's-1', definition, version, businessKey: 'o-1', now: 0 });
const having = (steps: Readonly<Record<string, StepInstance>>): SagaInstance => ({
  ...fresh,
  steps: { ...fresh.steps, ...steps },
});

describe('the topics that a saga waits for', () => {
  it.each(['sent', 'pending', 'undoing'] as const)(
    'are those of the steps that are %s',
    (state) => {
      const instance = having({ 'reserve-stock': { state }, 'charge-payment': { state } });
      expect(awaitedTopics(placeOrder, instance)).toEqual([
        'inventory.commands',
        'payment.commands',
      ]);
    },
  );

  it.each(['waiting', 'done', 'refused', 'in-doubt', 'undone', 'skipped'] as const)(
    'are none of the steps that are %s',
    (state) => {
      expect(awaitedTopics(placeOrder, having({ 'reserve-stock': { state } }))).toEqual([]);
    },
  );
});
