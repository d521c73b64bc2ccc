/** Promises attacked here: every answer fits its contract, and each who waits gets one, once. */
import { describe, expect, it } from '@jest/globals';
import { bookShipment, cancelShipment, handOver, shipOrder } from '#contracts';
import type { Answer } from '#participant';
import { booked } from '../fixtures/shipments.js';
import { STATUSES, type Shipment, type Wanted } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';
import { answersDue, bookingAnswer, cancelAnswer, handOverAnswer } from './shipping.replies.js';

const WANTED: readonly Wanted[] = ['booked', 'handed-over', 'cancelled'];
const at = '2026-11-26T12:00:00.000Z';

const check = (
  answer: Answer,
  replies: Readonly<Record<string, { readonly data: { parse(data: unknown): unknown } }>>,
): void => {
  if (answer.outcome !== 'succeeded' && answer.outcome !== 'refused') return;
  expect(Object.keys(replies)).toContain(answer.name);
  expect(replies[answer.name]?.data.parse(answer.result)).toEqual(answer.result);
};

const to = (commandId: string) => ({
  ...{ issuedOn: '2026-11-26', commandId, sagaId: 's', businessKey: 'k' },
});
const waiting = (change: Partial<Shipment>) =>
  ({
    ...booked(),
    ...{ shipTo: [to('ship')], bookTo: [to('book')] },
    ...{ handOverTo: [to('hand')], cancelTo: [to('cancel')], ...change },
  }) as StoredShipment;
const told = (shipment: StoredShipment, ...rest: [Parameters<typeof answersDue>[1]?]) => {
  const due = answersDue(shipment, ...rest);
  const answers = due.answers.map(({ to: { commandId }, answer }) => {
    const name = 'name' in answer ? answer.name : 'reason' in answer ? answer.reason?.code : '';
    return [commandId, answer.outcome, name];
  });
  return { answers, left: due.shipment };
};

describe('the answers about a parcel', () => {
  it.each(STATUSES.flatMap((status) => WANTED.map((wanted) => [status, wanted] as const)))(
    'fit their contracts when it is %s and wanted %s',
    (status, wanted) => {
      const shipment = booked({ status, wanted, problemCode: 'c', handedOverAt: at });
      check(bookingAnswer(shipment, 'ship'), shipOrder.replies);
      check(bookingAnswer(shipment, 'book'), bookShipment.replies);
      check(handOverAnswer(shipment), handOver.replies);
      check(cancelAnswer(shipment), cancelShipment.replies);
    },
  );

  it('of an order without one: nothing to hand over, nothing to cancel', () => {
    expect(handOverAnswer(undefined)).toMatchObject({ outcome: 'refused' });
    expect(cancelAnswer(undefined)).toMatchObject({ outcome: 'succeeded' });
  });

  it('are given to all when a recall has won', () => {
    const { answers, left } = told(waiting({ status: 'cancelled', wanted: 'cancelled' }));
    expect(answers).toEqual([
      ['ship', 'refused', 'shipping.shipment-refused'],
      ['book', 'refused', 'shipping.shipment-refused'],
      ['hand', 'refused', 'shipping.pickup-recalled'],
      ['cancel', 'succeeded', 'shipping.shipment-cancelled'],
    ]);
    expect(left).toMatchObject({ shipTo: [], bookTo: [], handOverTo: [], cancelTo: [] });
  });

  it('say that a cancellation came too late', () => {
    const { answers } = told(waiting({ status: 'handed-over', handedOverAt: at }));
    expect(answers.slice(2)).toEqual([
      ['hand', 'succeeded', 'shipping.handed-over'],
      ['cancel', 'parked', 'already-handed-over'],
    ]);
  });

  it('keep those waiting whose question is still open', () => {
    const { answers, left } = told(waiting({ wanted: 'handed-over' }));
    expect(answers.map(([who]) => who)).toEqual(['ship', 'book']);
    expect(left).toMatchObject({ handOverTo: [to('hand')], cancelTo: [to('cancel')] });
    expect(told(waiting({ status: 'requested' })).answers).toEqual([]);
  });

  it('tell a refused pickup from one that the carrier does not understand', () => {
    const refused = waiting({ wanted: 'booked', problemCode: 'no_pickup', cancelTo: [] });
    expect(told(refused).answers.at(-1)).toEqual(['hand', 'refused', 'shipping.pickup-refused']);
    const failed = told(refused, { kind: 'pickup-failed', code: 'odd' });
    expect(failed.answers.at(-1)).toEqual(['hand', 'dead', 'carrier-rejected']);
    const byCarrier = waiting({ status: 'cancelled', wanted: 'handed-over' });
    expect(told(byCarrier).answers[2]).toEqual(['hand', 'refused', 'shipping.pickup-refused']);
  });

  it('tell those who cancel, or recall, that the carrier does not understand', () => {
    const stuck = waiting({ wanted: 'cancelled' });
    const { answers, left } = told(stuck, { kind: 'cancel-failed', code: 'not_found' });
    expect(answers.slice(2)).toEqual([
      ['hand', 'dead', 'carrier-rejected'],
      ['cancel', 'dead', 'carrier-rejected'],
    ]);
    // what comes of it after all is told to the saga as well
    expect(left).toMatchObject({ handOverTo: [to('hand')], cancelTo: [] });
  });
});
