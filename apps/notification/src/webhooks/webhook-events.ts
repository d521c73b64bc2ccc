import type { ReceivedEvent, UnitOfWork } from '#messaging';
import type { EventListener } from '../handlers/event-listener.js';
import { findEnabled, recordDeliveries } from '../persistence/webhook-rows.js';
import { publicEventOf } from './public-events.js';
import { deliveryIdOf, type NewDelivery } from './webhook.js';
import type { WebhookWorkers } from './webhook.workers.js';

/** Records what is to be delivered to the endpoints that there are now, one statement a table. */
export class WebhookEvents implements EventListener {
  constructor(private readonly workers: Pick<WebhookWorkers, 'want'>) {}

  async handle(unit: UnitOfWork, events: readonly ReceivedEvent[]): Promise<void> {
    const told = events.flatMap((event) => publicEventOf(event) ?? []);
    if (told.length === 0) return;
    const merchantIds = [...new Set(told.map(({ merchantId }) => merchantId))];
    const endpoints = new Map(
      (await findEnabled(unit.tx, merchantIds)).map((one) => [one.merchantId, one]),
    );
    const deliveries = new Map<string, NewDelivery>();
    for (const { messageId, type, merchantId, body } of told) {
      if (!endpoints.get(merchantId)?.events.includes(type)) continue;
      const deliveryId = deliveryIdOf(messageId, merchantId);
      deliveries.set(deliveryId, { deliveryId, merchantId, messageId, body });
    }
    const recorded = await recordDeliveries(unit.tx, [...deliveries.values()]);
    await this.workers.want(unit, recorded);
  }
}
