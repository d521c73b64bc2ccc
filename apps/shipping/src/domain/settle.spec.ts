/** Promises attacked here: every answer of the carrier in every state, and each fact once, in order. */
import { describe, expect, it } from '@jest/globals';
import { asked, booked, numbers } from '../fixtures/shipments.js';
import { factsBetween } from './facts.js';
import { nextStep } from './next-step.js';
import { arrive, settle, type Outcome } from './settle.js';
import { STATUSES, type Shipment, type ShipmentStatus, type Wanted } from './shipment.js';
import { track, type TrackingEvent } from './track.js';

const NOW = '2026-11-26T12:00:00.000Z';
const WANTED: readonly Wanted[] = ['booked', 'handed-over', 'cancelled'];

const OUTCOMES = {
  created: { kind: 'created', ...numbers },
  refused: { kind: 'refused', code: 'c' },
  failed: { kind: 'failed', code: 'c' },
  'handed-over': { kind: 'handed-over', at: NOW },
  cancelled: { kind: 'cancelled' },
  'awaiting-pickup': { kind: 'awaiting-pickup' },
  'pickup-refused': { kind: 'pickup-refused', code: 'c' },
  'pickup-failed': { kind: 'pickup-failed', code: 'c' },
  'cancel-failed': { kind: 'cancel-failed', code: 'c' },
  unchanged: { kind: 'unchanged' },
} as const satisfies Record<Outcome['kind'], Outcome>;

/** What changes: the status and what is wanted after it. Everything else changes nothing. */
const CHANGES: Readonly<Record<string, readonly [ShipmentStatus, Wanted]>> = {
  'requested booked created': ['created', 'booked'],
  'requested handed-over created': ['created', 'handed-over'],
  'requested cancelled created': ['created', 'cancelled'],
  'requested booked refused': ['refused', 'booked'],
  'requested handed-over refused': ['refused', 'handed-over'],
  'requested cancelled refused': ['refused', 'cancelled'],
  'requested booked failed': ['failed', 'booked'],
  'requested handed-over failed': ['failed', 'handed-over'],
  'requested cancelled failed': ['failed', 'cancelled'],
  'requested booked cancelled': ['cancelled', 'booked'],
  'requested handed-over cancelled': ['cancelled', 'handed-over'],
  'requested cancelled cancelled': ['cancelled', 'cancelled'],
  'created booked handed-over': ['handed-over', 'booked'],
  'created handed-over handed-over': ['handed-over', 'handed-over'],
  'created cancelled handed-over': ['handed-over', 'cancelled'],
  'created booked cancelled': ['cancelled', 'booked'],
  'created handed-over cancelled': ['cancelled', 'handed-over'],
  'created cancelled cancelled': ['cancelled', 'cancelled'],
  'created handed-over pickup-refused': ['created', 'booked'],
  'created handed-over pickup-failed': ['created', 'booked'],
  'created cancelled cancel-failed': ['created', 'cancelled'],
};

const inState = (status: ShipmentStatus, wanted: Wanted): Shipment<string> => {
  const isNumbered = !['requested', 'refused', 'failed'].includes(status);
  return booked({ status, wanted, ...(!isNumbered && { shipmentId: null, trackingNumber: null }) });
};

describe('what the carrier answers', () => {
  const cases = STATUSES.flatMap((status) =>
    WANTED.flatMap((wanted) =>
      Object.values(OUTCOMES).map((outcome) => [status, wanted, outcome.kind] as const),
    ),
  );
  it.each(cases)('%s, wanted %s: %s', (status, wanted, kind) => {
    const before = inState(status, wanted);
    const after = settle(before, OUTCOMES[kind], NOW);
    const change = CHANGES[`${status} ${wanted} ${kind}`];
    if (!change) {
      expect(after).toBe(before);
      return;
    }
    expect([after.status, after.wanted]).toEqual(change);
    expect(after.revision).toBe(before.revision + 1);
  });

  it('leads to a next step until the parcel is where it is wanted', () => {
    const steps = STATUSES.flatMap((status) =>
      WANTED.map((wanted) => [status, wanted, nextStep({ status, wanted })] as const),
    );
    expect(steps.filter(([, , step]) => step !== 'rest')).toEqual([
      ['requested', 'booked', 'book'],
      ['requested', 'handed-over', 'book'],
      ['requested', 'cancelled', 'book'],
      ['created', 'handed-over', 'pick-up'],
      ['created', 'cancelled', 'cancel'],
    ]);
  });
});

describe('what the feed tells', () => {
  const event = (kind: TrackingEvent['kind'], change: Partial<TrackingEvent> = {}) => ({
    ...{ seq: 1, ...numbers, reference: asked().orderId, kind, at: NOW },
    ...change,
  });
  const after = (shipment: Shipment<string>, ...kinds: TrackingEvent['kind'][]) =>
    kinds.reduce((last, kind) => {
      const tracked = track(last, event(kind));
      return tracked.kind === 'applied' ? tracked.shipment : last;
    }, shipment);
  const facts = (before: Shipment, now: Shipment) =>
    factsBetween(before, now).map(({ kind, revision }) => [kind, revision]);

  it('takes a parcel to the door, or loses it', () => {
    const delivered = after(booked(), 'picked_up', 'delivered');
    expect(delivered).toMatchObject({ status: 'delivered', handedOverAt: NOW, deliveredAt: NOW });
    expect(after(booked(), 'picked_up', 'lost')).toMatchObject({ status: 'lost' });
  });

  it('may tell of the door before it tells of the van: both are facts, in their order', () => {
    const before = booked();
    const delivered = after(before, 'delivered', 'picked_up', 'delivered', 'lost');
    expect(delivered.status).toBe('delivered');
    expect(facts(before, delivered)).toEqual([
      ['handed-over', 3],
      ['delivered', 4],
    ]);
  });

  it('may be quicker than the answer to the booking', () => {
    const delivered = after(asked(), 'delivered');
    expect(delivered).toMatchObject({ status: 'delivered', ...numbers });
    expect(facts(asked(), delivered)).toEqual([
      ['created', 2],
      ['handed-over', 3],
      ['delivered', 4],
    ]);
  });

  it('says nothing new a second time', () => {
    for (const kind of ['picked_up', 'delivered', 'lost', 'cancelled'] as const) {
      expect(track(after(booked(), kind), event(kind)).kind).toBe('repeated');
    }
  });

  it.each<[ShipmentStatus, TrackingEvent['kind']]>([
    ['cancelled', 'picked_up'],
    ['cancelled', 'delivered'],
    ['handed-over', 'cancelled'],
    ['delivered', 'cancelled'],
    ['refused', 'picked_up'],
  ])('cannot be after %s: %s', (status, kind) => {
    expect(track(inState(status, 'booked'), event(kind)).kind).toBe('contradicting');
  });

  it('is about the parcel that we know, or contradicts us', () => {
    const other = event('picked_up', { shipmentId: 's-other' });
    expect(track(booked(), other).kind).toBe('contradicting');
  });
});

describe('the facts of a change', () => {
  const at = (status: ShipmentStatus) => inState(status, 'booked');
  it.each<[ShipmentStatus, ShipmentStatus, readonly string[]]>([
    ['requested', 'created', ['created']],
    ['requested', 'refused', ['refused']],
    ['requested', 'failed', []],
    ['created', 'cancelled', ['cancelled']],
    ['requested', 'cancelled', ['created', 'cancelled']],
    ['created', 'handed-over', ['handed-over']],
    ['handed-over', 'delivered', ['delivered']],
    ['handed-over', 'lost', ['lost']],
    ['created', 'lost', ['handed-over', 'lost']],
    ['delivered', 'delivered', []],
  ])('from %s to %s', (before, after, kinds) => {
    expect(factsBetween(at(before), at(after)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('carry the time that the carrier said, and why it was cancelled', () => {
    const handed = settle(booked(), { kind: 'handed-over', at: NOW }, '2026-11-26T13:00:00.000Z');
    expect(factsBetween(booked(), handed)).toMatchObject([{ at: NOW }]);
    const reason = { code: 'customer', message: 'changed their mind' };
    const wanted = booked({ wanted: 'cancelled', cancelReason: reason });
    const cancelled = settle(wanted, { kind: 'cancelled' }, NOW);
    expect(factsBetween(wanted, cancelled)).toMatchObject([{ reason }]);
    const theirs = settle(booked(), { kind: 'cancelled' }, NOW);
    expect(theirs.cancelReason).toMatchObject({ code: 'cancelled-by-carrier' });
  });

  it('of a parcel that arrives are two, when the van was missed', () => {
    const delivered = arrive(booked(), { kind: 'delivered', at: NOW });
    expect(factsBetween(booked(), delivered)).toHaveLength(2);
    expect(arrive(delivered, { kind: 'lost', at: NOW })).toBe(delivered);
  });
});
