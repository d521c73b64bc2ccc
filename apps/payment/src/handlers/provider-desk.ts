import type { Outbox } from '#messaging';
import { Batcher, runtime } from '#platform';
import { nextStep } from '../domain/next-step.js';
import { ourOrderId } from '../domain/order-id.js';
import { findPayments } from '../persistence/find-payments.js';
import { insertMessages, type NewMessage } from '../persistence/provider-messages.js';
import type { ChargebackWorkers } from './chargeback.workers.js';
import type { PaymentWorkers } from './payment.workers.js';

/** `unknown`: there is no such payment here; somebody else's, or of before our time. */
export type Heard = 'heard' | 'repeated' | 'unknown';

/** What the provider calls those that are about disputes: they name the intent, and no order. */
const DISPUTES = 'charge.dispute.';

interface Message extends NewMessage {
  readonly intentId?: string | undefined;
}

/**
 * Takes what the provider tells. A message is only a reason to look into the provider's books now and
 * not at the next poll: what it says is not relied upon, so that messages may come late, twice, in any
 * order or not at all.
 */
export class ProviderDesk {
  private readonly batcher: Batcher<Message, Heard>;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly workers: Pick<PaymentWorkers, 'want'>,
    private readonly chargebacks: Pick<ChargebackWorkers, 'want'>,
  ) {
    this.batcher = new Batcher({
      ...{ maxItems: 200, maxConcurrent: 1, maxQueued: 5_000 },
      run: (messages) => this.record(messages),
    });
  }

  /**
   * Resolves when the message is durable.
   * @throws QueueFullError when too many wait already: the provider sends it again
   */
  hear(message: Message): Promise<Heard> {
    return this.batcher.add({ ...message, orderId: ourOrderId(message.orderId) });
  }

  private record(messages: readonly Message[]): Promise<Heard[]> {
    return this.outbox.transaction(async (unit) => {
      const today = runtime.date().toISOString().slice(0, 10);
      const news = await insertMessages(unit.tx, messages, today);
      const orderIds = messages.flatMap(({ messageId, orderId }) =>
        orderId !== undefined && news.has(messageId) ? [orderId] : [],
      );
      const payments = await findPayments(unit.tx, [...new Set(orderIds)]);
      const open = [...payments.values()].filter((payment) => nextStep(payment) !== 'rest');
      await this.workers.want(
        unit,
        open.map(({ orderId }) => orderId),
      );
      const disputed = messages.filter(({ messageId }) => news.has(messageId)).flatMap(disputedBy);
      await this.chargebacks.want(unit, disputed);
      return messages.map((message): Heard => {
        const { messageId, orderId } = message;
        if (!news.has(messageId)) return 'repeated';
        if (disputedBy(message).length > 0) return 'heard';
        return orderId !== undefined && payments.has(orderId) ? 'heard' : 'unknown';
      });
    });
  }
}

/** Whose order it is, if it is one of ours, only the provider's books say. */
const disputedBy = ({ type, intentId }: Message): string[] =>
  type.startsWith(DISPUTES) && intentId !== undefined ? [intentId] : [];
