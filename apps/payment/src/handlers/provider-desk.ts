import type { Outbox } from '#messaging';
import { Batcher, runtime } from '#platform';
import { nextStep } from '../domain/next-step.js';
import { findPayments } from '../persistence/find-payments.js';
import { insertMessages, type NewMessage } from '../persistence/provider-messages.js';
import type { PaymentWorkers } from './payment.workers.js';

/** `unknown`: there is no such payment here; somebody else's, or of before our time. */
export type Heard = 'heard' | 'repeated' | 'unknown';

/** Others name their payments as they like. */
const ORDER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Takes what the provider tells. A message is only a reason to look into the provider's books now and
 * not at the next poll: what it says is not relied upon, so that messages may come late, twice, in any
 * order or not at all.
 */
export class ProviderDesk {
  private readonly batcher: Batcher<NewMessage, Heard>;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly workers: Pick<PaymentWorkers, 'want'>,
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
  hear(message: NewMessage): Promise<Heard> {
    const isOurs = message.orderId !== undefined && ORDER_ID.test(message.orderId);
    const orderId = isOurs ? message.orderId?.toLowerCase() : undefined;
    return this.batcher.add({ ...message, orderId });
  }

  private record(messages: readonly NewMessage[]): Promise<Heard[]> {
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
      return messages.map(({ messageId, orderId }): Heard => {
        if (!news.has(messageId)) return 'repeated';
        return orderId !== undefined && payments.has(orderId) ? 'heard' : 'unknown';
      });
    });
  }
}
