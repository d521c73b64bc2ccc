/**
 * What arrives at the orchestrator, all on `saga.inbox`, keyed by the saga's business key, so that
 * one partition owner sees everything that concerns one instance.
 */
import { z } from 'zod';
import { reason } from './values.js';

/**
 * What a participant has moved because of a saga, as absolute totals: a report replaces the one
 * with a lower revision, so reports may repeat and overtake each other. `taken - returned` is what
 * is still out; a saga is compensated only when that is zero for all of its effects.
 */
export const effect = z.object({
  /** Stable id of what was moved, for example `payment:<orderId>` or `stock:<orderId>`. */
  id: z.string().min(1).max(200),
  kind: z.enum(['money', 'stock']),
  /** Currency for money, `pcs` for stock. */
  unit: z.string().min(1).max(8),
  taken: z.int().min(0),
  returned: z.int().min(0),
  revision: z.int().min(1),
});
export type Effect = z.infer<typeof effect>;

/**
 * - `succeeded`, `refused`: final answers, with the fact in the CloudEvents type.
 * - `pending`: accepted; the final answer comes in hours or days (a bank transfer).
 * - `parked`: it failed and will be tried again by the participant.
 * - `dead`: it failed for good without a business reason and lies in the dead letters.
 */
export const outcome = z.enum(['succeeded', 'refused', 'pending', 'parked', 'dead']);
export type Outcome = z.infer<typeof outcome>;

/** CloudEvents type of replies that no command contract names. */
export const GENERIC_REPLIES = {
  pending: 'saga.command-pending',
  parked: 'saga.command-parked',
  dead: 'saga.command-dead',
  /** The command came after its `notAfter`, or after its own compensation. */
  refused: 'saga.command-refused',
} as const;

export const sagaReply = z.object({
  /** The command this answers. */
  commandId: z.string().min(1).max(200),
  outcome,
  /** The named fact's data, checked against the command's contract by the orchestrator. */
  result: z.record(z.string(), z.unknown()).optional(),
  reason: reason.optional(),
  effects: z.array(effect).max(100).optional(),
});
export type SagaReply = z.infer<typeof sagaReply>;

/** `saga.start`: begins an instance; a repeated start of the same business key changes nothing. */
export const sagaStart = z.object({
  definition: z.string().min(1).max(100),
  businessKey: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
});
export type SagaStart = z.infer<typeof sagaStart>;

/** `saga.cancel`: the customer's wish; honoured until the pivot is done. */
export const sagaCancel = z.object({
  definition: z.string().min(1).max(100),
  businessKey: z.string().min(1).max(200),
  reason,
});
export type SagaCancel = z.infer<typeof sagaCancel>;

/** `saga.mend`: a better input for a refused step that waits for one (another card). */
export const sagaMend = z.object({
  definition: z.string().min(1).max(100),
  businessKey: z.string().min(1).max(200),
  step: z.string().min(1).max(100),
  /** As the definition wants it for this step. */
  data: z.record(z.string(), z.unknown()),
});
export type SagaMend = z.infer<typeof sagaMend>;

/** `saga.hold` and `saga.release`: from the one to the other an instance sends nothing. */
export const sagaControl = z.object({ sagaId: z.string().min(1).max(64), reason });
export type SagaControl = z.infer<typeof sagaControl>;

/** `saga.move`: to another version of its definition, where that can be done. */
export const sagaMove = sagaControl.extend({
  version: z.int().min(1),
  /** Only an instance that is on this version is moved, so that a late copy takes none back. */
  from: z.int().min(1).optional(),
});
export type SagaMove = z.infer<typeof sagaMove>;

/** `saga.report-effects`: a participant moved something outside of any outstanding command. */
export const sagaReport = z.object({
  sagaId: z.string().min(1).max(64),
  /** The command that led to them; needed when they are the first that is heard of it. */
  commandId: z.string().min(1).max(200).optional(),
  effects: z.array(effect).min(1).max(100),
  reason: reason.optional(),
});
export type SagaReport = z.infer<typeof sagaReport>;

/** `saga.tick`: the orchestrator's own mark in a partition; timers due before it may fire. */
export const sagaTick = z.object({ dueBeforeMs: z.int() });
export type SagaTick = z.infer<typeof sagaTick>;

export const SAGA_MESSAGES = {
  start: 'saga.start',
  cancel: 'saga.cancel',
  report: 'saga.report-effects',
  tick: 'saga.tick',
  mend: 'saga.mend',
  hold: 'saga.hold',
  release: 'saga.release',
  move: 'saga.move',
} as const;
