import type { UnitOfWork } from '#messaging';
import { parked, type Answers, type EffectDone, type EffectFailure } from '#participant';
import { runtime } from '#platform';
import { settle, type Outcome } from '../domain/shipment.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import type { ShipmentChange } from '../persistence/update-shipments.js';
import { factEvents, shipAnswer } from './shipping.replies.js';

/** Writes what came of the work, tells those who wait for it, and publishes what happened. */
export class ShippingRecorder {
  constructor(
    private readonly answers: Pick<Answers, 'answer'>,
    private readonly rows: ShipmentRows = postgresShipmentRows,
  ) {}

  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const shipments = await this.rows.lockShipments(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const changes: ShipmentChange[] = [];
    const now = runtime.date();
    const answers = done.flatMap(({ subject, outcome }) => {
      const before = shipments.get(subject);
      const settled = before && settle(before, outcome);
      if (!before || !settled || settled === before) return [];
      const answer = shipAnswer(settled);
      changes.push({ before, after: { ...settled, shipTo: [] } });
      unit.publish(...factEvents(settled, settled.shipTo[0], now));
      return settled.shipTo.map((to) => ({ to, answer }));
    });
    await this.rows.updateShipments(unit.tx, changes);
    await this.answers.answer(unit, answers);
  }

  /** Tries go on for as long as it takes; that it takes longer is said once, after the first. */
  async failed(unit: UnitOfWork, failures: readonly EffectFailure[]): Promise<void> {
    const first = new Map(
      failures
        .filter(({ attempts }) => attempts === 1)
        .map(({ subject, error }) => [subject, error]),
    );
    if (first.size === 0) return;
    const shipments = await this.rows.lockShipments(unit.tx, [...first.keys()]);
    const answers = [...shipments.values()].flatMap(({ orderId, shipTo }) => {
      const message = first.get(orderId)?.message ?? '';
      const answer = parked({ code: 'carrier-unavailable', message });
      return shipTo.map((to) => ({ to, answer }));
    });
    await this.answers.answer(unit, answers);
  }
}
