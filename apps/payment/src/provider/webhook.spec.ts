/**
 * Promises attacked here: only what the provider signed, over these bytes and lately, is taken; and a
 * secret can be replaced while messages are under way.
 */
import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { WebhookRefusedError, readProviderMessage, type WebhookRefusal } from './webhook.js';

const SECRET = 'whsec_present';
const NOW = new Date('2026-11-26T12:00:00Z');
const AT_S = NOW.getTime() / 1000;
const orderId = '019aa0c5-7d5c-7000-8000-000000000001';

const succeeded = {
  ...{ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', created: AT_S },
  data: {
    object: { id: 'pi_1', object: 'payment_intent', metadata: { order_id: orderId.toUpperCase() } },
  },
};

const signed = (payload: string, secret = SECRET, timestamp = AT_S): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

const read = (payload: string, signature: string | undefined, secrets = [SECRET]) =>
  readProviderMessage(Buffer.from(payload), signature, secrets, NOW);

const refusal = (run: () => unknown): WebhookRefusal | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof WebhookRefusedError) return error.code;
    throw error;
  }
};

describe('what the provider tells', () => {
  const payload = JSON.stringify(succeeded);

  it('is read, with the order and the intent that it is about', () => {
    expect(read(payload, signed(payload))).toEqual({
      ...{ messageId: 'evt_1', type: 'payment_intent.succeeded', createdAt: NOW },
      ...{ orderId: orderId.toUpperCase(), intentId: 'pi_1' },
    });
  });

  it('of a refund names the intent that it belongs to', () => {
    const object = { id: 're_1', object: 'refund', payment_intent: 'pi_2', metadata: {} };
    const refund = JSON.stringify({ ...succeeded, type: 'refund.updated', data: { object } });
    expect(read(refund, signed(refund))).toMatchObject({ intentId: 'pi_2' });
    expect(read(refund, signed(refund)).orderId).toBeUndefined();
  });

  it('about what is no order of ours is read all the same', () => {
    const object = { id: 'pi_3', object: 'payment_intent', metadata: { order_id: 'nonsense' } };
    const other = JSON.stringify({ ...succeeded, data: { object } });
    expect(read(other, signed(other))).toMatchObject({ intentId: 'pi_3' });
  });

  it('may be signed with the secret before, or with the next one', () => {
    for (const secret of ['whsec_before', SECRET]) {
      const { messageId } = read(payload, signed(payload, secret), [SECRET, 'whsec_before']);
      expect(messageId).toBe('evt_1');
    }
  });

  it.each<[string, WebhookRefusal, () => unknown]>([
    ['without a signature', 'unsigned', () => read(payload, undefined)],
    ['with an empty signature', 'unsigned', () => read(payload, '')],
    ['with nonsense for a signature', 'bad-signature', () => read(payload, 't=now,v1=abc')],
    ['signed with another secret', 'bad-signature', () => read(payload, signed(payload, 'other'))],
    [
      'changed on its way',
      'bad-signature',
      () => read(payload.replace('pi_1', 'pi_2'), signed(payload)),
    ],
    [
      'signed more than five minutes ago',
      'too-old',
      () => read(payload, signed(payload, SECRET, AT_S - 301)),
    ],
    ['that is no JSON', 'unreadable', () => read('{"a":', signed('{"a":'))],
    ['that is no event', 'unreadable', () => read('{"a":1}', signed('{"a":1}'))],
  ])('is refused %s', (_, code, run) => {
    expect(refusal(run)).toBe(code);
  });

  it('is taken until the five minutes are over', () => {
    expect(read(payload, signed(payload, SECRET, AT_S - 300)).messageId).toBe('evt_1');
  });
});
