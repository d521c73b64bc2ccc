/** Where people make bulk actions and decide about them; each decision is recorded with it. */
import { Inject, Injectable } from '@nestjs/common';
import { Database, Outbox, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { SagaRegistry, type StepTiming } from '#saga';
import type { SagaFilter } from '#saga-store';
import { rule, type BulkDecision, type BulkDeed, type BulkState } from '../domain/bulk-action.js';
import { STEP_TIMING } from '../engine/saga-engine.js';
import {
  findBulkAction,
  insertBulkAction,
  moveBulkAction,
  type BulkAction,
} from '../persistence/bulk-rows.js';
import { recordActs, type Actor } from '../persistence/interventions.js';
import { freeze } from './freeze.js';

/** Sagas of one action, at most. */
export const MOST_ITEMS = 20_000;

export interface BulkLimits {
  /** More sagas than this need a second person. */
  readonly approvalAbove: number;
  /** The pace where none is asked for: sagas a second for each participant. */
  readonly perSecond: number;
}
export const BULK_LIMITS = Symbol('bulk-limits');

export interface WantedBulk {
  readonly deed: BulkDeed;
  /** As it was asked for, for the record, and as the store searches. */
  readonly query: object;
  readonly filter: SagaFilter;
  readonly actor: Actor;
  readonly reason: string;
  readonly perSecond?: number;
  readonly maxErrorPercent: number;
}

export type Ruled =
  | { readonly kind: 'done'; readonly action: BulkAction }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly why: string; readonly state: BulkState };

@Injectable()
export class BulkDesk {
  constructor(
    readonly database: Database,
    private readonly outbox: Outbox,
    readonly registry: SagaRegistry,
    @Inject(STEP_TIMING) readonly timing: Required<StepTiming>,
    @Inject(BULK_LIMITS) private readonly limits: BulkLimits,
  ) {}

  /** A draft of all that matches now. @returns how it cannot be, where it cannot */
  async make(wanted: WantedBulk): Promise<BulkAction | 'too-many' | 'none'> {
    const { deed, query, filter, actor, reason, maxErrorPercent } = wanted;
    const frozen = await freeze(this, filter, deed, MOST_ITEMS);
    if (!frozen) return 'too-many';
    const { count, participants } = frozen.preview;
    if (count === 0) return 'none';
    const tried = participants.reduce((sum, { count: n }) => sum + n, 0);
    return this.outbox.transaction(async (unit) => {
      const id = await insertBulkAction(
        unit.tx,
        {
          ...{ actor, deed, filter: query, reason, maxErrorPercent },
          perSecond: wanted.perSecond ?? this.limits.perSecond,
          needsApproval: tried > this.limits.approvalAbove,
        },
        frozen,
      );
      record(unit, 'make', id, { actor, reason, detail: { ...deed, filter: query, count } });
      return found(await findBulkAction(unit.tx, id));
    });
  }

  /** Of two who decide at once, the second is told what the first has decided. */
  decide(id: string, decision: BulkDecision, by: { actor: Actor; reason: string }): Promise<Ruled> {
    return this.outbox.transaction(async (unit) => {
      const action = await findBulkAction(unit.tx, id, { lock: true });
      if (!action) return { kind: 'unknown' };
      const ruling = rule(action, decision, by.actor.owner);
      if ('why' in ruling) return { kind: 'refused', why: ruling.why, state: action.state };
      const { state } = ruling;
      await moveBulkAction(unit.tx, id, {
        state,
        why: decision === 'pause' || decision === 'cancel' ? by.reason : null,
        ...(decision === 'approve' && { approvedBy: by.actor.owner }),
        judgeAnew: state === 'running',
      });
      record(unit, decision, id, { ...by, detail: { from: action.state, to: state } });
      return { kind: 'done', action: found(await findBulkAction(unit.tx, id)) };
    });
  }
}

interface Recorded {
  readonly actor: Actor;
  readonly reason: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** In the transaction of what was decided. */
export function record(
  unit: UnitOfWork,
  what: 'make' | 'stop' | 'finish' | BulkDecision,
  objectId: string,
  recorded: Recorded,
): void {
  const act = { what: `bulk-action.${what}`, objectType: 'bulk-action', objectId } as const;
  recordActs(unit, [{ ...act, ...recorded }], runtime.date().getTime());
}

function found(action: BulkAction | undefined): BulkAction {
  if (action) return action;
  throw new Error('a bulk action that was written is not there');
}
