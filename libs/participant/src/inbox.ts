import type { EventBatch, EventFailure, ReceivedEvent, UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { BarrierPass } from './barrier-pass.js';
import { handledWith, unhandled } from './batch-plan.js';
import { readCommand } from './command-codec.js';
import type { Handlers } from './handlers.js';
import type { ParkingStore } from './parking-store.js';
import { reasonOf } from './reply.js';

export interface ParkingOptions {
  /** Tries of a command that throws, the first one counted, until it becomes a dead letter. */
  readonly attempts: number;
  /** Pause before the second try, milliseconds; it doubles. */
  readonly backoffMs: number;
}

export const parkingPauseMs = ({ backoffMs }: ParkingOptions, attempts: number): number =>
  Math.min(backoffMs * 2 ** (attempts - 1), 24 * 60 * 60 * 1000);

/** Where a participant's commands come in. */
export class ParticipantInbox {
  constructor(
    private readonly handlers: Handlers,
    private readonly pass: BarrierPass,
    private readonly parking: ParkingStore,
    private readonly options: ParkingOptions,
    private readonly clock: () => Date = runtime.date,
  ) {}

  /** All of a batch, in the transaction that the caller commits. */
  async onBatch({ events }: Pick<EventBatch, 'events'>, unit: UnitOfWork): Promise<void> {
    const now = this.clock();
    const plan = await this.pass.open(unit, this.read(events), now);
    const answers = plan.admitted.length > 0 ? await this.handlers.handle(unit, plan.admitted) : [];
    this.pass.close(unit, plan, answers.map(handledWith), now);
  }

  /** The one command that made its handler throw waits for another try; the others go on. */
  async onPoison({ event, error }: EventFailure, unit: UnitOfWork): Promise<void> {
    const now = this.clock();
    const reason = reasonOf('parked', error.message);
    const plan = await this.pass.open(unit, this.read([event]), now);
    const settlements = plan.admitted.map(() => unhandled('parked', reason));
    this.pass.close(unit, plan, settlements, now);
    for (const { address: key } of plan.admitted) {
      const pauseMs = parkingPauseMs(this.options, 1);
      await this.parking.add(unit.tx, { key, event, attempts: 1 }, error.message, pauseMs);
    }
  }

  private read(events: readonly ReceivedEvent[]) {
    return events.map((event) => readCommand(event, this.handlers.contracts));
  }
}
