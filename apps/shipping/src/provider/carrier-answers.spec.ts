import { describe, expect, it } from '@jest/globals';
import { parcelAnswer, trackingPage } from './carrier-answers.js';

const event = {
  ...{ seq: 7, shipmentId: 's-1', reference: 'o-1', trackingNumber: 'T-1', kind: 'picked_up' },
  at: '2026-11-26T13:00:00+01:00',
};

describe('a page of the feed', () => {
  it('has times of one zone', () => {
    expect(trackingPage({ items: [event] }, 200)).toMatchObject({
      events: [{ seq: 7, at: '2026-11-26T12:00:00.000Z' }],
      unreadable: 0,
    });
  });

  it.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '1899-01-01T00:00:00Z', 'soon'])(
    'leaves out an event of a time that no table takes, and goes on behind it: %s',
    (at) => {
      const page = trackingPage({ items: [{ ...event, seq: 8, at }, event] }, 200);
      expect(page).toMatchObject({ events: [{ seq: 7 }], seq: 8, unreadable: 1 });
      expect(parcelAnswer.parse({ status: 'handed_over', handedOverAt: at })).toEqual({
        status: 'handed_over',
      });
    },
  );
});
