import type { UnitOfWork } from '#messaging';
import { parked, type Answers, type EffectDone, type EffectFailure } from '#participant';
import { settle, type Outcome } from '../domain/shipment.js';
import { lockShipments } from '../persistence/lock-shipments.js';
import { updateShipments, type ShipmentChange } from '../persistence/update-shipments.js';
import { answersDue, factEvents } from './shipment.replies.js';

/** Writes what came of the work, tells those who wait for it, and publishes what happened. */
export class ShipmentRecorder {
  constructor(private readonly answers: Pick<Answers, 'answer'>) {}

  async record(unit: UnitOfWork, done: readonly EffectDone<Outcome>[]): Promise<void> {
    const shipments = await lockShipments(
      unit.tx,
      done.map(({ subject }) => subject),
    );
    const changes: ShipmentChange[] = [];
    const now = new Date();
    const answers = done.flatMap(({ subject, outcome }) => {
      const before = shipments.get(subject);
      const settled = before && settle(before, outcome);
      if (!before || !settled || settled === before) return [];
      const due = answersDue(settled);
      changes.push({ before, after: due.shipment });
      unit.publish(...factEvents(due.shipment, due.answers[0]?.to, now));
      return due.answers;
    });
    await updateShipments(unit.tx, changes);
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
    const shipments = await lockShipments(unit.tx, [...first.keys()]);
    const answers = [...shipments.values()].flatMap(({ orderId, answerTo }) => {
      const message = first.get(orderId)?.message ?? '';
      const answer = parked({ code: 'carrier-unavailable', message });
      return answerTo.map((to) => ({ to, answer }));
    });
    await this.answers.answer(unit, answers);
  }
}
