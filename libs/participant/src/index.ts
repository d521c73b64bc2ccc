export { accepted, dead, parked, pending, refuse, succeed } from './answer.js';
export type {
  Accepted,
  Answer,
  Dead,
  Facts,
  Parked,
  Pending,
  Refused,
  Succeeded,
} from './answer.js';
export type { AdmittedCommand, CommandAddress, CommandHandler, CommandKey } from './command.js';
export { Answers } from './answers.js';
export type { EffectReport, LateAnswer } from './answers.js';
export { EffectWorkers } from './effect-workers.js';
export { Poll } from './poll.js';
export type { PollOptions } from './poll.js';
export { gatherFinds, gatherOutcomes } from './gather.js';
export { NotNowError, asNotNow } from './not-now-error.js';
export { traceEffect } from './trace.js';
export type {
  EffectDone,
  EffectFailure,
  EffectLease,
  EffectWorkersOptions,
} from './effect-options.js';
export { ParticipantInbox } from './inbox.js';
export type { ParkingOptions } from './inbox.js';
export { ParkingWorker } from './parking-worker.js';
export { createParticipant } from './create-participant.js';
export type { ParticipantParts } from './create-participant.js';
export { ParticipantModule, barrierTable } from './participant.module.js';
export type { ParticipantOptions } from './participant.module.js';
export { parkingSettings } from './settings.js';

// The barrier itself, for the explorer and the simulator.
export { BARRIER_KEEP_DAYS, decideBarrier } from './barrier.js';
export type { BarrierRow, BarrierState, BarrierView, Verdict } from './barrier.js';
export { handledWith, keysOf, keyText, planBatch, settleBatch, unhandled } from './batch-plan.js';
export type { BarrierUpdate, BatchPlan, BatchResult, Settlement } from './batch-plan.js';
export { readCommand } from './command-codec.js';
export type { ArrivedCommand, UnreadableCommand } from './command-codec.js';
export { PostgresBarrierStore } from './barrier-store.js';
export type { AnswerToKeep, BarrierStore } from './barrier-store.js';
export { PostgresParkingStore } from './parking-store.js';
export type { ParkedCommand, ParkingStore } from './parking-store.js';
export { PostgresEffectTaskStore } from './effect-task-store.js';
export type { EffectTaskStore, Postponed, TakenTask, TaskMark } from './effect-task-store.js';
