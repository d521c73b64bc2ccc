import type { z } from 'zod';
import { chargePayment, refundGoods, refundPayment } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { accepted, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { isSlow, type Charge } from '../domain/payment.js';
import { acceptCharge, acceptGoodsRefund, acceptUndo, type Acceptance } from '../domain/accept.js';
import type { StoredPayment } from '../persistence/payment-row.js';
import { postgresPaymentRows, type PaymentRows } from '../persistence/payment-rows.js';
import { requestedEvent } from './payment.facts.js';
import {
  chargeAnswer,
  declined,
  goodsAnswer,
  nothingToUndo,
  undoAnswer,
} from './payment.replies.js';
import { PaymentWorkers } from './payment.workers.js';

type ChargePayload = z.output<typeof chargePayment.payload>;
type RefundPayload = z.output<typeof refundPayment.payload>;
type GoodsPayload = z.output<typeof refundGoods.payload>;

/**
 * Accepts commands: what they want is written down, and the workers are told. No provider is called
 * here, so a batch takes milliseconds whatever the provider does.
 */
export class PaymentHandler implements CommandHandler {
  readonly participant = 'payment';
  readonly commands = [chargePayment, refundPayment, refundGoods];

  constructor(
    private readonly workers: PaymentWorkers,
    private readonly rows: PaymentRows = postgresPaymentRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await this.rows.lockPayments(unit.tx, [...new Set(commands.map(orderOf))]);
    const current = new Map(stored);
    const wanted = new Set<string>();
    const answers = commands.map((command) => {
      const orderId = orderOf(command);
      const acceptance = accept(current.get(orderId), command);
      if (acceptance.kind === 'later') {
        current.set(orderId, acceptance.payment);
        if (acceptance.work) wanted.add(orderId);
      }
      return answerTo(command, acceptance);
    });
    await this.save(unit, stored, current);
    await this.workers.want(unit, [...wanted]);
    return answers;
  }

  private async save(
    unit: UnitOfWork,
    stored: ReadonlyMap<string, StoredPayment>,
    current: ReadonlyMap<string, StoredPayment>,
  ): Promise<void> {
    const after = [...current.values()];
    const opened = after.filter(({ orderId }) => !stored.has(orderId));
    await this.rows.insertPayments(unit.tx, opened);
    const now = runtime.date();
    unit.publish(...opened.map((payment) => requestedEvent(payment, now)));
    const changes = after.flatMap((payment) => {
      const before = stored.get(payment.orderId);
      return before && before !== payment ? [{ before, after: payment }] : [];
    });
    await this.rows.updatePayments(unit.tx, changes);
  }
}

const isCharge = (command: AdmittedCommand): command is AdmittedCommand<ChargePayload> =>
  command.name === chargePayment.name;

const isGoods = (command: AdmittedCommand): command is AdmittedCommand<GoodsPayload> =>
  command.name === refundGoods.name;

const orderOf = ({ payload }: AdmittedCommand): string =>
  (payload as ChargePayload | RefundPayload).orderId.toLowerCase();

const returnOf = ({ payload }: AdmittedCommand<GoodsPayload>): string =>
  payload.returnId.toLowerCase();

type StoredAcceptance = Acceptance<StoredPayment['chargeTo'][number]>;

function accept(payment: StoredPayment | undefined, command: AdmittedCommand): StoredAcceptance {
  const { address } = command;
  if (isGoods(command)) {
    const wish = { ...command.payload, orderId: orderOf(command), returnId: returnOf(command) };
    return acceptGoodsRefund(payment, wish, address);
  }
  if (!isCharge(command)) return acceptUndo(payment, address);
  return acceptCharge(payment, chargeOf(command), address);
}

function chargeOf({ payload, address }: AdmittedCommand<ChargePayload>): Charge {
  const { orderId, email, sealedToken, ...charge } = payload;
  const ids = { orderId: orderId.toLowerCase(), sagaId: address.sagaId };
  // Nobody else needs to know whom a card belongs to.
  const contact = isSlow(charge) ? (email ?? null) : null;
  return { ...charge, ...ids, email: contact, sealedToken: sealedToken ?? null };
}

function answerTo(command: AdmittedCommand, acceptance: StoredAcceptance): Answer {
  switch (acceptance.kind) {
    case 'later':
      return isCharge(command) ? chargeAnswer(acceptance.payment) : accepted();
    case 'nothing-to-undo':
      return nothingToUndo();
    case 'conflict':
      return declined('payment-exists');
    case 'known':
      if (isGoods(command)) return goodsAnswer(command.payload.amount);
      return isCharge(command) ? chargeAnswer(acceptance.payment) : undoAnswer(acceptance.payment);
  }
}
