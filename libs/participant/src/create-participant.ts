import type { CommandContract, Participant } from '#contracts';
import type { MessagingLog, Outbox } from '#messaging';
import { BarrierPass } from './barrier-pass.js';
import { PostgresBarrierStore, type BarrierStore } from './barrier-store.js';
import type { CommandHandler } from './command.js';
import { Handlers } from './handlers.js';
import { ParticipantInbox, type ParkingOptions } from './inbox.js';
import { nestLog } from './log.js';
import { PostgresParkingStore, type ParkingStore } from './parking-store.js';
import { ParkingWorker } from './parking-worker.js';

export interface ParticipantParts {
  readonly participant: Participant;
  readonly handlers: readonly CommandHandler[];
  /** Commands that must have a handler. */
  readonly expected?: readonly CommandContract[];
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly parking: ParkingOptions;
  readonly log?: MessagingLog;
  readonly clock?: () => Date;
  readonly pollMs?: number;
  /** Default: the tables `barrier` and `parked_command`. */
  readonly stores?: { readonly barrier: BarrierStore; readonly parking: ParkingStore };
}

/** A participant without a framework around it. */
export function createParticipant(parts: ParticipantParts): {
  readonly inbox: ParticipantInbox;
  readonly parkingWorker: ParkingWorker;
} {
  const { participant, outbox, clock, pollMs } = parts;
  const handlers = new Handlers(participant, parts.handlers, parts.expected);
  const barrier = parts.stores?.barrier ?? new PostgresBarrierStore();
  const parking = parts.stores?.parking ?? new PostgresParkingStore();
  const pass = new BarrierPass(participant, barrier, parking);
  return {
    inbox: new ParticipantInbox(handlers, pass, parking, parts.parking, clock),
    parkingWorker: new ParkingWorker({
      outbox,
      handlers,
      pass,
      parking,
      options: parts.parking,
      log: parts.log ?? nestLog('parking'),
      ...(clock && { clock }),
      ...(pollMs !== undefined && { pollMs }),
    }),
  };
}
