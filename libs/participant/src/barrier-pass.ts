import type { Participant } from '#contracts';
import { deadLetter, type UnitOfWork } from '#messaging';
import type { BarrierStore } from './barrier-store.js';
import { keysOf, planBatch, settleBatch, type BatchPlan, type Settlement } from './batch-plan.js';
import type { ArrivedCommand, UnreadableCommand } from './command-codec.js';
import type { ParkingStore } from './parking-store.js';
import { replyEvent } from './reply.js';

/** Takes commands through the barrier, within one unit of work. */
export class BarrierPass {
  constructor(
    private readonly participant: Participant,
    private readonly barrier: BarrierStore,
    private readonly parking: ParkingStore,
  ) {}

  /** What to handle. Undone commands are taken out of the parking before any handler runs. */
  async open(
    unit: UnitOfWork,
    batch: readonly (ArrivedCommand | UnreadableCommand)[],
    now: Date,
  ): Promise<BatchPlan> {
    const keys = keysOf(batch);
    const rows = keys.length > 0 ? await this.barrier.load(unit.tx, keys) : [];
    const plan = planBatch(batch, rows, now);
    // Before the handlers take their locks: a retry holds its parked row and then waits for theirs.
    if (plan.unpark.length > 0) await this.parking.remove(unit.tx, plan.unpark);
    return plan;
  }

  /** Remembers the answers and sends them with all others. */
  close(unit: UnitOfWork, plan: BatchPlan, settlements: readonly Settlement[], now: Date): void {
    const { insert, update, replies, deadLetters } = settleBatch(plan, settlements);
    if (insert.length > 0) unit.beforeCommit(this.barrier.insert(unit.tx, insert));
    if (update.length > 0) unit.beforeCommit(this.barrier.update(unit.tx, update));
    const time = now.toISOString();
    for (const reply of replies) unit.publish(replyEvent(this.participant, reply, time));
    for (const { event, reason } of deadLetters) unit.publish(deadLetter(event, reason));
  }
}
