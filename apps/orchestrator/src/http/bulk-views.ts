import type { Aftermath, ReportedItem } from '../persistence/bulk-report.js';
import type { BulkAction } from '../persistence/bulk-rows.js';

/** @param aftermath how its sagas are now; lists go without */
export const bulkView = (action: BulkAction, aftermath?: Aftermath) => ({
  bulkActionId: action.id,
  state: action.state,
  ...(action.why !== null && { why: action.why }),
  ...action.deed,
  filter: action.filter,
  reason: action.reason,
  madeBy: action.madeBy,
  madeAt: action.madeAt.toISOString(),
  changedAt: action.changedAt.toISOString(),
  needsApproval: action.needsApproval,
  ...(action.approvedBy !== null && {
    approvedBy: action.approvedBy,
    approvedAt: action.approvedAt?.toISOString(),
  }),
  perSecond: action.perSecond,
  maxErrorPercent: action.maxErrorPercent,
  preview: action.preview,
  progress: {
    size: action.size,
    waiting: action.size - action.done - action.refused - action.moved,
    done: action.done,
    refused: action.refused,
    moved: action.moved,
  },
  ...(aftermath && { sagasNow: aftermath }),
});

export const bulkItemView = (item: ReportedItem) => ({
  ordinal: item.ordinal,
  sagaId: item.sagaId,
  orderId: item.businessKey,
  revision: item.revision,
  participant: item.participant,
  outcome: item.outcome ?? 'waiting',
  ...(item.why !== null && { why: item.why }),
  ...(item.at !== null && { at: item.at.toISOString() }),
  ...(item.revisionAfter !== null && { revisionAfter: item.revisionAfter }),
  ...(item.sagaState !== null && {
    now: {
      state: item.sagaState,
      revision: item.sagaRevision,
      attention: item.attention,
    },
  }),
});
