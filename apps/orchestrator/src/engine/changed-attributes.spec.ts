import { describe, expect, it } from '@jest/globals';
import { newInstance, SagaRegistry, type SagaInstance } from '#saga';
import { input } from '../sagas/fixtures/place-order.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { changedAttributes } from './changed-attributes.js';

const registry = new SagaRegistry([placeOrder]);
const head = { id: 'i', definition: 'place-order', version: placeOrder.version, businessKey: 'k' };
const saga = (change: Partial<SagaInstance> = {}): SagaInstance => ({
  ...newInstance({ ...head, now: 0 }),
  input,
  ...change,
});
const known = { customer: 'c-1', merchant: 'm-1', channel: 'web', 'amount.GBP': 1530 };

describe('what a saga is found by', () => {
  it('is made known when it begins, also when a cancel came first', () => {
    expect(changedAttributes(registry, undefined, saga())).toEqual(known);
    const cancelled = saga({ input: null });
    expect(changedAttributes(registry, undefined, cancelled)).toBeUndefined();
    expect(changedAttributes(registry, cancelled, saga())).toEqual(known);
  });

  it('stays as it is with every message that leaves it so, another card included', () => {
    const before = saga();
    expect(changedAttributes(registry, before, saga({ revision: 2 }))).toBeUndefined();
    const mended = { ...input, payment: { ...input.payment, sealedToken: 'v1.other' } };
    expect(changedAttributes(registry, before, saga({ input: mended }))).toBeUndefined();
  });

  it('follows an input that changes it', () => {
    const moved = saga({ input: { ...input, customerId: 'c-2' } });
    expect(changedAttributes(registry, saga(), moved)).toEqual({ ...known, customer: 'c-2' });
  });

  it('is left alone by a version that nobody here knows', () => {
    expect(changedAttributes(registry, undefined, saga({ version: 99 }))).toBeUndefined();
  });
});
