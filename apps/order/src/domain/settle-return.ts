/** What the saga's commands do to a return: pure, so that a batch is folded in memory. */
import type { OrderStatus, Reason, ReturnStatus } from '#contracts';

/** The part of a return that commands look at and change, and where its order stands. */
export interface ReturnState {
  readonly returnId: string;
  readonly status: ReturnStatus;
  readonly reason?: Reason;
  readonly revision: number;
  readonly orderId: string;
  readonly orderStatus: OrderStatus;
}

export type ReturnCommand =
  | { readonly kind: 'approve' | 'receive' | 'complete'; readonly returnId: string }
  | { readonly kind: 'reject'; readonly returnId: string; readonly reason: Reason };

export type ReturnVerdict<Return> =
  /** The same object when there is nothing to change; undefined when it is not known. */
  | { readonly kind: 'done'; readonly after: Return | undefined }
  | { readonly kind: 'refused'; readonly code: string };

/** How far a return has come; what it has passed is not done again. */
const STAGE: Readonly<Record<Exclude<ReturnStatus, 'rejected'>, number>> = {
  requested: 0,
  approved: 1,
  received: 2,
  completed: 3,
};

/** What can come back has left: before that, an order is cancelled. */
export const RETURNABLE: readonly OrderStatus[] = ['shipped', 'completed'];

const TARGET = { approve: 'approved', receive: 'received', complete: 'completed' } as const;

/**
 * An unknown return has nothing to reject, so rejecting it changes nothing.
 * @throws Error for what no saga sends: going on with one that is unknown or rejected, rejecting one
 *   whose goods are here. The command is then parked and a person looks at it.
 */
export function settleReturn<Return extends ReturnState>(
  current: Return | undefined,
  command: ReturnCommand,
): ReturnVerdict<Return> {
  if (command.kind === 'reject') {
    if (!current || current.status === 'rejected') return { kind: 'done', after: current };
    if (STAGE[current.status] >= STAGE.received) throw contradiction(command, current);
    return { kind: 'done', after: changed(current, 'rejected', command.reason) };
  }
  if (command.kind === 'approve') {
    if (!current) return { kind: 'refused', code: 'return_unknown' };
    if (current.status === 'rejected') return { kind: 'refused', code: 'return_rejected' };
    if (!RETURNABLE.includes(current.orderStatus)) {
      return { kind: 'refused', code: `order_${current.orderStatus}` };
    }
  }
  if (!current || current.status === 'rejected') throw contradiction(command, current);
  const status = TARGET[command.kind];
  const passed = STAGE[current.status] >= STAGE[status];
  return { kind: 'done', after: passed ? current : changed(current, status) };
}

const changed = <Return extends ReturnState>(
  current: Return,
  status: ReturnStatus,
  reason?: Reason,
): Return => ({ ...current, status, revision: current.revision + 1, ...(reason && { reason }) });

const contradiction = ({ kind, returnId }: ReturnCommand, current: ReturnState | undefined) =>
  new Error(`cannot ${kind} the return ${returnId}: it is ${current?.status ?? 'not known'}`);
