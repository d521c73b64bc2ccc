import { describe, expect, it } from '@jest/globals';
import { OutboundError, type OutboundRequest } from '#platform';
import { BankProblemError } from './bank.js';
import { HttpBank } from './http-bank.js';

const order = {
  withdrawalId: '019aa0c5-7d5c-7000-8000-000000000003',
  ...{ currency: 'GBP', amount: 5000 },
  account: { currency: 'GBP', holder: 'The Tea Shop Ltd', number: '12345678' },
};
const payout = (status: string, more: object = {}) => ({
  ...{ payoutId: 'po_1', reference: order.withdrawalId, amount: 5000, currency: 'GBP', status },
  ...more,
});

/** A bank that answers once, and what it was asked. */
const answering = (status: number, body: unknown) => {
  const asked: OutboundRequest[] = [];
  const bank = new HttpBank({
    request: (request) => {
      asked.push(request);
      return Promise.resolve({ status, body });
    },
  });
  return { bank, asked };
};

describe('what the bank says', () => {
  it('is asked for under the id of the withdrawal, with the whole account', async () => {
    const { bank, asked } = answering(201, payout('paid'));
    await bank.pay(order);
    expect(asked).toMatchObject([
      { method: 'POST', headers: { 'idempotency-key': order.withdrawalId } },
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      ...{ reference: order.withdrawalId, amount: 5000, currency: 'GBP' },
      account: { holder: 'The Tea Shop Ltd', number: '12345678' },
    });
  });

  it.each<[number, unknown, object]>([
    [201, payout('paid'), { kind: 'paid', payoutId: 'po_1' }],
    [200, payout('pending'), { kind: 'pending', payoutId: 'po_1' }],
    [201, payout('sent_to_clearing'), { kind: 'pending', payoutId: 'po_1' }],
    [201, payout('refused', { code: 'c' }), { kind: 'refused', payoutId: 'po_1', code: 'c' }],
    [
      422,
      { code: 'account_closed', payout: payout('refused', { code: 'account_closed' }) },
      { kind: 'refused', payoutId: 'po_1', code: 'account_closed' },
    ],
    [409, { code: 'taken', payout: payout('paid') }, { kind: 'paid', payoutId: 'po_1' }],
    [
      422,
      { code: 'Account closed', payout: payout('refused', { code: 'Account closed' }) },
      { kind: 'refused', payoutId: 'po_1', code: 'unknown' },
    ],
  ])('%i %j means %j', async (status, body, answer) => {
    expect(await answering(status, body).bank.pay(order)).toEqual(answer);
  });

  it.each<[string, number, unknown, string]>([
    ['a no to the request itself', 422, { code: 'invalid_request' }, 'invalid_request'],
    ['a no without a reason', 400, 'nonsense', 'http_400'],
    ['no such route', 404, undefined, 'http_404'],
    ['a key that is taken', 400, { code: 'idempotency_error' }, 'idempotency_error'],
    ['another amount', 201, payout('paid', { amount: 5001 }), 'another_payout'],
    ['another currency', 409, { payout: payout('refused', { currency: 'JPY' }) }, 'another_payout'],
    ['another reference', 201, payout('paid', { reference: 'x' }), 'another_payout'],
  ])('proves nothing, and calls a person: %s', async (_, status, body, code) => {
    const asking = answering(status, body).bank.pay(order);
    await expect(asking).rejects.toThrow(new BankProblemError(code));
  });

  it('that nobody can read is asked for again', async () => {
    for (const body of [{}, { ...payout('paid'), payoutId: 'a b' }, [], undefined]) {
      await expect(answering(201, body).bank.pay(order)).rejects.toBeInstanceOf(OutboundError);
      await expect(answering(200, { items: [body] }).bank.find(order)).rejects.toBeInstanceOf(
        OutboundError,
      );
    }
  });

  it('of a reference is what it has paid, or nothing', async () => {
    const items = [payout('paid')];
    const { bank, asked } = answering(200, { items });
    expect(await bank.find(order)).toEqual({ kind: 'paid', payoutId: 'po_1' });
    expect(asked[0]?.path).toBe(`/v1/payouts?reference=${order.withdrawalId}`);
    expect(await answering(200, { items: [] }).bank.find(order)).toBeUndefined();
    await expect(answering(404, {}).bank.find(order)).rejects.toBeInstanceOf(BankProblemError);
  });
});
