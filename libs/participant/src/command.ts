/** A command on its way through a participant: where it came from, what it wants, who handles it. */
import type { CommandContract, Participant } from '#contracts';
import type { ReceivedEvent, UnitOfWork } from '#messaging';
import type { Answer } from './answer.js';

/** What identifies a command. `issuedOn` is a UTC day, YYYY-MM-DD. */
export interface CommandKey {
  readonly issuedOn: string;
  readonly commandId: string;
}

/** Where an answer goes. Plain JSON, so that a domain row can keep it until the answer is known. */
export interface CommandAddress extends CommandKey {
  readonly sagaId: string;
  readonly businessKey: string;
  /** Of the command, so that a later answer belongs to the same trace. */
  readonly traceparent?: string;
  /** The processing chain for what answers the command, so that a later answer carries it on. */
  readonly chain?: string;
}

/** A command that passed the barrier: it is handled now, in this transaction, and never again. */
export interface AdmittedCommand<Payload = unknown> {
  readonly address: CommandAddress;
  /** Name of its contract. */
  readonly name: string;
  /** As the contract's schema parsed it. */
  readonly payload: Payload;
  /** Set for a compensation: the command that it undoes. */
  readonly undoes?: CommandKey;
  /** It would have been refused after this moment. */
  readonly notAfter: Date;
  readonly event: ReceivedEvent;
}

/**
 * The business code of a participant. It changes its own tables through `unit.tx` and publishes its
 * events through `unit.publish`; barrier, replies, repetitions and faults are not its concern.
 *
 * A compensation is handed over even when the command it undoes was never seen: the handler looks
 * at its domain rows and succeeds when there is nothing to undo. A command and its compensation
 * belong into the same handler, because only then is their order within a batch kept.
 *
 * Nothing outside of the database may be done in `handle`: see `EffectWorkers`.
 */
export interface CommandHandler {
  readonly participant: Participant;
  readonly commands: readonly CommandContract[];
  /**
   * One answer a command, in the same order. What it throws fails the transaction: the batch is
   * split until the one command that throws stands alone, and that one is parked.
   */
  handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]>;
}
