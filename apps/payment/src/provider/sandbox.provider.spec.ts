import { describe, expect, it } from '@jest/globals';
import { OutboundError, type OutboundAnswer } from '#platform';
import { ProviderRejection, type NewIntent } from './payment-provider.js';
import { SandboxProvider } from './sandbox.provider.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly version: string | undefined;
  readonly form: Record<string, string>;
}

/** A provider that answers as told, and what it was asked. */
const scripted = (...answers: (readonly [number, unknown])[]) => {
  const asked: Asked[] = [];
  const provider = new SandboxProvider({
    request: ({ method, path, headers, body }): Promise<OutboundAnswer> => {
      const form = Object.fromEntries(new URLSearchParams(body ?? ''));
      const key = headers?.['idempotency-key'];
      asked.push({ method, path, key, version: headers?.['stripe-version'], form });
      const [status, answer] = answers.shift() ?? [599, undefined];
      return Promise.resolve({ status, body: answer });
    },
  });
  return { provider, asked };
};

const intent = (status: string, more: object = {}) => ({
  id: 'pi_1',
  status,
  amount_received: status === 'succeeded' ? 1200 : 0,
  ...more,
});
const failure = (error: object) => ({ error });
const UNEXPECTED = failure({
  type: 'invalid_request_error',
  code: 'payment_intent_unexpected_state',
});

const NO_FUNDS = { type: 'card_error', code: 'card_declined', decline_code: 'no_funds' };

const newIntent: NewIntent = {
  ...{ orderId: 'o-1', attempt: 1, amount: 1200, currency: 'JPY' },
  ...{ method: 'credit_card', payer: { customerId: 'c-1' } },
};
const byCard = (token: string) => ({ method: 'credit_card', token }) as const;

describe('the adapter of the provider', () => {
  it('makes an intent under the key of its order', async () => {
    const { provider, asked } = scripted([200, intent('requires_confirmation')]);
    const id = await provider.createIntent(newIntent);
    expect(id).toBe('pi_1');
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: '/v1/payment_intents',
        key: 'pay-o-1',
        form: {
          ...{ amount: '1200', currency: 'jpy', 'metadata[order_id]': 'o-1' },
          'allowed_payment_method_types[]': 'card',
        },
      },
    ]);
  });

  it('makes one for each attempt, under a key of its own', async () => {
    const { provider, asked } = scripted([200, intent('requires_confirmation')]);
    await provider.createIntent({ ...newIntent, attempt: 2 });
    expect(asked).toMatchObject([{ key: 'pay-o-1-2' }]);
  });

  it('names the version of the API with every call', async () => {
    const { provider, asked } = scripted([200, intent('succeeded')], [200, intent('canceled')]);
    await provider.findIntent('pi_1');
    await provider.cancelIntent('pi_1');
    for (const { version } of asked) expect(version).toMatch(/^20\d\d-\d\d-\d\d/);
  });

  it.each([
    ['succeeded', {}, { kind: 'captured', amount: 1200 }],
    ['canceled', {}, { kind: 'canceled' }],
    ['canceled', { last_payment_error: NO_FUNDS }, { kind: 'canceled', code: 'no_funds' }],
    ['processing', {}, { kind: 'processing' }],
    ['something_new', {}, { kind: 'processing' }],
    ['requires_confirmation', {}, { kind: 'unconfirmed' }],
    ['requires_payment_method', { last_payment_error: null }, { kind: 'unconfirmed' }],
    [
      'requires_payment_method',
      { last_payment_error: { type: 'card_error', code: 'card_declined', decline_code: 'lost' } },
      { kind: 'declined', code: 'lost' },
    ],
    ['requires_action', {}, { kind: 'declined', code: 'authentication_required' }],
  ])('reads an intent that is %s %j', async (status, more, state) => {
    const { provider } = scripted([200, intent(status, more)]);
    expect(await provider.findIntent('pi_1')).toEqual(state);
  });

  it('takes a refused card for a state, by its most specific code', async () => {
    const error = { type: 'card_error', code: 'card_declined', decline_code: 'stolen_card' };
    const { provider, asked } = scripted([402, failure(error)]);
    expect(await provider.confirmIntent('pi_1', byCard('tok'))).toEqual({
      kind: 'declined',
      code: 'stolen_card',
    });
    expect(asked[0]).toMatchObject({ key: undefined, form: { payment_method: 'tok' } });
  });

  it('takes a card that the provider does not know for a refused one', async () => {
    const error = { type: 'invalid_request_error', param: 'payment_method' };
    const { provider } = scripted([400, failure(error)]);
    expect(await provider.confirmIntent('pi_1', byCard('tok'))).toMatchObject({ kind: 'declined' });
  });

  it('looks where an intent stands when it cannot be confirmed or canceled any more', async () => {
    for (const verb of ['confirm', 'cancel'] as const) {
      const { provider, asked } = scripted([400, UNEXPECTED], [200, intent('succeeded')]);
      const state =
        verb === 'confirm'
          ? provider.confirmIntent('pi_1', byCard('tok'))
          : provider.cancelIntent('pi_1');
      expect(await state).toEqual({ kind: 'captured', amount: 1200 });
      expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
    }
  });

  it('adds up what was given back when the provider has forgotten that it was asked', async () => {
    const refunds = [{ amount: 700 }, { amount: 500, status: 'succeeded' }];
    const { provider, asked } = scripted(
      [400, failure({ code: 'charge_already_refunded' })],
      [200, { data: [...refunds, { amount: 300, status: 'failed' }] }],
    );
    expect(await provider.refund({ orderId: 'o-1', intentId: 'pi_1' })).toBe(1200);
    expect(asked[0]).toMatchObject({ key: 'refund-o-1', form: { payment_intent: 'pi_1' } });
  });

  describe('giving a part back', () => {
    const refund = {
      orderId: 'o-1',
      intentId: 'pi_1',
      part: { returnId: 'r-1', amount: 300 },
    };

    it('looks for it first, because keys are forgotten', async () => {
      const data = [
        { amount: 500, metadata: { return_id: 'r-2' } },
        { amount: 300, metadata: { return_id: 'r-1' } },
      ];
      const { provider, asked } = scripted([200, { data }]);
      expect(await provider.refund(refund)).toBe(300);
      expect(asked.map(({ method }) => method)).toEqual(['GET']);
    });

    it('names its return, under a key of its own', async () => {
      const data = [{ amount: 300, status: 'failed', metadata: { return_id: 'r-1' } }];
      const { provider, asked } = scripted([200, { data }], [200, { amount: 300 }]);
      expect(await provider.refund(refund)).toBe(300);
      expect(asked[1]).toMatchObject({
        key: 'refund-r-1',
        form: { payment_intent: 'pi_1', amount: '300', 'metadata[return_id]': 'r-1' },
      });
    });

    it('is rejected when less is left', async () => {
      const failed = [400, failure({ code: 'charge_already_refunded' })] as const;
      const { provider } = scripted([200, { data: [{ amount: 1200 }] }], failed);
      await expect(provider.refund(refund)).rejects.toThrow(ProviderRejection);
    });
  });

  it('takes a refund that failed for none', async () => {
    const { provider } = scripted([200, { amount: 1200, status: 'failed' }]);
    const refund = { orderId: 'o-1', intentId: 'pi_1' };
    await expect(provider.refund(refund)).rejects.toThrow(ProviderRejection);
  });

  it('tells what will never be done from what may be tried again', async () => {
    const rejected = scripted([404, failure({ code: 'resource_missing' })]);
    await expect(rejected.provider.findIntent('pi_x')).rejects.toMatchObject({
      code: 'resource_missing',
    });
    const bare = scripted([418, undefined]);
    await expect(bare.provider.findIntent('pi_x')).rejects.toMatchObject({ code: 'http_418' });
    for (const answer of [[409, failure({})] as const, [200, { nonsense: true }] as const]) {
      const { provider } = scripted(answer);
      await expect(provider.findIntent('pi_1')).rejects.toThrow(OutboundError);
    }
  });

  it('repeats nothing that the provider wrote, which may hold what was sent', async () => {
    const error = { type: 'invalid_request_error', message: 'No such token: tok_secret' };
    const { provider } = scripted([400, failure(error)]);
    const thrown = await provider.confirmIntent('pi_1', byCard('tok_secret')).catch(String);
    expect(thrown).not.toContain('tok_secret');
  });

  it.each([
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['won', 'won'],
    ['lost', 'lost'],
    ['appeal_needs_response', 'lost'],
    ['appeal_under_review', 'lost'],
    ['warning_needs_response', undefined],
    ['warning_closed', undefined],
    ['prevented', undefined],
    ['something_new', undefined],
  ])('reads a dispute that is %s as %s', async (status, expected) => {
    const dispute = {
      ...{ id: 'dp_1', amount: 500, currency: 'jpy', reason: '', status },
      payment_intent: { id: 'pi_1', metadata: { order_id: 'o-1' } },
    };
    const { provider, asked } = scripted([200, { has_more: false, data: [dispute] }]);
    const about = { disputeId: 'dp_1', intentId: 'pi_1', orderId: 'o-1', reason: 'general' };
    expect(await provider.disputesOf('pi_1')).toEqual(
      expected ? [{ ...about, amount: 500, currency: 'JPY', status: expected }] : [],
    );
    expect(asked[0]?.path).toContain('/v1/disputes?payment_intent=pi_1');
  });

  it('reads no dispute of a charge without an intent, or of nothing', async () => {
    const dispute = { id: 'dp_1', currency: 'jpy', reason: null, status: 'lost' };
    const data = [
      { ...dispute, amount: 500, payment_intent: null },
      { ...dispute, amount: 0, payment_intent: { id: 'pi_1' } },
    ];
    const { provider } = scripted([200, { has_more: false, data }]);
    expect(await provider.disputesOf('pi_1')).toEqual([]);
  });
});
