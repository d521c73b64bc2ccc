/** What the admin API answers about bulk actions. */
import type { Choice, SagaState } from './types.js';

export type BulkState =
  'draft' | 'awaiting-approval' | 'running' | 'paused' | 'stopped' | 'finished' | 'cancelled';

export type BulkDecision = 'start' | 'approve' | 'pause' | 'resume' | 'cancel';

export interface BulkAction extends Choice {
  readonly bulkActionId: string;
  readonly state: BulkState;
  /** Why it is paused, stopped or cancelled. */
  readonly why?: string;
  readonly filter: Readonly<Record<string, string | number | readonly string[]>>;
  readonly reason: string;
  readonly madeBy: string;
  readonly madeAt: string;
  readonly changedAt: string;
  readonly needsApproval: boolean;
  readonly approvedBy?: string;
  readonly approvedAt?: string;
  /** Sagas for each participant. */
  readonly perSecond: number;
  readonly maxErrorPercent: number;
  readonly preview: BulkPreview;
  readonly progress: BulkProgress;
  /** Of those that it was done to; lists go without. */
  readonly sagasNow?: {
    readonly ended: number;
    readonly needPerson: number;
    readonly underWay: number;
  };
}

export interface BulkPreview {
  readonly count: number;
  readonly refused: readonly { readonly why: string; readonly count: number }[];
  /** In minor units; of the sagas that it would be done to. */
  readonly value: readonly { readonly currency: string; readonly amount: number }[];
  readonly steps: readonly {
    readonly step: string;
    readonly state: string;
    readonly count: number;
  }[];
  readonly participants: readonly { readonly participant: string; readonly count: number }[];
}

export interface BulkProgress {
  readonly size: number;
  readonly waiting: number;
  readonly done: number;
  readonly refused: number;
  readonly moved: number;
}

export interface BulkItem {
  readonly ordinal: number;
  readonly sagaId: string;
  readonly orderId: string;
  readonly revision: number;
  readonly participant: string;
  readonly outcome: 'waiting' | 'done' | 'refused' | 'moved';
  readonly why?: string;
  readonly at?: string;
  readonly revisionAfter?: number;
  /** Absent for a saga that is gone. */
  readonly now?: {
    readonly state: SagaState;
    readonly revision: number;
    readonly attention: string | null;
  };
}
