/**
 * Promises attacked here: each figure is what the page of definitions says; the order in which facts come
 * is no part of it.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReceivedEvent } from '#messaging';
import { chargeback, refund, settled, told } from '../fixtures/events.js';
import { contributionsOf } from './contributions.js';
import { factsOf } from './facts.js';
import { Sums, type Figures } from './figures.js';

const contributions = (events: readonly ReceivedEvent[]) => {
  const { orders, zones } = factsOf(events);
  return contributionsOf(orders, (id) => zones.filter(({ merchantId }) => merchantId === id));
};
/** By day; all else is the same in most tests. */
const byDay = (...events: readonly ReceivedEvent[]): Record<string, Figures> =>
  Object.fromEntries(contributions(events).map(({ day, figures }) => [day, figures]));

const D1 = '2026-11-01';
const D2 = '2026-11-02';
const D3 = '2026-11-03';
const at = (day: string) => ({ at: `${day}T12:00:00.000Z` });

const requested = told('payment.requested', at(D1));
const taken = told('payment.completed', { ...at(D2), revision: 4, more: { fee: 30 } });
const isTaken = { successful: 1, successfulAmount: 1_000, revenue: 1_000, fees: 30 };
const isRequested = { total: 1, totalAmount: 1_000 };

describe('a payment', () => {
  it('counts on the day it was requested, and its success on the day it was taken', () => {
    expect(byDay(requested, taken)).toEqual({ [D1]: isRequested, [D2]: isTaken });
  });

  it('without its request was requested by the first that is known of it', () => {
    expect(byDay(taken)).toEqual({ [D2]: { ...isRequested, ...isTaken } });
    const refunded = refund(1_000, 1_000, { ...at(D3), revision: 6 });
    expect(byDay(refunded, taken)[D2]).toMatchObject(isRequested);
    expect(byDay(refunded)[D3]).toMatchObject(isRequested);
    expect(byDay(told('order.completed'))).toEqual({ '2026-11-26': { ordersCompleted: 1 } });
  });

  it('failed on the day of its last failure, and not at all once it is paid', () => {
    const declined = told('payment.failed', { ...at(D1), revision: 2 });
    const again = told('payment.failed', { ...at(D2), revision: 3 });
    const isFailed = { failed: 1, failedAmount: 1_000 };
    expect(byDay(requested, declined)).toEqual({ [D1]: { ...isRequested, ...isFailed } });
    expect(byDay(requested, declined, again)).toEqual({ [D1]: isRequested, [D2]: isFailed });
    expect(byDay(requested, declined, again, taken)).toEqual({ [D1]: isRequested, [D2]: isTaken });
  });

  it('is refunded once, and its money on the days it went back', () => {
    const first = refund(200, 200, { ...at(D2), revision: 6 });
    const second = refund(300, 500, { ...at(D3), revision: 9, more: { feeReturned: 30 } });
    const both = byDay(requested, first, second);
    expect(both[D2]).toEqual({ refunded: 1, refundedAmount: 200, refunds: 200 });
    expect(both[D3]).toEqual({ refundedAmount: 300, refunds: 300, fees: -30 });
  });

  it('of which refunds do not say what they gave, gave what the total grew by', () => {
    const old = (refunded: number, revision: number, day: string) =>
      told('refund.completed', { ...at(day), revision, more: { refunded } });
    expect(byDay(requested, old(500, 9, D3), old(200, 6, D2))[D3]).toMatchObject({ refunds: 300 });
    expect(byDay(requested, old(500, 9, D3))[D3]).toMatchObject({ refunds: 500, refunded: 1 });
    const late = refund(100, 300, { ...at(D2), revision: 7 });
    expect(byDay(requested, old(500, 9, D3), late)[D3]).toMatchObject({ refunds: 200 });
  });

  it('of which only the fee went back is not refunded', () => {
    const fee = refund(0, 500, { ...at(D3), revision: 8, more: { feeReturned: 30 } });
    expect(byDay(requested, fee)[D3]).toEqual({ fees: -30 });
  });

  it('that is disputed counts the chargeback, and takes it from the merchant until it is won', () => {
    const opened = chargeback('chargeback.opened', 400, { ...at(D2), revision: 6 });
    const won = chargeback('chargeback.won', 400, { ...at(D3), revision: 7 });
    const another = chargeback('chargeback.opened', 50, {
      ...{ ...at(D2), revision: 8 },
      more: { chargebackId: 'cb2' },
    });
    const is = { chargebacks: 1, chargebackAmount: 400, chargedBack: 400 };
    expect(byDay(requested, opened)[D2]).toEqual(is);
    expect(byDay(requested, opened, won)).toMatchObject({ [D2]: is, [D3]: { chargedBack: -400 } });
    expect(byDay(requested, opened, another)[D2]).toMatchObject({
      ...{ chargebacks: 2, chargebackAmount: 450, chargedBack: 450 },
    });
    const repeated = chargeback('chargeback.opened', 400, { ...at(D3), revision: 9 });
    expect(byDay(requested, opened, repeated)).toEqual(byDay(requested, opened));
  });
});

describe('an order', () => {
  it('counts as completed, cancelled and returned, each once', () => {
    const completed = told('order.completed', { ...at(D1), revision: 4 });
    const returned = told('order.returned', { ...at(D2), revision: 6 });
    const again = told('order.returned', { ...at(D3), revision: 7 });
    expect(byDay(completed, returned, again)).toEqual({
      ...{ [D1]: { ordersCompleted: 1 }, [D2]: { ordersReturned: 1 } },
    });
    expect(byDay(told('order.cancelled', at(D3)))).toEqual({ [D3]: { ordersCancelled: 1 } });
  });

  it('counts where each of its facts belongs: merchant, channel, currency', () => {
    const places = contributions([
      told('payment.requested', { merchantId: 'a', channel: 'app', currency: 'GBP' }),
      told('order.completed', { merchantId: 'b', channel: 'web', currency: 'JPY' }),
    ]).map(({ merchantId, channel, currency }) => [merchantId, channel, currency]);
    expect(places).toEqual([
      ['a', 'app', 'GBP'],
      ['b', 'web', 'JPY'],
    ]);
  });
});

describe('a day', () => {
  it('is that of the merchant, by the zone of that moment', () => {
    const late = told('payment.requested', { at: '2026-11-26T15:30:00.000Z' });
    expect(Object.keys(byDay(late))).toEqual(['2026-11-26']);
    expect(Object.keys(byDay(late, settled('tea', 'Asia/Tokyo')))).toEqual(['2026-11-27']);
    expect(Object.keys(byDay(late, settled('other', 'Asia/Tokyo')))).toEqual(['2026-11-26']);
    const moved = settled('tea', 'Europe/London', { revision: 2, at: '2026-11-26T15:30:00.001Z' });
    expect(Object.keys(byDay(late, settled('tea', 'Asia/Tokyo'), moved))).toEqual(['2026-11-27']);
  });
});

/** Any facts of one order, few enough to meet each other. */
const anyEvent = fc
  .record({
    revision: fc.integer({ min: 1, max: 8 }),
    hour: fc.integer({ min: 0, max: 95 }),
    kind: fc.constantFrom(
      ...(['order.completed', 'order.cancelled', 'order.returned'] as const),
      ...(['payment.requested', 'payment.completed', 'payment.failed'] as const),
      ...(['refund.completed', 'chargeback.opened', 'chargeback.won'] as const),
    ),
    moved: fc.integer({ min: 1, max: 900 }),
    isOld: fc.boolean(),
  })
  .map(({ revision, hour, kind, moved, isOld }) => {
    const moment = new Date(Date.UTC(2026, 10, 1, hour)).toISOString();
    const more = {
      ...(kind === 'payment.completed' && !isOld && { fee: moved }),
      ...(kind === 'refund.completed' && { refunded: moved, ...(!isOld && { given: moved }) }),
      ...(kind.startsWith('chargeback') && { disputed: moved, chargebackId: `cb${moved % 2}` }),
    };
    return told(kind, { revision, at: moment, more });
  });
const anyEvents = fc.uniqueArray(anyEvent, { selector: ({ id }) => id, maxLength: 12 });

describe('any facts', () => {
  it('add up to the same, in whatever order they come', () => {
    fc.assert(
      fc.property(
        anyEvents.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect(contributions(shuffled)).toEqual(contributions(events));
        },
      ),
    );
  });

  it('add up to the same when only differences are added, after each of them', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const sums = new Sums();
        for (let count = 1; count <= events.length; count += 1) {
          sums.addAll(contributions(events.slice(0, count - 1)), -1);
          sums.addAll(contributions(events.slice(0, count)));
        }
        expect(sums.contributions()).toEqual(contributions(events));
      }),
    );
  });

  it('never count a payment as both paid and failed, nor twice', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const days = Object.values(byDay(...events));
        const sum = (figure: keyof Figures) =>
          days.reduce((before, figures) => before + (figures[figure] ?? 0), 0);
        expect(sum('total')).toBeLessThanOrEqual(1);
        expect(sum('successful') + sum('failed')).toBeLessThanOrEqual(sum('total'));
        expect(sum('refunded')).toBeLessThanOrEqual(sum('total'));
        expect(sum('refunds')).toBe(sum('refundedAmount'));
        expect(sum('revenue')).toBe(sum('successfulAmount'));
      }),
    );
  });
});
