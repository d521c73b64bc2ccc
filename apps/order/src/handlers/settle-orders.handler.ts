import type { z } from 'zod';
import { cancelOrder, confirmOrder, GENERIC_REPLIES } from '#contracts';
import { caused, type UnitOfWork } from '#messaging';
import {
  refuse,
  succeed,
  type AdmittedCommand,
  type Answer,
  type CommandHandler,
} from '#participant';
import { runtime } from '#platform';
import { settledFact } from '../domain/messages.js';
import { isOvertaken, settle, type Settlement } from '../domain/settle.js';
import { postgresOrderRows, type OrderRows } from '../persistence/order-rows.js';
import type { SettlingOrder } from '../persistence/settle-orders.js';

/**
 * Confirms and cancels orders on the saga's behalf. What becomes of them later is told by facts.
 * A batch locks its orders once, is folded in memory and written by one statement.
 */
export class SettleOrdersHandler implements CommandHandler {
  readonly participant = 'order';
  readonly commands = [confirmOrder, cancelOrder];

  constructor(private readonly rows: OrderRows = postgresOrderRows) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const settlements = commands.map(settlementOf);
    const ids = [...new Set(settlements.map(({ orderId }) => orderId))];
    const orders = await this.rows.lockOrders(unit.tx, ids);
    const changes: SettlingOrder[] = [];
    const now = runtime.date();
    const answers = settlements.map((settlement, index): Answer => {
      const before = orders.get(settlement.orderId);
      if (isOvertaken(before, settlement)) return OVERTAKEN;
      const after = settle(before, settlement);
      if (after !== undefined && after !== before) {
        orders.set(after.orderId, after);
        changes.push(after);
        unit.publish(caused((commands[index] as AdmittedCommand).event, settledFact(after, now)));
      }
      return succeed(FACTS[settlement.kind], {});
    });
    if (changes.length > 0) await this.rows.updateOrders(unit.tx, changes, now);
    return answers;
  }
}

const FACTS = { confirm: 'order.order-confirmed', cancel: 'order.order-cancelled' } as const;

/** The saga has given the step up, so that this is a late answer to it, whatever its contract says. */
const OVERTAKEN = refuse(
  GENERIC_REPLIES.refused,
  {},
  { code: 'order-cancelled', message: 'The order was cancelled before it could be confirmed.' },
);

/** The barrier has checked the payload against the command's contract. */
function settlementOf({ name, payload }: AdmittedCommand): Settlement {
  if (name === cancelOrder.name) {
    const { orderId, reason } = payload as z.output<typeof cancelOrder.payload>;
    return { kind: 'cancel', orderId: orderId.toLowerCase(), reason };
  }
  const { orderId, trackingNumber } = payload as z.output<typeof confirmOrder.payload>;
  return {
    kind: 'confirm',
    orderId: orderId.toLowerCase(),
    // no text column keeps a NUL, and a parcel that is on its way must not wait for that
    ...(trackingNumber !== undefined && { trackingNumber: trackingNumber.replaceAll('\0', '') }),
  };
}
