import { describe, expect, it } from '@jest/globals';
import { receiveReturn } from '#contracts';
import { NotNowError } from '#participant';
import { OutboundError } from '#platform';
import { newReturnParcel, pollPauseMs, settleReturn } from '../domain/return-parcel.js';
import { HttpCarrier } from '../provider/http-carrier.js';
import { returnAnswer } from './returns.replies.js';
import { fetchBack } from './returns.workers.js';

const awaited = newReturnParcel(
  {
    orderId: '019aa0c5-7d5c-7000-8000-000000000001',
    returnId: '019aa0c5-7d5c-7000-8000-000000000002',
    items: [{ productId: '85123A', quantity: 2 }],
    shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  },
  'waiting',
);
const pauses = { leastMs: 250, mostMs: 60_000 };

type Step = { readonly status: number; readonly body?: unknown } | Error;

/** A carrier that answers as told, and what it was asked. */
const scripted = (...steps: Step[]) => {
  const asked: string[] = [];
  const carrier = new HttpCarrier({
    request: ({ method, headers }) => {
      asked.push([method, headers?.['idempotency-key']].filter(Boolean).join(' '));
      const step = steps.shift() ?? new Error('asked too often');
      if (step instanceof Error) return Promise.reject(step);
      return Promise.resolve({ status: step.status, body: step.body });
    },
  });
  return { carrier, asked };
};
const fetch = (carrier: HttpCarrier, awaitedMs = 0) =>
  fetchBack(carrier, { ...awaited, awaitedMs }, pauses);

const none = { status: 200, body: { items: [] } };
const parcel = (status: string) => ({ trackingNumber: 'RET1', status });
const found = (status: string) => ({ status: 200, body: { items: [parcel(status)] } });

describe('fetching goods back', () => {
  it('books a parcel when there is none, and asks again later', async () => {
    const { carrier, asked } = scripted(none, { status: 201, body: parcel('in_transit') });
    await expect(fetch(carrier)).rejects.toMatchObject({ name: 'NotNowError', retryAfterMs: 250 });
    expect(asked).toEqual(['GET', `POST return-${awaited.returnId}`]);
  });

  it.each([
    ['received', { kind: 'received', trackingNumber: 'RET1' }],
    ['lost', { kind: 'lost', code: 'lost' }],
    ['expired', { kind: 'lost', code: 'expired' }],
  ])('ends when the carrier says %s, and books nothing', async (status, outcome) => {
    const { carrier, asked } = scripted(found(status));
    expect(await fetch(carrier)).toEqual(outcome);
    expect(asked).toEqual(['GET']);
  });

  it('is no run that failed while they are on their way, however the carrier calls it', async () => {
    for (const status of ['in_transit', 'label_printed']) {
      const { carrier } = scripted(found(status));
      await expect(fetch(carrier)).rejects.toBeInstanceOf(NotNowError);
    }
  });

  it('tries again after a lost answer or a conflict, and burns no try on an open breaker', async () => {
    const lost = new OutboundError('carrier', 'timeout', '');
    await expect(fetch(scripted(lost).carrier)).rejects.toBe(lost);
    const taken = scripted(none, { status: 409, body: { code: 'reference_taken' } });
    await expect(fetch(taken.carrier)).rejects.toBeInstanceOf(OutboundError);
    const open = scripted(new OutboundError('carrier', 'breaker-open', '', 500));
    await expect(fetch(open.carrier)).rejects.toBeInstanceOf(NotNowError);
  });

  it('fails what the carrier does not understand', async () => {
    const { carrier } = scripted(none, { status: 400, body: { code: 'odd' } });
    expect(await fetch(carrier)).toEqual({ kind: 'failed', code: 'odd' });
  });

  it('leaves alone what is decided or gone', async () => {
    const { carrier, asked } = scripted();
    const decided = settleReturn(awaited, { kind: 'lost', code: 'lost' });
    expect(await fetchBack(carrier, { ...decided, awaitedMs: 0 }, pauses)).toMatchObject({
      kind: 'unchanged',
    });
    expect(await fetchBack(carrier, undefined, pauses)).toEqual({ kind: 'unchanged' });
    expect(asked).toEqual([]);
  });

  it.each([
    [0, 250],
    [10_000, 5_000],
    [86_400_000, 60_000],
  ])('asks more seldom the longer it takes: after %i ms in %i', (awaitedMs, pauseMs) => {
    expect(pollPauseMs(pauses, awaitedMs)).toBe(pauseMs);
  });
});

describe('what the saga is told of goods on their way back', () => {
  const received = { kind: 'received', trackingNumber: 'RET1' } as const;

  it('fits its contract, and is decided once', () => {
    const here = settleReturn(awaited, received);
    expect(returnAnswer(awaited)).toMatchObject({ outcome: 'pending' });
    expect(settleReturn(here, { kind: 'lost', code: 'lost' })).toBe(here);
    const lost = settleReturn(awaited, { kind: 'lost', code: 'lost' });
    for (const [one, outcome] of [
      [here, 'succeeded'],
      [lost, 'refused'],
    ] as const) {
      const answer = returnAnswer(one);
      if (answer.outcome !== 'succeeded' && answer.outcome !== 'refused') throw new Error();
      expect(answer.outcome).toBe(outcome);
      const contract = receiveReturn.replies[answer.name as keyof typeof receiveReturn.replies];
      expect(contract.data.parse(answer.result)).toEqual(answer.result);
    }
    const failed = settleReturn(awaited, { kind: 'failed', code: 'odd' });
    expect(returnAnswer(failed)).toMatchObject({ outcome: 'dead' });
  });
});
