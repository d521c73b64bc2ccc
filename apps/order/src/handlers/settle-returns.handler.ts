import type { z } from 'zod';
import { approveReturn, completeReturn, recordReceipt, rejectReturn } from '#contracts';
import { caused, type UnitOfWork } from '#messaging';
import {
  refuse,
  succeed,
  type AdmittedCommand,
  type Answer,
  type CommandHandler,
} from '#participant';
import { runtime } from '#platform';
import { isLost } from '../domain/follow-parcel.js';
import { settledFact } from '../domain/messages.js';
import {
  RETURNABLE,
  settleReturn,
  type ReturnCommand,
  type ReturnState,
} from '../domain/settle-return.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';
import { postgresReturnRows, type ReturnRows } from '../persistence/return-rows.js';
import type { SettlingOrder } from '../persistence/settle-orders.js';
import { refundLostParcels } from './lost-parcels.js';

/** Moves returns on the saga's behalf: the only place where a return's status changes. */
export class SettleReturnsHandler implements CommandHandler {
  readonly participant = 'order';
  readonly commands = [approveReturn, rejectReturn, recordReceipt, completeReturn];

  constructor(
    private readonly rows: ReturnRows = postgresReturnRows,
    private readonly orders: Pick<OrderRows, 'lockOrders' | 'updateOrders'> = postgresOrderRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const wishes = commands.map(wishOf);
    const returns = await this.rows.lockReturns(unit.tx, [
      ...new Set(wishes.map(({ returnId }) => returnId)),
    ]);
    const changes: ReturnState[] = [];
    const answers = wishes.map((wish): Answer => {
      const before = returns.get(wish.returnId);
      const verdict = settleReturn(before, wish);
      if (verdict.kind === 'refused') return refused(verdict.code);
      const { after } = verdict;
      if (after && after !== before) {
        returns.set(after.returnId, after);
        changes.push(after);
      }
      return succeed(FACTS[wish.kind], {});
    });
    if (changes.length === 0) return answers;
    await this.rows.updateReturns(unit.tx, changes, runtime.date());
    const completed = changes.filter(({ status }) => status === 'completed');
    if (completed.length > 0) await this.settleOrders(unit, commands, completed);
    const rejected = changes.filter(({ status }) => status === 'rejected');
    if (rejected.length > 0) await this.refundLost(unit, commands, rejected);
    return answers;
  }

  /** Goods that nobody sends back any more were lost on their way out: they are paid back after all. */
  private async refundLost(
    unit: UnitOfWork,
    commands: readonly AdmittedCommand[],
    rejected: readonly ReturnState[],
  ): Promise<void> {
    const shipped = rejected.filter(({ orderStatus }) => orderStatus === 'shipped');
    const ids = [...new Set(shipped.map(({ orderId }) => orderId))];
    if (ids.length === 0) return;
    const orders = await this.orders.lockOrders(unit.tx, ids);
    const lost = [...orders.values()].filter(isLost).map(({ orderId }) => orderId);
    const starts = await refundLostParcels(unit.tx, this.rows, lost, runtime.date());
    for (const [orderId, start] of starts) {
      const by = commands.find(({ payload }) => orderOf(payload) === orderId);
      unit.publish(by ? caused(by.event, start) : start);
    }
  }

  /** An order of which everything has come back is returned. */
  private async settleOrders(
    unit: UnitOfWork,
    commands: readonly AdmittedCommand[],
    completed: readonly ReturnState[],
  ): Promise<void> {
    const ids = [...new Set(completed.map(({ orderId }) => orderId))];
    // Locked before they are counted, or two last returns side by side would not see each other.
    const orders = await this.orders.lockOrders(unit.tx, ids);
    const whole = await this.rows.wholeReturns(unit.tx, ids);
    const now = runtime.date();
    const returned = [...orders.values()].flatMap((order): SettlingOrder[] =>
      whole.has(order.orderId) && RETURNABLE.includes(order.status)
        ? [{ ...order, status: 'returned', revision: order.revision + 1 }]
        : [],
    );
    if (returned.length === 0) return;
    for (const order of returned) {
      const by = commands.find(({ payload }) => orderOf(payload) === order.orderId);
      const fact = settledFact(order, now);
      unit.publish(by ? caused(by.event, fact) : fact);
    }
    await this.orders.updateOrders(unit.tx, returned, now);
  }
}

const orderOf = (payload: unknown): string =>
  (payload as z.output<typeof completeReturn.payload>).orderId.toLowerCase();

const FACTS: Readonly<Record<ReturnCommand['kind'], string>> = {
  approve: 'order.return-approved',
  reject: 'order.return-rejected',
  receive: 'order.receipt-recorded',
  complete: 'order.return-completed',
};

const KINDS = {
  [approveReturn.name]: 'approve',
  [recordReceipt.name]: 'receive',
  [completeReturn.name]: 'complete',
} as const;

const refused = (code: string): Answer => {
  const message = 'The goods of this order cannot be sent back.';
  return refuse('order.return-refused', { code }, { code, message });
};

/** The barrier has checked the payload against the command's contract. */
function wishOf({ name, payload }: AdmittedCommand): ReturnCommand {
  const asked = payload as z.output<typeof approveReturn.payload>;
  const returnId = asked.returnId.toLowerCase();
  if (name === rejectReturn.name) {
    const { reason } = payload as z.output<typeof rejectReturn.payload>;
    return { kind: 'reject', returnId, reason };
  }
  return { kind: KINDS[name as keyof typeof KINDS], returnId };
}
