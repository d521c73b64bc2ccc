/** Promises attacked here: one parcel an order, and a recall that only stops what can be stopped. */
import { describe, expect, it } from '@jest/globals';
import { asked, booked, request } from '../fixtures/shipments.js';
import { acceptBooking, acceptCancel, acceptHandOver, acceptRecall } from './accept.js';
import { nextStep } from './next-step.js';
import { settle } from './settle.js';
import type { ShipmentStatus } from './shipment.js';

const reason = { code: 'r', message: '' };
const cancel = { reason, known: true };
const over: readonly ShipmentStatus[] = ['handed-over', 'delivered', 'lost', 'cancelled'];

describe('a booking', () => {
  it('is asked for once; another command waits with the first', () => {
    const shipment = acceptBooking(asked(), 'book', request, 'second');
    expect(shipment).toMatchObject({ status: 'requested', revision: 2, wanted: 'booked' });
    expect(shipment.bookTo).toEqual(['first', 'second']);
    expect(shipment.orderId).toBe(request.orderId.toLowerCase());
  });

  it('that is to be shipped at once goes the whole way, whoever asked first', () => {
    expect(asked('ship')).toMatchObject({ wanted: 'handed-over', shipTo: ['first'], bookTo: [] });
    const shipped = acceptBooking(asked(), 'ship', request, 'second');
    expect(shipped).toMatchObject({ wanted: 'handed-over', bookTo: ['first'], shipTo: ['second'] });
    expect(acceptBooking(asked('ship'), 'book', request, 'second').wanted).toBe('handed-over');
  });

  it('is asked for anew when a person sends the command again after a failure, and only then', () => {
    const failed = settle(asked(), { kind: 'failed', code: 'http_401' }, '');
    const again = acceptBooking(failed, 'book', request, 'second');
    expect(again).toMatchObject({ status: 'requested', problemCode: null });
    for (const shipment of [booked(), booked({ wanted: 'cancelled', status: 'failed' })]) {
      expect(acceptBooking(shipment, 'ship', request, 'second')).toBe(shipment);
    }
  });
});

describe('a hand-over', () => {
  it('waits for the carrier, and is asked for anew after it was refused', () => {
    const first = acceptHandOver(booked(), 'h');
    expect(first).toMatchObject({ wanted: 'handed-over', handOverTo: ['h'], revision: 3 });
    const refused = booked({ problemCode: 'no_pickup' });
    expect(acceptHandOver(refused, 'h')).toMatchObject({ problemCode: null });
    expect(nextStep(first)).toBe('pick-up');
  });

  it('waits with a recall that is under way, and turns nothing round', () => {
    const recalled = acceptRecall(acceptHandOver(booked(), 'h'), reason);
    expect(acceptHandOver(recalled, 'i')).toMatchObject({
      wanted: 'cancelled',
      handOverTo: ['h', 'i'],
    });
  });

  it.each(over)('of a parcel that is %s changes nothing', (status) => {
    const shipment = booked({ status });
    expect(acceptHandOver(shipment, 'h')).toBe(shipment);
  });
});

describe('a recall', () => {
  it('stops a hand-over that waits', () => {
    const recalled = acceptRecall(acceptHandOver(booked(), 'h'), reason);
    expect(recalled).toMatchObject({ wanted: 'cancelled', cancelReason: reason });
    expect(nextStep(recalled)).toBe('cancel');
    expect(acceptRecall(recalled, { code: 'other', message: '' })).toBe(recalled);
  });

  it('does nothing where no hand-over waits: not yet, not any more, or not by a saga', () => {
    for (const shipment of [
      booked(),
      booked({ wanted: 'handed-over' }),
      asked('ship'),
      ...over.map((status) => booked({ status, wanted: 'handed-over' })),
    ]) {
      expect(acceptRecall(shipment, reason)).toBe(shipment);
    }
  });
});

describe('a cancellation', () => {
  it('of what is booked asks the carrier', () => {
    const cancelled = acceptCancel(booked(), cancel, 'c');
    expect(cancelled).toMatchObject({ wanted: 'cancelled', cancelTo: ['c'], cancelReason: reason });
    expect(nextStep(cancelled)).toBe('cancel');
  });

  it('of what may be booked has it booked first, so that no late request can', () => {
    expect(nextStep(acceptCancel(asked(), cancel, 'c'))).toBe('book');
  });

  it('of what nobody has asked the carrier for is done by saying so', () => {
    const cancelled = acceptCancel(asked(), { reason, known: false }, 'c');
    expect(cancelled).toMatchObject({ status: 'cancelled', bookTo: [], cancelTo: [] });
    expect(nextStep(cancelled)).toBe('rest');
  });

  it('of what was never booked keeps it from being booked', () => {
    const failed = settle(asked(), { kind: 'failed', code: 'http_401' }, '');
    const cancelled = acceptCancel(failed, cancel, 'c');
    expect(acceptBooking(cancelled, 'book', request, 'again')).toBe(cancelled);
    expect(acceptCancel(cancelled, cancel, 'd')).toBe(cancelled);
  });

  it.each(over)('of a parcel that is %s changes nothing', (status) => {
    const shipment = booked({ status });
    expect(acceptCancel(shipment, cancel, 'c')).toBe(shipment);
  });
});
