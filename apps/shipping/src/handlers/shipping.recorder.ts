import type { UnitOfWork } from '#messaging';
import {
  NotNowError,
  parked,
  type Answers,
  type EffectDone,
  type EffectFailure,
  type LateAnswer,
} from '#participant';
import { counter, runtime } from '#platform';
import { settle, type Outcome } from '../domain/settle.js';
import { track, type Tracked, type TrackingEvent } from '../domain/track.js';
import type { StoredShipment } from '../persistence/shipment-row.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import { answersDue, awaitingCarrier, factEvents } from './shipping.replies.js';

/** What became of an event of the feed. `unknown`: there is no such order here. */
export type Read = Tracked<never>['kind'] | 'unknown';

/** Others name their parcels as they like. */
const ORDER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const problems = counter({
  name: 'shipping_carrier_problems_total',
  help: 'Parcels that the carrier would not fetch or cancel, and that no saga may be waiting for',
  labelNames: ['kind'],
});

/** Writes what became of parcels, tells those who wait for it, and publishes what happened. */
export class ShippingRecorder {
  constructor(
    private readonly answers: Pick<Answers, 'answer'>,
    private readonly rows: ShipmentRows = postgresShipmentRows,
  ) {}

  /** What the carrier answered to the workers. */
  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const stored = await this.rows.lockShipments(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const now = runtime.date();
    const changes = new Changes(unit, stored, now);
    const answers = done.flatMap(({ subject, outcome }) => {
      const before = changes.current(subject);
      if (!before) return [];
      if (outcome.kind === 'awaiting-pickup') {
        return before.status === 'created' && before.wanted === 'handed-over'
          ? awaitingCarrier(before)
          : [];
      }
      const settled = settle(before, outcome, now.toISOString());
      if (settled === before) return [];
      if (/-(refused|failed)$/.test(outcome.kind)) problems.inc({ kind: outcome.kind });
      return changes.take(settled, outcome);
    });
    await this.rows.updateShipments(unit.tx, changes.all());
    await this.answers.answer(unit, answers);
  }

  /** What the feed tells, in its order. @returns what became of each event */
  async follow(unit: UnitOfWork, events: readonly TrackingEvent[]): Promise<Read[]> {
    const ours = events.filter(({ reference }) => ORDER_ID.test(reference));
    const orderIds = new Set(ours.map(({ reference }) => reference.toLowerCase()));
    const stored = await this.rows.lockShipments(unit.tx, [...orderIds]);
    const changes = new Changes(unit, stored, runtime.date());
    const answers: LateAnswer[] = [];
    const read = events.map((event): Read => {
      const before = changes.current(event.reference.toLowerCase());
      if (!before) return 'unknown';
      const tracked = track(before, event);
      if (tracked.kind === 'applied') answers.push(...changes.take(tracked.shipment));
      return tracked.kind;
    });
    await this.rows.updateShipments(unit.tx, changes.all());
    await this.answers.answer(unit, answers);
    return read;
  }

  /**
   * Tries go on for as long as it takes; that it takes longer is said once, after the first. Who waits
   * for a label or a hand-over is told to be patient: an order that is paid is not given up because
   * its carrier is away, and the van may take days as well.
   */
  async failed(unit: UnitOfWork, failures: readonly EffectFailure[]): Promise<void> {
    const first = new Map(
      failures
        .filter(({ attempts, error }) => attempts === 1 && !(error instanceof NotNowError))
        .map(({ subject, error }) => [subject, error]),
    );
    if (first.size === 0) return;
    const shipments = await this.rows.lockShipments(unit.tx, [...first.keys()]);
    const answers = [...shipments.values()].flatMap((shipment) => {
      const message = first.get(shipment.orderId)?.message ?? '';
      const answer = parked({ code: 'carrier-unavailable', message });
      const { shipTo, cancelTo } = shipment;
      const waiting = [...shipTo, ...cancelTo].map((to) => ({ to, answer }));
      return [...waiting, ...awaitingCarrier(shipment)];
    });
    await this.answers.answer(unit, answers);
  }
}

/** The changes of one transaction: several of one shipment are written once, and told one by one. */
class Changes {
  private readonly after = new Map<string, StoredShipment>();

  constructor(
    private readonly unit: UnitOfWork,
    private readonly stored: ReadonlyMap<string, StoredShipment>,
    private readonly now: Date,
  ) {}

  current(orderId: string): StoredShipment | undefined {
    return this.after.get(orderId) ?? this.stored.get(orderId);
  }

  /** @returns the answers that are due now */
  take(settled: StoredShipment, outcome?: Outcome): readonly LateAnswer[] {
    const due = answersDue(settled, outcome);
    const before = this.current(settled.orderId);
    const [cause] = due.answers;
    this.unit.publish(...factEvents(before, settled, cause?.to, this.now));
    this.after.set(settled.orderId, due.shipment);
    return due.answers;
  }

  all() {
    return [...this.after.values()].flatMap((after) => {
      const before = this.stored.get(after.orderId);
      return before ? [{ before, after }] : [];
    });
  }
}
