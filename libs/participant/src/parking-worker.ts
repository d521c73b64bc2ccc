import { isTransient, type MessagingLog, type Outbox, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { BarrierPass } from './barrier-pass.js';
import { handledWith, unhandled, type BatchPlan } from './batch-plan.js';
import { readCommand } from './command-codec.js';
import type { Handlers } from './handlers.js';
import { parkingPauseMs, type ParkingOptions } from './inbox.js';
import type { ParkedCommand, ParkingStore } from './parking-store.js';
import { Poll } from './poll.js';
import { reasonOf } from './reply.js';

export interface ParkingWorkerParts {
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly handlers: Handlers;
  readonly pass: BarrierPass;
  readonly parking: ParkingStore;
  readonly options: ParkingOptions;
  readonly log: MessagingLog;
  readonly clock?: () => Date;
  /** Pause between two looks for due ones. Default 500. */
  readonly pollMs?: number;
}

/**
 * Tries parked commands again, one a transaction: each has already shown that it can take its
 * neighbours down with it. Several replicas share the work.
 */
export class ParkingWorker {
  private readonly poll: Poll;
  private readonly clock: () => Date;

  constructor(private readonly parts: ParkingWorkerParts) {
    this.clock = parts.clock ?? runtime.date;
    this.poll = new Poll({
      name: 'parked commands',
      everyMs: parts.pollMs ?? 500,
      log: parts.log,
      run: () => this.retryNext(),
    });
  }

  start(): void {
    this.poll.start();
  }

  stop(): Promise<void> {
    return this.poll.stop();
  }

  /** Tries one that is due. @returns false when there was none */
  async retryNext(): Promise<boolean> {
    let taken: ParkedCommand | undefined;
    try {
      await this.parts.outbox.transaction(async (unit) => {
        taken = await this.parts.parking.takeDue(unit.tx);
        if (taken) await this.retry(unit, taken);
      });
    } catch (error) {
      // Nobody's fault: it stays due. So does one that cannot even be read from the table.
      if (!taken || isTransient(error)) throw error;
      await this.failed(taken, error instanceof Error ? error : new Error(String(error)));
    }
    return taken !== undefined;
  }

  private async retry(unit: UnitOfWork, parked: ParkedCommand): Promise<void> {
    const { handlers, parking, pass } = this.parts;
    await parking.remove(unit.tx, [parked.key]);
    const now = this.clock();
    const plan = await this.open(unit, parked, now);
    const answers = await handlers.handle(unit, plan.admitted);
    pass.close(unit, plan, answers.map(handledWith), now);
  }

  private async failed(parked: ParkedCommand, error: Error): Promise<void> {
    const { options, outbox, parking, pass, log } = this.parts;
    const attempts = parked.attempts + 1;
    const last = attempts >= options.attempts;
    await outbox.transaction(async (unit) => {
      // Undone, or tried by somebody else, since the transaction that failed ended.
      if (!(await parking.take(unit.tx, parked))) return;
      if (!last) {
        const pauseMs = parkingPauseMs(options, attempts);
        await parking.postpone(unit.tx, { ...parked, attempts }, error.message, pauseMs);
        return;
      }
      await parking.remove(unit.tx, [parked.key]);
      const now = this.clock();
      const plan = await this.open(unit, parked, now);
      const reason = reasonOf('attempts-exhausted', `${attempts} tries: ${error.message}`);
      const settlements = plan.admitted.map(() => unhandled('dead', reason));
      const given = plan.admitted.map(({ event }) => ({ event, reason }));
      const deadLetters = [...plan.deadLetters, ...given];
      pass.close(unit, { ...plan, deadLetters }, settlements, now);
    });
    const fields = { err: error, commandId: parked.key.commandId, attempts };
    if (last) log.error(fields, 'a parked command is given up');
    else log.warn(fields, 'a parked command failed again');
  }

  private open(unit: UnitOfWork, parked: ParkedCommand, now: Date): Promise<BatchPlan> {
    const arrived = readCommand(parked.event, this.parts.handlers.contracts, true);
    return this.parts.pass.open(unit, [arrived], now);
  }
}
